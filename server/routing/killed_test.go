package routing

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

// A console is killed in each state an agent can be in: what the agent is then, when the console is back in time, and when it is not;
// and that the contact always has an owner.
func TestAConsoleIsKilledInEachState(t *testing.T) {
	in := func(causes ...Cause) func(*desk) {
		return func(d *desk) {
			d.take("c")
			for _, c := range causes {
				d.do(InCall{Agent: "agent0", Contact: "c", Cause: c, By: ByAgent})
			}
		}
	}
	const onCall, ringing, own, none = "given to the head of the queue", "rings at somebody else", "given up to its call", "nobody's business"
	for state, c := range map[fact.State]struct {
		to      func(*desk)
		at      fact.State // while the console is away
		back    fact.State // when it comes back within 20 s
		gone    fact.State // when it does not
		contact string     // what becomes of it
	}{
		fact.NotReady:     {func(d *desk) { d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent}) }, fact.Lost, fact.NotReady, fact.NotReady, none},
		fact.Ready:        {func(d *desk) {}, fact.Lost, fact.Ready, fact.NotReady, none},
		fact.OfferedState: {func(d *desk) { d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now}) }, fact.Lost, fact.Ready, fact.NotReady, ringing},
		fact.Connecting: {func(d *desk) {
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			d.do(Accept{d.offered().Reservation, "agent0"})
		}, fact.Lost, fact.Connecting, fact.NotReady, onCall},
		fact.Talking:      {in(), fact.Lost, fact.Talking, fact.NotReady, onCall},
		fact.HeldState:    {in(Holds), fact.Lost, fact.HeldState, fact.NotReady, onCall},
		fact.Transferring: {in(Transfers), fact.Lost, fact.Transferring, fact.NotReady, onCall},
		fact.Consulting:   {in(Consults), fact.Lost, fact.Consulting, fact.NotReady, onCall},
		fact.Conference:   {in(Joins), fact.Lost, fact.Conference, fact.NotReady, onCall},
		fact.DirectCall:   {in(Consults, TakesDirect), fact.Lost, fact.DirectCall, fact.NotReady, onCall},
		fact.Dialing:      {func(d *desk) { d.do(Dial{Agent: "agent0", Contact: "c"}) }, fact.Lost, fact.Dialing, fact.NotReady, own},
		fact.Wrapup: {func(d *desk) {
			in()(d)
			d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
		}, fact.Wrapup, fact.Wrapup, fact.NotReady, none},
		fact.MissedState: {func(d *desk) {
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			d.now = d.now.Add(20 * time.Second)
			d.do(Tick{})
			d.do(Gone{"c", fact.CallerOff})
		}, fact.Lost, fact.MissedState, fact.NotReady, none},
	} {
		for _, back := range []bool{true, false} {
			name := map[bool]string{true: string(state) + ", and back", false: string(state) + ", for good"}[back]
			t.Run(name, func(t *testing.T) {
				d, w := newDesk(t, 2), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}
				d.ready("agent0")
				c.to(d)
				d.state("agent0", state)
				if c.contact == ringing {
					d.check(w) // the offer
					d.do(SignIn{Agent: "agent1"})
					d.do(Want{Agent: "agent1", Ready: true, By: ByAgent})
				}
				d.do(Console{Agent: "agent0"})
				d.check(w)
				d.state("agent0", c.at)
				if c.contact == ringing {
					if o := d.offered(); o.Agent != "agent1" || o.Contact != "c" {
						t.Fatalf("%+v", o)
					}
				}
				if g, early := find[GraceOver](d.last); early {
					t.Fatalf("given up at once: %+v", g)
				}
				if back {
					d.now = d.now.Add(20*time.Second - 1)
					d.do(Console{Agent: "agent0", Back: true})
					d.check(w)
					d.state("agent0", c.back)
					return
				}
				var over GraceOver
				for range 40 {
					d.now = d.now.Add(time.Second)
					d.do(Tick{})
					d.check(w)
					if g, ok := find[GraceOver](d.last); ok {
						over = g
					}
				}
				d.state("agent0", c.gone)
				v, _ := d.s.Agent("agent0")
				if state != fact.NotReady && v.Reason != ReasonConnection {
					t.Errorf("not ready because of %q", v.Reason)
				}
				if want := c.contact == onCall || c.contact == own; want != (over.Contact == "c") {
					t.Errorf("the contact is %s, but: %+v", c.contact, over)
				}
				if v.Contact != "" {
					t.Errorf("bound to %q", v.Contact)
				}
				d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
				if _, late := find[TooLate](d.last); !late {
					t.Error("ready without a console")
				}
				d.do(Gone{"c", fact.CallerOff})
				d.do(Console{Agent: "agent0", Back: true}) // a machine that slept wakes
				d.state("agent0", fact.NotReady)
				d.do(SignIn{Agent: "agent0"}) // or from another machine, later
				d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
				d.state("agent0", fact.Ready)
			})
		}
	}
}
