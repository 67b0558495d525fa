package server_test

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/server/lab/peers"
)

// TestSippCallers plays callers that are not ours: each must see what SIP promises, and leave one contact with its end
// in the ledger.
func TestSippCallers(t *testing.T) {
	for _, c := range []struct {
		scenario string
		end, by  string
		calls    int
	}{
		{"call", "completed", "caller", 3}, {"remote_bye", "completed", "agent", 2}, {"late_offer", "completed", "caller", 2}, {"hold", "completed", "caller", 2},
		{"codec_change", "completed", "caller", 1}, {"dtmf", "completed", "caller", 1}, {"dtmf_info", "completed", "caller", 1}, {"session_timer", "completed", "caller", 1},
	} {
		for _, transport := range []string{"udp", "tcp"} {
			t.Run(c.scenario+" "+transport, func(t *testing.T) {
				h := newHouse(t, houseOptions{wrap: "0 s"})
				o := lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Wrap: 10 * time.Millisecond}
				if c.scenario == "remote_bye" {
					o.Talk = 300 * time.Millisecond
				}
				h.agents(o)
				peers.RunSipp(t, peers.SippOptions{Scenario: c.scenario, Server: h.server.Addresses()["sip_"+transport], Transport: transport, To: supportNumber, From: "+442079460042",
					Calls: c.calls, Rate: 1, Pause: 1500 * time.Millisecond})
				for _, got := range h.contacts(c.calls) {
					if got.End != c.end || c.by != got.EndedBy || got.Number != "+442079460042" {
						t.Errorf("ledger: %+v", got)
					}
				}
			})
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
			s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Say: lab.SpeechTone(1100, time.Hour)})
			b := peers.StartBaresip(t, peers.BaresipOptions{Server: h.server.Addresses()["sip_"+c.transport], Transport: c.transport, To: supportNumber, From: "+442079460042", Codec: c.codec, SRTP: c.srtp,
				Say: lab.SpeechTone(700, time.Minute)})
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

// TestThroughKamailio puts a real proxy in front, as the SBC: TLS and SRTP inside, plain outside, its route recorded.
func TestThroughKamailio(t *testing.T) {
	for _, transport := range []string{"udp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			h := newHouse(t, houseOptions{trunk: ", srtp: allow", sbc: lab.SBCOptions{Transport: transport}})
			s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp), Wrap: 10 * time.Millisecond})
			o := peers.KamailioOptions{Server: h.server.Addresses()["sip_"+transport], ServerTransport: transport, ServerAgent: "^cordboard test"}
			if transport == "tls" {
				o.Secure, o.Engine = true, peers.StartRTPEngine(t).Control
			}
			k := peers.StartKamailio(t, o)
			carrier, err := lab.NewSBC(lab.SBCOptions{Server: k.UDP, Codecs: []lab.SBCCodec{lab.SBCPCMA}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { carrier.Close() })
			caller, err := carrier.Call(within(t, 10*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			s.wait("talking", inState("talking"))
			if err := caller.Heard().Wait(within(t, 15*time.Second), heardAgent(0)); err != nil {
				t.Fatalf("the caller does not hear the agent through the proxy: %v", err)
			}
			s.wait("voice at the agent", event("audio"))
			if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
				t.Fatal(err)
			}
			if got := h.contacts(1)[0]; got.End != "completed" || got.EndedBy != "caller" {
				t.Errorf("ledger: %+v", got)
			}
		})
	}
}
