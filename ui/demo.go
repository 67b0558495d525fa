package ui

// demoPane is the demo's first screen. The line that is next is the filled one; done lines get a tick and stay.
func (m *Model) demoPane(w, h int) []string {
	d := m.o.Demo
	p := m.t.pane(w, round, talk, m.t.words().put(text|bold, m.v[wDemoTitle]).put(dim, " "+m.v[wDemoWhat]), nil)
	p.blank(1)
	lines := d.Lines
	if len(lines) == 0 {
		lines = []string{m.v[wDemoYou]}
	}
	for _, s := range lines {
		for _, r := range wrapText(s, p.inner()) {
			p.add(p.line().put(text, r))
		}
	}
	p.blank(1)
	m.demoSteps(p)
	p.blank(1)
	p.add(p.line().put(dim, m.v[wDemoSilent]))
	if len(d.Dots) > 0 {
		rows := []*line{p.line()}
		for _, s := range d.Dots {
			if l := rows[len(rows)-1]; l.w > 0 && l.w+width(s)+2 > p.inner() {
				rows = append(rows, p.line())
			}
			rows[len(rows)-1].put(good, m.t.g.ready+" ").put(text, s).sp(2)
		}
		p.blank(max(0, min(h, 20)-p.height()-2-len(rows)))
		p.rule(nil, nil)
		for _, l := range rows {
			p.add(l)
		}
	}
	n := min(h, max(p.height()+1, 14))
	return append(p.close(n), blankRows(w, h-n)...)
}

// demoRow goes on with the demo's steps on the desk, until the last is done.
func (m *Model) demoRow(l *line) {
	keys := [4]string{"Enter", "r", "Space", "1"}
	names := [4]word{wkSignIn, wkReady, wkAnswer, wkTransfer}
	l.put(dim, m.v[wDemo]+"  ")
	next := true
	for i := range keys {
		switch {
		case m.demoDone[i]:
			l.put(good|bold, m.t.g.tick+" ").put(dim, m.v[names[i]])
		case next && m.demoKey(i):
			next = false
			l.put(talk|pill, " "+keys[i]+" ").put(text|bold, " "+m.v[names[i]])
		default:
			next = false
			l.put(text|bold, keys[i]+" ").put(dim, m.v[names[i]])
		}
		l.sp(3)
	}
}

// demoKey says that the key of a step acts now: Space not before it rings, 1 not without a call.
func (m *Model) demoKey(step int) bool {
	switch step {
	case 2:
		return m.stateMode() == inRing
	case 3:
		return m.stateMode() == inTalk
	}
	return true
}

// demoSteps are the four keys of the first call.
func (m *Model) demoSteps(p *pane) {
	d := m.o.Demo
	keys := [4]string{"Enter", "r", "Space", "1"}
	names := [4]word{wkSignIn, wkReady, wkAnswer, wkTransfer}
	built := [4]word{wDemoStep1, wDemoStep2, wDemoStep3, wDemoStep4}
	next := true
	for i := range keys {
		does := d.Steps[i]
		if does == "" {
			does = m.v[built[i]]
		}
		l := p.line().sp(1)
		switch {
		case m.demoDone[i]:
			l.put(good|bold, m.t.g.tick).sp(1).field(dim, " "+keys[i]+" ", 8).field(dim, m.v[names[i]], 10).put(dim, does)
		case next:
			next = false
			l.sp(2).put(talk|pill, " "+keys[i]+" ").to(11).field(text|bold, m.v[names[i]], 10).put(text, does)
		default:
			l.sp(2).field(text|bold, " "+keys[i]+" ", 8).field(text, m.v[names[i]], 10).put(dim, does)
		}
		p.add(l)
	}
}
