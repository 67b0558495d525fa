package desk

import (
	"testing"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
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
