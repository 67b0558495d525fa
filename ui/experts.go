package ui

import (
	"strings"

	"cordboard/session/wire"
)

// expertsPane lists the people one key away, with their presence and its age. An expert keeps the place on the screen.
func (m *Model) expertsPane(w, h int) []string {
	k := panelKey{versions: [3]int{m.board.ver[secExperts], m.board.ver[secQueues]}, moment: m.server().Unix(), state: m.v[wLanguage], mode: int(m.stateMode())<<8 | int(m.over)}
	return m.panel("experts", w, h, k, m.drawExperts)
}

func (m *Model) drawExperts(w, h int) []string {
	right := m.t.words()
	if m.board.Call != nil || m.stateMode() == inReady || m.stateMode() == inPause {
		right.put(text|bold, "/ ").put(dim, m.v[wkFind])
	}
	if m.board.Call == nil {
		right = m.t.words().put(dim, m.v[wPresence])
	}
	if word, ill := graphWords[m.graphState()]; ill {
		state := m.t.words().put(ring, m.t.g.alert+" "+m.v[word])
		if m.board.Call != nil && w >= 44 {
			state.put(text|bold, " / ").put(dim, m.v[wkFind])
		}
		right = state
	}
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wExperts]), right)
	list := m.board.Experts
	rows := h - 2
	switch {
	case len(list) == 0:
		p.blank(1)
		p.centred(p.line().put(dim, m.v[wNoExperts]))
	case w >= 60 && len(list) <= rows:
		for i := range list {
			p.add(m.expertWide(p, &list[i]))
		}
		if m.board.Call != nil && m.stateMode() != inSending && len(list) < rows {
			p.add(p.line().put(text|bold, "t").sp(3).put(dim, m.v[wAllPeople]))
		}
	case w >= 60:
		m.expertColumns(p, list, rows)
	default:
		m.expertList(p, list, rows)
	}
	return p.close(h)
}

// graphWords say what is wrong with Microsoft Graph, where presence comes from.
var graphWords = map[string]word{"throttled": wGraphSlow, "unreachable": wGraphDown, "consent_missing": wGraphConsent, "credential": wGraphRefused}

func (m *Model) graphState() string {
	if m.board.Graph == nil {
		return ""
	}
	return m.board.Graph.State
}

// expertColumns puts one line an expert in two columns, read downwards.
func (m *Model) expertColumns(p *pane, list []wire.Person, rows int) {
	half := (p.inner() - 2) / 2
	per := max(5, min(rows, (len(list)+1)/2))
	if rows < per {
		per = rows
	}
	for r := range per {
		l := p.line()
		if r < len(list) {
			l.raw(m.expertLine(&list[r], half, true).String(), half)
		}
		l.to(half+1).put(rule, m.t.edges(round).v)
		if i := r + per; i < len(list) {
			l.raw(m.expertLine(&list[i], half, true).String(), half)
		} else if r == per-1 && m.board.Call != nil && m.stateMode() != inSending {
			l.put(text|bold, "t").sp(3).put(dim, m.v[wAllPeople])
		}
		p.add(l)
	}
}

// expertWide is one expert with a whole row: where, what for, and Teams' own words.
func (m *Model) expertWide(p *pane, e *wire.Person) *line {
	glyph, role, _ := m.t.presence(e)
	name, plainText := text|bold, text
	if role == dim {
		name, plainText = dim, dim
	}
	digit := " "
	if e.Digit > 0 && e.Digit <= 9 && m.over != overKeypad {
		digit = itoa(e.Digit)
	}
	state := m.v.availability(e)
	switch {
	case e.Old && e.Availability != "":
		state = m.v.f(wLastSeen, "what", strings.ToLower(state))
	case !e.Number && e.Kind != "queue":
		state = m.v[wNoNumberShort]
	}
	l := p.line().put(name, digit).sp(1).put(role, glyph).sp(1).field(name, visual(e.Name), 20).sp(1)
	where := []string{}
	if e.Department != "" {
		where = append(where, e.Department)
	} else if e.Job != "" {
		where = append(where, e.Job)
	}
	if len(e.Skills) > 0 {
		where = append(where, strings.Join(e.Skills[:min(2, len(e.Skills))], ", "))
	}
	if e.Tried != "" {
		where = append([]string{m.v.tried(e.Tried)}, where...)
	}
	l.field(plainText, strings.Join(where, " "+m.t.g.dot+" "), p.inner()-l.w-26).sp(1).field(role, state, 21)
	m.seen(l, e)
	return l
}

// tried is how the last attempt at this expert ended, in words.
func (v words) tried(why string) string {
	switch why {
	case "declined":
		return v[wTriedDeclined]
	case "busy":
		return v[wTriedBusy]
	case "no_answer":
		return v[wNoAnswerEnd]
	case "no_number", "unreachable":
		return v[wTriedUnreachable]
	}
	return why
}

