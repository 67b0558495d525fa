package routing

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cordboard/server/fact"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func settings(agents int) Settings {
	var ids []fact.AgentID
	for i := range agents {
		ids = append(ids, fact.AgentID(fmt.Sprintf("agent%d", i)))
	}
	return Settings{Grace: 20 * time.Second, Queues: []Queue{
		{ID: "support", Agents: ids, Ring: 20 * time.Second, Wrap: 30 * time.Second, More: 30 * time.Second, MaxMore: 2, LongestWait: 10 * time.Minute, DeclineTo: fact.NotReady},
		{ID: "sales", Agents: ids[:(agents+1)/2], Ring: 15 * time.Second, Wrap: 0, LongestWait: time.Minute, DeclineTo: fact.Ready, AfterMissed: 5 * time.Minute},
	}}
}

// desk drives a State by hand.
type desk struct {
	t    *testing.T
	s    *State
	now  time.Time
	next time.Time
	last []Decision
}

func newDesk(t *testing.T, agents int) *desk {
	d := &desk{t: t, s: New("t", settings(agents)), now: start}
	return d
}

// nightDesk has four agents, and a queue of one of them whose callers wait for nobody.
func nightDesk(t *testing.T) *desk {
	d := newDesk(t, 4)
	with := settings(4)
	with.Queues = append(with.Queues, Queue{ID: "night", Agents: []fact.AgentID{"agent3"}, Ring: 20 * time.Second, Nobody: true})
	d.do(Configure{with})
	return d
}

func (d *desk) do(w What) []Decision {
	d.t.Helper()
	out, next := d.s.Step(Event{d.now, w})
	d.next = next
	d.last = append([]Decision(nil), out...)
	return d.last
}

func (d *desk) ready(ids ...fact.AgentID) {
	for _, id := range ids {
		d.do(SignIn{Agent: id})
		d.do(Want{Agent: id, Ready: true, By: ByAgent})
		d.now = d.now.Add(time.Second)
	}
}

func find[D Decision](list []Decision) (D, bool) {
	for _, x := range list {
		if v, ok := x.(D); ok {
			return v, true
		}
	}
	var zero D
	return zero, false
}

func (d *desk) state(id fact.AgentID, want fact.State) {
	d.t.Helper()
	if v, _ := d.s.Agent(id); v.State != want {
		d.t.Fatalf("%s is %s, want %s", id, v.State, want)
	}
}

func (d *desk) offered() Offer {
	d.t.Helper()
	o, ok := find[Offer](d.last)
	if !ok {
		d.t.Fatalf("no offer in %#v", d.last)
	}
	return o
}

func TestTheLongestIdleAgentIsRung(t *testing.T) {
	d := newDesk(t, 3)
	d.ready("agent1", "agent0", "agent2")
	d.do(Enqueue{Contact: "c1", Queue: "support", Since: d.now})
	o := d.offered()
	if o.Agent != "agent1" {
		t.Fatalf("rang %s, want agent1, who is idle longest", o.Agent)
	}
	if o.Why.IdleFor != 3*time.Second || o.Why.Of != 3 || o.Why.Next != "agent0" {
		t.Fatalf("why %+v", o.Why)
	}
	if want := d.now.Add(20 * time.Second); !o.Deadline.Equal(want) {
		t.Fatalf("deadline %v, want %v", o.Deadline, want)
	}
	d.state("agent1", fact.OfferedState)
}

func TestAMissedCallKeepsItsPlaceAndGoesToTheNext(t *testing.T) {
	d := newDesk(t, 2)
	d.ready("agent0")
	d.do(Enqueue{Contact: "first", Queue: "support", Since: d.now})
	first := d.offered()
	d.now = d.now.Add(time.Second)
	d.do(Enqueue{Contact: "second", Queue: "support", Since: d.now})
	d.now = first.Deadline
	d.do(Tick{})
	if over, _ := find[OfferOver](d.last); over.Outcome != fact.Missed || over.Contact != "first" {
		t.Fatalf("got %+v", over)
	}
	d.state("agent0", fact.MissedState)
	d.ready("agent1")
	if o := d.s.byAgent["agent1"].offer; o == nil || o.contact != "first" {
		t.Fatalf("agent1 got %+v, want the first caller", o)
	}
}

