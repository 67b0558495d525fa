package routing

import (
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
