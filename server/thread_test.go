package server_test

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/lab"
)

const (
	callerChirp = 2
	agentChirp  = 1
	expertChirp = 3
)

func speaks(chirp int) lab.Speech {
	return lab.SpeechOf(lab.SpeechChirp(chirp), lab.SpeechQuiet(300*time.Millisecond))
}

// TestACallReachesAnAgent is the thread through all rooms: SIP in, queue, card, answer, voice both ways, ledger, over
// every transport, encryption and codec.
func TestACallReachesAnAgent(t *testing.T) {
	yes := true
	for _, c := range []struct {
		transport string
		srtp      bool
		codec     lab.SBCCodec
	}{
		{"udp", false, lab.SBCG722}, {"udp", false, lab.SBCPCMU}, {"tcp", false, lab.SBCPCMA}, {"tls", true, lab.SBCG722}, {"tls", true, lab.SBCPCMA},
	} {
		t.Run(fmt.Sprintf("%s srtp %v %v", c.transport, c.srtp, c.codec), func(t *testing.T) {
			h := newHouse(t, houseOptions{trunk: ", srtp: allow", sbc: lab.SBCOptions{Transport: c.transport}})
			h.aim(c.transport)
			s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 200 * time.Millisecond, Say: speaks(agentChirp), Wrap: 50 * time.Millisecond})
			o := lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true, Codecs: []lab.SBCCodec{c.codec}}
			if c.srtp {
				o.SRTP = &yes
			}
			caller, err := h.sbc.Call(within(t, 5*time.Second), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := caller.WaitAnswered(within(t, 5*time.Second)); err != nil {
				t.Fatal(err)
			}
			offer := s.wait("an offer", event("offer"))
			if offer.Caller != "Nestor Wilke" && offer.Caller != "+442079460042" || offer.Queue != "Support" {
				t.Errorf("offer %+v", offer)
			}
			s.wait("talking", inState("talking"))
			if err := caller.Heard().Wait(within(t, 10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
				t.Fatalf("the caller does not hear the agent: %v (%+v)", err, caller.Media())
			}
			s.wait("voice at the agent", event("audio"))
			if caller.Encrypted() != c.srtp {
				t.Errorf("encrypted %v, want %v", caller.Encrypted(), c.srtp)
			}
			if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
				t.Fatal(err)
			}
			s.wait("wrap-up", inState("wrapup"))
			got := h.contacts(1)[0]
			if got.End != "completed" || got.EndedBy != "caller" || got.Agent != adele || got.Name != "Nestor Wilke" || got.Queue != "support" {
				t.Errorf("ledger: %+v", got)
			}
			media := s.wait("the figures of the call", event("media"))
			if media.Received < 5 {
				t.Errorf("the agent received %d packets", media.Received)
			}
		})
	}
}

func TestACallerWhoLeavesEarlyIsAbandoned(t *testing.T) {
	for _, ringing := range []bool{false, true} {
		t.Run(fmt.Sprint("ringing ", ringing), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, houseOptions{})
			var s *shiftOf
			if ringing {
				s = h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: time.Hour})
			}
			caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber})
			if err != nil {
				t.Fatal(err)
			}
			if err := caller.Heard().WaitSound(within(t, 5*time.Second), 200*time.Millisecond, 0); err != nil {
				t.Fatalf("no music while waiting: %v", err)
			}
			if ringing {
				s.wait("an offer", event("offer"))
			}
			if err := caller.Hangup(within(t, 5*time.Second)); err != nil {
				t.Fatal(err)
			}
			if got := h.contacts(1)[0]; got.End != "abandoned" || got.EndedBy != "caller" {
				t.Errorf("ledger: %+v", got)
			}
			if ringing {
				s.wait("the end of the ringing", event("cleared"))
			}
		})
	}
}

func TestAMissedCallGoesToTheNextAgent(t *testing.T) {
	h := newHouse(t, houseOptions{agents: []string{adele, isaiah}, ring: "3 s"})
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: time.Hour})
	second := h.agents(lab.AgentsOptions{Users: []string{isaiah}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp)})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	second.wait("talking", inState("talking"))
	if err := caller.Heard().Wait(within(t, 10*time.Second), func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
		t.Fatal(err)
	}
	caller.Hangup(within(t, 5*time.Second))
	if got := h.contacts(1)[0]; got.Missed != 1 || got.Agent != isaiah {
		t.Errorf("ledger: %+v", got)
	}
}

func TestStrangersAndUnknownNumbersAreRefused(t *testing.T) {
	h := newHouse(t, houseOptions{})
	caller, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: "+44999"})
	if err != nil {
		t.Fatal(err)
	}
	end, err := caller.WaitEnded(within(t, 5*time.Second))
	if err != nil || end.Code != 404 {
		t.Fatalf("an unknown number ended with %+v, %v", end, err)
	}
}

func TestARestartClosesWhatWasOpenAndReplaysToTheSameTables(t *testing.T) {
	h := newHouse(t, houseOptions{})
	if _, err := h.sbc.Call(within(t, 5*time.Second), lab.CallOptions{From: "+442079460042", To: supportNumber}); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for h.server.OpenCalls() == 0 {
		<-tick.C
	}
	h.stop()
	h.start()
	got := h.contacts(1)
	if len(got) != 1 || got[0].End != "broken" || got[0].EndedBy != "system" {
		t.Fatalf("after a restart: %+v", got[0])
	}
}
