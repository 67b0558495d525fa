package session

import (
	"crypto/rand"
	"slices"
	"time"

	"cordboard/session/wire"
)

// outbox holds the commands that have no Reply yet, in the order they were given.
type outbox struct {
	waiting []waiting
}

type waiting struct {
	c    wire.Command
	at   time.Time
	sent bool // on the connection that there is now
}

// outboxRoom is more than a person can want while a connection is lost.
const outboxRoom = 200

func (o *outbox) len() int { return len(o.waiting) }

func (o *outbox) add(c wire.Command, at time.Time) {
	o.waiting = append(o.waiting, waiting{c: c, at: at})
}

func (o *outbox) unsend() {
	for i := range o.waiting {
		o.waiting[i].sent = false
	}
}

func (o *outbox) remove(id string) {
	o.waiting = slices.DeleteFunc(o.waiting, func(w waiting) bool { return w.c.ID == id })
}

// wanted is a command of the person.
type wanted struct {
	c  wire.Command
	at time.Time
}

func (e wanted) apply(s *Session) {
	if e.c.ID == "" {
		e.c.ID = rand.Text()
	}
	switch {
	case !s.conn.was || s.conn.refused != nil:
		s.fail(e.c.ID, "You are not signed in.")
	case s.out.len() >= outboxRoom:
		s.fail(e.c.ID, "Too many commands wait for the connection.")
	default:
		s.out.add(e.c, e.at)
		s.flush()
	}
}

// flush sends what was not sent on this connection.
func (s *Session) flush() {
	if !s.conn.up {
		return
	}
	for i := range s.out.waiting {
		if w := &s.out.waiting[i]; !w.sent {
			w.sent = true
			s.conn.send(wire.FromConsole{Do: &w.c})
		}
	}
}

func (s *Session) reply(r wire.Reply) {
	s.out.remove(r.ID)
	if r.ID == signOutID {
		s.left()
		return
	}
	s.o.Tell(r)
}

// staleAfter is how old a command may be when the server no longer knows this session: the desk that the
// person saw while typing it is gone.
const staleAfter = 10 * time.Second

// giveUpOld drops commands that were meant for another moment. What a person wrote is sent in any case.
func (s *Session) giveUpOld(now time.Time) {
	for _, w := range slices.Clone(s.out.waiting) {
		text := w.c.Do == wire.DoNote || w.c.Do == wire.DoCode
		if !text && now.Sub(w.at) > staleAfter {
			s.fail(w.c.ID, "The connection was lost for too long. Press the key again if it is still wanted.")
		}
	}
}

func (s *Session) failAll(words string) {
	for _, w := range slices.Clone(s.out.waiting) {
		s.fail(w.c.ID, words)
	}
}

func (s *Session) fail(id, words string) {
	s.out.remove(id)
	if id != signOutID {
		s.o.Tell(wire.Reply{ID: id, Code: "not_now", Words: words})
	}
}
