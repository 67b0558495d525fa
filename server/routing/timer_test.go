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
