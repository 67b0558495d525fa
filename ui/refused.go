package ui

import (
	"cordboard/session/wire"
)

// blockedPane says what keeps the person from signing in, and the other ways, in order of ease.
func (m *Model) blockedPane(w, h int) []string {
	s := &m.sign
	head := map[wire.SignInStage]word{wire.SignInBlocked: wSignInBlocked, wire.SignInExpired: wSignInExpired,
		wire.SignInDeclined: wSignInDeclined, wire.SignInFailed: wSignInFailed}[s.Stage]
	p := m.t.pane(w, thick, bad, m.t.words().put(bad|bold, m.t.g.missed+" "+m.v[head]), nil)
	p.blank(1)
	for _, r := range wrapText(s.Words, p.inner()) {
		p.add(p.line().put(text, r))
	}
	p.blank(1)
	p.add(p.line().put(text|bold, "Enter  ").put(text, m.v[wkNewCode]))
	p.add(p.line().put(text|bold, "b      ").put(text, m.v[wBrowserHere]))
	if s.Remote != "" {
		p.add(p.line().sp(7).put(dim, m.v[wRemoteFirst]))
		p.add(p.line().sp(7).put(text|bold, s.Remote).sp(3).put(text|bold, "y ").put(dim, m.v[wkCopy]))
		if s.URL != "" {
			p.add(p.line().sp(7).put(dim, m.v[wThenOpen]))
			for _, r := range hardRows(s.URL, p.inner()-7) {
				p.add(p.line().sp(7).put(talk|link, r))
			}
		}
	}
	if s.Stage == wire.SignInBlocked {
		p.blank(1)
		p.add(p.line().put(dim, m.v[wForAdmin]))
	}
	if s.Detail != "" {
		p.blank(1)
		for _, r := range wrapText(s.Detail, p.inner()) {
			p.add(p.line().put(dim, r))
		}
	}
	n := min(h, max(p.height()+2, 13))
	return append(p.close(n), blankRows(w, h-n)...)
}

func blankRows(w, n int) []string {
	var rows []string
	for range n {
		rows = append(rows, blanks(w))
	}
	return rows
}

// refusedPane says why the server does not let this console in.
func (m *Model) refusedPane(w, h int) []string {
	r := m.conn.Refused
	if m.board.Out != nil {
		r = m.board.Out
	}
	if r == nil {
		r = &wire.Refused{}
	}
	head := map[string]word{"no_role": wNoRole, "unknown": wNotKnown, "other_oid": wOtherPerson, "too_old": wTooOld,
		"draining": wDraining, "out": wPutOut, "token": wTokenOut, "elsewhere": wElsewhereNow}[r.Code]
	if head == 0 {
		head = wRefused
	}
	p := m.t.pane(w, thick, bad, m.t.words().put(bad|bold, m.t.g.missed+" "+m.v[head]), nil)
	p.blank(1)
	for _, row := range wrapText(m.v.turned(r), p.inner()) {
		p.add(p.line().put(text, row))
	}
	p.blank(1)
	p.add(p.line().put(text|bold, "Enter   ").put(text, m.v[wTryAgain]))
	p.add(p.line().put(text|bold, "Ctrl+C  ").put(text, m.v[wkLeave]))
	n := min(h, p.height()+2)
	return append(p.close(n), blankRows(w, h-n)...)
}

func (m *Model) elsewherePane(w, h int) []string {
	p := m.t.pane(w, thick, ring, m.t.words().put(ring|bold, m.v[wElsewhere]), nil)
	p.blank(1)
	for _, row := range wrapText(m.v.turned(m.conn.Refused), p.inner()) {
		p.add(p.line().put(text, row))
	}
	p.blank(1)
	p.add(p.line().put(ring|pill, " Enter ").put(text|bold, " "+m.v[wTakeoverHere]))
	p.add(p.line().put(text|bold, " Esc    ").put(text, m.v[wkLeave]))
	n := min(h, p.height()+2)
	return append(p.close(n), blankRows(w, h-n)...)
}

// startPane is the short time in which nothing is asked of the person.
func (m *Model) startPane(w, h int) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, "cordboard"), nil)
	p.blank(max(0, h/2-3))
	words := m.v[wStarting]
	switch {
	case m.sign.Stage == wire.SignInDone:
		words = m.v.f(wConnectingTo, "server", m.sign.Server)
	case m.sign.Words != "":
		words = m.sign.Words
	}
	p.centred(p.line().put(text, words))
	if m.sign.Account != "" {
		p.centred(p.line().put(dim, m.sign.Account))
	}
	if m.conn.Attempt > 1 {
		p.centred(p.line().put(dim, m.v.f(wTrying, "n", m.v.ordinal(m.conn.Attempt))))
	}
	if m.sign.Weak {
		p.centred(p.line().put(ring, m.v[wWeakStore]))
	}
	return p.close(h)
}
