package server_test

import (
	"fmt"
	"strings"
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

// TestADeskPhoneTransfersWithItsSecondCall: a telephone that is not ours registers by each transport, takes a call of the queue, holds the caller,
// calls an expert, and joins the two by REFER with Replaces. The caller hears the expert, and the telephone is free.
func TestADeskPhoneTransfersWithItsSecondCall(t *testing.T) {
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			ctx := within(t, 60*time.Second)
			h := newHouse(t, houseOptions{agents: []string{isaiah}, trunk: strings.Replace(deskTrunk, "desks.contoso.com", "127.0.0.1", 1), wrap: "0 s",
				keys: map[string]string{isaiah: `, endpoint: sip, phone: {user: "201", secret: correcthorse}, always_ready: true`}})
			expert := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
			phone := peers.StartBaresip(t, peers.BaresipOptions{Registrar: h.server.Addresses()["sip_"+transport], Transport: transport, From: "201", Secret: "correcthorse", Manual: true})
			caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			person := func(does string) {
				t.Helper()
				if err := phone.Command(ctx, does); err != nil {
					t.Fatal(err)
				}
			}
			if err := phone.Rings(ctx, 1); err != nil {
				t.Fatal(err)
			}
			person("accept")
			if err := caller.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
				t.Fatalf("the caller does not hear the telephone: %v", err)
			}
			person("hold")
			person("dial " + meganNumber)
			has, err := expert.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := has.Heard().WaitTone(ctx, 700, 300*time.Millisecond, 0); err != nil {
				t.Fatalf("the expert does not hear the telephone: %v", err)
			}
			if n := len(caller.Heard().Chirps(expertChirp, 0)); n != 0 {
				t.Errorf("the caller hears the expert, who is only asked: %d times", n)
			}
			ids := phone.CallIDs()
			if len(ids) != 2 {
				t.Fatalf("the telephone has the calls %q", ids)
			}
			person(fmt.Sprintf("transfer <sip:201@127.0.0.1?Replaces=%s%%3Bto-tag%%3Dx%%3Bfrom-tag%%3Dy>", ids[0])) // on its second call
			if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, 0)) > 0 }); err != nil {
				t.Fatalf("the caller does not hear the expert: %v", err)
			}
			if err := has.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(callerChirp, 0)) > 0 }); err != nil {
				t.Fatalf("the expert does not hear the caller: %v", err)
			}
			if err := caller.Hangup(ctx); err != nil {
				t.Fatal(err)
			}
			got := h.contacts(1)[0]
			if got.End != "transferred" || got.Agent != isaiah || got.EndedBy != "caller" {
				t.Errorf("ledger: %+v", got)
			}
		})
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

// TestADeskPhoneCallsWithinTheHouse: a telephone that is not ours calls a colleague's short number, who has no telephone but a console, and then the
// company's own number; nothing goes out by the trunk.
func TestADeskPhoneCallsWithinTheHouse(t *testing.T) {
	ctx := within(t, 60*time.Second)
	h := newHouse(t, houseOptions{agents: []string{isaiah, adele}, trunk: strings.Replace(deskTrunk, "desks.contoso.com", "127.0.0.1", 1), wrap: "0 s", keys: map[string]string{
		isaiah: `, endpoint: sip, phone: {user: "201", secret: correcthorse}, always_ready: true`, adele: `, phone: {user: "202", secret: batterystaple}`}})
	phone := peers.StartBaresip(t, peers.BaresipOptions{Registrar: h.server.Addresses()["sip_udp"], From: "201", Secret: "correcthorse", Manual: true})
	s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Say: speaks(agentChirp), Talk: 800 * time.Millisecond})
	for i, number := range []string{"202", supportNumber} {
		if err := phone.Command(ctx, "dial "+number); err != nil {
			t.Fatal(err)
		}
		got := h.contacts(i + 1)[i]
		if got.Agent != adele || got.End != "completed" || got.EndedBy != "agent" || !got.Internal || got.TalkMS < 500 || got.Number != "201" || got.Name == "" {
			t.Errorf("%s: the ledger has %+v", number, got)
		}
		s.wait("adele is free again", func(e lab.AgentEvent) bool { return e.Event == "state" && e.State == "ready" })
	}
	if err := phone.Hangup(ctx); err != nil {
		t.Error(err)
	}
	pcm, rate, err := phone.Heard()
	if err != nil {
		t.Fatal(err)
	}
	if len(lab.FindChirps(pcm, rate, agentChirp)) == 0 {
		t.Error("the telephone did not hear the colleague")
	}
}
