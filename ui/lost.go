package ui

import (
	"time"
)

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
