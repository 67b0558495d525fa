package session

import (
	"context"
	"time"

	"cordboard/session/wire"
)

// link is one connection to the server. Its reader puts heard and broken events.
type link interface {
	// send queues a frame; false means that the connection is too slow or gone.
	send(wire.FromConsole) bool
	close()
}

// dialer makes a link; n is the number of the link in its events.
type dialer func(ctx context.Context, n int) (link, error)

// connection is what the session knows of its connection.
type connection struct {
	n        int // counts links; events of older ones are dropped
	link     link
	dialing  bool
	up       bool // Welcome has come
	was      bool // it was up before
	takeover bool
	refused  *wire.Refused

	upAt    time.Time
	lostAt  time.Time
	tries   int
	resume  string
	seq     uint64 // last News seen
	fresh   bool   // ask for a whole Board: resuming did not work
	ice     []wire.ICEServer
	inCall  bool
	beat    *time.Timer
	pinged  time.Time // when a ping was sent that is not answered
	beatAt  time.Time
	gapSeen bool
}

func (c *connection) drop() {
	c.n++
	c.up, c.dialing = false, false
	if c.beat != nil {
		c.beat.Stop()
	}
	if c.link != nil {
		c.link.close()
		c.link = nil
	}
}

func (c *connection) send(f wire.FromConsole) {
	if c.link != nil && !c.link.send(f) {
		c.link.close() // its reader says that it is broken
	}
}

// connect dials; the first frame is Hello.
func (s *Session) connect() {
	c := &s.conn
	if c.dialing || c.link != nil || s.ended {
		return
	}
	c.n++
	c.dialing, c.refused = true, nil
	n, ctx := c.n, s.ctx
	if !c.was {
		s.o.Tell(wire.Connected{State: wire.ConnTrying, Since: time.Now(), Attempt: c.tries})
	}
	go func() {
		dctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		l, err := s.dial(dctx, n)
		if !s.box.put(dialed{n, l, err}) && l != nil {
			l.close()
		}
	}()
}

type dialed struct {
	n    int
	link link
	err  error
}

func (e dialed) apply(s *Session) {
	c := &s.conn
	if e.n != c.n {
		if e.link != nil {
			e.link.close()
		}
		return
	}
	c.dialing = false
	if e.err != nil {
		s.retry(e.err)
		return
	}
	c.link = e.link
	h := wire.Hello{Version: wire.Version, Console: s.console, Program: s.o.Program, Token: s.token.Raw, Takeover: c.takeover}
	if c.resume != "" && !c.fresh {
		h.Resume, h.Seq = c.resume, c.seq
	}
	c.send(wire.FromConsole{Hello: &h})
	s.later(10*time.Second, helloLate{c.n})
}

type helloLate struct{ n int }

func (e helloLate) apply(s *Session) {
	if e.n == s.conn.n && !s.conn.up && s.conn.link != nil {
		s.lose("the server does not answer")
	}
}

// retry waits and connects again.
func (s *Session) retry(err error) {
	c := &s.conn
	c.tries++
	wait := backoff(c.tries)
	s.o.Log.Info("connection to the server lost", "err", err, "try", c.tries, "again", wait)
	state := wire.ConnLost
	if !c.was {
		state = wire.ConnTrying
	}
	since := c.lostAt
	if since.IsZero() {
		since = time.Now()
		c.lostAt = since
	}
	s.o.Tell(wire.Connected{State: state, Since: since, Attempt: c.tries, Next: time.Now().Add(wait), Waiting: s.out.len()})
	s.later(wait, connectDue{c.n})
}

type connectDue struct{ n int }

func (e connectDue) apply(s *Session) {
	if e.n == s.conn.n {
		s.connect()
	}
}

// broken says that a link has ended.
type broken struct {
	n   int
	err error
}

func (e broken) apply(s *Session) {
	if e.n == s.conn.n && s.conn.link != nil {
		s.lost(e.err)
	}
}

func (s *Session) lose(why string) { s.lost(errText(why)) }

func (s *Session) lost(err error) {
	c := &s.conn
	if c.up {
		c.lostAt = time.Now()
		c.tries = 0
	}
	c.drop()
	s.out.unsend()
	s.left()
	if c.refused == nil {
		s.retry(err)
	}
}

type errText string

func (e errText) Error() string { return string(e) }