func TestAcceptAndDeadlineTheFirstWins(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint("late ", late), func(t *testing.T) {
			d := newDesk(t, 1)
			d.ready("agent0")
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			o := d.offered()
			d.now = o.Deadline
			if !late {
				d.now = d.now.Add(-time.Nanosecond)
			}
			d.do(Accept{o.Reservation, "agent0"})
			_, connected := find[Connect](d.last)
			lost, tooLate := find[TooLate](d.last)
			if connected == late || tooLate != late {
				t.Fatalf("connected %v, too late %v", connected, tooLate)
			}
			if late && lost.Why != "missed" {
				t.Fatalf("late because %q", lost.Why)
			}
		})
	}
}

func TestWrapUpIsExtendedTwiceThenEndsByItself(t *testing.T) {
	d := newDesk(t, 1)
	d.talk("c")
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
	d.state("agent0", fact.Wrapup)
	began := d.now
	for range 2 {
		d.do(WrapMore{"agent0"})
	}
	d.do(WrapMore{"agent0"})
	if _, ok := find[TooLate](d.last); !ok {
		t.Fatal("a third extension was given")
	}
	d.now = began.Add(90*time.Second - time.Nanosecond)
	d.do(Tick{})
	d.state("agent0", fact.Wrapup)
	d.now = began.Add(90 * time.Second)
	d.do(Tick{})
	d.state("agent0", fact.Ready)
}

func (d *desk) talk(c fact.ContactID) {
	d.t.Helper()
	d.ready("agent0")
	d.do(Enqueue{Contact: c, Queue: "support", Since: d.now})
	d.do(Accept{d.offered().Reservation, "agent0"})
	d.do(InCall{Agent: "agent0", Contact: c, Cause: MediaIsUp})
	d.state("agent0", fact.Talking)
}

func TestALostConsoleComesBackToTheSameStateOrLosesTheCaller(t *testing.T) {
	t.Run("back in time", func(t *testing.T) {
		d := newDesk(t, 1)
		d.talk("c")
		d.do(InCall{Agent: "agent0", Contact: "c", Cause: Holds})
		d.do(Console{Agent: "agent0"})
		d.state("agent0", fact.Lost)
		d.now = d.now.Add(20*time.Second - time.Nanosecond)
		d.do(Console{Agent: "agent0", Back: true})
		d.state("agent0", fact.HeldState)
	})
	t.Run("not back", func(t *testing.T) {
		d := newDesk(t, 1)
		d.talk("c")
		d.do(Console{Agent: "agent0"})
		d.now = d.now.Add(20 * time.Second)
		d.do(Tick{})
		if g, ok := find[GraceOver](d.last); !ok || g.Contact != "c" {
			t.Fatalf("no GraceOver in %#v", d.last)
		}
		if v, _ := d.s.Agent("agent0"); v.State != fact.NotReady || v.Reason != ReasonConnection {
			t.Fatalf("agent %+v", v)
		}
	})
	t.Run("the caller hung up meanwhile", func(t *testing.T) {
		d := newDesk(t, 1)
		d.talk("c")
		d.do(Console{Agent: "agent0"})
		d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
		d.do(Console{Agent: "agent0", Back: true})
		d.state("agent0", fact.Wrapup)
	})
}

func TestWhatWasChosenInTheCallComesAfterIt(t *testing.T) {
	d := newDesk(t, 1)
	d.talk("c")
	d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent})
	d.state("agent0", fact.Talking)
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true})
	d.do(WrapDone{"agent0"})
	if v, _ := d.s.Agent("agent0"); v.State != fact.NotReady || v.Reason != "lunch" {
		t.Fatalf("agent %+v", v)
	}
}

func TestADeclinedCallIsNotOfferedToTheSameAgentAtOnce(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Enqueue{Contact: "c", Queue: "sales", Since: d.now})
	d.do(Decline{d.offered().Reservation, "agent0", "ticket"})
	d.state("agent0", fact.Ready)
	if _, again := find[Offer](d.last); again {
		t.Fatal("offered again at once")
	}
	d.now = d.now.Add(30*time.Second - time.Nanosecond)
	d.do(Tick{})
	if _, again := find[Offer](d.last); again {
		t.Fatal("offered again within half a minute")
	}
	d.now = d.now.Add(time.Nanosecond)
	d.do(Tick{})
	d.offered()
}

