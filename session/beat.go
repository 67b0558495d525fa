package session

import (
	"time"

	"cordboard/session/wire"
)

// How often the connection is tried, and how long an answer may take.
const (
	beatInCall = 2 * time.Second
	beatIdle   = 15 * time.Second
	deadInCall = 4 * time.Second // the server gives a silent console up after 6 s
	deadIdle   = 15 * time.Second
	asleep     = 5 * time.Second // the wall clock ran on without us
)

func (s *Session) beatIn(d time.Duration) {
	c := &s.conn
	if c.beat != nil {
		c.beat.Stop()
	}
	c.beatAt = time.Now()
	c.beat = s.later(d, beatDue{c.n})
}

type beatDue struct{ n int }

func (e beatDue) apply(s *Session) {
	c := &s.conn
	if e.n != c.n || !c.up {
		return
	}
	now := time.Now()
	every, dead := beatIdle, deadIdle
	if c.inCall {
		every, dead = beatInCall, deadInCall
	}
	if slept := now.Round(0).Sub(c.beatAt.Round(0)) - now.Sub(c.beatAt); slept > asleep {
		s.lose("the machine slept")
		return
	}
	if !c.pinged.IsZero() {
		if now.Sub(c.pinged) >= dead {
			s.lose("the server is silent")
			return
		}
	} else {
		c.pinged = now
		c.send(wire.FromConsole{Ping: &wire.Ping{Sent: now.UnixMilli()}})
	}
	s.beatIn(every)
}

func (s *Session) pong(p wire.Ping) {
	c := &s.conn
	if c.pinged.IsZero() || p.Sent != c.pinged.UnixMilli() {
		return
	}
	took := time.Since(c.pinged)
	c.pinged = time.Time{}
	s.o.Tell(wire.Connected{State: wire.ConnUp, Since: c.upAt, Took: took})
}
