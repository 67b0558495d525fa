package routing

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cordboard/server/fact"
)

// TestTimersOfCallsThatAreOverAreNotKept: the longest wait is hours, and a busy queue has thousands of calls meanwhile.
func TestTimersOfCallsThatAreOverAreNotKept(t *testing.T) {
	d := newDesk(t, 2)
	d.ready("agent0")
	most := 0
	for i := range 5000 {
		id := fact.ContactID(fmt.Sprint(i))
		d.do(Enqueue{Contact: id, Queue: "support", Since: d.now})
		o := d.offered()
		d.do(Accept{o.Reservation, o.Agent})
		d.do(InCall{Agent: o.Agent, Contact: id, Cause: MediaIsUp, By: ByServer})
		d.do(CallOver{Agent: o.Agent, Contact: id, Work: true, By: "caller"})
		d.do(WrapDone{o.Agent})
		d.now = d.now.Add(10 * time.Millisecond)
		most = max(most, len(d.s.timers))
	}
	if most > someTimers {
		t.Fatalf("%d timers for one agent and no caller", most)
	}
	for i := range 1000 { // those that are waited for are all kept
		d.do(Enqueue{Contact: fact.ContactID(fmt.Sprint("more", i)), Queue: "support", Since: d.now})
	}
	d.now = d.now.Add(10*time.Minute - time.Millisecond)
	d.do(Tick{})
	left := 0
	d.now = d.now.Add(time.Millisecond)
	for _, x := range d.do(Tick{}) {
		if l, ok := x.(Leave); ok && l.Reason == "longest_wait" {
			left++
		}
	}
	if left < 990 { // some are at an agent
		t.Fatalf("%d of 1000 left when their longest wait was over", left)
	}
}

func TestADayIsTheSameHoweverOftenTimersAreTakenOut(t *testing.T) {
	for seed := range uint64(20) {
		run := func(often bool) (out []string) {
			r := rand.New(rand.NewPCG(seed, 11))
			d, made := newDesk(t, 4), 0
			for range 1000 {
				d.now = d.now.Add(time.Duration(r.IntN(4000)) * time.Millisecond)
				if d.s.full = 1 << 40; often {
					d.s.full = 0
					d.s.sweep()
				}
				d.random(r.IntN, &made)
				out = append(out, fmt.Sprintf("%+v", d.last))
			}
			return out
		}
		seldom, often := run(false), run(true)
		for i := range seldom {
			if seldom[i] != often[i] {
				t.Fatalf("seed %d, step %d: %s, want %s", seed, i, often[i], seldom[i])
			}
		}
	}
}

// TestTheLongestWaitIsOverOnlyForWhoWaits: not while an agent is rung, and never for who came back to the head.
func TestTheLongestWaitIsOverOnlyForWhoWaits(t *testing.T) {
	gone := func(d *desk) string {
		if l, ok := find[Leave](d.last); ok {
			return string(l.Contact) + " " + l.Reason
		}
		return ""
	}
	t.Run("rung", func(t *testing.T) {
		d := newDesk(t, 1)
		d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
		over := d.now.Add(10 * time.Minute)
		d.now = over.Add(-5 * time.Second)
		d.ready("agent0")
		o := d.s.byAgent["agent0"].offer
		if o == nil {
			t.Fatal("nobody is rung")
		}
		d.now = over.Add(time.Second)
		if d.do(Tick{}); gone(d) != "" || d.s.byAgent["agent0"].offer == nil {
			t.Fatalf("%q while an agent is rung", gone(d))
		}
		d.now = o.deadline
		if d.do(Tick{}); gone(d) != "c longest_wait" {
			t.Fatalf("%q when the agent had missed the call, want the end of the wait", gone(d))
		}
		if v, _ := d.s.Agent("agent0"); v.Contact != "" {
			t.Fatalf("the agent still has %s", v.Contact)
		}
	})
	t.Run("moved to a queue that lets wait for longer", func(t *testing.T) {
		d := newDesk(t, 1)
		d.do(SignIn{Agent: "agent0"}) // somebody is there, and busy
		began := d.now
		d.do(Enqueue{Contact: "c", Queue: "sales", Since: began})
		d.now = began.Add(30 * time.Second)
		d.do(Enqueue{Contact: "c", Queue: "support", Since: began})
		for _, after := range []time.Duration{time.Minute, 10*time.Minute - time.Second} {
			d.now = began.Add(after)
			if d.do(Tick{}); gone(d) != "" {
				t.Fatalf("%q after %v", gone(d), after)
			}
		}
		d.now = began.Add(10 * time.Minute)
		if d.do(Tick{}); gone(d) != "c longest_wait" {
			t.Fatalf("%q after ten minutes", gone(d))
		}
	})
	t.Run("came back", func(t *testing.T) {
		d := newDesk(t, 1)
		d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now, Head: true})
		for range 30 {
			d.now = d.now.Add(time.Minute)
			if d.do(Tick{}); gone(d) != "" {
				t.Fatal(gone(d))
			}
		}
	})
}
