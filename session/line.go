package session

import (
	"context"
	"crypto/rand"
	"time"

	"cordboard/session/wire"
)

// voiceLine is the exchange of descriptions between the phone and the server.
type voiceLine struct {
	making bool // the phone works on an offer
	again  bool // another one is wanted after that
	id     string
	n      int // counts offers, for the timers
}

// Times of the exchange.
const (
	offerWithin  = 10 * time.Second
	answerWithin = 5 * time.Second
	offerAgain   = 2 * time.Second
)

// lineWelcomed makes the line after a Welcome. A resumed one lives on, unless an answer was on its way.
func (s *Session) lineWelcomed(resumed, another bool) {
	if another {
		if r, ok := s.o.Phone.(Rebuilder); ok {
			r.Rebuild()
		}
	}
	if !resumed || s.line.id != "" || s.line.making || s.line.again {
		s.offer()
	}
}

func (s *Session) offer() {
	if s.o.Phone == nil {
		return
	}
	if s.line.making {
		s.line.again = true
		return
	}
	s.line.making, s.line.again = true, false
	ctx, ice := s.ctx, s.conn.ice
	go func() {
		ctx, cancel := context.WithTimeout(ctx, offerWithin)
		defer cancel()
		sdp, err := s.o.Phone.Offer(ctx, ice)
		s.box.put(offerMade{sdp, err})
	}()
}

type offerMade struct {
	sdp wire.LineSDP
	err error
}

func (e offerMade) apply(s *Session) {
	s.line.making = false
	s.line.n++
	if e.err != nil {
		s.o.Log.Warn("no voice line", "err", e.err)
		s.later(offerAgain, offerDue{s.line.n})
		return
	}
	if s.line.again {
		s.offer()
		return
	}
	if e.sdp.ID == "" {
		e.sdp.ID = rand.Text()
	}
	e.sdp.Type = "offer"
	s.line.id = e.sdp.ID
	if s.conn.up {
		s.conn.send(wire.FromConsole{Line: &e.sdp})
		s.later(answerWithin, offerDue{s.line.n})
	}
}

// offerDue tries again what has not come to an end.
type offerDue struct{ n int }

func (e offerDue) apply(s *Session) {
	if e.n == s.line.n && s.conn.up {
		s.offer()
	}
}

func (s *Session) lineAnswered(a wire.LineSDP) {
	if a.ID != s.line.id || s.line.id == "" {
		return // of an offer that was replaced
	}
	s.line.id = ""
	s.line.n++
	if a.Type != "answer" {
		s.o.Log.Warn("the server refused the voice line", "err", a.Why)
		s.later(offerAgain, offerDue{s.line.n})
		return
	}
	n := s.line.n
	go func() {
		if err := s.o.Phone.Answer(a); err != nil {
			s.o.Log.Warn("answer to the voice line not taken", "err", err)
			s.later(offerAgain, offerDue{n})
		}
	}()
}

// lineWanted is the phone's wish for a restart. When the connection has been silent as well, it is made
// anew at once: the path has gone, not only the voice.
type lineWanted struct{}

func (lineWanted) apply(s *Session) {
	c := &s.conn
	switch {
	case !c.up:
		s.line.again = true
	case !c.pinged.IsZero() && time.Since(c.pinged) > beatInCall:
		s.line.again = true
		s.lose("neither voice nor news")
	default:
		s.offer()
	}
}
