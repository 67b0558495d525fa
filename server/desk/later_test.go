package desk

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

func TestNewsThatWaitsIsWhatItWouldHaveBeenOneByOne(t *testing.T) {
	items := []wire.News{
		{Me: &wire.Me{State: wire.Ready}},
		{Me: &wire.Me{State: wire.Offered}},
		{Queues: []wire.Queue{{ID: "support", Waiting: 1}}},
		{Queues: []wire.Queue{{ID: "support", Waiting: 2}}},
		{Offer: &wire.Offer{Reservation: "1"}},
		{Clear: []wire.Section{wire.ClearOffer}},
		{Offer: &wire.Offer{Reservation: "2"}},
		{Call: &wire.Call{Contact: "a"}},
		{Clear: []wire.Section{wire.ClearCall, wire.ClearMissed}},
		{Call: &wire.Call{Contact: "b"}, Clear: []wire.Section{wire.ClearOffer}},
		{Wrap: &wire.Wrap{Contact: "b"}, Clear: []wire.Section{wire.ClearCall}},
		{Missed: &wire.Missed{Queue: "support"}},
		{Clear: []wire.Section{wire.ClearWrap}},
		{Team: []wire.Mate{{ID: "isaiah"}}, Today: &wire.Today{Calls: 3}, Last: []wire.Row{{Contact: "b"}}},
		{Experts: []wire.Person{{ID: "megan"}}, Graph: &wire.Graph{State: "fine"}},
		{Clear: []wire.Section{wire.ClearMissed}},
	}
	for from := range items {
		for to := from + 1; to <= len(items); to++ {
			var one, all wire.Board
			l := later{due: time.NewTimer(time.Hour)}
			for i := range items {
				merge(&one, &items[i])
				switch {
				case i < from || i >= to:
					merge(&all, &items[i])
				case i < to-1:
					l.add(items[i])
				default: // the last of them goes out at once
					n := items[i]
					n.Clear = slices.Clone(n.Clear)
					l.take(&n, time.Now())
					merge(&all, &n)
				}
			}
			if a, b := boardText(t, one), boardText(t, all); a != b {
				t.Errorf("items %d to %d in one: %s\none by one: %s", from, to, b, a)
			}
		}
	}
	if len(items[8].Clear) != 2 || len(items[9].Clear) != 1 {
		t.Error("news that was held was changed")
	}
}

func boardText(t *testing.T, b wire.Board) string {
	t.Helper()
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// does is something for a seat to do.
type does func(*seat)

func (f does) apply(s *seat) { f(s) }

func TestFiguresWaitAndHalvesOfAChangeDoNotWaitLong(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	o.room.r.mu.Lock()
	adele := o.room.r.seats["adele"]
	o.room.r.mu.Unlock()
	began := time.Now()
	adele.tell(does(func(s *seat) {
		for i := range 100 {
			s.hold(wire.News{Queues: []wire.Queue{{ID: "support", Waiting: i}}})
		}
	}))
	f := c.next("the queue", func(f wire.FromServer) bool { return f.News != nil && f.News.Queues != nil })
	if got := f.News.Queues[0].Waiting; got != 99 {
		t.Errorf("the first news of the queue says %d waiting, of 100 changes", got)
	}
	if after := time.Since(began); after > calmly+2*checkEvery+time.Second {
		t.Errorf("figures came after %v", after)
	}
	adele.tell(does(func(s *seat) {
		s.hold(wire.News{Queues: []wire.Queue{{ID: "support", Waiting: 7}}})
		s.holdShortly(wire.News{Clear: []wire.Section{wire.ClearCall}})
	}))
	f = c.next("the end of the call", func(f wire.FromServer) bool { return f.News != nil && slices.Contains(f.News.Clear, wire.ClearCall) })
	if f.News.Queues == nil || f.News.Queues[0].Waiting != 7 {
		t.Error("figures that waited did not go with the next news")
	}
	adele.tell(does(func(s *seat) { // a colleague hands the caller over: the card comes a moment later
		agentIs{routing.Changed{From: fact.DirectCall, To: fact.Talking}, routing.AgentView{State: fact.Talking}}.apply(s)
		s.publish(wire.News{Call: &wire.Call{Contact: "handed over"}})
	}))
	f = c.next("the state", func(f wire.FromServer) bool {
		return f.News != nil && f.News.Me != nil && f.News.Me.State == wire.Talking
	})
	if f.News.Call == nil || f.News.Call.Contact != "handed over" {
		t.Error("the state came without the card that is its other half")
	}
	adele.tell(does(func(s *seat) {
		s.hold(wire.News{Queues: []wire.Queue{{ID: "support", Waiting: 8}}})
		s.publish(wire.News{Said: &wire.Said{Words: "now"}})
	}))
	f = c.next("what is said", func(f wire.FromServer) bool { return f.News != nil && f.News.Said != nil && f.News.Said.Words == "now" })
	if f.News.Queues == nil || f.News.Queues[0].Waiting != 8 {
		t.Error("figures that waited did not go with what is told at once")
	}
}
