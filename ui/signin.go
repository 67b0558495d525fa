package ui

import (
	"time"

	"cordboard/session/wire"
)

// door is what stands before the desk: the demo's first screen, signing in, and what keeps the person out.
func (m *Model) door(w, h int) []string {
	switch m.mode() {
	case inDemo:
		return m.demoPane(w, h)
	case inSignIn:
		return m.signInPane(w, h)
	case inBlocked:
		return m.blockedPane(w, h)
	case inRefused, inOut:
		return m.refusedPane(w, h)
	case inElsewhere:
		return m.elsewherePane(w, h)
	}
	return m.startPane(w, h)
}

// signInPane shows the address, the code, and a square that a phone can read.
func (m *Model) signInPane(w, h int) []string {
	s := &m.sign
	title := m.t.words().put(text|bold, m.v[wSignInTitle]).put(dim, " "+m.v[wSignInWith])
	p := m.t.pane(w, round, talk, title, nil)
	square, side := m.square(s.URL, h-2)
	left := 0
	if side > 0 && p.inner() >= side+34 {
		left = side + 3
	} else {
		square = nil
	}
	say := m.signInWords(p.inner() - left)
	for i := range max(len(square), len(say)) {
		if p.height() >= h-1 {
			break
		}
		l := p.line()
		if i < len(square) {
			l.raw(square[i], side)
		}
		l.to(left)
		if i < len(say) {
			l.add(say[i])
		}
		p.add(l)
	}
	return p.close(h)
}

func (m *Model) signInWords(w int) []*line {
	s := &m.sign
	t := m.t
	var out []*line
	add := func(l *line) { out = append(out, l) }
	add(t.line(w))
	if s.Stage == wire.SignInBrowser {
		add(t.line(w).put(text, m.v[wBrowserOpen]))
		add(t.line(w))
		for _, r := range hardRows(s.URL, w) {
			add(t.line(w).put(talk|link, r))
		}
		if s.Remote != "" {
			add(t.line(w))
			add(t.line(w).put(dim, m.v[wRemoteFirst]))
			for _, r := range hardRows(s.Remote, w) {
				add(t.line(w).put(text|bold, r))
			}
		}
	} else {
		add(t.line(w).put(text, m.v[wOpenOnAny]))
		for _, r := range hardRows(s.URL, w) {
			add(t.line(w).put(text|bold, r))
		}
		add(t.line(w).put(dim, m.v[wOrScan]))
		add(t.line(w))
		add(t.line(w).put(text, m.v[wAndType]))
		add(t.line(w))
		l := t.line(w).sp(3).put(talk|pill, " "+group(s.Code)+" ").sp(3)
		l.put(text|bold, "y ").put(dim, m.v[wkCopy])
		if m.o.Open != nil {
			l.sp(2).put(text|bold, "o ").put(dim, m.v[wkOpen])
		}
		add(l)
	}
	add(t.line(w))
	add(t.line(w).put(dim, m.v[wWaitingForYou]))
	if !s.Until.IsZero() {
		left := max(0, s.Until.Sub(m.now))
		whole := 15 * time.Minute
		add(t.line(w).bar(talk, min(30, w-7), float64(left)/float64(whole), false).sp(1).put(text|bold, running(left)))
	}
	add(t.line(w))
	add(t.line(w).put(text|bold, "b ").put(dim, m.v[wkBrowser]).sp(3).put(text|bold, "Enter ").put(dim, m.v[wkNewCode]))
	if s.Server != "" {
		l := t.line(w).put(dim, s.Server)
		if m.conn.State == wire.ConnUp && m.conn.Took > 0 {
			l.sp(1).put(good, t.g.ready).sp(1).put(dim, itoa(int(m.conn.Took.Milliseconds()))+" ms")
		}
		add(l)
	}
	return out
}

// hardRows breaks an address at any place.
func hardRows(s string, w int) []string {
	var rows []string
	for width(s) > w && w > 4 {
		r := []rune(s)
		rows = append(rows, string(r[:w]))
		s = string(r[w:])
	}
	return append(rows, s)
}
