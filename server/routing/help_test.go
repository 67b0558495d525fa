package routing

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cordboard/server/fact"
)

func TestHelpIsCalledInWhateverTheAgentDoes(t *testing.T) {
	cases := []struct {
		name string
		to   func(d *desk)
		// caller is who must not be lost: at the head of the queue (GraceOver), or offered to somebody else.
		caller fact.ContactID
	}{
		{"ready", func(*desk) {}, ""},
		{"not ready", func(d *desk) { d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent}) }, ""},
		{"talking", func(d *desk) { d.take("c") }, "c"},
		{"on hold", func(d *desk) {
			d.take("c")
			d.do(InCall{Agent: "agent0", Contact: "c", Cause: Holds, By: ByAgent})
		}, "c"},
		{"wrapping up", func(d *desk) {
			d.take("c")
			d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
		}, ""},
		{"missed", func(d *desk) {
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			d.now = d.now.Add(20 * time.Second)
			d.do(Tick{})
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, 1)
			d.ready("agent0")
			c.to(d)
			d.do(Dial{Agent: "agent0", Contact: "help", Emergency: true})
			if late, refused := find[TooLate](d.last); refused {
				t.Fatalf("refused: %+v", late)
			}
			d.state("agent0", fact.Dialing)
			if left, _ := find[GraceOver](d.last); left.Contact != c.caller {
				t.Fatalf("given up: %+v, want %q", left, c.caller)
			}
			d.do(CallOver{Agent: "agent0", Contact: "help", By: ByAgent})
			d.state("agent0", fact.NotReady)
		})
	}
}

func TestACallThatRingsGoesToSomebodyElseWhenHelpIsCalled(t *testing.T) {
	d := newDesk(t, 2)
	d.ready("agent0", "agent1")
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	d.do(Dial{Agent: "agent0", Contact: "help", Emergency: true})
	if o := d.offered(); o.Agent != "agent1" || o.Contact != "c" {
		t.Fatalf("offered %+v", o)
	}
	d.state("agent0", fact.Dialing)
}

// take lets agent0 talk with a new caller.
func (d *desk) take(id fact.ContactID) {
	d.t.Helper()
	d.do(Enqueue{Contact: id, Queue: "support", Since: d.now})
	d.do(Accept{d.offered().Reservation, "agent0"})
	d.do(InCall{Agent: "agent0", Contact: id, Cause: MediaIsUp, By: ByServer})
}

func TestACallOfNoQueueWaitsOnHoldForTheCallForHelp(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Dial{Agent: "agent0", Contact: "own"})
	d.do(InCall{Agent: "agent0", Contact: "own", Cause: DialAnswered, By: ByServer})
	d.do(Dial{Agent: "agent0", Contact: "help", Emergency: true})
	if p, ok := find[Parked](d.last); !ok || p.Contact != "own" {
		t.Fatalf("not on hold: %+v", d.last)
	}
	if g, given := find[GraceOver](d.last); given {
		t.Fatalf("given up: %+v", g)
	}
	d.do(InCall{Agent: "agent0", Contact: "help", Cause: DialAnswered, By: ByServer})
	d.state("agent0", fact.Talking)
	d.do(CallOver{Agent: "agent0", Contact: "help", By: ByAgent})
	d.state("agent0", fact.HeldState)
	if u, ok := find[Unparked](d.last); !ok || u.Contact != "own" || u.Lost {
		t.Fatalf("%+v", d.last)
	}
	d.do(InCall{Agent: "agent0", Contact: "own", Cause: Resumes, By: ByAgent})
	d.state("agent0", fact.Talking)
	d.do(CallOver{Agent: "agent0", Contact: "own", By: ByAgent})
	d.state("agent0", fact.NotReady)
}

// Whatever happens while calls for help follow each other: who was put on hold is taken up again, given up to the call, or
// has hung up, once; and the agent is bound to nobody in the end.
func TestWhoIsOnHoldForACallForHelpIsNeverForgotten(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		d, w := newDesk(t, 1), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}
		d.ready("agent0")
		a := d.s.byAgent["agent0"]
		waits := map[fact.ContactID]bool{}
		seen := func() {
			d.check(w)
			for _, x := range d.last {
				switch x := x.(type) {
				case Parked:
					if waits[x.Contact] {
						t.Fatalf("seed %d: %s is put on hold twice", seed, x.Contact)
					}
					waits[x.Contact] = true
				case Unparked:
					if !waits[x.Contact] || a.contact != x.Contact || x.Lost != (a.state == fact.Lost) {
						t.Fatalf("seed %d: %+v, and the agent has %q in %s", seed, x, a.contact, a.state)
					}
					delete(waits, x.Contact)
				case GraceOver:
					delete(waits, x.Contact)
				}
			}
			if len(waits) != len(a.parked) {
				t.Fatalf("seed %d: %v wait, the agent knows of %v", seed, waits, a.parked)
			}
		}
		for i := range 60 {
			id := fact.ContactID(fmt.Sprint("c", i))
			d.last, d.next = nil, time.Time{}
			switch r.IntN(8) {
			case 0, 1:
				d.do(Dial{Agent: "agent0", Contact: id, Emergency: r.IntN(3) > 0})
			case 2:
				d.do(InCall{Agent: "agent0", Contact: a.contact, Cause: DialAnswered, By: ByServer})
			case 3:
				d.do(InCall{Agent: "agent0", Contact: a.contact, Cause: []Cause{Holds, Resumes, Consults, Transfers}[r.IntN(4)], By: ByAgent})
			case 4:
				d.do(CallOver{Agent: "agent0", Contact: a.contact, By: ByAgent})
			case 5:
				if len(a.parked) > 0 { // who is on hold hangs up
					gone := a.parked[r.IntN(len(a.parked))]
					delete(waits, gone)
					d.do(CallOver{Agent: "agent0", Contact: gone, By: "caller"})
				}
			case 6:
				d.do(Console{Agent: "agent0", Back: r.IntN(2) == 0})
			case 7:
				d.now = d.now.Add(time.Duration(r.IntN(30)) * time.Second)
				d.do(Tick{})
			}
			seen()
		}
		d.do(Console{Agent: "agent0", Back: true})
		seen()
		for range 20 {
			d.do(CallOver{Agent: "agent0", Contact: a.contact, By: ByAgent})
			seen()
		}
		if len(waits) > 0 || OnCall(a.state) || a.contact != "" && a.state != fact.Wrapup {
			t.Fatalf("seed %d: %v wait; the agent is %s with %q", seed, waits, a.state, a.contact)
		}
	}
}
