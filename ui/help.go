package ui

// helpRow is one row of the help page, drawn.
type helpRow struct{ cells [3][2]string }

// helpRows are the keys that act now, in three columns, and those that do not, with the reason.
func (m *Model) helpRows(w int) []helpRow {
	under := m.helpMode()
	columns := [3][][2]string{}
	for _, b := range m.keys.at(m, under) {
		key := b.shown()
		if key == " " || b.act == actHelp || b.act == actCodeFirst { // the last stands below, with its reason
			continue
		}
		i := map[byte]int{'c': 0, 'p': 1, 's': 2}[b.group]
		if b.group == 0 {
			i = 2
		}
		columns[i] = append(columns[i], [2]string{key, m.v[b.label]})
	}
	n := max(len(columns[0]), len(columns[1]), len(columns[2]))
	rows := make([]helpRow, n)
	for c := range columns {
		for r, cell := range columns[c] {
			rows[r].cells[c] = cell
		}
	}
	return rows
}

// helpMode is the mode that the page explains: the one it lies over.
func (m *Model) helpMode() mode { return m.modeWith(m.behind) }

func (m *Model) helpPane(w, h int) []string {
	in := m.helpMode()
	title := m.t.words().put(text|bold, m.v[wKeysNow]).put(dim, " "+m.t.g.dot+" "+m.v[m.keys.chips[in].word])
	p := m.t.pane(w, round, talk, title, m.t.words().put(text|bold, "Esc ").put(dim, m.v[wkBack]))
	p.add(p.line().put(dim, m.v[wHelpCall]).to(p.inner()/3).put(dim, m.v[wHelpPeople]).to(2*p.inner()/3).put(dim, m.v[wHelpScreen]))
	rows := m.helpRows(w - 4)
	notNow := m.notNow(in)
	room := h - 3
	if len(rows)+len(notNow)+1 <= room {
		room -= len(notNow) + 1
	}
	from, to := m.list.window(len(rows), room)
	third := p.inner() / 3
	for _, r := range rows[from:to] {
		l := p.line()
		for c, cell := range r.cells {
			l.to(c * third)
			if cell[0] != "" {
				l.field(text|bold, cell[0], 7).put(text, cut(cell[1], third-8, m.t.g.ellipsis))
			}
		}
		p.add(l)
	}
	if len(notNow) > 0 && p.height()+len(notNow)+2 <= h {
		p.rule(m.t.words().put(dim, m.v[wNotNowTitle]), m.t.words().put(dim, m.v[wAndWhy]))
		for _, r := range notNow {
			p.add(p.line().put(text|bold, r[0]).to(3).field(text, r[1], 20).put(dim, r[2]))
		}
	}
	return p.close(h)
}

// notNow are keys that one might look for, and why they do nothing now.
func (m *Model) notNow(in mode) [][3]string {
	var out [][3]string
	add := func(a action, why word) {
		b := m.keys.bindings[a]
		if m.keys.find(m, in, b.keys[0]) == nil {
			out = append(out, [3]string{b.shown(), m.v[b.label], m.v[why]})
		}
	}
	switch in {
	case inTalk, inHold, inSending, inAsking, inGroup, inBack, inDial:
		add(actReady, wWhyInCall)
		add(actMore, wWhyAfterCall)
	case inWrap:
		if m.codeWanted() {
			out = append(out, [3]string{"Enter", m.v[wkDone], m.v[wWhyCodeFirst]})
		}
		add(actHangup, wWhyCallOver)
		add(actReady, wWhyDoneFirst)
	case inReady, inPause, inMissed:
		add(actHold, wWhyNoCall)
		add(actMore, wWhyAfterCall)
	}
	return out
}
