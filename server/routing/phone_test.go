package routing

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

func alwaysReady(there bool) Serves {
	return Serves{Agent: "agent0", Endpoint: fact.AtSIP, May: []fact.Endpoint{fact.AtConsole, fact.AtTeams}, Always: true, There: there}
}

func (d *desk) reason(want string) {
	d.t.Helper()
	if v, _ := d.s.Agent("agent0"); v.Reason != want {
		d.t.Fatalf("agent0 is %s (%s), want %q", v.State, v.Reason, want)
	}
}

func TestAnAgentWithATelephoneIsReadyWhileItIsThere(t *testing.T) {
	d := newDesk(t, 1)
	d.do(alwaysReady(false))
	d.state("agent0", fact.NotReady)
	d.reason(ReasonTelephone)
	d.do(Telephone{"agent0", true})
	d.state("agent0", fact.Ready)
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	if o := d.offered(); o.Endpoint != fact.AtSIP {
		t.Fatalf("rings at %q", o.Endpoint)
	}
	d.do(Telephone{"agent0", false}) // while it rings: the telephone decides
	d.state("agent0", fact.OfferedState)
	d.do(Accept{d.s.byAgent["agent0"].offer.id, "agent0"})
	d.do(InCall{Agent: "agent0", Contact: "c", Cause: MediaIsUp, By: ByServer})
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
	d.now = d.now.Add(30 * time.Second)
	d.do(Tick{})
	d.state("agent0", fact.NotReady) // the work after the call is over by its time
	d.do(Telephone{"agent0", true})
	d.state("agent0", fact.Ready)
	d.do(Serves{Agent: "agent0", Endpoint: fact.AtSIP, There: true}) // no longer always ready
	d.state("agent0", fact.Offline)
}

func TestTwoOffersInARowThatNobodyTakes(t *testing.T) {
	for why, c := range map[string]struct {
		inARow int
		back   time.Duration
	}{"no_answer": {2, 5 * time.Minute}, "declined": {2, 5 * time.Minute}, "unreachable": {2, 5 * time.Minute}, "busy": {1, 30 * time.Second}} {
		t.Run(why, func(t *testing.T) {
			d := newDesk(t, 1)
			d.do(alwaysReady(true))
			for i := range c.inARow {
				d.do(Enqueue{Contact: fact.ContactID(why + string(rune('a'+i))), Queue: "support", Since: d.now})
				d.do(Unanswered{d.s.byAgent["agent0"].offer.id, "agent0", why})
				if i+1 < c.inARow {
					d.state("agent0", fact.Ready)
				}
			}
			d.state("agent0", fact.MissedState)
			d.do(Gone{fact.ContactID(why + "a"), fact.CallerOff})
			d.do(Gone{fact.ContactID(why + "b"), fact.CallerOff})
			d.now = d.now.Add(c.back - time.Nanosecond)
			d.do(Tick{})
			d.state("agent0", fact.MissedState)
			d.now = d.now.Add(time.Nanosecond)
			d.do(Tick{})
			d.state("agent0", fact.Ready)
		})
	}
}

func TestAnAnswerEndsTheRow(t *testing.T) {
	d := newDesk(t, 1)
	d.do(alwaysReady(true))
	for _, id := range []fact.ContactID{"a", "b", "c"} {
		d.do(Enqueue{Contact: id, Queue: "sales", Since: d.now})
		d.do(Unanswered{d.s.byAgent["agent0"].offer.id, "agent0", "no_answer"})
		d.state("agent0", fact.Ready)
		d.do(Gone{id, fact.CallerOff})
		d.do(Enqueue{Contact: id + "2", Queue: "sales", Since: d.now})
		d.do(Accept{d.offered().Reservation, "agent0"})
		d.do(CallOver{Agent: "agent0", Contact: id + "2", By: "caller"})
		d.state("agent0", fact.Ready)
	}
}

func TestACallAtTheTelephoneOutlivesTheConsole(t *testing.T) {
	d := newDesk(t, 1)
	d.do(Serves{Agent: "agent0", Endpoint: fact.AtSIP, There: true})
	d.ready("agent0")
	d.take("c")
	d.do(Console{Agent: "agent0"})
	d.state("agent0", fact.Talking)
	d.do(CallOver{Agent: "agent0", Contact: "c", By: "caller"})
	d.state("agent0", fact.NotReady)
	d.reason(ReasonConnection)
}

func TestWhereCallsRingIsChosenBetweenThem(t *testing.T) {
	d := newDesk(t, 1)
	d.do(Serves{Agent: "agent0", Endpoint: fact.AtConsole, May: []fact.Endpoint{fact.AtSIP}})
	d.ready("agent0")
	d.do(Enqueue{Contact: "c", Queue: "sales", Since: d.now})
	d.do(Rings{"agent0", fact.AtSIP}) // while one rings at the console, which it goes on to do
	if o := d.s.byAgent["agent0"].offer; o == nil {
		t.Fatal("the offer is gone")
	}
	d.do(Accept{d.s.byAgent["agent0"].offer.id, "agent0"})
	d.do(Console{Agent: "agent0"})
	d.state("agent0", fact.Lost) // the call is the console's
	d.do(Console{Agent: "agent0", Back: true})
	d.do(CallOver{Agent: "agent0", Contact: "c", By: "caller"})
	d.state("agent0", fact.NotReady) // the telephone is not there
	d.reason(ReasonTelephone)
	d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
	if late, ok := find[TooLate](d.last); !ok || late.Why != ReasonTelephone {
		t.Fatalf("got %+v", d.last)
	}
	d.do(Telephone{"agent0", true})
	d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
	d.state("agent0", fact.Ready)
}
