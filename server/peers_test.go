package server_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/server/lab/peers"
	"cordboard/server/ledger"
)

// TestSippCallers plays callers that are not ours: each must see what SIP promises, and leave one contact with its end
// in the ledger.
func TestSippCallers(t *testing.T) {
	scenarios := []string{"call", "late_offer", "hold", "codec_change", "dtmf", "dtmf_info", "session_timer", "prack", "update_hold"}
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			var agents []string
			for i := range scenarios {
				agents = append(agents, fmt.Sprintf("agent%d@contoso.com", i))
			}
			h := newHouse(t, houseOptions{agents: agents, wrap: "0 s"})
			h.agents(lab.AgentsOptions{Users: agents, AnswerAfter: 50 * time.Millisecond})
			t.Run("together", func(t *testing.T) {
				for i, scenario := range scenarios {
					t.Run(scenario, func(t *testing.T) {
						t.Parallel()
						peers.RunSipp(t, peers.SippOptions{Scenario: scenario, Server: h.server.Addresses()["sip_"+transport], Transport: transport,
							To: supportNumber, From: fmt.Sprintf("+44207946004%d", i), Pause: time.Second})
					})
				}
			})
			rows := h.contacts(len(scenarios))
			for i, scenario := range scenarios {
				from := fmt.Sprintf("+44207946004%d", i)
				at := slices.IndexFunc(rows, func(c *ledger.Contact) bool { return c.Number == from })
				if at < 0 || rows[at].End != "completed" || rows[at].EndedBy != "caller" {
					t.Errorf("%s: the ledger has %+v", scenario, rows)
				}
			}
		})
	}
}

// TestSippAbandons: a caller who goes at whatever moment is one contact that the caller abandoned, and leaves no call.
func TestSippAbandons(t *testing.T) {
	h := newHouse(t, houseOptions{})
	for i, scenario := range []string{"cancel_crossing", "bye_for_ack", "call"} {
		peers.RunSipp(t, peers.SippOptions{Scenario: scenario, Server: h.server.Addresses()["sip_udp"], To: supportNumber, From: "+442079460042", Pause: 100 * time.Millisecond})
		if got := h.contacts(i + 1)[i]; got.End != "abandoned" || got.EndedBy != "caller" {
			t.Errorf("%s: the ledger says %+v", scenario, got)
		}
	}
	if n := h.server.OpenCalls(); n != 0 {
		t.Errorf("%d calls are open", n)
	}
}

// TestSippHandsOn: a caller that is not ours puts another in the own place by REFER, and takes the call over by INVITE with
// Replaces; the agent has one call all the while, and the ledger one contact.
func TestSippHandsOn(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s", trunk: ", may_refer: yes"})
	h.sbc.Phone("*", lab.PhoneBehaviour{Answer: true, RingFor: 100 * time.Millisecond, TalkFor: 600 * time.Millisecond})
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 20 * time.Millisecond})
	for i, scenario := range []string{"refer", "replaces"} {
		peers.RunSipp(t, peers.SippOptions{Scenario: scenario, Server: h.server.Addresses()["sip_udp"], To: supportNumber, From: "+442079460042", Refer: "<sip:colleague.example.test;x-m=8:orgid:1>"})
		if got := h.contacts(i + 1)[i]; got.End != "completed" || got.EndedBy != "caller" || got.Number != "+442079460042" {
			t.Errorf("%s: the ledger says %+v", scenario, got)
		}
	}
}

// TestTheAgentHangsUpOnSipp: the BYE comes from us.
func TestTheAgentHangsUpOnSipp(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s"})
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 300 * time.Millisecond})
	peers.RunSipp(t, peers.SippOptions{Scenario: "remote_bye", Server: h.server.Addresses()["sip_udp"], To: supportNumber, Calls: 2, Rate: 1, Pause: 2 * time.Second})
	for _, got := range h.contacts(2) {
		if got.End != "completed" || got.EndedBy != "agent" {
			t.Errorf("ledger: %+v", got)
		}
	}
}

// TestSippIsAnsweredRightly asks what is no call: an unknown number, and OPTIONS.
func TestSippIsAnsweredRightly(t *testing.T) {
	h := newHouse(t, houseOptions{})
	for scenario, code := range map[string]string{"rejected": "404", "options": ""} {
		peers.RunSipp(t, peers.SippOptions{Scenario: scenario, Server: h.server.Addresses()["sip_udp"], To: "+44999", Code: code, Calls: 3})
	}
	if n := h.server.OpenCalls(); n != 0 {
		t.Errorf("%d calls are open", n)
	}
}

// TestBaresipHearsTheAgent: a softphone that is not ours, straight, in each codec and encrypted; its own recording must
// have the agent's voice, and the agent must get the caller's.
func TestBaresipHearsTheAgent(t *testing.T) {
	for _, c := range []struct {
		codec     string
		transport string
		srtp      bool
	}{{"PCMA", "udp", false}, {"G722", "tcp", false}, {"PCMU", "tls", true}} {
		t.Run(fmt.Sprintf("%s %s srtp %v", c.codec, c.transport, c.srtp), func(t *testing.T) {
			h := newHouse(t, houseOptions{trunk: ", srtp: allow"})
			s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Say: lab.SpeechTone(1100, time.Second)})
			b := peers.StartBaresip(t, peers.BaresipOptions{Server: h.server.Addresses()["sip_"+c.transport], Transport: c.transport, To: supportNumber, From: "+442079460042", Codec: c.codec, SRTP: c.srtp,
				Say: lab.SpeechTone(700, 20*time.Second)})
			s.wait("the caller's voice at the agent", event("audio"))
			<-time.After(1500 * time.Millisecond) // let it record
			if err := b.Hangup(within(t, 10*time.Second)); err != nil {
				t.Fatal(err)
			}
			pcm, rate, err := b.Heard()
			if err != nil {
				t.Fatal(err)
			}
			if got := lab.ToneIn(pcm, rate, 1100); got < 500*time.Millisecond {
				t.Errorf("baresip recorded %v of the agent's tone", got)
			}
			if got := h.contacts(1)[0]; got.End != "completed" || got.EndedBy != "caller" {
				t.Errorf("ledger: %+v", got)
			}
		})
	}
}
