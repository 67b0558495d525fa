package server_test

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/server/lab/peers"
)

// deskTrunk is a trunk for telephones beside the SBC's, on the same machine.
const deskTrunk = "}\n      - {id: desks, kind: phones, allow: [127.0.0.1], contact_host: desks.contoso.com"

// TestADeskPhoneAnswersAQueueCall: a telephone at a fixed address, which is not ours, takes calls of a queue without any console, and voice goes
// both ways.
func TestADeskPhoneAnswersAQueueCall(t *testing.T) {
	phone := peers.StartSipp(t, peers.SippOptions{Scenario: "callee", Calls: 1, Pause: 300 * time.Millisecond})
	h := newHouse(t, houseOptions{agents: []string{isaiah}, trunk: deskTrunk, wrap: "0 s",
		keys: map[string]string{isaiah: fmt.Sprintf(`, endpoint: sip, address: "sip:201@%s", phone: {health: 0 s}, always_ready: true`, phone.Addr)}})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.Heard().WaitTone(within(t, 10*time.Second), 700, 500*time.Millisecond, 0); err != nil {
		t.Fatalf("the caller does not hear the telephone: %v", err)
	}
	if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := phone.Wait(within(t, 10*time.Second)); err != nil {
		t.Errorf("the telephone: %v", err)
	}
	got := h.contacts(1)[0]
	if got.End != "completed" || got.EndedBy != "caller" || got.Agent != isaiah {
		t.Errorf("ledger: %+v", got)
	}
}
