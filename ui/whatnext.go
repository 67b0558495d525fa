package ui

import (
	"cordboard/session/wire"
)

// callFoot is how many rows the question at the bottom of the card needs.
func (m *Model) callFoot(*wire.Call) int {
	switch m.stateMode() {
	case inBack, inSending:
		return 2
	}
	return 0
}

// footBlock is that question.
func (m *Model) footBlock(p *pane, c *wire.Call) {
	switch m.stateMode() {
	case inBack:
		p.rule(m.t.words().put(ring, m.v[wWhatNext]), nil)
		l := p.line()
		if e := m.nextFree(c.Back.To); e != nil {
			d := itoa(e.Digit)
			l.put(text|bold, d+" ").put(text, visual(e.Name)).put(dim, ", "+m.presenceWords(e)).sp(3)
			l.put(text|bold, "c "+d+" ").put(dim, m.v[wkAsk]).sp(3)
		}
		l.put(text|bold, "q ").put(dim, m.v[wkQueue])
		if l.w+5+width(m.v[wkPicker]) <= l.max {
			l.sp(3).put(text|bold, "t ").put(dim, m.v[wkPicker])
		}
		p.add(l)
		l = p.line().put(text|bold, "Esc ").put(dim, m.v[wkKeep])
		p.add(l.sp(3).put(dim, m.v.f(wMarkedTried, "who", visual(c.Back.To), "at", clock(m.local(c.Back.At), false))))
	case inSending:
		p.rule(m.t.words().put(dim, m.v[wIfNoAnswer]), nil)
		back := m.v.f(wComesBack, "who", m.nameOf(&c.Caller))
		if width(back) > p.inner() {
			back = m.v[wComesBackShort]
		}
		p.add(p.line().put(text, back))
		l := p.line().put(text|bold, "z ").put(dim, m.v[wkTakeBack]).sp(3).put(text|bold, "1-9 ").put(dim, m.v[wkInstead])
		if l.w+3+width(m.v[wUntilAnswered]) <= l.max {
			l.sp(3).put(dim, m.v[wUntilAnswered])
		}
		p.add(l)
	}
}

// nextFree is the first available expert who is not the one that just failed.
func (m *Model) nextFree(not string) *wire.Person {
	for i := range m.board.Experts {
		e := &m.board.Experts[i]
		if e.Availability == "Available" && !e.Old && e.Number && e.Name != not && e.Tried == "" && e.Digit > 0 {
			return e
		}
	}
	return nil
}

// presenceWords are an expert's presence with its age: "free, 4s".
func (m *Model) presenceWords(e *wire.Person) string {
	_, _, w := m.t.presence(e)
	if e.Seen.IsZero() {
		return m.v[w]
	}
	return m.v[w] + " " + age(m.since(e.Seen))
}
