package server_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/server/lab/peers"
	"cordboard/session/wire"
)

// TestCallersThroughKamailio: the SBC is Kamailio, which speaks UDP to the carrier and TLS to us, and records its route on both sides.
func TestCallersThroughKamailio(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s"})
	k := peers.StartKamailio(t, peers.KamailioOptions{Server: h.server.Addresses()["sip_tls"], ServerTransport: "tls"})
	rows, signedIn := 0, false
	for _, c := range []struct {
		name, scenario string
		pause          time.Duration
		end            string
	}{
		{"a CANCEL that crosses the answer", "cancel_crossing", time.Second, "abandoned"}, // nobody is there to be quicker than the BYE
		{"a call", "call", time.Second, "completed"},
		{"gone while waiting", "call", 30 * time.Millisecond, "abandoned"},
		{"late offer", "late_offer", time.Second, "completed"},
		{"every form of hold", "hold", 150 * time.Millisecond, "completed"},
	} {
		if !signedIn && c.end == "completed" {
			h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp)})
			signedIn = true
		}
		t.Run(c.name, func(t *testing.T) {
			peers.RunSipp(t, peers.SippOptions{Scenario: c.scenario, Server: k.UDP, To: supportNumber, Pause: c.pause, Timeout: 20 * time.Second})
			rows++
			if got := h.contacts(rows)[rows-1]; got.End != c.end || got.EndedBy != "caller" {
				t.Errorf("the ledger says %s by %s, want %s by the caller", got.End, got.EndedBy, c.end)
			}
		})
	}
}

// TestVoiceThroughRTPEngine records both ends of a call that comes as plain RTP to the carrier's SBC and encrypted to us.
func TestVoiceThroughRTPEngine(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s", trunk: ", srtp: allow"})
	engine := peers.StartRTPEngine(t)
	k := peers.StartKamailio(t, peers.KamailioOptions{Server: h.server.Addresses()["sip_tls"], ServerTransport: "tls", Engine: engine.Control, Secure: true})
	s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp), Record: true})
	ctx := within(t, 20*time.Second)
	b := peers.StartBaresip(t, peers.BaresipOptions{Server: k.UDP, To: supportNumber, Say: lab.SpeechTone(900, 15*time.Second)})
	if err := s.agents.Heard(adele).WaitTone(ctx, 900, time.Second, 0); err != nil {
		t.Errorf("the agent: %v", err)
	}
	if err := b.Hangup(ctx); err != nil {
		t.Error(err)
	}
	pcm, rate, err := b.Heard()
	if err != nil {
		t.Fatal(err)
	}
	if len(lab.FindChirps(pcm, rate, agentChirp)) == 0 {
		t.Errorf("baresip did not hear the agent in %d samples at %d Hz", len(pcm), rate)
	}
	h.contacts(1)
}

// TestExpertsThatAreNotOurs hands a caller on to sipp's telephones: who answers keeps the caller, who does not gives the caller back.
func TestExpertsThatAreNotOurs(t *testing.T) {
	for _, c := range []struct {
		scenario, code string
		stays          bool
	}{
		{"callee", "", true}, {"callee_refuses", "486 Busy Here", false}, {"callee_refuses", "603 Decline", false},
	} {
		t.Run(strings.TrimSpace(c.scenario+" "+c.code), func(t *testing.T) {
			phone := peers.StartSipp(t, peers.SippOptions{Scenario: c.scenario, Code: c.code, Calls: 1, Pause: 200 * time.Millisecond, Timeout: 40 * time.Second})
			h := newHouse(t, houseOptions{wrap: "0 s"})
			h.callsGoTo(phone.Addr)
			s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 300 * time.Millisecond,
				Transfer: &wire.Target{Kind: wire.ToNumber, Number: meganNumber}, Say: speaks(agentChirp)})
			ctx := within(t, 30*time.Second)
			caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true, Codecs: []lab.SBCCodec{lab.SBCPCMA}})
			if err != nil {
				t.Fatal(err)
			}
			s.wait("the transfer", event("transfer"))
			after := caller.Heard().Length()
			if c.stays {
				if err := caller.Heard().WaitTone(ctx, 700, 500*time.Millisecond, after); err != nil {
					t.Errorf("the caller does not hear the expert: %v", err)
				}
			} else if err := caller.Heard().Wait(ctx, heardAgent(after+time.Second)); err != nil {
				t.Errorf("the caller did not come back to the agent: %v", err)
			}
			if err := caller.Hangup(ctx); err != nil {
				t.Fatal(err)
			}
			h.contacts(1)
			if err := phone.Wait(ctx); err != nil {
				t.Error(err)
			}
		})
	}
}

// callsGoTo makes another peer the trunk's than the simulated SBC.
func (h *house) callsGoTo(addr string) {
	h.t.Helper()
	raw, err := os.ReadFile(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(addr)
	text := strings.Replace(string(raw), fmt.Sprintf("port: %d, transport: udp", h.sbc.Port("udp")), "port: "+port+", transport: udp", 1)
	if err := os.WriteFile(h.config, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	if err := h.server.Reload(); err != nil {
		h.t.Fatal(err)
	}
}
