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
	if n.Said != nil && !(newOffer && n.Said.Kind == "offer") {
		kind := n.Said.Kind
		if !strings.Contains(" state offer call hears line note message ", " "+kind+" ") {
			kind = "message"
		}
		p.event(kind, m.v.sentence(*n.Said))
	}
	if newOffer {
		p.offer()
	}
	if o := b.Offer; o != nil && (newOffer || len(before.Offer.Known) == 0) {
		p.offerKnown(o)
	}
	if n.Said == nil && before.Seq != 0 && b.Me.State != before.Me.State {
		switch b.Me.State {
		case wire.Offered, wire.Wrapup, wire.MissedCall: // the card that comes with it says more
		default:
			p.event("state", p.stateWords())
		}
	}
	if w := b.Wrap; w != nil && (before.Wrap == nil || before.Wrap.Contact != w.Contact) {
		p.event("state", p.wrapWords(w))
	}
	if c := b.Call; c != nil && c.Back != nil && (before.Call == nil || before.Call.Back == nil || !before.Call.Back.At.Equal(c.Back.At)) {
		p.event("ask", p.nextWords())
	}
	if b.Out != nil && before.Out == nil {
		p.event("bye", b.Out.Words)
	}
}

// offer is two lines: who and how long, and what is known.
func (p *plain) offer() {
	m := p.m
	o := m.board.Offer
	if !p.o.Quiet {
		_, _ = p.w.WriteString("\a")
	}
	c := &o.Caller
	who := []string{m.nameOf(c)}
	if c.Company != "" {
		who = append(who, c.Company)
	}
	if c.Name != "" && c.Number != "" {
		who = append(who, shownNumber(c.Number))
	} else if c.Number == "" {
		who = append(who, m.v[wWithheld])
	}
	path := o.Path
	if o.Queue != "" && (len(path) == 0 || path[0] != o.Queue) {
		path = append([]string{o.Queue}, path...)
	}
	s := strings.Join(who, ", ") + ". "
	if len(path) > 0 {
		s += strings.Join(path, ", ") + ". "
	}
	s += m.v.f(wpWaited, "t", lasted(o.Offered.Sub(o.Arrived))) + " " + m.v.f(wpToAnswer, "n", itoa(int((m.left(o.Deadline)+500*time.Millisecond)/time.Second)))
	p.event("offer", s)
}

// offerKnown is what is known about the caller; it may come a moment after the ring.
func (p *plain) offerKnown(o *wire.Offer) {
	m := p.m
	facts := make([]string, 0, len(o.Known)+1)
	for _, f := range o.Known {
		facts = append(facts, f.Label+" "+f.Text)
	}
	if o.Caller.Today > 1 {
		facts = append(facts, m.v.f(wNthToday, "n", m.v.ordinal(o.Caller.Today)))
	}
	if len(facts) > 0 {
		p.event("offer", m.v[wKnown]+": "+strings.Join(facts, ". ")+".")
	}
}

// stateWords are the state, the caller and the timer in one sentence.
func (p *plain) stateWords() string {
	m := p.m
	f, since := m.face()
	s := strings.ToLower(m.v[f.word])
	if r := m.board.Me.Reason; r != nil && m.board.Me.State == wire.NotReady {
		s += ", " + r.Name
	}
	if c := m.board.caller(); c != nil {
		s += ", " + m.nameOf(c)
	}
	if !since.IsZero() {
		s += ", " + lasted(m.since(since))
	}
	if pn := m.board.Me.Pending; pn != nil {
		after := strings.ToLower(m.v[m.t.faceOf(pn.State).word])
		if pn.Reason != nil {
			after += ", " + pn.Reason.Name
		}
		s += ". " + m.v[wAfterCall] + " " + after
	}
	return s + "."
}

func (p *plain) wrapWords(w *wire.Wrap) string {
	m := p.m
	codes := make([]string, 0, len(w.Codes))
	for i, c := range w.Codes {
		codes = append(codes, itoa(i+1)+" "+c.Name)
	}
	s := m.v.f(wpWrap, "n", itoa(int((m.left(w.Until)+500*time.Millisecond)/time.Second)))
	if len(codes) > 0 {
		s += " " + m.v.f(wpCodes, "list", strings.Join(codes, ", "))
	}
	return s
}

// nextWords are what can be done after a transfer came back.
func (p *plain) nextWords() string {
	var s []string
	if e := p.m.nextFree(p.m.board.Call.Back.To); e != nil {
		d := itoa(e.Digit)
		s = append(s, d+" "+e.Name, "ask "+d)
	}
	if len(p.m.board.Queues) > 0 {
		s = append(s, "queue "+p.m.board.Queues[0].Name)
	}
	return strings.Join(append(s, "keep"), ", ")
}

func (p *plain) gate(a *wire.Ask) {
	s := []string{"anyway"}
	for _, e := range a.Instead {
		if e.Digit > 0 {
			s = append(s, itoa(e.Digit)+" "+e.Name)
		}
	}
	p.print("ask", strings.Join(append(s, "no"), ", "))
}

// people are the picker's rows in one sentence.
func (p *plain) people() string {
	m := p.m
	if len(m.pick.rows) == 0 {
		return m.v[wNobodyFound]
	}
	var s []string
	for i, r := range m.pick.rows {
		if i == 12 {
			s = append(s, m.v.f(wpMore, "n", itoa(len(m.pick.rows)-12)))
			break
		}
		if r.number != "" {
			s = append(s, r.number)
			continue
		}
		e := r.person
		one := e.Name
		if e.Digit > 0 {
			one = itoa(e.Digit) + " " + one
		}
		if k := m.skill(e); k != "" {
			one += ", " + k
		}
		if e.Kind != "queue" {
			state := strings.ToLower(m.v.availability(e))
			if e.Old {
				state = m.v.f(wLastSeen, "what", state)
			}
			one += ", " + state
			if !e.Seen.IsZero() {
				one += ", " + m.v.f(wpAgo, "t", age(m.since(e.Seen)))
			}
			if !e.Number {
				one += ", " + m.v[wNoNumberShort]
			}
		}
		s = append(s, one)
	}
	return strings.Join(s, ". ") + "."
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
		words := c.Refused.Words
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
	word := ""
	switch q := m.lineQuality(); {
	case m.levels.NoDevice:
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
