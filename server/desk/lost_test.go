package desk

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

func TestAConsoleThatIsLostIsNotGoneWhileItsVoiceGoesOn(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	line, now := &heardLine{}, time.Now()
	s.line, s.lostAt = line, now
	o.acd.Tell(routing.SignIn{Agent: "adele"})
	line.at = now.Add(-1900 * time.Millisecond)
	s.check(now)
	if v := o.agent("adele"); v.State != fact.NotReady || !v.Console {
		t.Fatalf("adele is %+v while the voice goes on", v)
	}
	line.at = now.Add(-2100 * time.Millisecond)
	s.check(now)
	if v := o.agent("adele"); v.State != fact.Lost {
		t.Fatalf("adele is %s without connection and voice", v.State)
	}
}

func TestALostSessionIsKeptForTwoMinutes(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	now := time.Now()
	s.lostAt = now
	o.acd.Tell(routing.SignIn{Agent: "adele"})
	s.check(now.Add(119 * time.Second))
	o.agent("adele") // the arbiter has done what it was asked
	if events := s.inbox.Take(); len(events) > 0 {
		t.Fatalf("a minute and 59 s: %T", events[0])
	}
	s.check(now.Add(121 * time.Second))
	select {
	case <-s.inbox.Ready():
		for _, e := range s.inbox.Take() {
			e.apply(s)
		}
	case <-time.After(5 * time.Second):
	}
	if v := o.agent("adele"); !s.over || v.State != fact.Offline {
		t.Errorf("after two minutes the seat is over: %v, adele is %s", s.over, v.State)
	}
}

func TestAConsoleMayBeFiveMinutesLateWithAFreshToken(t *testing.T) {
	s := newOffice(t).still()
	now := time.Now()
	s.conn, s.expires = stillConn(t, "console-1"), now.Add(-290*time.Second)
	s.check(now)
	if s.conn == nil {
		t.Fatal("put out before the five minutes are over")
	}
	s.expires = now.Add(-310 * time.Second)
	s.check(now)
	if s.conn != nil {
		t.Error("it stays without a token")
	}
}

// TestNewsAreKeptForAsLongAsAConsoleMayHaveMissedThem: a console notices within half a minute that its connection is dead, and what came before that
// it has. While there is no connection all is kept.
func TestNewsAreKeptForAsLongAsAConsoleMayHaveMissedThem(t *testing.T) {
	s := newOffice(t).still()
	s.conn, s.welcomed, s.expires = stillConn(t, "console-1"), true, time.Now().Add(time.Hour)
	for range 50 {
		s.publish(wire.News{Said: &wire.Said{}})
	}
	seen, now := s.seq, time.Now()
	s.conn.last.Store(now.Add(30 * time.Second).UnixNano())
	s.check(now.Add(30 * time.Second))
	if missed, whole := s.missedSince(seen - 3); !whole || len(missed) != 3 {
		t.Errorf("after half a minute %d of 3 news are there: %v", len(missed), whole)
	}
	s.conn.last.Store(now.Add(36 * time.Second).UnixNano())
	s.check(now.Add(36 * time.Second))
	if len(s.news) > 0 {
		t.Errorf("%d news are kept for nobody", len(s.news))
	}
	if missed, whole := s.missedSince(seen); !whole || len(missed) > 0 {
		t.Errorf("who has seen all is sent %d news: %v", len(missed), whole)
	}
	if _, whole := s.missedSince(seen - 1); whole {
		t.Error("who lacks one that is gone must get the whole desk")
	}
	s.publish(wire.News{Said: &wire.Said{}})
	s.conn, s.lostAt = nil, time.Now()
	s.check(time.Now().Add(110 * time.Second))
	if missed, whole := s.missedSince(seen); !whole || len(missed) != 1 {
		t.Errorf("a lost console that comes back within two minutes gets %d of 1 news: %v", len(missed), whole)
	}
}

// TestRepliesAreKeptForAsLongAsAConsoleMayAskAgain: one that lost its connection repeats what was not answered as soon as it is back.
func TestRepliesAreKeptForAsLongAsAConsoleMayAskAgain(t *testing.T) {
	s := newOffice(t).still()
	now := time.Now()
	c := stillConn(t, "console-1")
	s.conn, s.welcomed, s.cameAt, s.expires = c, true, now, now.Add(24*time.Hour)
	do := func(id string) {
		commanded{c, wire.Command{ID: id, Do: "no such command"}}.apply(s)
	}
	check := func(after time.Duration) {
		c.last.Store(now.Add(after).UnixNano())
		s.check(now.Add(after))
	}
	for i := range 50 {
		do(fmt.Sprint(i))
	}
	s.remember("under way")
	check(30 * time.Second)
	if len(s.order) != 51 || s.replies["0"] == nil {
		t.Fatalf("%d of 51 replies are there after half a minute", len(s.order))
	}
	s.cameAt = now.Add(10 * time.Second) // it had been away, and may still ask
	if check(40 * time.Second); len(s.order) != 51 {
		t.Fatalf("%d of 51 replies are there for one that came back half a minute ago", len(s.order))
	}
	if check(46 * time.Second); len(s.order) != 1 || len(s.replies) != 1 {
		t.Fatalf("%d replies are kept for nobody", len(s.order)-1)
	}
	if r, known := s.replies["under way"]; !known || r != nil {
		t.Fatal("a command that is under way would be done twice")
	}
	s.reply(wire.Reply{ID: "under way", OK: true})
	s.order[0].at = now.Add(50 * time.Second)
	if check(80 * time.Second); s.replies["under way"] == nil {
		t.Fatal("a reply is gone half a minute after it was given")
	}
	if check(86 * time.Second); len(s.replies) != 0 {
		t.Fatalf("%d replies are kept for nobody", len(s.replies))
	}
}
