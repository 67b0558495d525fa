package ui

import (
	"strings"

	"cordboard/session/wire"
)

// nameOf is what to call somebody: the name, else the number, else that it is withheld.
func (m *Model) nameOf(c *wire.Caller) string {
	switch {
	case c.Name != "":
		return visual(c.Name)
	case c.Number != "":
		return shownNumber(c.Number)
	}
	return m.v[wUnknownCaller]
}

// callerRow is the first line of every card: the name at the left, the number at the right. It never moves.
func (m *Model) callerRow(p *pane, c *wire.Caller, more string) {
	l := p.line()
	number := m.t.line(p.inner())
	switch {
	case c.Withheld || c.Number == "":
		number.put(dim, m.v[wWithheld])
	case c.Name != "":
		number.put(text|bold, shownNumber(c.Number))
	}
	l.put(text|bold, m.nameOf(c))
	if hasRTL(c.Name) {
		l.sp(2)
	}
	if c.Company != "" && l.w+3+width(c.Company)+2+number.w <= p.inner() {
		l.sp(3).put(text, visual(c.Company))
	} else if c.Company != "" && p.inner()-number.w-l.w > 12 {
		l.sp(3).put(text, cut(visual(c.Company), p.inner()-number.w-l.w-5, m.t.g.ellipsis))
	}
	if c.Department != "" && c.Company == "" && l.w+3+width(c.Department)+2+number.w <= p.inner() {
		l.sp(3).put(text, visual(c.Department))
	}
	if c.Internal {
		l.sp(2).put(calm, m.v[wInternal])
	}
	if w := c.Person; w != nil && !w.Old && w.Availability != "" {
		if s := strings.ToLower(m.v.availability(w)); l.w+3+width(s)+2+number.w <= p.inner() {
			l.sp(2).put(dim, s)
		}
	}
	if more != "" && l.w+3+width(more)+2+number.w <= p.inner() {
		l.sp(3).put(dim, more)
	}
	p.add(l.end(number))
}

// path is how the caller got here; a long one keeps its queue and its last step.
func (m *Model) path(l *line, queue string, steps []string, room int) {
	if queue == "" && len(steps) == 0 {
		return
	}
	all := steps
	if queue != "" && (len(steps) == 0 || steps[0] != queue) {
		all = append([]string{queue}, steps...)
	}
	sep := " " + m.t.g.step + " "
	if width(strings.Join(all, sep)) > room && len(all) > 2 {
		all = []string{all[0], m.t.g.ellipsis, all[len(all)-1]}
	}
	for i, s := range all {
		if i > 0 {
			l.put(dim, sep)
		}
		style := text
		if i == 0 {
			style = text | bold
		}
		l.put(style, s)
	}
}

// tail is the right end of a call card's border: how long the caller waited, and the recording.
func (m *Model) tail(waited int64, recording string) *line {
	l := m.t.words()
	if waited > 0 {
		l.put(dim, m.v[wWaited]+" ").put(text, lasted(ms(waited)))
	}
	switch recording {
	case "on":
		l.sp(min(2, 2*l.w)).put(bad|bold, m.t.g.rec+" "+m.v[wREC])
	case "paused":
		l.sp(min(2, 2*l.w)).put(dim, m.t.g.rec+" "+m.v[wRECPaused])
	}
	return l
}

func (m *Model) callerExtras(l *line, c *wire.Caller) {
	if c.Today > 1 {
		l.sp(1).put(text, m.v.f(wNthToday, "n", m.v.ordinal(c.Today)))
	}
	if c.Language != "" {
		l.sp(2).put(text, c.Language)
	}
}