func TestASkillMustBeAsGoodAsItIsWanted(t *testing.T) {
	for level, rung := range map[int]bool{1: false, 2: true, 3: true} {
		d := newDesk(t, 1)
		d.do(SignIn{Agent: "agent0", Skills: []Skill{{Name: "french", Level: level}}})
		d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
		d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now, Needs: []Need{{Skill: "french", Level: 2}}})
		if _, got := find[Offer](d.last); got != rung {
			t.Errorf("level %d where 2 is wanted: rung %v, want %v", level, got, rung)
		}
	}
}

func TestATransferToAnAgentRingsOnlyAReadyOne(t *testing.T) {
	d := newDesk(t, 3)
	d.talk("c")
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: Transfers})
	d.do(Reserve{Contact: "c", Agent: "agent1", Kind: FromTransfer, Ring: 18 * time.Second})
	if late, ok := find[TooLate](d.last); !ok || late.Why != "offline" {
		t.Fatalf("got %#v", d.last)
	}
	d.ready("agent1")
	d.do(Reserve{Contact: "c", Agent: "agent1", Kind: FromTransfer, Queue: "support", Ring: 18 * time.Second})
	o := d.offered()
	d.do(Accept{o.Reservation, "agent1"})
	d.do(InCall{Agent: "agent1", Contact: "c", Cause: MediaIsUp})
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true})
	d.state("agent0", fact.Wrapup)
	d.state("agent1", fact.Talking)
}

// check holds the invariants of FEATURES C1 that routing alone can break.
func (d *desk) check(walk *walk) {
	d.t.Helper()
	s := d.s
	busy := map[fact.ContactID]fact.AgentID{}
	for _, a := range s.agents {
		if a.state == fact.Ready && !a.present() {
			d.t.Fatalf("%s is ready without a console", a.id)
		}
		if a.state == fact.Ready && !a.reachable() {
			d.t.Fatalf("%s is ready, but its telephone cannot be rung", a.id)
		}
		if a.alone() && (a.state == fact.Offline || a.state == fact.NotReady && a.reachable() && a.paused(a.reason)) {
			d.t.Fatalf("%s is always ready and %s (%s), at %q, after %+v", a.id, a.state, a.reason, a.endpoint, d.last)
		}
		if (a.offer != nil) != (a.state == fact.OfferedState) {
			d.t.Fatalf("%s: offer %v in state %s", a.id, a.offer != nil, a.state)
		}
		if a.offer != nil {
			if other, twice := busy[a.offer.contact]; twice {
				d.t.Fatalf("%s rings at %s and %s", a.offer.contact, other, a.id)
			}
			busy[a.offer.contact] = a.id
			if a.offer.deadline.Before(d.now) {
				d.t.Fatalf("%s rings past its deadline", a.id)
			}
		}
		if a.state == fact.Ready {
			for _, q := range a.queues {
				for _, c := range q.waiting {
					if a.has(c.needs) && !c.skips(a.id, d.now) && q.keeps(a) == 0 {
						d.t.Fatalf("%s waits in %s while %s is ready", c.id, q.ID, a.id)
					}
				}
			}
		}
	}
	for _, q := range s.queues {
		if q.empty == s.staffed(q) {
			d.t.Fatalf("%s is staffed: %v, and counts as empty: %v", q.ID, s.staffed(q), q.empty)
		}
		if q.Nobody && q.empty && !q.goneAt.After(d.now) && len(q.waiting) > 0 {
			d.t.Fatalf("%d wait in %s for nobody", len(q.waiting), q.ID)
		}
		for i, c := range q.waiting {
			if c.offer != nil {
				d.t.Fatalf("%s waits and is offered", c.id)
			}
			if i > 0 && !q.waiting[i-1].before(c) {
				d.t.Fatalf("%s waits out of order", c.id)
			}
		}
	}
	for _, x := range d.last {
		switch x := x.(type) {
		case Offer:
			walk.open[x.Reservation]++
		case OfferOver:
			walk.open[x.Reservation]--
			if walk.open[x.Reservation] != 0 {
				d.t.Fatalf("reservation %s ended %d times", x.Reservation, 1-walk.open[x.Reservation])
			}
		case Changed:
			if x.From != x.To {
				if to, ok := Next(x.From, x.Cause); !ok || to != x.To && to != Before {
					d.t.Fatalf("%s went from %s to %s by %s, which is not in the table", x.Agent, x.From, x.To, x.Cause)
				}
				if walk.states[x.Agent] != "" && walk.states[x.Agent] != x.From {
					d.t.Fatalf("%s changes from %s but was %s", x.Agent, x.From, walk.states[x.Agent])
				}
				walk.states[x.Agent] = x.To
			}
			if x.By == "" || x.Cause == "" {
				d.t.Fatalf("nobody is the author of %+v", x)
			}
		}
	}
	if !d.next.IsZero() && d.next.Before(d.now) {
		d.t.Fatalf("wants a tick in the past")
	}
}

