package server_test

import (
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// lately is how much of what was heard is searched for a voice that goes on: searching all of it, again and again, would take the
// processor from those who speak.
const lately = 3 * time.Second

// TestAGroupCallOnTheWire adds an expert whose telephone is answered without a ring, by both faces of a trunk: she is asked for a
// key, nobody hears her before it, and then everybody hears everybody else.
func TestAGroupCallOnTheWire(t *testing.T) {
	for name, o := range map[string]houseOptions{
		"behind an SBC": {},
		"behind Teams": {
			trunk: ", kind: teams, contact_host: localhost, from_host: localhost",
			sbc:   lab.SBCOptions{Transport: "tls", SRTP: true, Teams: &lab.SBCTeams{Tenants: []string{"localhost"}, TLSOnly: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o.outbound = "confirm: suspect"
			h := newHouse(t, o)
			if o.sbc.Transport != "" {
				h.aim(o.sbc.Transport)
			}
			phone := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, Silent: true, RingFor: 300 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
			s := h.agents(lab.AgentsOptions{
				Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 200 * time.Millisecond, Say: speaks(agentChirp), Record: true,
				Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}, HandOn: wire.DoAdd,
			})
			ctx := within(t, 40*time.Second)
			caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			megan, err := phone.Next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if megan.From != "+442079460042" {
				t.Errorf("she sees %s", megan.From)
			}
			if err := megan.Heard().WaitSound(ctx, 700*time.Millisecond, 0); err != nil {
				t.Fatalf("she is not asked for a key: %v", err)
			}
			if n := len(caller.Heard().Chirps(expertChirp, 0)); n > 0 {
				t.Fatalf("the caller hears her before she has pressed a key, %d times", n)
			}
			megan.Press("1")
			for who, k := range map[string]struct {
				ear    *lab.Recording
				chirps []int
			}{
				"the caller": {caller.Heard(), []int{agentChirp, expertChirp}},
				"the expert": {megan.Heard(), []int{agentChirp, callerChirp}},
				"the agent":  {s.agents.Heard(adele), []int{callerChirp, expertChirp}},
			} {
				for _, chirp := range k.chirps {
					if err := k.ear.Wait(ctx, func(r *lab.Recording) bool {
						return len(r.Chirps(chirp, max(0, r.Length()-lately))) > 0
					}); err != nil {
						t.Errorf("%s does not hear chirp %d: %v", who, chirp, err)
					}
				}
			}
			if err := caller.Hangup(ctx); err != nil {
				t.Fatal(err)
			}
			if end, err := megan.WaitEnded(ctx); err != nil || end.Code != 200 {
				t.Errorf("she is left: %+v %v", end, err)
			}
			h.contacts(1)
		})
	}
}
