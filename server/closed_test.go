package server_test

import (
	"testing"
	"time"

	"cordboard/server/lab"
)

// A caller outside the hours hears words, by a voice that nobody recorded, before the call ends.
func TestACallOutsideTheHoursEndsInWords(t *testing.T) {
	h := newHouse(t, houseOptions{tenant: "    hours: [{id: never, all: true, open: []}]\n"})
	h.aim("udp")
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.WaitAnswered(within(t, 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := caller.WaitEnded(within(t, 20*time.Second)); err != nil {
		t.Fatal(err)
	}
	if said := caller.Heard().Sound(0); said < 2*time.Second || said > 9*time.Second {
		t.Errorf("words of %v", said)
	}
	if got := h.contacts(1)[0]; got.End != "unanswered" || got.Reason != "closed" || got.Queue != "support" || got.EndedBy != "system" {
		t.Errorf("in the ledger: %+v", got)
	}
}