type walk struct {
	open   map[fact.ReservationID]int
	states map[fact.AgentID]fact.State
}

// random does one random thing, chosen by n, that some owner could report at this moment.
func (d *desk) random(n func(int) int, made *int) {
	s := d.s
	id := fact.AgentID(fmt.Sprintf("agent%d", n(4)))
	a := s.byAgent[id]
	d.last, d.next = nil, time.Time{}
	someContact := fact.ContactID(fmt.Sprintf("c%d", n(max(1, *made))))
	switch n(27) {
	case 0, 1:
		*made++
		d.do(Enqueue{Contact: fact.ContactID(fmt.Sprintf("c%d", *made)), Queue: []fact.QueueID{"support", "sales", "night", "nowhere"}[n(4)], Since: d.now, Priority: n(2)})
	case 2:
		d.do(SignIn{Agent: id})
	case 3, 4:
		d.do(Want{Agent: id, Ready: true, By: ByAgent})
	case 5:
		d.do(Want{Agent: id, Reason: "lunch", By: "Miriam Graham"})
	case 6, 7, 8:
		if a.offer != nil {
			d.do(Accept{a.offer.id, id})
		} else {
			d.do(Accept{"t-1", id})
		}
	case 9:
		if a.offer != nil {
			d.do(Decline{a.offer.id, id, "ticket"})
		}
	case 10:
		d.do(InCall{Agent: id, Contact: a.contact, Cause: []Cause{MediaIsUp, Holds, Resumes, Transfers, TransferBack, Consults, ConsultOver, Joins, TakesDirect, TakesCaller}[n(10)], Queue: "support", By: ByAgent})
	case 11:
		d.do(InCall{Agent: id, Contact: a.contact, Cause: MediaIsUp, By: ByServer})
	case 12, 13:
		d.do(CallOver{Agent: id, Contact: a.contact, Work: n(2) == 0, By: "caller"})
	case 14:
		d.do(Console{Agent: id, Back: n(2) == 0})
	case 15:
		d.do(Gone{Contact: someContact, Outcome: fact.CallerOff})
	case 16:
		d.do(WrapDone{id})
	case 17:
		d.do(Reserve{Contact: "x" + someContact, Agent: id, Kind: []Kind{FromTransfer, FromConsult}[n(2)], Ring: 10 * time.Second})
	case 18:
		d.do(SignOut{Agent: id, By: ByAgent})
	case 19:
		d.do(Dial{Agent: id, Contact: "d" + someContact})
	case 20:
		d.do(Undo{id})
	case 22:
		d.do(Coded{Agent: id, Contact: a.contact, On: n(3) > 0})
	case 23:
		d.do(Telephone{Agent: id, There: n(3) > 0})
	case 24:
		d.do(Rings{Agent: id, Endpoint: []fact.Endpoint{fact.AtConsole, fact.AtSIP, fact.AtTeams}[n(3)]})
	case 25:
		if a.offer != nil {
			d.do(Unanswered{a.offer.id, id, []string{"busy", "declined", "no_answer", "unreachable"}[n(4)]})
		}
	case 26:
		d.do(Serves{Agent: id, Endpoint: fact.AtSIP, May: []fact.Endpoint{fact.AtConsole, fact.AtTeams}, Always: n(2) == 0, There: n(3) > 0})
	case 21:
		d.do(Dial{Agent: id, Contact: "h" + someContact, Emergency: true})
	}
}

func TestRandomShiftsKeepEveryInvariant(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		d, w, made := nightDesk(t), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}, 0
		for range 400 {
			d.now = d.now.Add(time.Duration(r.IntN(8000)) * time.Millisecond)
			d.do(Tick{})
			d.check(w)
			d.random(r.IntN, &made)
			d.check(w)
		}
	}
}

