package ui

// mini is the desk in a small window: no borders, one line of what is known, six experts, the keys.
func (m *Model) mini(w, h int) []string {
	t := m.t
	rows := []string{m.miniStatus(w)}
	if m.welcomed && m.board.Out == nil {
		rows = append(rows, m.miniCaller(w)...)
	} else {
		rows = append(rows, m.miniDoor(w)...)
	}
	if q := m.miniQuestion(w); q != "" {
		rows = append(rows, q)
	}
	room := h - 2 // news and footer
	if len(rows) < room && m.welcomed {
		rows = append(rows, t.paint(rule, repeat(t.edges(round).h, w)))
		rows = append(rows, m.miniBody(w, room-len(rows))...)
	}
	if len(rows) > room {
		rows = rows[:room]
	}
	for len(rows) < room {
		rows = append(rows, blanks(w))
	}
	return append(rows, m.newsRow(w), m.footer(w))
}

// miniStatus is the first row without meters.
func (m *Model) miniStatus(w int) string {
	if in := m.stateMode(); m.lost() || m.welcomed && (in == inPause || in == inMissed) {
		return m.status(w)
	}
	f, since := m.face()
	l := m.t.line(w)
	s := " " + f.glyph + " " + m.v[f.word] + " "
	if !since.IsZero() {
		s += running(m.since(since)) + " "
	}
	l.put(f.role|pill, s)
	if !since.IsZero() {
		l.sp(7 - len(running(m.since(since))))
	}
	m.statusWarnings(l)
	if p := m.board.Me.Pending; p != nil && m.welcomed {
		l.put(dim, "  "+m.v[wThen]+" ")
		if p.Reason != nil {
			l.put(text, m.v.reason(p.Reason))
		} else {
			l.put(text, m.v[m.t.faceOf(p.State).word])
		}
	}
	return l.end(m.t.line(20).put(text|bold, clock(m.local(m.server()), false)).sp(1)).String()
}

// miniCaller is the caller in two or three lines, whatever the state.
func (m *Model) miniCaller(w int) []string {
	c := m.board.caller()
	if c == nil {
		l := m.t.line(w).sp(1)
		switch m.stateMode() {
		case inReady:
			if kept := m.v.kept(m.board.Me.Kept); kept != "" {
				l.put(ring|bold, kept)
			} else if m.board.Me.Idle.Of > 0 {
				l.put(text|bold, m.v.inLine(m.board.Me.Idle))
			} else {
				l.put(text|bold, m.v[wNextCallYours])
			}
		case inPause:
			l.put(text, m.v[wReadyForCalls])
		default:
			l.put(text, m.v[wVoiceComes])
		}
		return []string{l.String(), m.queuesRow(w)}
	}
	l := m.t.line(w).sp(1).put(text|bold, m.nameOf(c))
	number := m.t.line(w)
	if c.Name != "" && c.Number != "" {
		number.put(text|bold, shownNumber(c.Number)).sp(1)
	}
	if c.Company != "" && l.w+2+width(c.Company)+1+number.w <= w {
		l.sp(2).put(text, visual(c.Company))
	}
	return []string{l.end(number).String(), m.miniWhat(w)}
}

// miniWhat is what happens with the caller, in one line.
func (m *Model) miniWhat(w int) string {
	b := &m.board
	p := &pane{t: m.t, w: w + 2}
	l := m.t.line(w).sp(1)
	switch in := m.stateMode(); {
	case in == inRing:
		return m.t.line(w).sp(1).add(m.answerBar(p, b.Offer)).String()
	case in == inWrap:
		return m.t.line(w).sp(1).add(m.wrapBar(p)).String()
	case in == inMissed:
		return l.put(text, m.v.keptPlace(b.Missed.Words)).String()
	case b.Call != nil:
		return m.t.line(w).sp(1).add(m.withYou(p, b.Call)).String()
	}
	return l.String()
}

// miniQuestion is what row 2 says on larger screens, when there is something.
func (m *Model) miniQuestion(w int) string {
	if m.over != overCommand && m.gate == nil && m.sure.act == "" && (m.board.Offer == nil || m.board.Call == nil) && m.prefix == inNone &&
		(m.problem.Words == "" || m.server().Sub(m.problem.At) >= problemFor) {
		return ""
	}
	return m.second(w)
}

