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

// register lets a telephone register that is not ours.
func (h *house) register(t *testing.T, user, at string) {
	t.Helper()
	peers.RunSipp(t, peers.SippOptions{Scenario: "register", Server: h.server.Addresses()["sip_udp"], From: user, Secret: "correcthorse", Contact: at})
}

// TestADeskPhoneRegistersHoldsAndHangsUp: a telephone that is not ours registers by digest and so makes its agent ready; its hold key and its
// hanging up are followed, and the ledger has them.
func TestADeskPhoneRegistersHoldsAndHangsUp(t *testing.T) {
	phone := peers.StartSipp(t, peers.SippOptions{Scenario: "callee_holds", Calls: 1, Pause: time.Second})
	h := newHouse(t, houseOptions{agents: []string{isaiah}, trunk: deskTrunk, wrap: "0 s",
		keys: map[string]string{isaiah: `, endpoint: sip, phone: {user: "201", secret: correcthorse}, always_ready: true`}})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.WaitAnswered(within(t, 5*time.Second)); err != nil { // and waits: no telephone is there
		t.Fatal(err)
	}
	h.register(t, "201", phone.Addr)
	if err := caller.Heard().WaitTone(within(t, 10*time.Second), 700, 300*time.Millisecond, 0); err != nil {
		t.Fatalf("the caller does not hear the telephone: %v", err)
	}
	if end, err := caller.WaitEnded(within(t, 15*time.Second)); err != nil || end.By != "server" {
		t.Fatalf("the caller's call ended with %+v, %v", end, err)
	}
	if err := phone.Wait(within(t, 10*time.Second)); err != nil {
		t.Errorf("the telephone: %v", err)
	}
	got := h.contacts(1)[0]
	if got.End != "completed" || got.EndedBy != "agent" || got.Agent != isaiah || got.HoldMS < 500 {
		t.Errorf("ledger: %+v", got)
	}
}

// TestADeskPhoneThatIsBusyLeavesTheCallerToTheConsole: 486 at the telephone, and the next agent's console has the caller.
func TestADeskPhoneThatIsBusyLeavesTheCallerToTheConsole(t *testing.T) {
	phone := peers.StartSipp(t, peers.SippOptions{Scenario: "callee_refuses", Code: "486 Busy Here", Pause: 100 * time.Millisecond})
	h := newHouse(t, houseOptions{agents: []string{isaiah, adele}, trunk: deskTrunk, wrap: "0 s",
		keys: map[string]string{isaiah: fmt.Sprintf(`, endpoint: sip, address: "sip:201@%s", phone: {health: 0 s}, always_ready: true`, phone.Addr)}})
	s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Say: speaks(agentChirp)})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	s.wait("talking", inState("talking"))
	if err := caller.Heard().Wait(within(t, 10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
		t.Fatal(err)
	}
	caller.Hangup(within(t, 5*time.Second))
	if got := h.contacts(1)[0]; got.Agent != adele || got.End != "completed" {
		t.Errorf("ledger: %+v", got)
	}
}

// TestTeamsIsAnAgentsPhone: an agent without a console is rung in Teams through the SBC; hold and transfer in the Teams client are followed.
func TestTeamsIsAnAgentsPhone(t *testing.T) {
	const number = "+442079460177"
	h := newHouse(t, houseOptions{agents: []string{isaiah}, trunk: ", may_refer: yes", wrap: "0 s",
		keys: map[string]string{isaiah: fmt.Sprintf(`, endpoint: teams, number: "%s", always_ready: true`, number)}})
	teams := h.sbc.Phone(number, lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: speaks(agentChirp), Repeat: true})
	colleague := h.sbc.Phone("*", lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
	ctx := within(t, 40*time.Second)
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	has, err := teams.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for who, r := range map[string]*lab.Recording{"the caller": caller.Heard(), "Teams": has.Heard()} {
		chirp := map[string]int{"the caller": agentChirp, "Teams": callerChirp}[who]
		if err := r.Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(chirp, 0)) > 0 }); err != nil {
			t.Fatalf("%s does not hear the other: %v", who, err)
		}
	}
	if err := has.Hold(ctx, "inactive"); err != nil {
		t.Fatal(err)
	}
	<-time.After(600 * time.Millisecond)
	if err := has.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	to, by := lab.TeamsRefer("Target-Of-Mixed-Case", "FROM", "TENANT", "CORR", "aHR0cHM6Ly9BYkM=")
	if err := has.Refer(ctx, to, by); err != nil {
		t.Fatal(err)
	}
	if code, err := has.WaitReferred(ctx); err != nil || code != 200 {
		t.Fatalf("referred: %d, %v", code, err)
	}
	if _, err := colleague.Next(ctx); err != nil {
		t.Fatal(err)
	}
	if err := has.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, 0)) > 0 }); err != nil {
		t.Fatalf("the caller does not hear the colleague: %v", err)
	}
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if got := h.contacts(1)[0]; got.End != "transferred" || got.Agent != isaiah || got.HoldMS < 400 {
		t.Errorf("ledger: %+v", got)
	}
}
