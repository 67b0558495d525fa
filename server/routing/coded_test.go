package routing

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

// coding is a desk whose queue wants a code, in the work after a call.
func coding(t *testing.T) *desk {
	d := newDesk(t, 1)
	s := settings(1)
	s.Queues[0].Coded = true
	d.do(Configure{Settings: s})
	d.talk("c")
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
	return d
}

func TestWorkThatWantsACodeDoesNotEndWithoutOne(t *testing.T) {
	d := coding(t)
	for _, done := range []What{WrapDone{"agent0"}, Want{Agent: "agent0", Ready: true, By: ByAgent}} {
		d.do(done)
		if late, refused := find[TooLate](d.last); !refused || late.Why != "code" {
			t.Fatalf("%T: %+v", done, d.last)
		}
	}
	d.state("agent0", fact.Wrapup)
	d.do(Coded{Agent: "agent0", Contact: "c", On: true})
	d.state("agent0", fact.Wrapup)
	d.do(WrapDone{"agent0"})
	d.state("agent0", fact.Ready)
}

func TestWorkWhoseTimeIsOverWaitsForItsCode(t *testing.T) {
	d := coding(t)
	d.now = d.now.Add(time.Minute)
	d.do(Tick{})
	d.state("agent0", fact.Wrapup)
	d.do(Coded{Agent: "agent0", Contact: "another", On: true})
	d.state("agent0", fact.Wrapup)
	d.do(Coded{Agent: "agent0", Contact: "c", On: true})
	d.state("agent0", fact.Ready)
}
