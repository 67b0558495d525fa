package desk

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// still is a seat that nobody runs: the test applies its events.
func (o *office) still() *seat {
	return newSeat(o.room.r, o.room.r.tenant().Roster.ByID("adele"), people.Agent)
}

func stillConn(t *testing.T, console string) *conn {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return newConn(ctx, nil, console, slog.New(slog.DiscardHandler))
}

func (o *office) agent(id fact.AgentID) routing.AgentView {
	got := make(chan routing.AgentView, 1)
	o.acd.Agent(id, func(v routing.AgentView, _ bool) { got <- v })
	return <-got
}

func TestTheEndOfOneOfferLeavesTheNextOnTheDesk(t *testing.T) {
	s := newOffice(t).still()
	offered{nil, call.Offer{Reservation: "first"}}.apply(s)
	offered{nil, call.Offer{Reservation: "second"}}.apply(s)
	offerGone{call.OfferGone{Reservation: "first", Outcome: fact.CallerOff}}.apply(s)
	if s.board.Offer == nil || s.board.Offer.Reservation != "second" {
		t.Fatalf("the desk shows %+v while the second caller rings", s.board.Offer)
	}
	offerGone{call.OfferGone{Reservation: "second", Outcome: fact.CallerOff}}.apply(s)
	if s.board.Offer != nil {
		t.Fatalf("the desk still shows %+v", s.board.Offer)
	}
}

func TestASignOutThatCrossesASignInOfAnotherConsole(t *testing.T) {
	s := newOffice(t).still()
	first, second := stillConn(t, "console-1"), stillConn(t, "console-2")
	for name, c := range map[string]struct {
		now  *conn
		over bool
	}{
		"the same console": {first, true}, "no console any more": {nil, true}, "another console": {second, false},
	} {
		t.Run(name, func(t *testing.T) {
			s.conn, s.over = c.now, false
			signedOut{ok: true, done: func(bool) {}, conn: first}.apply(s)
			if s.over != c.over {
				t.Errorf("the seat is over: %v, want %v", s.over, c.over)
			}
		})
	}
}

func TestASeatThatEndsClosesItsLineBeforeAnotherCanBeMade(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	tenant := *o.room.r.tenant()
	open := false
	tenant.CloseLine = func(fact.AgentID) { open = s.inbox.Put(disconnected{}) }
	o.room.Set(tenant)
	s.leave()
	if !open {
		t.Fatal("the next seat could have been given the line that was then closed")
	}
}

func TestAConsoleThatCrossesTheEndOfItsSeatIsToldToConnectAgain(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	s.over = true
	c := stillConn(t, "console-1")
	connected{conn: c, hello: wire.Hello{Console: "console-1"}}.apply(s)
	if s.conn != nil {
		t.Fatal("the seat that ends has taken a console")
	}
	if b := <-c.out; b != nil {
		t.Fatalf("it was sent %s", b)
	}
	if v := o.agent("adele"); v.State != fact.Offline {
		t.Fatalf("adele is %s and nobody sits there", v.State)
	}
}

type heardLine struct {
	quietLine
	at time.Time
}

func (l *heardLine) LastHeard() time.Time { return l.at }

func TestAConsoleWhoseWayWasBlockedIsBackWhenItIsHeardAgain(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	line, c, now := &heardLine{}, stillConn(t, "console-1"), time.Now()
	s.line, s.conn, s.welcomed, s.expires = line, c, true, now.Add(time.Hour)
	o.acd.Tell(routing.SignIn{Agent: "adele"})
	c.last.Store(now.Add(-7 * time.Second).UnixNano())
	s.check(now)
	if v := o.agent("adele"); v.State != fact.Lost {
		t.Fatalf("adele is %s, want lost", v.State)
	}
	line.at = now
	s.check(now)
	if v := o.agent("adele"); v.State != fact.NotReady || !v.Console {
		t.Fatalf("adele is %+v, want back", v)
	}
}

func TestASilentConnectionIsClosedInTheEnd(t *testing.T) {
	s := newOffice(t).still()
	c, now := stillConn(t, "console-1"), time.Now()
	s.conn, s.expires = c, now.Add(time.Hour)
	s.check(now.Add(30 * time.Second))
	if s.conn == nil {
		t.Fatal("closed between two beats")
	}
	s.check(now.Add(46 * time.Second))
	if s.conn != nil || s.lostAt.IsZero() {
		t.Fatal("it stays for ever")
	}
}

func TestAConsoleThatWasReplacedDoesNotTakeTheLineBack(t *testing.T) {
	s := newOffice(t).still()
	old, now := stillConn(t, "console-1"), stillConn(t, "console-2")
	s.conn = now
	sdpCame{old, wire.LineSDP{ID: "1", SDP: "bad"}}.apply(s)
	sdpCame{now, wire.LineSDP{ID: "2", SDP: "bad"}}.apply(s)
	<-now.out
	if len(old.out) > 0 {
		t.Fatal("the old console's offer went to the line")
	}
}

func TestOddCommandsAreAnsweredOnce(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	for name, cmd := range map[string]wire.Command{
		"a book to look for": {ID: "1", Do: wire.DoSearch, Text: strings.Repeat("a ", 10000)},
		"a book of a reason": {ID: "2", Do: wire.DoDecline, Reservation: "t-1", Reason: strings.Repeat("a", 10000)},
		"no id":              {Do: wire.DoHold},
	} {
		if r := c.do(cmd); r.OK || r.Words == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestALookUpThatFailsIsAnswered(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	tenant.History = broken{}
	o.room.Set(tenant)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	if r := c.do(wire.Command{ID: "1", Do: wire.DoHistory}); r.OK || r.Words == "" {
		t.Errorf("reply %+v", r)
	}
}

// broken is a ledger with a fault of ours.
type broken struct{ History }

func TestWhoIsInMayComeBackWhileTheServerDrains(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	w := c.welcome()
	o.desk.o.Draining = func() bool { return true }
	c.ws.CloseNow()
	o.connect(wire.Hello{Token: "adele agent", Resume: w.Resume, Seq: w.Seq}).welcome()
	if got := o.connect(wire.Hello{Token: "miriam supervisor"}).refused(); got != "draining" {
		t.Errorf("refused with %q", got)
	}
}

func TestAReloadChangesSkillsAndRights(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	change := func(p people.Person) {
		tenant := *o.room.r.tenant()
		tenant.Roster = people.NewRoster([]people.Person{p})
		o.room.Set(tenant)
	}
	change(people.Person{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent, Skills: map[string]int{"french": 3}})
	c.do(wire.Command{ID: "1", Do: wire.DoReady})
	o.acd.Tell(routing.Enqueue{Contact: "c", Queue: "support", Since: time.Now(), Needs: []routing.Need{{Skill: "french", Level: 3}}})
	// No call stands behind the contact, so the offer is gone as soon as it came; its two states are one news.
	c.next("news of adele, who speaks French now", func(f wire.FromServer) bool {
		return f.News != nil && f.News.Me != nil && o.told.offered("adele")
	})
	change(people.Person{ID: "adele", User: "adele", Name: "Adele Vance", Expert: true})
	c.next("out", func(f wire.FromServer) bool { return f.News != nil && f.News.Out != nil })
}
