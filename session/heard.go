package session

import (
	"time"

	"cordboard/session/wire"
)

// heard is one frame of the server.
type heard struct {
	n int
	f wire.FromServer
}

func (e heard) apply(s *Session) {
	if e.n != s.conn.n || s.conn.link == nil {
		return
	}
	switch f := e.f; {
	case f.Welcome != nil:
		s.welcome(*f.Welcome)
	case f.Refused != nil:
		s.refuse(*f.Refused)
	case f.News != nil:
		s.news(*f.News)
	case f.Reply != nil:
		s.reply(*f.Reply)
	case f.Line != nil:
		s.lineAnswered(*f.Line)
	case f.Pong != nil:
		s.pong(*f.Pong)
	}
}

func (s *Session) welcome(w wire.Welcome) {
	c := &s.conn
	outage := time.Duration(0)
	if !c.lostAt.IsZero() {
		outage = time.Since(c.lostAt)
	}
	state := wire.ConnUp
	if c.was {
		state = wire.ConnResumed
	}
	another := c.was && !w.Resumed
	c.up, c.was, c.takeover, c.fresh = true, true, false, false
	c.upAt, c.lostAt, c.tries, c.pinged = time.Now(), time.Time{}, 0, time.Time{}
	c.resume, c.ice = w.Resume, w.ICE
	if !w.Resumed {
		c.seq, c.gapSeen = w.Seq, false
		if w.Board != nil {
			c.inCall = w.Board.Call != nil || w.Board.Offer != nil
		}
	}
	s.renewal.stale = ""
	s.o.Tell(wire.Connected{State: state, Since: c.upAt, Took: outage})
	s.o.Tell(w)
	if !w.TokenBy.IsZero() { // both by the server's clock: ours may be wrong
		if d := renewAfter(w.TokenBy.Sub(w.Now)); d < renewAfter(time.Until(s.token.Expires)) {
			s.renewIn(d)
		}
	}
	if another {
		s.giveUpOld(time.Now())
	}
	s.flush()
	s.lineWelcomed(w.Resumed, another)
	s.beatIn(0)
}

// refuse: the server does not let us in. What a person must decide is told; what passes is tried again.
func (s *Session) refuse(r wire.Refused) {
	c := &s.conn
	switch r.Code {
	case "draining":
		s.lose("the server is about to stop")
	case "token":
		again := s.renewal.stale != ""
		s.renewal.stale = s.token.Raw
		c.drop()
		s.o.Log.Info("the server refused the token", "code", r.Words)
		if again {
			s.interactive("")
			return
		}
		renewDue{}.apply(s)
	default:
		s.stayOut(r)
	}
}

// stayOut ends the connection for good; a person decides what comes next.
func (s *Session) stayOut(r wire.Refused) {
	c := &s.conn
	c.drop()
	c.refused = &r
	c.resume = ""
	s.left()
	s.o.Tell(wire.Connected{State: wire.ConnRefused, Since: time.Now(), Refused: &r, Waiting: s.out.len()})
	s.failAll("You are not signed in.")
}

type takeoverSaid struct{ yes bool }

func (e takeoverSaid) apply(s *Session) {
	if r := s.conn.refused; e.yes && r != nil && r.Code == "elsewhere" {
		s.conn.takeover = true
		s.connect()
	}
}

// news passes on what happened, in order and without gaps. After a gap the connection is resumed at the
// last number seen; when that does not close it, the whole Board is asked for.
func (s *Session) news(n wire.News) {
	c := &s.conn
	switch {
	case n.Out != nil: // the last word of this connection, whatever its number
		s.o.Tell(n)
		s.putOut(*n.Out)
		return
	case !c.up || n.Seq <= c.seq && n.Seq != 0:
		return // seen before the connection broke
	case n.Seq != c.seq+1 && n.Seq != 0:
		s.o.Log.Warn("news are missing", "seq", n.Seq, "want", c.seq+1)
		c.fresh = c.gapSeen
		c.gapSeen = true
		s.lose("news are missing")
		return
	}
	if n.Seq != 0 {
		c.seq = n.Seq
	}
	s.o.Tell(n)
	s.follow(n)
}

// putOut: the server ends the session. When only the sign-in has run out, a new one goes on with it.
func (s *Session) putOut(r wire.Refused) {
	if r.Code != "token" {
		s.stayOut(r)
		return
	}
	c := &s.conn
	c.lostAt = time.Now()
	c.drop()
	s.out.unsend()
	s.renewal.stale = s.token.Raw
	s.interactive("")
}

// follow keeps in mind whether there is a call: it decides how often to ping.
func (s *Session) follow(n wire.News) {
	was := s.conn.inCall
	for _, gone := range n.Clear {
		if gone == wire.ClearCall || gone == wire.ClearOffer {
			s.conn.inCall = false
		}
	}
	if n.Call != nil || n.Offer != nil {
		s.conn.inCall = true
	}
	if s.conn.inCall && !was {
		s.beatIn(0)
	}
}
