package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

// told turns what session and softphone say into lines.
func (p *plain) told(v any) {
	m := p.m
	m.now = m.o.Now()
	switch v := v.(type) {
	case wire.Reply:
		p.answered(scrub(v))
	case wire.SignIn:
		m.told(v)
		p.signIn()
	case wire.Connected:
		was := m.conn.State
		m.told(v)
		p.connected(was)
	case wire.Welcome:
		before := m.board
		m.told(v)
		if v.Board == nil {
			return
		}
		p.event("state", m.v.f(wpSignedIn, "who", m.board.Me.Name, "company", m.board.Tenant.Name)+" "+p.stateWords())
		p.follow(&before, wire.News{})
	case wire.News:
		before := m.board
		m.told(v)
		if m.board.Seq == before.Seq && v.Seq != 0 {
			return
		}
		p.follow(&before, scrub(v))
	default:
		m.told(v)
	}
}

// follow says what is new on the board.
func (p *plain) follow(before *Board, n wire.News) {
	m := p.m
	b := &m.board
	newOffer := b.Offer != nil && (before.Offer == nil || before.Offer.Reservation != b.Offer.Reservation)
	if n.Said != nil && (!newOffer || n.Said.Kind != "offer") {
		kind := n.Said.Kind
		if !strings.Contains(" state offer call hears line note message ", " "+kind+" ") {
			kind = "message"
		}
		p.event(kind, m.heardAs(*n.Said))
	}
	if newOffer {
		p.offer()
	}
	if o := b.Offer; o != nil && (newOffer || len(before.Offer.Known) == 0) {
		p.offerKnown(o)
	}
	if before.Seq != 0 && b.Me.State == before.Me.State && p.keptWords(&b.Me) != p.keptWords(&before.Me) {
		p.event("state", p.stateWords())
	}
	if n.Said == nil && b.Me.State == before.Me.State && b.Call != nil && before.Call != nil && m.nameOf(&b.Call.Caller) != m.nameOf(&before.Call.Caller) {
		p.event("state", p.stateWords()) // somebody else is in the ear: a colleague has handed the caller over
	}
	if n.Said == nil && before.Seq != 0 && b.Me.State != before.Me.State {
		switch b.Me.State {
		case wire.Offered, wire.Connecting, wire.Wrapup, wire.MissedCall: // the card that comes with it, or the answer before it, says more
		default:
			p.event("state", p.stateWords())
		}
	}
	p.hears(n)
	if w := b.Wrap; w != nil && (before.Wrap == nil || before.Wrap.Contact != w.Contact) {
		p.event("state", p.wrapWords(w))
	}
	if c := b.Call; c != nil && c.Back != nil && (before.Call == nil || before.Call.Back == nil || !before.Call.Back.At.Equal(c.Back.At)) {
		p.event("ask", p.nextWords())
	}
	if b.Out != nil && before.Out == nil {
		p.event("bye", m.v.turned(b.Out))
	}
}

func (p *plain) signIn() {
	m := p.m
	s := &m.sign
	switch s.Stage {
	case wire.SignInCode:
		p.event("state", m.v.f(wpSignInCode, "url", s.URL, "code", group(s.Code)))
	case wire.SignInBrowser:
		p.event("state", m.v[wBrowserOpen]+" "+s.URL)
	case wire.SignInDone:
		p.event("state", m.v.f(wpAccount, "who", s.Account))
	case wire.SignInExpired, wire.SignInDeclined, wire.SignInBlocked, wire.SignInFailed:
		p.event("ask", strings.TrimSpace(s.Words+" "+s.Detail)+" newcode, browser")
	}
}

func (p *plain) connected(was wire.ConnState) {
	m := p.m
	switch c := m.conn; {
	case c.State == wire.ConnLost && was != wire.ConnLost:
		p.event("line", m.v[wLostTitle]+".")
	case c.State == wire.ConnResumed || c.State == wire.ConnUp && was == wire.ConnLost:
		p.event("line", m.v.f(wBackAfter, "n", seconds(c.Took)))
	case c.State == wire.ConnRefused && c.Refused != nil:
		word := "bye"
		words := m.v.turned(c.Refused)
		if c.Refused.Code == "elsewhere" {
			word, words = "ask", words+" takeover, no"
		}
		p.event(word, words)
	}
}

// countdowns speak at ten and five seconds.
func (p *plain) countdowns() {
	say := func(id string, until time.Time) {
		left := m10(p.m.left(until))
		if left == 0 || p.spoken[id+itoa(left)] {
			return
		}
		p.spoken[id+itoa(left)] = true
		p.event("state", p.m.v.f(wpSecondsLeft, "n", itoa(left)))
	}
	b := &p.m.board
	switch {
	case b.Offer != nil:
		say(b.Offer.Reservation, b.Offer.Deadline)
	case b.Wrap != nil:
		say(b.Wrap.Contact+itoa(b.Wrap.More), b.Wrap.Until)
	default:
		clear(p.spoken)
	}
}

// m10 is 10 or 5 in the second after that much is left, else 0.
func m10(left time.Duration) int {
	switch {
	case left <= 10*time.Second && left > 9*time.Second:
		return 10
	case left <= 5*time.Second && left > 4*time.Second:
		return 5
	}
	return 0
}

// lineWord says when the line gets better or worse, in a word.
func (p *plain) lineWord() {
	m := p.m
	if m.board.Call == nil {
		return
	}
	var word string
	switch q := m.lineQuality(); {
	case m.noMic():
		word = m.v[wCallerHearsNothing]
	case q.MOS == 0:
		return
	case q.MOS >= 4:
		word = m.v[wGood]
	case q.MOS >= 3.6:
		word = m.v[wFair]
	default:
		word = m.v[wBad]
	}
	if word != p.said && (p.said != "" || word != m.v[wGood]) {
		p.event("line", word)
	}
	p.said = word
}
