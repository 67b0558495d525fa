package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cordboard/session/wire"
)

func TestOnePressHangsUpWhereTheQueueSaysSo(t *testing.T) {
	for _, one := range []bool{true, false} {
		r := newRig(t, 80, 24)
		r.call(func(b *wire.Board) { b.Call.OnePress = one })
		r.keys("x")
		if got := slices.Contains(verbs(r.sent), wire.DoHangup); got != one {
			t.Errorf("one press: %v, and x hung up: %v", one, got)
		}
		if !one {
			r.now = r.now.Add(400 * time.Millisecond)
			r.settle(r.Update(key("x")))
			if !slices.Contains(verbs(r.sent), wire.DoHangup) {
				t.Error("the second press did not hang up")
			}
		}
	}
}

func TestAnOfferIsDeclinedForAReasonOfItsQueue(t *testing.T) {
	r := newRig(t, 120, 40)
	ringing := func(b *wire.Board) {
		b.Me.State = wire.Offered
		b.Offer = &wire.Offer{Reservation: "R1", Contact: "C1", Caller: wire.Caller{Number: "+442079460042"}, Queue: "Support", Arrived: r.now, Offered: r.now, Deadline: r.now.Add(20 * time.Second),
			Reasons: []wire.Reason{{ID: "ticket", Name: "On a ticket", Key: "t"}, {ID: "desk", Name: "Not at my desk", Key: "k"}}}
	}
	r.open(ringing)
	r.now = r.now.Add(time.Second)
	r.keys("d")
	if all := strings.Join(r.plainLines(), "\n"); !strings.Contains(all, "On a ticket") || strings.Contains(all, "Lunch") {
		t.Errorf("the reasons are not those of the queue:\n%s", all)
	}
	r.keys("k")
	if c := r.last(); c.Do != wire.DoDecline || c.Reason != "desk" || c.Reservation != "R1" {
		t.Errorf("sent %+v", c)
	}
}
