package routing

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

func (d *desk) undo(id fact.AgentID) (refused bool) {
	d.t.Helper()
	d.do(Undo{id})
	_, refused = find[TooLate](d.last)
	return refused
}

func TestAChangeOfTheOwnStateIsTakenBackAsIfItHadNotBeen(t *testing.T) {
	d := newDesk(t, 2)
	d.ready("agent0", "agent1") // agent0 is idle longer
	d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
	d.state("agent0", fact.NotReady)
	d.now = d.now.Add(2 * time.Second)
	if d.undo("agent0") {
		t.Fatal("it was refused")
	}
	d.state("agent0", fact.Ready)
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	if o := d.offered(); o.Agent != "agent0" {
		t.Fatalf("rang %s: the place in line was lost", o.Agent)
	}
}

func TestWhatCannotBeTakenBack(t *testing.T) {
	cases := []struct {
		name string
		do   func(d *desk)
		want fact.State
	}{
		{"nothing", func(d *desk) {}, fact.Ready},
		{"what was long ago", func(d *desk) {
			d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
			d.now = d.now.Add(3*time.Second + time.Millisecond)
		}, fact.NotReady},
		{"ready, when a call rings already", func(d *desk) {
			d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
			d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
			d.do(Want{Agent: "agent0", Ready: true, By: ByAgent})
		}, fact.OfferedState},
		{"the same twice", func(d *desk) {
			d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
			d.undo("agent0")
		}, fact.Ready},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, 1)
			d.ready("agent0")
			d.now = d.now.Add(time.Minute)
			c.do(d)
			if !d.undo("agent0") {
				t.Fatal("it was taken back")
			}
			d.state("agent0", c.want)
		})
	}
}

func TestAReasonAndWhatComesAfterACallAreTakenBack(t *testing.T) {
	d := newDesk(t, 1)
	d.ready("agent0")
	d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
	d.now = d.now.Add(time.Minute)
	d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent})
	d.undo("agent0")
	if v, _ := d.s.Agent("agent0"); v.State != fact.NotReady || v.Reason != "break" {
		t.Fatalf("now %s %s, want not ready, break", v.State, v.Reason)
	}

	d = newDesk(t, 1)
	d.talk("c")
	d.do(Want{Agent: "agent0", Reason: "break", By: ByAgent})
	d.do(Want{Agent: "agent0", Reason: "lunch", By: ByAgent})
	if d.undo("agent0") {
		t.Fatal("it was refused")
	}
	if v, _ := d.s.Agent("agent0"); v.AfterWhy != "break" {
		t.Fatalf("after the call comes %q, want break", v.AfterWhy)
	}
}

func TestFinishedWorkIsTakenUpForAsLongAsWasLeft(t *testing.T) {
	d := newDesk(t, 1)
	d.talk("c")
	d.do(CallOver{Agent: "agent0", Contact: "c", Work: true, By: "caller"})
	until := d.s.byAgent["agent0"].until
	d.now = d.now.Add(5 * time.Second)
	d.do(WrapDone{"agent0"})
	d.state("agent0", fact.Ready)
	d.now = d.now.Add(time.Second)
	if d.undo("agent0") {
		t.Fatal("it was refused")
	}
	d.state("agent0", fact.Wrapup)
	if v, _ := d.s.Agent("agent0"); !v.Until.Equal(until) {
		t.Fatalf("until %v, want %v", v.Until, until)
	}
	d.now = until
	d.do(Tick{})
	d.state("agent0", fact.Ready)
	if d.undo("agent0"); d.s.byAgent["agent0"].state != fact.Ready {
		t.Fatal("what the clock did was taken back")
	}
}
