// Package stage plays the contact centre for the console: a desk without telephones, in memory, for trying screens and for tests.
package stage

import (
	"strings"
	"sync"
	"time"

	"cordboard/session/wire"
)

// Server answers as the real one does, with people who do what their presence says. Tell gets wire values; it must not wait.
type Server struct {
	Tell func(any)
	Now  func() time.Time
	Fast time.Duration // how long things take: 0 is as in life

	mu    sync.Mutex
	b     wire.Board
	seq   uint64
	calls int
	after []*time.Timer
	Sent  []wire.Command

	before *wire.Pending // what came after the call before the last change, for undo
}

// New is a server with the desk of the mock-ups.
func New(now func() time.Time, tell func(any)) *Server {
	return &Server{Tell: tell, Now: now, b: Board(now())}
}

// Close stops what would still happen.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.after {
		t.Stop()
	}
}

func (s *Server) in(d time.Duration, f func()) {
	if s.Fast > 0 {
		d = s.Fast
	}
	s.after = append(s.after, time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		f()
	}))
}

// SignIn shows a code, and lets it be approved.
func (s *Server) SignIn(action string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch action {
	case "approve_demo":
		s.Tell(wire.SignIn{Stage: wire.SignInDone, Account: "adele.vance@contoso.com", Server: "desk.contoso.com"})
		s.in(300*time.Millisecond, s.open)
	default:
		s.Tell(wire.SignIn{Stage: wire.SignInCode, URL: "https://login.microsoft.com/device", Code: "F7KQ2MXDP", Until: s.Now().Add(15 * time.Minute), Server: "desk.contoso.com"})
		s.in(4*time.Second, s.open)
	}
}

// Open lets the console in at once.
func (s *Server) Open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open()
}

func (s *Server) open() {
	b := s.b
	s.Tell(wire.Connected{State: wire.ConnUp, Took: 12 * time.Millisecond})
	s.Tell(wire.Welcome{Server: "cordboard 0.1.0", Now: s.Now(), Seq: s.seq, Board: &b})
}

// Endpoints are where this agent's calls may ring.
func (s *Server) Endpoints(all ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Me.Endpoints, s.b.Me.Endpoint = all, all[0]
}

// Takeover does nothing here.
func (s *Server) Takeover(bool) {}

func (s *Server) news(n wire.News) {
	s.seq++
	n.Seq, n.At = s.seq, s.Now()
	me := s.b.Me
	n.Me = &me
	if s.b.Call != nil {
		c := *s.b.Call
		n.Call = &c
	}
	s.Tell(n)
}

func (s *Server) say(kind, words string) *wire.Said { return &wire.Said{Kind: kind, Words: words} }

func (s *Server) state(to wire.State) {
	s.b.Me.State, s.b.Me.Since, s.b.Me.By, s.b.Me.Reason = to, s.Now(), "you", nil
}

// Ring offers the next call.
func (s *Server) Ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring()
}

func (s *Server) ring() {
	if s.b.Me.State != wire.Ready {
		return
	}
	s.calls++
	o := Offer(s.Now())
	o.Reservation += strings.Repeat("x", s.calls)
	o.Contact += strings.Repeat("x", s.calls-1)
	s.b.Offer = o
	s.state(wire.Offered)
	s.news(wire.News{Offer: o, Said: s.say("offer", "Nestor Wilke of Fabrikam calls Support.")})
	s.in(20*time.Second, func() {
		if s.b.Offer != nil && s.b.Offer.Reservation == o.Reservation {
			s.b.Offer = nil
			s.state(wire.MissedCall)
			s.b.Me.By = "rule missed"
			s.b.Missed = &wire.Missed{Caller: o.Caller, Queue: o.Queue, From: o.Offered, To: s.Now(), Words: "The caller kept the place in line.", Taken: "Isaiah Langer", Return: s.Now().Add(10 * time.Minute)}
			m := *s.b.Missed
			s.news(wire.News{Clear: []wire.Section{wire.ClearOffer}, Missed: &m, Said: &wire.Said{Kind: "state", Words: "You missed a call. The caller kept the place in line.", Bad: true}})
		}
	})
}

// Do carries out a command; the reply comes at once, the news after it.
func (s *Server) Do(c wire.Command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Sent = append(s.Sent, c)
	r := wire.Reply{ID: c.ID, OK: true}
	n := s.act(c, &r)
	s.Tell(r)
	if n != nil {
		s.news(*n)
	}
}

// Commands sent so far.
func (s *Server) Commands() []wire.Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]wire.Command(nil), s.Sent...)
}

