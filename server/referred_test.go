package server_test

import (
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// TestATeamsUserHandsTheCallerOn: an expert who got the caller refers to a colleague as Teams does; the INVITE for the
// colleague carries the parameters byte for byte, and the caller hears the colleague.
func TestATeamsUserHandsTheCallerOn(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s", trunk: ", may_refer: yes", sbc: lab.SBCOptions{Trace: true}})
	expert := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, RingFor: 50 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
	colleague := h.sbc.Phone("*", lab.PhoneBehaviour{Answer: true, RingFor: 100 * time.Millisecond, Say: speaks(callerChirp + 3), Repeat: true})
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 20 * time.Millisecond, Talk: 200 * time.Millisecond,
		Transfer: &wire.Target{Kind: wire.ToNumber, Number: meganNumber}})
	ctx := within(t, 30*time.Second)
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	has, err := expert.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := has.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, 0)) > 0 }); err != nil {
		t.Fatalf("the caller does not hear the expert: %v", err)
	}
	to, by := lab.TeamsRefer("Target-Of-Mixed-Case", "FROM", "TENANT", "CORR", "aHR0cHM6Ly9BYkM=")
	if err := has.Refer(ctx, to, by); err != nil {
		t.Fatal(err)
	}
	if code, err := has.WaitReferred(ctx); err != nil || code != 200 {
		t.Fatalf("referred: %d, %v", code, err)
	}
	next, err := colleague.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if invite := next.Invite.Text; !strings.HasPrefix(invite, "INVITE "+strings.Trim(to, "<>")+" SIP/2.0") || !strings.Contains(invite, "Referred-By: "+by) {
		t.Errorf("the colleague's INVITE: %s", invite)
	}
	if err := has.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	defer h.takenOver(t, next, caller)
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(callerChirp+3, 0)) > 0 }); err != nil {
		t.Errorf("the caller does not hear the colleague: %v", err)
	}
	if err := next.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(callerChirp, 0)) > 0 }); err != nil {
		t.Errorf("the colleague does not hear the caller: %v", err)
	}
}

// takenOver: another telephone takes the call of one, as Teams does with INVITE and Replaces; the caller stays.
func (h *house) takenOver(t *testing.T, from *lab.PhoneCall, caller *lab.Caller) {
	ctx := within(t, 20*time.Second)
	other, err := h.sbc.Call(ctx, lab.CallOptions{From: meganNumber, To: meganNumber, Say: speaks(agentChirp), Repeat: true, Headers: map[string]string{"Replaces": from.Replaces()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case <-from.Ended():
	case <-ctx.Done():
		t.Fatal("the telephone that was replaced is still in the call")
	}
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
		t.Errorf("the caller does not hear who took over: %v", err)
	}
	if err := other.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(callerChirp, 0)) > 0 }); err != nil {
		t.Errorf("who took over does not hear the caller: %v", err)
	}
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if c := h.contacts(1)[0]; c.End != "transferred" || c.EndedBy != "caller" {
		t.Errorf("the ledger says %s by %s", c.End, c.EndedBy)
	}
}

// TestATransferByAPeerThatMayNotIsRefused: without may_refer, REFER is an unknown method.
func TestATransferByAPeerThatMayNotIsRefused(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s"})
	expert := h.sbc.Phone(meganNumber, lab.PhoneAnswers(0))
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 20 * time.Millisecond, Talk: 100 * time.Millisecond, Transfer: &wire.Target{Kind: wire.ToNumber, Number: meganNumber}})
	ctx := within(t, 20*time.Second)
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber})
	if err != nil {
		t.Fatal(err)
	}
	has, err := expert.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := has.WaitAnswered(ctx); err != nil {
		t.Fatal(err)
	}
	if err := has.Refer(ctx, "<sip:+442079460999@example.com>", ""); err == nil {
		t.Error("the REFER was taken")
	}
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
}
