package ui

import (
	"slices"
	"strings"
	"time"

	"cordboard/session/wire"
)

// centred puts a row into the middle of a box.
func (p *pane) centred(l *line) {
	w := p.line()
	w.to((p.inner() - l.w) / 2).add(l)
	p.add(w)
}

// paused is the screen of who gets no calls: loud on purpose.
func (m *Model) paused(w, h int) []string {
	me := &m.board.Me
	right := m.t.words()
	if me.By != "" {
		right.put(dim, m.v.f(wSetBy, "who", m.v.by(me.By))+" "+clock(m.local(me.Since), false))
	}
	last, cardH := m.lastBelow(h)
	p := m.t.pane(w, thick, rest, nil, right)
	if cardH > 9 {
		p.blank(1)
	}
	for _, r := range m.t.bigWord(m.v[wNotReady]) {
		p.centred(p.line().put(rest|bold, r))
	}
	p.centred(m.allowance(p, me))
	p.blank(1)
	if cardH >= 16 {
		p.blank(1)
		p.centred(p.line().put(text|bold, "r ").put(text, m.v[wkReady]).sp(4).put(text|bold, "n ").put(dim, m.v[wkReason]).sp(4).put(text|bold, "o ").put(dim, m.v[wkDial]))
		p.blank(2)
	}
	m.queueTable(p, cardH-p.height()-1)
	return append(p.close(cardH), m.lastPane(w, last)...)
}

// by names who set a state: you, a rule, a person.
func (v words) by(who string) string {
	if who == "you" {
		return v[wYou]
	}
	if who == "rule" {
		return v[wARule]
	}
	if rule, ok := strings.CutPrefix(who, "rule "); ok {
		return v.f(wRule, "name", rule)
	}
	return who
}

// allowance is how much of a pause is used.
func (m *Model) allowance(p *pane, me *wire.Me) *line {
	l := p.line()
	if me.Reason == nil {
		return l.put(dim, m.v[wReadyForCalls])
	}
	d := m.since(me.Since)
	l.put(text|bold, m.v.reason(me.Reason)).sp(2).num(text, running(d), 7)
	if a := me.Reason.Allowance; a > 0 {
		s := rest
		if d > a {
			s = ring
		}
		l.put(text, " "+m.v.f(wOf, "n", running(a))).sp(2).bar(s, max(6, min(20, p.inner()-l.w-16)), float64(d)/float64(a), false).sp(2)
		if d > a {
			l.put(ring|bold, m.v.f(wOver, "n", flush(running(d-a), 7)))
		} else {
			l.put(text, m.v.f(wLeft, "n", flush(running(a-d), 7)))
		}
	}
	return l
}

// queueTable lists the agent's queues with what waits in them.
func (m *Model) queueTable(p *pane, rows int) {
	qs := m.board.Queues
	if len(qs) == 0 || rows < 2 {
		return
	}
	name := max(12, min(20, p.inner()-46))
	p.add(p.line().field(dim, m.v[wYourQueues], name).num(dim, m.v[wWaiting], 9).num(dim, m.v[wLongest], 10).num(dim, m.v[wReadyAgents], 9).sp(2).put(dim, m.v[wOthersPaused]))
	for i := range qs {
		if i+1 >= rows {
			break
		}
		q := &qs[i]
		l := p.line().field(text, q.Name, name).num(text|bold, itoa(q.Waiting), 9)
		m.longest(l, q, 10)
		p.add(l.num(text, itoa(q.Ready), 9).sp(2).put(text, itoa(q.Paused)))
	}
}

// waiting is the screen of who is ready: is one coming?
func (m *Model) waiting(w, h int) []string {
	me := &m.board.Me
	right := m.t.words().put(dim, m.v.f(wReadySince, "at", clock(m.local(me.Since), false)))
	if me.By != "" {
		right.put(dim, m.v.f(wByWhom, "who", m.v.by(me.By)))
	}
	below, cardH := m.lastBelow(h)
	p := m.t.pane(w, round, good, m.t.words().put(text|bold, m.v[wWaitingForCall]), right)
	indent := 2
	if p.inner() >= 70 {
		indent = 5
	}
	p.blank(max(1, min(4, (cardH-9)/2)))
	l := p.line().sp(indent)
	if kept := m.v.kept(me.Kept); kept != "" {
		p.add(p.line().sp(indent).put(ring|bold, m.t.g.alert+" "+kept))
	}
	switch {
	case me.Kept != nil && me.Kept.All: // no place in any line
	case me.Idle.Of > 0:
		l.put(text|bold, m.v.inLine(me.Idle))
		if me.Idle.Before != "" && p.inner() >= 70 {
			l.sp(3).put(dim, m.v.f(wBefore, "who", me.Idle.Before))
		}
	default:
		l.put(text|bold, m.v[wNextCallYours])
	}
	p.add(l)
	if me.Idle.Before != "" && p.inner() < 70 {
		p.add(p.line().sp(indent).put(dim, m.v.f(wBefore, "who", me.Idle.Before)))
	}
	p.blank(1)
	m.expected(p, indent)
	l = p.line().sp(indent).field(dim, m.v[wHeadset], 11)
	switch {
	case m.levels.NoDevice:
		l.put(bad, m.t.g.alert+" "+m.v[wNoHeadset])
	case m.levels.Device != "":
		l.put(text, m.levels.Device).sp(2).put(good, m.t.g.tick)
	default:
		l.put(dim, m.t.g.dash)
	}
	p.add(l)
	if below == 0 && len(m.board.Last) > 0 {
		p.blank(min(1, cardH-p.height()-3))
		m.lastRule(p)
		m.lastRows(p, cardH-p.height()-1)
	}
	return append(p.close(cardH), m.lastPane(w, below)...)
}

