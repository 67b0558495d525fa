package server_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// faces are the two kinds of trunk that lead to Teams users.
func faces() map[string]houseOptions {
	return map[string]houseOptions{
		"behind an SBC": {},
		"behind Teams": {
			trunk: ", kind: teams, contact_host: localhost, from_host: localhost",
			sbc:   lab.SBCOptions{Transport: "tls", SRTP: true, Trace: true, Teams: &lab.SBCTeams{Tenants: []string{"localhost"}, TLSOnly: true}},
		},
	}
}

// TestEveryOutcomeOfATransferOnTheWire: by both faces of a trunk an agent hands a caller to a Teams user whose client or network does all that
// it may. The caller is back with the agent, who is told why, the client is rung once, and the ledger has one contact with the story.
func TestEveryOutcomeOfATransferOnTheWire(t *testing.T) {
	type outcome struct {
		name   string
		expert lab.PhoneBehaviour
		why    string // the agent is told
		story  string
		face   string // only by this one, when both would show the same
	}
	early := speaks(expertChirp)
	outcomes := []outcome{
		{"busy", lab.PhoneBehaviour{Code: 486}, "busy", "to the agent, 486 busy", ""},
		{"busy after early media", lab.PhoneBehaviour{Code: 486, RingFor: 300 * time.Millisecond, Early: true, Say: early, Repeat: true}, "busy", "to the agent, 486 busy", ""},
		{"busy everywhere", lab.PhoneBehaviour{Code: 600, RingFor: 20 * time.Millisecond}, "busy", "to the agent, 600 busy", "behind an SBC"},
		{"declined after three clients rang", lab.PhoneBehaviour{Code: 603, RingFor: 150 * time.Millisecond, Forks: 3}, "declined", "to the agent, 603 declined", ""},
		{"declined at once", lab.PhoneBehaviour{Code: 603}, "declined", "to the agent, 603 declined", "behind an SBC"},
		{"no client", lab.PhoneBehaviour{Code: 480}, "unreachable", "to the agent, 480", ""},
		{"rang, then 480", lab.PhoneBehaviour{Code: 480, RingFor: 200 * time.Millisecond}, "no_answer", "to the agent, 480 no answer", ""},
		{"no such number", lab.PhoneBehaviour{Code: 404}, "no_number", "to the agent, 404", "behind Teams"},
		{"gone for good", lab.PhoneBehaviour{Code: 410}, "unreachable", "to the agent, 410", "behind an SBC"},
		{"no common voice", lab.PhoneBehaviour{Code: 488}, "unreachable", "to the agent, 488", ""},
		{"a fault", lab.PhoneBehaviour{Code: 500, RingFor: 70 * time.Millisecond}, "unreachable", "to the agent, 500", "behind an SBC"},
		{"not acceptable", lab.PhoneBehaviour{Code: 606}, "unreachable", "to the agent, 606", "behind Teams"},
		{"sent elsewhere", lab.PhoneBehaviour{Code: 302, Reason: "Moved Temporarily"}, "unreachable", "to the agent, 302", "behind Teams"},
		{"out of service", lab.PhoneBehaviour{Code: 503, RetryAfter: 1}, "unreachable", "to the agent, 503", ""},
		{"nobody answers", lab.PhoneBehaviour{RingFor: -1, Forks: 2}, "no_answer", "to the agent, no answer", ""},
		{"a voicemail at 0.3 s", lab.PhoneVoicemail(300 * time.Millisecond), "voicemail", "to the agent, 200 voicemail", ""},
		{"a voicemail at 1.1 s", lab.PhoneVoicemail(1100 * time.Millisecond), "voicemail", "to the agent, 200 voicemail", "behind an SBC"},
		{"a voicemail that rang", lab.PhoneBehaviour{Answer: true, RingFor: 700 * time.Millisecond, Say: early}, "voicemail", "to the agent, 200 voicemail", "behind Teams"},
		{"a voicemail that is full", lab.PhoneBehaviour{Answer: true, Silent: true, RingFor: 100 * time.Millisecond, TalkFor: 400 * time.Millisecond}, "voicemail", "to the agent, voicemail", ""},
	}
	for face, o := range faces() {
		t.Run(face, func(t *testing.T) {
			t.Parallel()
			n := 0
			o.outbound, o.wrap = "confirm: suspect, ring: 5 s", "0 s"
			h := newHouse(t, o)
			if o.sbc.Transport != "" {
				h.aim(o.sbc.Transport)
			}
			phone := h.sbc.Phone(meganNumber, lab.PhoneBusy())
			var mu sync.Mutex
			told := map[string]string{} // by contact
			back := make(chan struct{}, 100)
			shift := lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 10 * time.Millisecond, Talk: 150 * time.Millisecond, Say: speaks(agentChirp),
				Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}}
			shift.Saw = func(_ string, f wire.FromServer) {
				if f.News == nil || f.News.Call == nil || f.News.Call.Back == nil {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if told[f.News.Call.Contact] == "" {
					told[f.News.Call.Contact] = f.News.Call.Back.Why
					back <- struct{}{}
				}
			}
			h.agents(shift)
			for _, x := range outcomes {
				if x.face != "" && x.face != face {
					continue
				}
				n++
				t.Run(x.name, func(t *testing.T) {
					ctx := within(t, 30*time.Second)
					phone.Behave(x.expert)
					had := len(phone.Had())
					caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true, Codecs: []lab.SBCCodec{lab.SBCPCMA}})
					if err != nil {
						t.Fatal(err)
					}
					select {
					case <-back:
					case <-caller.Ended():
						t.Fatalf("the caller was dropped: %+v", caller.End())
					case <-ctx.Done():
						t.Fatal("the caller did not come back")
					}
					from := caller.Heard().Length()
					if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, max(from, r.Length()-lately))) > 0 }); err != nil {
						t.Fatalf("the caller does not hear the agent: %v", err)
					}
					if err := caller.Hangup(ctx); err != nil {
						t.Fatal(err)
					}
					rows := h.contacts(n)
					c := rows[n-1]
					mu.Lock()
					why := told[c.ID]
					mu.Unlock()
					if why != x.why {
						t.Errorf("the agent is told %q, want %q", why, x.why)
					}
					if rung := len(phone.Had()) - had; rung != 1 {
						t.Errorf("the expert's client was rung %d times", rung)
					}
					if story := h.story(c); len(rows) != n || c.End != "completed" || c.EndedBy != "caller" || !strings.Contains(story, "expert megan.bowen, "+x.story) {
						t.Errorf("the ledger has %d contacts, the last %s by %s:\n%s", len(rows), c.End, c.EndedBy, story)
					}
					for _, e := range phone.Had()[had:] {
						if _, err := e.WaitEnded(ctx); err != nil {
							t.Errorf("the expert's client is left ringing: %v", err)
						}
					}
				})
			}
		})
	}
}

// TestManyClientsRingWithVoiceAndOneAnswers: each client of a Teams user has an early dialog with a description and a key of its own, and another than the
// first answers. Caller and expert hear each other all the same.
func TestManyClientsRingWithVoiceAndOneAnswers(t *testing.T) {
	for face, o := range faces() {
		t.Run(face, func(t *testing.T) {
			t.Parallel()
			o.outbound, o.wrap = "confirm: never", "0 s"
			h := newHouse(t, o)
			if o.sbc.Transport != "" {
				h.aim(o.sbc.Transport)
			}
			phone := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, Early: true, Forks: 3, RingFor: 400 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
			h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 10 * time.Millisecond, Talk: 150 * time.Millisecond,
				Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}})
			ctx := within(t, 30*time.Second)
			caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			megan, err := phone.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := megan.WaitAnswered(ctx); err != nil {
				t.Fatal(err)
			}
			hearing(t, ctx, "the caller", caller.Heard(), expertChirp)
			hearing(t, ctx, "the expert", megan.Heard(), callerChirp)
			if err := caller.Hangup(ctx); err != nil {
				t.Fatal(err)
			}
			h.contacts(1)
		})
	}
}
