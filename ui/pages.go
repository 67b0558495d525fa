package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// helpRow is one row of the help page, drawn.
type helpRow struct{ cells [3][2]string }

// helpRows are the keys that act now, in three columns, and those that do not, with the reason.
func (m *Model) helpRows(w int) []helpRow {
	under := m.helpMode()
	columns := [3][][2]string{}
	for _, b := range m.keys.at(m, under) {
		key := b.shown()
		if key == " " || b.act == actHelp {
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
		add(actHangup, wWhyCallOver)
		add(actReady, wWhyDoneFirst)
	case inReady, inPause, inMissed:
		add(actHold, wWhyNoCall)
		add(actMore, wWhyAfterCall)
	}
	return out
}

// whyPane is the story behind what the desk shows: the server's own words.
func (m *Model) whyPane(w, h int) []string {
	p := m.t.pane(w, round, talk, m.t.words().put(text|bold, m.v[wWhyTitle]), m.t.words().put(text|bold, "Esc ").put(dim, m.v[wkBack]))
	if len(m.whyText) == 0 {
		p.add(p.line().put(dim, m.v[wAsked]))
	}
	rows := m.whyRows(p.inner())
	from, to := m.list.window(len(rows), h-2)
	for _, r := range rows[from:to] {
		p.add(p.line().put(text, r))
	}
	return p.close(h)
}

// whyRows are the story's lines, long ones going on under their words.
func (m *Model) whyRows(w int) []string {
	var rows []string
	for _, s := range m.whyText {
		indent := min(24, w/3)
		for i, r := range wrapText(s, w) {
			if i == 0 {
				rows = append(rows, r)
				continue
			}
			for _, more := range wrapText(strings.TrimSpace(r), w-indent) {
				rows = append(rows, blanks(indent)+more)
			}
		}
	}
	return rows
}

// historyPane is the day of this agent: one row a contact, only those in sight are drawn.
func (m *Model) historyPane(w, h int) []string {
	d := &m.board.Today
	title := m.t.words().put(text|bold, m.v[wTodayTitle]).put(dim, " "+m.v.f(wNCalls, "n", itoa(d.Calls))+" "+m.t.g.dot+" "+lasted(ms(d.Talk))+" "+m.v[wTalk])
	if d.Calls > 0 {
		title.put(dim, " "+m.t.g.dot+" "+m.v[wAHT]+" "+lasted(ms(d.Handle)/time.Duration(d.Calls)))
	}
	right := m.t.words().put(text|bold, "Enter ").put(dim, m.v[wkStory]).sp(2).put(text|bold, "Esc ").put(dim, m.v[wkBack])
	p := m.t.pane(w, round, talk, title, right)
	who := max(14, min(40, p.inner()-58))
	p.add(p.line().sp(2).field(dim, m.v[wColTime], 6).field(dim, m.v[wColWho], who).sp(1).field(dim, m.v[wColQueue], 9).
		num(dim, m.v[wColIn], 6).num(dim, m.v[wTalk], 8).sp(2).field(dim, m.v[wColCode], 9).sp(1).put(dim, m.v[wColEnd]))
	if len(m.history) == 0 {
		p.add(p.line().put(dim, m.v[wNoCallsYet]))
	}
	from, to := m.list.window(len(m.history), h-3)
	for i := from; i < to; i++ {
		p.add(m.historyRow(p, &m.history[i], who, i == m.list.at))
	}
	return p.close(h)
}

func (m *Model) historyRow(p *pane, r *wire.Row, who int, marked bool) *line {
	l := p.line()
	first := " "
	if marked {
		l.mark = mark
		first = m.t.g.pick
	}
	name := m.rowName(r)
	if r.Caller.Company != "" {
		name += ", " + visual(r.Caller.Company)
	}
	l.put(text|bold, first).sp(1).put(dim, clock(m.local(r.At), false)).sp(1)
	if r.End == "missed" {
		l.put(bad, m.t.g.missed+" ").field(text, name, who-2)
	} else {
		l.field(text, name, who)
	}
	l.sp(1).field(text, m.rowQueue(r), 9).num(dim, lasted(ms(r.Waited)), 6).num(text, lasted(ms(r.Talk)), 8)
	return l.sp(2).field(text, orDash(r.Code, m.t), 9).sp(1).field(dim, m.v.ending(r.End), max(0, l.max-l.w))
}

// keypadPane is where digits are tones.
func (m *Model) keypadPane(w, h int) []string {
	title := m.t.words().put(text|bold, m.v[wKeypad]).put(dim, " "+m.v[wKeypadTo])
	p := m.t.pane(w, thick, talk, title, m.t.words().put(text|bold, "Esc ").put(dim, m.v[wkBack]))
	keys := [4]string{"1  2  3", "4  5  6", "7  8  9", "*  0  #"}
	sent := m.toneFor
	room := max(4, p.inner()-22)
	if r := []rune(sent); len(r) > room/2 {
		sent = string(r[len(r)-room/2:])
	}
	var shown []byte
	for i := range len(sent) {
		if i > 0 {
			shown = append(shown, ' ')
		}
		shown = append(shown, sent[i])
	}
	for i, k := range keys {
		l := p.line().sp(4).put(text|bold, k).sp(6)
		switch i {
		case 0:
			if p.inner() >= 40 {
				l.put(dim, m.v[wSent]+"  ").put(text|bold, string(shown)).put(talk, m.t.g.cursor)
			}
		case 2:
			if p.inner() >= 60 {
				l.put(dim, m.v[wComma])
			}
		}
		p.add(l)
	}
	if p.inner() < 40 {
		p.blank(1)
		p.add(p.line().put(dim, m.v[wSent]+"  ").put(text|bold, string(shown)).put(talk, m.t.g.cursor))
	}
	return p.close(h)
}

// pickerPane finds people, queues, numbers.
func (m *Model) pickerPane(w, h int) []string {
	head := m.v[wTransferTo]
	if m.pick.kind == pickDial || m.board.Call == nil {
		head = m.v[wCallOut]
	}
	title := m.t.words().put(text|bold, head+" ").put(talk|bold, m.t.g.pick+" ")
	title.drawText(talk|bold, oneOf(m.pick.edit.rows(max(10, w-30), 1)), m.t.g.cursor)
	p := m.t.pane(w, thick, talk, title, m.t.words().put(dim, m.v.f(wNFound, "n", itoa(len(m.pick.rows)))))
	rows := h - 4
	from, to := list{at: m.pick.at}.window(len(m.pick.rows), rows)
	for i := from; i < to; i++ {
		p.add(m.pickLine(p, i))
	}
	if len(m.pick.rows) == 0 {
		p.add(p.line().put(dim, m.v[wNobodyFound]))
	}
	p.blank(h - 3 - p.height())
	p.rule(nil, nil)
	l := p.line()
	if m.pick.edit.empty() && m.pick.kind == pickTransfer {
		l.put(dim, m.v[wPickEmpty])
	} else {
		l.put(dim, m.v[wPickTyped])
	}
	p.add(l)
	return p.close(h)
}

func oneOf(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[0]
}

func (m *Model) pickLine(p *pane, i int) *line {
	r := &m.pick.rows[i]
	l := p.line()
	first := " "
	if i == m.pick.at {
		l.mark = mark
		first = m.t.g.pick
	}
	l.put(talk|bold, first).sp(1)
	if r.number != "" {
		return l.put(text|bold, "  "+r.number).sp(2).put(dim, m.v[wANumber]).sp(max(0, l.max-l.w))
	}
	e := r.person
	name := min(22, p.inner()/3)
	if e.Kind == "queue" {
		l.put(calm, m.t.g.step).sp(1).field(text|bold, e.Name, name).sp(1).field(dim, m.v[wColQueue], 20)
		return l.sp(max(0, l.max-l.w))
	}
	glyph, role, _ := m.t.presence(e)
	style := text | bold
	if role == dim {
		style = dim
	}
	l.put(role, glyph).sp(1).field(style, visual(e.Name), name).sp(1)
	rest := p.inner() - l.w
	where := e.Department
	if len(e.Skills) > 0 {
		if where != "" {
			where += " " + m.t.g.dot + " "
		}
		where += e.Skills[0]
	}
	if where == "" {
		where = e.Job
	}
	state := m.v.availability(e)
	if !e.Number {
		state, role = m.v[wNoNumberShort], dim
	} else if e.Old {
		state += "?"
	}
	l.field(text, where, max(0, rest-26)).sp(1).field(role, state, 16).sp(1)
	m.seen(l, e)
	if e.Digit > 0 && e.Digit <= 9 {
		l.num(text|bold, itoa(e.Digit), 3)
	}
	return l.sp(max(0, l.max-l.w))
}

// lostPane stands over the desk while the server cannot be reached.
func (m *Model) lostPane(w int) []string {
	right := m.t.words()
	switch left := m.conn.Next.Sub(m.now); {
	case m.conn.Attempt > 0 && left > 0:
		right.put(text, m.v.f(wTryingIn, "n", m.v.ordinal(m.conn.Attempt), "s", itoa(int((left+time.Second-1)/time.Second))))
	case m.conn.Attempt > 0:
		right.put(text, m.v.f(wTrying, "n", m.v.ordinal(m.conn.Attempt)))
	}
	p := m.t.pane(w, double, bad, m.t.words().put(bad|bold, m.t.g.alert+" "+m.v[wLostTitle]), right)
	l := p.line()
	switch {
	case m.board.Call != nil && (m.levels.LineUp || m.o.Phone == nil):
		l.put(text, m.v.f(wStillHears, "who", m.nameOf(&m.board.Call.Caller)))
	case m.board.Call != nil:
		l.put(bad, m.v.f(wHearsMusicLost, "who", m.nameOf(&m.board.Call.Caller)))
	default:
		l.put(text, m.v[wNoCallsMeanwhile])
	}
	p.add(l)
	l = p.line()
	if m.conn.Waiting > 0 {
		l.put(text, m.v.f(wHeldForYou, "n", itoa(m.conn.Waiting))).sp(2)
	}
	if m.board.Call != nil {
		l.put(dim, m.v[wIfThatGoesToo])
	}
	p.add(l)
	return p.close(4)
}

// mouse scrolls lists and presses footer keys. Nothing needs it.
func (m *Model) mouse(e tea.MouseMsg) tea.Cmd {
	if !m.welcomed {
		return nil
	}
	switch {
	case e.Button == tea.MouseButtonWheelUp && e.Action == tea.MouseActionPress:
		return m.wheel("up")
	case e.Button == tea.MouseButtonWheelDown && e.Action == tea.MouseActionPress:
		return m.wheel("down")
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress && e.Y == m.h-1:
		return m.clickFooter(e.X)
	}
	return nil
}

func (m *Model) wheel(key string) tea.Cmd {
	switch m.mode() {
	case inPicker:
		return m.pickMove(key)
	case inHelp, inWhy, inHistory, inSettings:
		return m.scroll(key)
	}
	return nil
}

// clickFooter presses the key under the pointer.
func (m *Model) clickFooter(x int) tea.Cmd {
	in := m.mode()
	at := width(m.v[m.keys.chips[in].word]) + 2
	for _, k := range m.footerRow(in) {
		b := m.keys.bindings[k.act]
		if k.act == actHelp {
			if x >= m.w-k.width() {
				return b.run(m, "?")
			}
			continue
		}
		end := at + k.width()
		if x >= at && x < end && b != nil && len(b.keys) < 9 {
			return m.press(keyOf(b.keys[0]))
		}
		at = end
	}
	return nil
}

// keyOf is the message that a key of the table makes.
func keyOf(name string) tea.KeyMsg {
	switch name {
	case "enter":
		return tea.KeyMsg{Type: tea.KeyEnter}
	case "esc":
		return tea.KeyMsg{Type: tea.KeyEsc}
	case "tab":
		return tea.KeyMsg{Type: tea.KeyTab}
	case "up":
		return tea.KeyMsg{Type: tea.KeyUp}
	case "down":
		return tea.KeyMsg{Type: tea.KeyDown}
	case "backspace":
		return tea.KeyMsg{Type: tea.KeyBackspace}
	case "f3":
		return tea.KeyMsg{Type: tea.KeyF3}
	case "f4":
		return tea.KeyMsg{Type: tea.KeyF4}
	case "ctrl+u":
		return tea.KeyMsg{Type: tea.KeyCtrlU}
	case " ":
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}
