package desk

import (
	"testing"

	"cordboard/server/call"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

func TestAnOfferIsDeclinedForAReasonOfItsQueue(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	tenant.Rules.Queues = []QueueRule{{ID: "support", Name: "Support", OnePress: true, Declines: []wire.Reason{{ID: "ticket", Name: "On a ticket", Key: "t"}}}, {ID: "sales", Name: "Sales"}}
	o.room.Set(tenant)
	s := o.still()
	for _, c := range []struct {
		queue, reason string
		may           bool
	}{
		{"Support", "ticket", true}, {"Support", "", true}, {"Support", "lunch", false}, {"Support", "x", false},
		{"Sales", "lunch", true}, {"Sales", "", true}, {"Sales", "ticket", false},
	} {
		offered{nil, call.Offer{Reservation: "r", Queue: c.queue}}.apply(s)
		if got := s.mayDecline(c.reason); got != c.may {
			t.Errorf("%s: %q may be said: %v", c.queue, c.reason, got)
		}
	}
	if r := s.reason("ticket"); r.Name != "On a ticket" {
		t.Errorf("the state reads %+v", r)
	}
	if r := s.reason(routing.ReasonDeclined); r.Name == routing.ReasonDeclined {
		t.Errorf("the state reads %+v", r)
	}
	for queue, want := range map[string]bool{"Support": true, "Sales": false} {
		carded{nil, call.Card{Contact: "c", Queue: queue, Direction: "in"}}.apply(s)
		if s.board.Call.OnePress != want {
			t.Errorf("%s: one press hangs up: %v", queue, s.board.Call.OnePress)
		}
	}
}