func FuzzShift(f *testing.F) {
	f.Add([]byte("0223344556677889900112233445566"))
	f.Fuzz(func(t *testing.T, script []byte) {
		d, w, made, at := nightDesk(t), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}, 0, 0
		pick := func(n int) int {
			if at >= len(script) {
				return 0
			}
			at++
			return int(script[at-1]) % n
		}
		for at < len(script) {
			d.now = d.now.Add(time.Duration(pick(200)) * 100 * time.Millisecond)
			d.do(Tick{})
			d.check(w)
			d.random(pick, &made)
			d.check(w)
		}
	})
}

// TestEveryTwoEventsInEitherOrder runs all pairs of what can happen to one offer, in both orders and at the
// same moment: exactly one of them ends it, and the other hears so or changes nothing.
func TestEveryTwoEventsInEitherOrder(t *testing.T) {
	events := map[string]func(o Offer) What{
		"accept":       func(o Offer) What { return Accept{o.Reservation, o.Agent} },
		"decline":      func(o Offer) What { return Decline{o.Reservation, o.Agent, "ticket"} },
		"deadline":     func(o Offer) What { return nil },
		"caller gone":  func(o Offer) What { return Gone{o.Contact, fact.CallerOff} },
		"console gone": func(o Offer) What { return Console{Agent: o.Agent} },
		"sign out":     func(o Offer) What { return SignOut{Agent: o.Agent, By: ByAgent} },
		"pull":         func(o Offer) What { return Gone{o.Contact, fact.Withdrawn} },
		"moved":        func(o Offer) What { return Enqueue{Contact: o.Contact, Queue: "sales", Since: start} },
		"pause":        func(o Offer) What { return Want{Agent: o.Agent, By: ByAgent} },
		"undo":         func(o Offer) What { return Undo{o.Agent} },
		"busy":         func(o Offer) What { return Unanswered{o.Reservation, o.Agent, "busy"} },
		"no answer":    func(o Offer) What { return Unanswered{o.Reservation, o.Agent, "no_answer"} },
		"telephone":    func(o Offer) What { return Telephone{o.Agent, true} },
		"elsewhere":    func(o Offer) What { return Rings{o.Agent, fact.AtTeams} },
	}
	ends := map[string]bool{"pause": false, "undo": false, "telephone": false, "elsewhere": false}
	for a, first := range events {
		for b, second := range events {
			t.Run(a+" then "+b, func(t *testing.T) {
				d, w := newDesk(t, 2), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}
				d.ready("agent0")
				d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
				d.check(w)
				o := d.offered()
				overs := 0
				for _, e := range []func(Offer) What{first, second} {
					what := e(o)
					if what == nil {
						d.now, what = o.Deadline, Tick{}
					}
					d.do(what)
					d.check(w)
					for _, x := range d.last {
						if over, ok := x.(OfferOver); ok && over.Reservation == o.Reservation {
							overs++
						}
					}
				}
				if overs > 1 || overs == 0 && either(ends, a, b) {
					t.Fatalf("the offer ended %d times", overs)
				}
			})
		}
	}
}

// either reports whether one of two events ends an offer.
func either(ends map[string]bool, a, b string) bool {
	_, not := ends[a]
	_, neither := ends[b]
	return !not || !neither
}

func TestTheSameDayGivesTheSameDecisions(t *testing.T) {
	run := func() string {
		r := rand.New(rand.NewPCG(7, 7))
		d, made, out := newDesk(t, 4), 0, ""
		for range 2000 {
			d.now = d.now.Add(time.Duration(r.IntN(4000)) * time.Millisecond)
			d.random(r.IntN, &made)
			out += fmt.Sprintf("%v %+v\n", d.next, d.last)
		}
		return out
	}
	if first, second := run(), run(); first != second {
		t.Fatal("two runs of the same events differ")
	}
}

func BenchmarkEnqueueOfferAcceptWrap(b *testing.B) {
	s := New("b", settings(500))
	now := start
	do := func(w What) []Decision { d, _ := s.Step(Event{now, w}); return d }
	for i := range 500 {
		id := fact.AgentID(fmt.Sprintf("agent%d", i))
		do(SignIn{Agent: id})
		do(Want{Agent: id, Ready: true, By: ByAgent})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now = now.Add(10 * time.Millisecond)
		id := fact.ContactID(fmt.Sprint(i))
		o, _ := find[Offer](do(Enqueue{Contact: id, Queue: "support", Since: now}))
		do(Accept{o.Reservation, o.Agent})
		do(InCall{Agent: o.Agent, Contact: id, Cause: MediaIsUp, By: ByServer})
		do(CallOver{Agent: o.Agent, Contact: id, Work: true, By: "caller"})
		do(WrapDone{o.Agent})
	}
}