// kept says why calls do not come; empty: they do.
func (v words) kept(k *wire.Kept) string {
	if k == nil {
		return ""
	}
	what := v.availability(&wire.Person{Activity: k.Activity, Availability: k.Activity})
	if k.All {
		return v.f(wKeptAll, "what", what)
	}
	return v.f(wKeptSome, "queues", strings.Join(k.Queues, ", "), "what", what)
}

// inLine is the agent's place among those who wait for a call.
func (v words) inLine(i wire.Idle) string {
	if i.Place == 1 {
		return v[wNextInLine]
	}
	return v.f(wPlace, "n", v.ordinal(i.Place), "of", itoa(i.Of))
}

// expected is how long until each queue has a call for this agent.
func (m *Model) expected(p *pane, indent int) {
	if !slices.ContainsFunc(m.board.Queues, func(q wire.Queue) bool { return q.Expected > 0 }) {
		return
	}
	l := p.line().sp(indent).field(dim, m.v[wExpected], 11)
	for i := range m.board.Queues {
		q := &m.board.Queues[i]
		s := m.t.g.dash
		if q.Expected > 0 {
			s = m.v.about(time.Duration(q.Expected) * time.Second)
		}
		if l.w+width(q.Name)+width(s)+4 > l.max {
			p.add(l)
			l = p.line().sp(indent + 11)
		}
		l.put(text, q.Name+" ").put(dim, s).sp(3)
	}
	p.add(l)
}

func (v words) about(d time.Duration) string {
	if d < time.Minute {
		return v.f(wAboutSeconds, "n", itoa(int(d/time.Second)))
	}
	return v.f(wAboutMinutes, "n", itoa(int((d+30*time.Second)/time.Minute)))
}

// lastBelow divides the middle of a large screen between a card and the last calls; on a small one all is the card's.
func (m *Model) lastBelow(h int) (below, card int) {
	if h < 24 || len(m.board.Last) == 0 {
		return 0, h
	}
	below = min(len(m.board.Last)+2, h-16)
	return below, h - below
}

func (m *Model) lastRule(p *pane) {
	right := m.t.words().put(text|bold, "H ").put(dim, m.v.f(wAllCalls, "n", flush(itoa(m.board.Today.Calls), 3)))
	p.rule(m.t.words().put(dim, m.v[wLastCalls]), right)
}

// lastPane is the last calls in a box of their own.
func (m *Model) lastPane(w, h int) []string {
	if h < 3 {
		return nil
	}
	k := panelKey{versions: [3]int{m.board.ver[secLast], m.board.ver[secToday]}, state: m.v[wLanguage]}
	return m.panel("last", w, h, k, m.drawLast)
}

func (m *Model) drawLast(w, h int) []string {
	right := m.t.words().put(text|bold, "H ").put(dim, m.v.f(wAllCalls, "n", flush(itoa(m.board.Today.Calls), 3)))
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wLastCalls]), right)
	m.lastRows(p, h-2)
	return p.close(h)
}

func (m *Model) lastRows(p *pane, n int) {
	for i := range m.board.Last {
		if i >= n {
			break
		}
		r := &m.board.Last[i]
		l := p.line()
		if r.End == "missed" {
			l.put(bad, m.t.g.missed)
		}
		wide := p.inner() >= 66
		name := max(12, min(24, p.inner()-37))
		if wide {
			name = min(24, p.inner()-52)
		}
		l.to(1).put(dim, clock(m.local(r.At), false)).sp(2).field(text, m.rowName(r), name)
		l.num(text, lasted(ms(r.Talk)), 6).sp(2).field(text, m.rowQueue(r), 9).sp(1).field(text, orDash(r.Code, m.t), 10)
		if wide {
			l.sp(1).put(dim, m.v.ending(r.End))
		}
		p.add(l)
	}
}

// rowName is who a row of the day was about; an arrow marks calls of the agent's own.
func (m *Model) rowName(r *wire.Row) string {
	s := m.nameOf(&r.Caller)
	if r.Direction == "out" {
		s = m.t.g.out + " " + s
	}
	return s
}

func (m *Model) rowQueue(r *wire.Row) string {
	switch {
	case r.Queue != "":
		return r.Queue
	case r.Direction == "out":
		return m.v[wOut]
	case r.Direction == "direct":
		return m.v[wDirectShort]
	}
	return m.t.g.dash
}

func orDash(s string, t *theme) string {
	if s == "" {
		return t.g.dash
	}
	return s
}

// connecting is the moment between the answer and the voice.
func (m *Model) connecting(w, h int) []string {
	p := m.t.pane(w, round, rule, nil, nil)
	if m.board.Me.State == wire.Connecting {
		p.blank(max(0, h/2-2))
		p.centred(p.line().put(text, m.v[wVoiceComes]))
	}
	return p.close(h)
}