func (s *Server) act(c wire.Command, r *wire.Reply) *wire.News {
	b := &s.b
	no := func(words string) *wire.News {
		r.OK, r.Code, r.Words = false, "not_now", words
		return nil
	}
	switch c.Do {
	case wire.DoReady:
		if b.Call != nil {
			b.Me.Pending = nil
			return &wire.News{}
		}
		s.state(wire.Ready)
		b.Missed, b.Wrap = nil, nil
		s.in(3*time.Second, s.ring)
		return &wire.News{Clear: []wire.Section{wire.ClearMissed, wire.ClearWrap}, Said: s.say("state", "Ready.")}
	case wire.DoNotReady:
		reason := wire.Reason{ID: c.Reason, Name: c.Reason}
		for _, k := range b.Reasons {
			if k.ID == c.Reason {
				reason = k
			}
		}
		if b.Call != nil || b.Wrap != nil || b.Offer != nil {
			s.before = b.Me.Pending
			b.Me.Pending = &wire.Pending{State: wire.NotReady, Reason: &reason, By: "you"}
			b.Me.Undo = &wire.Undo{What: "state", Until: s.Now().Add(3 * time.Second)}
			return &wire.News{Said: s.say("state", "After this call: "+reason.Name+".")}
		}
		s.state(wire.NotReady)
		b.Me.Reason, b.Missed = &reason, nil
		return &wire.News{Clear: []wire.Section{wire.ClearMissed}, Said: s.say("state", "Not ready: "+reason.Name+".")}
	case wire.DoAnswer:
		if b.Offer == nil {
			return no("The caller hung up before you answered.")
		}
		b.Call, b.Offer = Call(b.Offer, s.Now()), nil
		s.state(wire.Talking)
		return &wire.News{Clear: []wire.Section{wire.ClearOffer}, Said: s.say("hears", "You and Nestor Wilke hear each other. Recording runs (rule of Support).")}
	case wire.DoDecline:
		b.Offer = nil
		s.state(wire.Ready)
		return &wire.News{Clear: []wire.Section{wire.ClearOffer}, Said: s.say("state", "Declined. The caller keeps the place in line.")}
	case wire.DoEndpoint:
		b.Me.Endpoint = c.Endpoint
		return &wire.News{}
	case wire.DoDial:
		return s.dial(c)
	case wire.DoSearch:
		for _, e := range b.Experts {
			if strings.Contains(strings.ToLower(e.Name), strings.ToLower(c.Text)) {
				r.People = append(r.People, e)
			}
		}
		return nil
	case wire.DoHistory:
		r.Rows = b.Last
		return nil
	case wire.DoWhy:
		r.Lines = []string{"09:37:51.204  came in   +44 20 7946 0018 to +44 20 7946 0100, trunk london", "09:38:02.118  menu      2 technical ▸ 1 VPN", "09:38:29.773  offered   Adele Vance     idle longest of 2 with VPN ≥ 2"}
		return nil
	}
	if b.Wrap != nil {
		return s.wrapAct(c)
	}
	if b.Call == nil {
		return no("There is no call.")
	}
	return s.callAct(c, r)
}

func (s *Server) wrapAct(c wire.Command) *wire.News {
	w := *s.b.Wrap
	s.b.Wrap = &w
	switch c.Do {
	case wire.DoCode:
		w.Code = c.Code
	case wire.DoExtend:
		w.Until, w.More = w.Until.Add(30*time.Second), w.More-1
	case wire.DoNote:
		w.Note, w.Saved = c.Text, s.Now()
	case wire.DoDone:
		s.b.Wrap = nil
		if p := s.b.Me.Pending; p != nil {
			s.state(p.State)
			s.b.Me.Reason, s.b.Me.Pending = p.Reason, nil
		} else {
			s.state(wire.Ready)
			s.in(4*time.Second, s.ring)
		}
		return &wire.News{Clear: []wire.Section{wire.ClearWrap}, Said: s.say("state", "Done.")}
	}
	return &wire.News{Wrap: &w}
}

func (s *Server) end(who string) *wire.News {
	w := Wrap(s.b.Call, s.Now())
	w.Ended = who
	s.b.Call, s.b.Wrap = nil, w
	s.state(wire.Wrapup)
	return &wire.News{Clear: []wire.Section{wire.ClearCall}, Wrap: w, Said: s.say("call", "The call has ended.")}
}

// HangUp is the caller's.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.b.Call != nil {
		s.news(*s.end("caller"))
	}
}