func TestAnAgentIsFreeAfterEveryCallWithoutWork(t *testing.T) {
	for name, steps := range map[string][]Cause{
		"talking": nil, "on hold": {Holds}, "transferring": {Transfers}, "asking first": {Consults}, "in a group": {Consults, Joins},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1)
			d.ready("agent0")
			d.do(Enqueue{Contact: "c", Queue: "sales", Since: d.now}) // sales has no wrap-up
			d.do(Accept{d.offered().Reservation, "agent0"})
			d.do(InCall{Agent: "agent0", Contact: "c", Cause: MediaIsUp})
			for _, cause := range steps {
				d.do(InCall{Agent: "agent0", Contact: "c", Cause: cause})
			}
			d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
			d.state("agent0", fact.Ready)
		})
	}
}

func TestACallerOfAQueueThatIsGoneIsStillAnswered(t *testing.T) {
	d := newDesk(t, 1)
	d.do(Enqueue{Contact: "c", Queue: "sales", Since: d.now})
	d.do(Configure{Settings: Settings{Grace: 20 * time.Second, Queues: settings(1).Queues[:1]}})
	if n := len(d.s.Queues()); n != 2 {
		t.Fatalf("%d queues are shown while somebody waits in the one that is gone", n)
	}
	d.ready("agent0")
	if v, _ := d.s.Agent("agent0"); v.Contact != "c" {
		t.Fatalf("agent0 has %q; the caller of the queue waits for nobody", v.Contact)
	}
	d.do(Gone{"c", fact.CallerOff})
	if n := len(d.s.Queues()); n != 1 {
		t.Fatalf("%d queues are shown when nobody waits in the one that is gone", n)
	}
}

func TestALineThatFailsWhileTheConsoleIsGoneLeavesTheAgentNotReady(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	d.do(Accept{d.offered().Reservation, "agent0"})
	d.do(Console{Agent: "agent0"})
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: MediaFails})
	d.do(Console{Agent: "agent0", Back: true})
	d.state("agent0", fact.NotReady)
	if v, _ := d.s.Agent("agent0"); v.Contact != "" {
		t.Fatalf("still bound to %s", v.Contact)
	}
}

func TestWhoSignsOutOfTheWorkAfterACallHasNoCaller(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	d.do(Accept{d.offered().Reservation, "agent0"})
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: MediaIsUp})
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
	d.do(SignOut{Agent: "agent0", By: ByAgent})
	if v, _ := d.s.Agent("agent0"); v.Contact != "" {
		t.Fatalf("still bound to %s", v.Contact)
	}
}

func TestWhatWasChosenForAfterACallDoesNotOutliveIt(t *testing.T) {
	for name, c := range map[string]struct {
		then []What // after the wish to be not ready, said while it rings
		want fact.State
	}{
		"missed, then ready by key":   {[]What{Tick{}, Want{Agent: "agent0", Ready: true, By: ByAgent}}, fact.Ready},
		"the caller hangs up":         {[]What{Gone{"c", fact.CallerOff}}, fact.NotReady},
		"the console is lost, back":   {[]What{Console{Agent: "agent0"}, Console{Agent: "agent0", Back: true}}, fact.NotReady},
		"the console is lost for now": {[]What{Console{Agent: "agent0"}}, fact.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1)
			d.ready("agent0")
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			o := d.offered()
			d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent})
			d.now = o.Deadline.Add(-time.Nanosecond)
			for _, w := range c.then {
				if _, tick := w.(Tick); tick {
					d.now = o.Deadline
					d.do(Gone{"c", fact.CallerOff})
				}
				d.do(w)
			}
			d.state("agent0", c.want)
			if v, _ := d.s.Agent("agent0"); c.want != fact.Lost && v.After != "" {
				t.Fatalf("%s still comes after the next call", v.After)
			}
		})
	}
}

func TestAnAgentWhoseLineFailedIsNotReadyBeforeItIsBack(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	d.do(Accept{d.offered().Reservation, "agent0"})
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: MediaFails})
	d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
	if _, late := find[TooLate](d.last); !late {
		t.Fatal("told ready, which does not come")
	}
	d.now = d.now.Add(20 * time.Second)
	d.do(Tick{})
	d.state("agent0", fact.NotReady)
}
