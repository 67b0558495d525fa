package server_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
	"cordboard/server/lab"
	"cordboard/server/ledger"
)

// TestAConsoleKilledInMidConsult: the agent asks an expert while the caller hears music, and the agent's console is killed.
// Who comes back in time finds both; who does not leaves the caller to the expert, who presses a key, or to the head of the
// queue. The caller is never dropped, hears music all the while, and is one contact with one story in the ledger.
func TestAConsoleKilledInMidConsult(t *testing.T) {
	for name, c := range map[string]struct {
		grace   string
		talks   bool   // the expert has answered
		back    bool   // the console comes back
		key     string // that the expert presses when asked
		end     string
		story   []string
		with    string // who has the caller at the end
		dropped bool   // the expert's telephone is let go
	}{
		"it comes back":         {grace: "20 s", talks: true, back: true, end: "completed", story: []string{"expert megan.bowen, rings", "expert megan.bowen, taken back", "completed"}, with: adele, dropped: true},
		"the expert takes over": {grace: "1 s", talks: true, key: "1", end: "transferred", story: []string{"rings", "console gone", "grace over", "expert megan.bowen, answered", "transferred"}, with: "megan.bowen@contoso.com"},
		"the expert does not":   {grace: "1 s", talks: true, end: "completed", story: []string{"rings", "console gone", "grace over", "expert megan.bowen, failed, the agent was lost", "at the head", "isaiah.langer", "completed"}, with: isaiah, dropped: true},
		"the expert rings":      {grace: "1 s", end: "completed", story: []string{"rings", "console gone", "grace over", "expert megan.bowen, failed, the agent was lost", "at the head", "isaiah.langer", "completed"}, with: isaiah, dropped: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, houseOptions{agents: []string{adele, isaiah}, grace: c.grace, wrap: "0 s"})
			ring := 100 * time.Millisecond
			if !c.talks {
				ring = -1
			}
			phone := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, RingFor: ring, Say: speaks(expertChirp), Repeat: true})
			p := h.console(t, "adele")
			h.signIn(p, adele)
			ctx := within(t, 90*time.Second)
			caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
			if err != nil {
				t.Fatal(err)
			}
			hears := func(who string, r *lab.Recording, chirp int) {
				t.Helper()
				from := r.Length()
				if err := r.Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(chirp, max(from, r.Length()-lately))) > 0 }); err != nil {
					t.Fatalf("%s does not hear chirp %d: %v", who, chirp, err)
				}
			}
			p.says(0, "offer", "Nestor Wilke")
			p.types("answer")
			hears("the caller", caller.Heard(), agentChirp)
			p.types("ask 1")
			megan, err := phone.Next(ctx)
			if err != nil {
				t.Fatalf("the expert is not rung: %v", err)
			}
			if c.talks {
				hears("the expert", megan.Heard(), agentChirp)
			}
			asked := caller.Heard().Length()
			p.kill()
			if err := caller.Heard().WaitSound(ctx, 500*time.Millisecond, asked); err != nil {
				t.Fatalf("no music for the caller: %v", err)
			}
			switch {
			case c.back:
				again := h.console(t, "adele")
				again.says(0, "asking", "Nestor Wilke")
				hears("the expert", megan.Heard(), agentChirp)
				if n := len(caller.Heard().Chirps(expertChirp, asked)) + len(caller.Heard().Chirps(agentChirp, asked+time.Second)); n > 0 {
					t.Errorf("the caller, on music, hears what is not for the caller, %d times", n)
				}
				again.types("drop")
				hears("the caller", caller.Heard(), agentChirp)
			case c.key != "":
				from := megan.Heard().Length()
				if err := megan.Heard().WaitSound(ctx, 700*time.Millisecond, from+time.Second); err != nil {
					t.Fatalf("the expert is not asked: %v", err)
				}
				for end := time.Now().Add(15 * time.Second); len(caller.Heard().Chirps(expertChirp, asked)) == 0 && time.Now().Before(end); {
					megan.Press(c.key)
					<-time.After(500 * time.Millisecond)
				}
				hears("the caller", caller.Heard(), expertChirp)
				hears("the expert", megan.Heard(), callerChirp)
			default:
				next := h.agents(lab.AgentsOptions{Users: []string{isaiah}, AnswerAfter: 100 * time.Millisecond, Say: speaks(agentChirp)})
				next.wait("the caller at the next agent", inState("talking"))
				hears("the caller", caller.Heard(), agentChirp)
			}
			select {
			case <-caller.Ended():
				t.Fatalf("the caller was dropped: %+v", caller.End())
			default:
			}
			if c.dropped {
				if _, err := megan.WaitEnded(ctx); err != nil {
					t.Errorf("the expert's telephone is left: %v", err)
				}
			}
			if err := caller.Hangup(ctx); err != nil {
				t.Fatal(err)
			}
			rows := h.contacts(1)
			if len(rows) != 1 || rows[0].EndedBy != "caller" || rows[0].End != c.end || !strings.Contains(rows[0].With, c.with) && rows[0].Agent != c.with {
				t.Errorf("the ledger has %d contacts, the first %+v", len(rows), rows[0])
			}
			story := h.story(rows[0])
			at := 0
			for _, want := range c.story {
				i := strings.Index(story[at:], want)
				if i < 0 {
					t.Fatalf("%q is not in its place in the story:\n%s", want, story)
				}
				at += i
			}
		})
	}
}

// story is what the ledger tells of a contact, a line each.
func (h *house) story(c *ledger.Contact) string {
	h.t.Helper()
	r, err := ledger.OpenReader(context.Background(), filepath.Join(h.dir, "data"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	s, err := r.Contact(context.Background(), "contoso", fact.ContactID(c.ID))
	if err != nil {
		h.t.Fatal(err)
	}
	var out strings.Builder
	for _, l := range s.Lines(time.UTC) {
		out.WriteString(l.Text + "\n")
	}
	return out.String()
}
