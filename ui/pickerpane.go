package ui

import (
	"slices"

	"cordboard/session/wire"
)

// pickerPane finds people, queues, numbers.
func (m *Model) pickerPane(w, h int) []string {
	head := m.v[wTransferTo]
	if m.pick.kind == pickHelp {
		head = m.v[wEmergency]
	} else if m.pick.kind == pickDial || m.board.Call == nil {
		head = m.v[wCallOut]
	} else if m.pick.kind == pickAdd {
		head = m.v[wAddTo]
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
	} else if m.pick.kind == pickHelp {
		l.put(text, m.v[wEmergencyWhat])
	} else if n := m.shownNumber(); n != nil {
		l.put(dim, m.v.f(wShownAs, "number", n.Number)).sp(1).put(text, visual(n.Name))
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
	if r.help {
		return l.put(bad|bold, m.t.g.alert+" "+r.number).sp(2).put(text, m.v[wEmergency]).sp(max(0, l.max-l.w))
	}
	if r.number != "" {
		return l.put(text|bold, "  "+r.number).sp(2).put(dim, m.v[wANumber]).sp(max(0, l.max-l.w))
	}
	e := r.person
	name := min(22, p.inner()/3)
	if e.Kind == "queue" {
		l.put(calm, m.t.g.step).sp(1).field(text|bold, e.Name, name).sp(1).field(dim, m.v[wColQueue], 20)
		if i := slices.IndexFunc(m.board.Queues, func(q wire.Queue) bool { return q.ID == e.ID }); i >= 0 && l.max-l.w >= 18 { // one of the agent's own
			q := &m.board.Queues[i]
			l.num(dim, m.v.f(wNReady, "n", itoa(q.Ready)), 10)
			m.longest(l, q, 8)
		}
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
	if e.Kind == "user" && where == "" {
		where = e.Job
	}
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
	if e.Why != "" && rest >= 44 {
		why := m.v.why(e.Why)
		l.field(calm, why, 9).sp(1)
		rest -= 10
	}
	l.field(text, where, max(0, rest-26)).sp(1).field(role, state, 16).sp(1)
	m.seen(l, e)
	if e.Digit > 0 && e.Digit <= 9 {
		l.num(text|bold, itoa(e.Digit), 3)
	}
	return l.sp(max(0, l.max-l.w))
}