func (m *Model) miniDoor(w int) []string {
	l := m.t.line(w).sp(1)
	switch m.mode() {
	case inSignIn:
		return []string{l.put(text, m.sign.URL).String(), m.t.line(w).sp(1).put(talk|pill, " "+group(m.sign.Code)+" ").sp(2).put(dim, m.v[wWaitingForYou]).
			sp(1).put(text|bold, running(m.sign.Until.Sub(m.now))).String()}
	case inBlocked:
		return append([]string{}, m.plainRows(m.sign.Words, w)...)
	case inRefused, inElsewhere:
		return m.plainRows(m.v.turned(m.conn.Refused), w)
	case inOut:
		return m.plainRows(m.v.turned(m.board.Out), w)
	case inDemo:
		return []string{l.put(text, m.v[wDemoTitle]).String(), m.t.line(w).sp(1).put(text|bold, "Enter ").put(text, m.v[wkSignIn]).String()}
	}
	return []string{l.put(text, m.v[wStarting]).String()}
}

func (m *Model) plainRows(s string, w int) []string {
	var rows []string
	for _, r := range wrapText(s, w-2) {
		rows = append(rows, m.t.line(w).sp(1).put(text, r).String())
	}
	return rows
}

// miniBody is the open page, the note that is written, the codes, or the experts in two columns.
func (m *Model) miniBody(w, h int) []string {
	if h < 1 {
		return nil
	}
	var rows []string
	add := func(l *line) {
		if len(rows) < h {
			rows = append(rows, l.String())
		}
	}
	b := &m.board
	switch {
	case m.covered() && h >= 4:
		return m.page(w, h)
	case m.over == overKeypad && h >= 6:
		return m.keypadPane(w, h)
	case m.over == overKeypad:
		add(m.t.line(w).sp(1).put(dim, m.v[wSent]+"  ").put(text|bold, m.toneFor))
	case m.over == overNote:
		for _, r := range m.note.rows(w-3, h) {
			add(m.t.line(w).sp(1).drawText(text, r, m.t.g.cursor))
		}
	case m.over == overPicker:
		for _, r := range m.pick.edit.rows(w-3, 1) {
			add(m.t.line(w).sp(1).put(talk, m.t.g.pick+" ").drawText(text|bold, r, m.t.g.cursor))
		}
		if m.pickable() {
			add(m.pickLine(&pane{t: m.t, w: w + 4}, m.pick.at))
		}
	case b.Wrap != nil && b.Call == nil:
		l := m.t.line(w).sp(1)
		for i, c := range b.Wrap.Codes {
			if i < 9 {
				if l.w+width(c.Name)+4 > w {
					add(l)
					l = m.t.line(w).sp(1)
				}
				l.put(text|bold, itoa(i+1)+" ").put(text, c.Name).sp(2)
			}
		}
		add(l)
	default:
		if f := m.known(); len(f) > 0 && h >= 2 {
			if h < 10 {
				f = f[min(1, len(f)-1):][:1]
			}
			for i := range min(4, len(f)) {
				add(m.t.line(w).sp(1).field(dim, f[i].Label, 8).sp(1).put(text, f[i].Text))
			}
		}
		if s := m.noteText(); s != "" && h >= 12 {
			add(m.t.line(w))
			for _, r := range wrapText(s, w-3)[:1] {
				add(m.t.line(w).sp(1).field(dim, m.v[wNote], 8).sp(1).put(text, r))
			}
		}
		if h >= 10 {
			add(m.t.line(w))
		}
		n := min(6, len(b.Experts))
		if h >= 10 {
			n = min(10, len(b.Experts))
		}
		per := max(1, min(h-len(rows), (n+1)/2))
		for r := range per {
			l := m.t.line(w).sp(1)
			half := (w - 3) / 2
			if r < n {
				l.raw(m.expertLine(&b.Experts[r], half, half >= 32).String(), half)
			}
			if r+per < n {
				l.to(half+2).raw(m.expertLine(&b.Experts[r+per], half, half >= 32).String(), half)
			}
			if r < n {
				add(l)
			}
		}
	}
	return rows
}
