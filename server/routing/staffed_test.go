package routing

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

// leaves gives who left for want of an agent in the last step.
func (d *desk) leaves() (out []fact.ContactID) {
	for _, x := range d.last {
		if l, ok := x.(Leave); ok && l.Reason == "nobody" {
			out = append(out, l.Contact)
		}
	}
	return out
}

func TestWhoComesToAQueueWithoutAgentsLeavesAtOnce(t *testing.T) {
	d := nightDesk(t)
	d.ready("agent0", "agent1") // of other queues
	d.do(Enqueue{Contact: "c", Queue: "night", Since: d.now})
	if got := d.leaves(); len(got) != 1 {
		t.Fatalf("left: %v", got)
	}
	d.do(Enqueue{Contact: "d", Queue: "support", Since: d.now})
	d.offered() // a queue that lets its callers wait
}

func TestWhoWaitsLeavesWhenTheLastAgentHasGone(t *testing.T) {
	for name, c := range map[string]struct {
		go1, back What
		leaves    bool
	}{
		"signed out":                     {SignOut{"agent3", ByAgent}, nil, true},
		"signed out and in again":        {SignOut{"agent3", ByAgent}, SignIn{Agent: "agent3"}, false},
		"lost the console":               {Console{Agent: "agent3"}, nil, true},
		"lost the console and came back": {Console{Agent: "agent3"}, Console{Agent: "agent3", Back: true}, false},
		"went for lunch":                 {Want{Agent: "agent3", Reason: "lunch", By: ByAgent}, nil, false},
		"is no agent of it any more": {Configure{func() Settings {
			s := settings(4)
			s.Queues = append(s.Queues, Queue{ID: "night", Nobody: true})
			return s
		}()}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := nightDesk(t)
			d.do(SignIn{Agent: "agent3"})
			for _, id := range []fact.ContactID{"c1", "c2"} {
				if d.do(Enqueue{Contact: id, Queue: "night", Since: d.now}); len(d.leaves()) > 0 {
					t.Fatalf("%s left though agent3 is signed in", id)
				}
			}
			d.do(c.go1)
			if c.back != nil {
				d.now = d.now.Add(19 * time.Second)
				d.do(c.back)
			}
			if c.leaves {
				if len(d.leaves()) > 0 {
					t.Fatal("they left at once")
				}
				d.do(Enqueue{Contact: "c3", Queue: "night", Since: d.now})
				d.now = d.now.Add(20*time.Second - 1)
				if d.do(Tick{}); len(d.leaves()) > 0 {
					t.Fatal("they left too early")
				}
				d.now = d.now.Add(1)
				if d.do(Tick{}); len(d.leaves()) != 3 || d.leaves()[0] != "c1" {
					t.Fatalf("left: %v", d.leaves())
				}
				return
			}
			d.now = d.now.Add(time.Minute)
			if d.do(Tick{}); len(d.leaves()) > 0 {
				t.Fatalf("left: %v", d.leaves())
			}
		})
	}
}

func TestANewRuleHoldsForThoseWhoWaitAlready(t *testing.T) {
	d := newDesk(t, 4)
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now}) // nobody is signed in; it waits
	with := settings(4)
	with.Queues[0].Nobody = true
	d.do(Configure{with})
	if len(d.leaves()) > 0 {
		t.Fatal("it left at once")
	}
	d.now = d.now.Add(20 * time.Second)
	if d.do(Tick{}); len(d.leaves()) != 1 {
		t.Fatal("it waits for ever")
	}
}
