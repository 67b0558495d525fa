package stage

import (
	"time"

	"cordboard/session/wire"
)

func (s *Server) callAct(c wire.Command, r *wire.Reply) *wire.News {
	call := *s.b.Call
	s.b.Call = &call
	switch c.Do {
	case wire.DoHold:
		call.Held, call.HeldSince = true, s.Now()
		s.state(wire.Held)
		return &wire.News{Said: s.say("hears", "Nestor Wilke hears music.")}
	case wire.DoResume:
		call.Held = false
		s.state(wire.Talking)
		return &wire.News{Said: s.say("hears", "You and Nestor Wilke hear each other.")}
	case wire.DoMute:
		call.Muted = c.Muted
	case wire.DoTones:
		call.Tones += c.Digits
	case wire.DoNote:
		call.Note, call.NoteSaved = c.Text, s.Now()
	case wire.DoHangup:
		return s.end("you")
	case wire.DoTransfer, wire.DoAsk:
		return s.move(c, &call, r)
	case wire.DoUndo:
		if u := s.b.Me.Undo; u != nil && s.Now().Before(u.Until) && call.Transfer == nil {
			s.b.Me.Pending, s.b.Me.Undo = s.before, nil
			return &wire.News{Said: s.say("state", "Taken back.")}
		}
		call.Transfer = nil
		s.state(wire.Talking)
		return &wire.News{Said: s.say("hears", "You took the caller back. Nestor Wilke hears you.")}
	case wire.DoSwap:
		p := append([]wire.Party(nil), call.Parties...)
		p[1].Music = !p[1].Music
		call.Parties = p
	case wire.DoJoin:
		call.Parties = append(append([]wire.Party(nil), call.Parties...), wire.Party{ID: "e", Name: call.Transfer.To, Role: "expert", State: "talking"})
		call.Parties[1].Music = false
		call.Transfer, call.Held = nil, false
		s.state(wire.Conference)
		return &wire.News{}
	case wire.DoAdd:
		for _, e := range s.b.Experts {
			if e.ID == c.To.ID {
				call.Parties = append(append([]wire.Party(nil), call.Parties...), wire.Party{ID: e.ID, Name: e.Name, Role: "expert", State: "talking"})
			}
		}
	case wire.DoMuteParty, wire.DoRemove:
		var left []wire.Party
		for _, p := range call.Parties {
			if p.ID == c.Party && c.Do == wire.DoRemove {
				continue
			}
			if p.ID == c.Party {
				p.Muted = c.Muted
			}
			left = append(left, p)
		}
		call.Parties = left
	case wire.DoChat:
		return &wire.News{}
	case wire.DoComplete:
		return s.end("transferred")
	case wire.DoDrop:
		call.Transfer, call.Held = nil, false
		s.state(wire.Talking)
		return &wire.News{Said: s.say("hears", "You and Nestor Wilke hear each other.")}
	}
	return &wire.News{}
}

// dial calls out; who is called answers after three seconds.
func (s *Server) dial(c wire.Command) *wire.News {
	call := Call(Offer(s.Now()), s.Now())
	call.Contact = "out " + c.To.Number
	call.Direction, call.Answered, call.Caller = "out", time.Time{}, wire.Caller{Number: c.To.Number}
	s.b.Call = call
	s.state(wire.Dialing)
	s.in(3*time.Second, func() {
		if s.b.Call == nil || !s.b.Call.Answered.IsZero() {
			return
		}
		next := *s.b.Call
		next.Answered = s.Now()
		s.b.Call = &next
		s.state(wire.Talking)
		s.news(wire.News{})
	})
	return &wire.News{}
}

// move rings an expert. The busy ones make the server ask first; who is away declines.
func (s *Server) move(c wire.Command, call *wire.Call, r *wire.Reply) *wire.News {
	to := wire.Person{Name: c.To.Number, Number: true, Availability: "Available"}
	for _, e := range s.b.Experts {
		if e.ID == c.To.ID {
			to = e
		}
	}
	if to.Availability != "Available" && !c.Anyway && c.To.Kind != wire.ToQueue {
		r.OK, r.Code = false, "ask"
		r.Ask = &wire.Ask{Words: to.Name + " is in a meeting (read now).", Instead: []wire.Person{s.b.Experts[1]}}
		return nil
	}
	kind, state := "transfer", wire.Transfer
	if c.Do == wire.DoAsk {
		kind, state = "ask", wire.Consulting
		call.HeldSince = s.Now()
		call.Parties = append([]wire.Party(nil), call.Parties...)
		call.Parties[1].Music = true
	}
	mv := &wire.Moving{Kind: kind, To: to.Name, ID: to.ID, State: "ringing", Since: s.Now(), Until: s.Now().Add(20 * time.Second)}
	call.Transfer, call.Back = mv, nil
	s.state(state)
	s.in(6*time.Second, func() {
		now := s.b.Call
		if now == nil || now.Transfer == nil || now.Transfer.Since != mv.Since {
			return
		}
		next := *now
		s.b.Call = &next
		switch {
		case kind == "ask":
			m := *mv
			m.State, m.Since = "answered", s.Now()
			next.Transfer = &m
			s.news(wire.News{})
		case to.Availability == "Available":
			s.news(*s.end("transferred"))
		default:
			next.Transfer = nil
			next.Back = &wire.Back{To: to.Name, Code: 603, Why: "declined", Words: to.Name + " declined.", At: s.Now()}
			s.state(wire.Talking)
			s.news(wire.News{Said: &wire.Said{Kind: "state", Words: to.Name + " declined. Nestor Wilke is back with you.", Bad: true}})
		}
	})
	return &wire.News{}
}

// Lose cuts the connection, as far as the console knows.
func (s *Server) Lose(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Tell(wire.Connected{State: wire.ConnLost, Since: s.Now(), Attempt: 3, Next: s.Now().Add(2 * time.Second), Waiting: 1})
	s.in(d, func() { s.Tell(wire.Connected{State: wire.ConnResumed, Took: d}) })
}