// expertLine is one expert in w cells: digit, glyph, name, skill, word, age. The name keeps its room, then the word.
func (m *Model) expertLine(e *wire.Person, w int, skilled bool) *line {
	glyph, role, word := m.t.presence(e)
	l := m.t.line(w)
	name, plainText := text|bold, text
	if role == dim {
		name, plainText = dim, dim
	}
	digit := " "
	if e.Digit > 0 && e.Digit <= 9 && m.over != overKeypad { // in the keypad digits are tones
		digit = itoa(e.Digit)
	}
	const fixed = 1 + 1 + 1 + 1 + 1 + 4 + 4
	room := w - fixed
	nameW := min(15, room)
	if !skilled {
		nameW = room
	}
	l.put(name, digit).sp(1).put(role, glyph).sp(1).field(name, visual(e.Name), nameW)
	if skill := room - nameW - 1; skilled && skill >= 4 {
		l.sp(1).field(plainText, m.skill(e), skill)
	} else {
		l.sp(room - nameW)
	}
	l.sp(1).field(role, m.v[word], 4)
	m.seen(l, e)
	return l
}

// seen is the age of a presence in three cells, after a blank.
func (m *Model) seen(l *line, e *wire.Person) {
	if e.Seen.IsZero() {
		l.num(dim, m.t.g.dash, 4)
		return
	}
	l.num(dim, age(m.since(e.Seen)), 4)
}

func (m *Model) skill(e *wire.Person) string {
	switch {
	case len(e.Skills) > 0:
		return e.Skills[0]
	case e.Department != "":
		return e.Department
	}
	return e.Job
}

// expertList gives each expert two lines, three where there is room, one where there is little.
func (m *Model) expertList(p *pane, list []wire.Person, rows int) {
	queues := 0
	if m.board.Call != nil && len(m.board.Queues) > 0 {
		queues = min(len(m.board.Queues), 4) + 1
	}
	each := min(3, max(1, (rows-queues)/max(1, len(list))))
	if each == 1 && queues > 0 && rows < len(list)+queues {
		queues = 0
		each = min(3, max(1, rows/max(1, len(list))))
	}
	for i := range list {
		if (i+1)*each > rows-queues {
			break
		}
		e := &list[i]
		if each >= 2 {
			p.add(m.expertLine(e, p.inner(), false))
		} else {
			p.add(m.expertLine(e, p.inner(), true))
		}
		if each >= 2 {
			p.add(m.expertMore(p, e))
		}
		if each >= 3 {
			p.blank(1)
		}
	}
	if queues > 0 {
		p.blank(rows - queues - (p.height() - 1))
		p.rule(m.t.words().put(dim, m.v[wQueuesAndTeams]), m.t.words().put(text|bold, "q"))
		for i := range queues - 1 {
			q := &m.board.Queues[i]
			l := p.line().put(text|bold, itoa(i+1)).sp(2).field(text, q.Name, p.inner()-17).num(dim, m.v.f(wNReady, "n", itoa(q.Ready)), 8)
			m.longest(l, q, 6)
			p.add(l)
		}
	}
}

// expertMore is the second line of an expert: skills, department, why not.
func (m *Model) expertMore(p *pane, e *wire.Person) *line {
	l := p.line().sp(4)
	_, role, _ := m.t.presence(e)
	parts := make([]string, 0, 3)
	if len(e.Skills) > 0 {
		parts = append(parts, strings.Join(e.Skills[:min(2, len(e.Skills))], ", "))
	}
	old := e.Old && e.Availability != ""
	if e.Department != "" && !old {
		parts = append(parts, e.Department)
	} else if e.Job != "" && !old {
		parts = append(parts, e.Job)
	}
	switch {
	case e.Tried != "":
		l.put(ring, m.v.tried(e.Tried)+" ")
	case !e.Number && e.Kind != "queue":
		parts = append(parts, m.v[wNoNumberShort])
	case old:
		parts = append(parts, m.v.f(wLastSeen, "what", strings.ToLower(m.v.availability(e))))
	case e.Message != "":
		parts = append(parts, "“"+visual(e.Message)+"”")
	}
	s := text
	if role == dim {
		s = dim
	}
	return l.put(s, strings.Join(parts, " "+m.t.g.dot+" "))
}

// availability in Teams' own words.
func (v words) availability(e *wire.Person) string {
	if e.Availability == "DoNotDisturb" {
		return v[waDnd]
	}
	switch e.Activity {
	case "InACall":
		return v[waInCall]
	case "InAConferenceCall":
		return v[waInConference]
	case "InAMeeting":
		return v[waInMeeting]
	case "Presenting":
		return v[waPresenting]
	}
	switch e.Availability {
	case "Available", "AvailableIdle":
		return v[waAvailable]
	case "Busy", "BusyIdle":
		return v[waBusy]
	case "DoNotDisturb":
		return v[waDnd]
	case "Away":
		return v[waAway]
	case "BeRightBack":
		return v[waBrb]
	case "Offline":
		return v[waOffline]
	}
	return v[waUnknown]
}
