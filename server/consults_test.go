package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// hearing is whether an ear hears a voice from now on, or no longer does.
func hearing(t *testing.T, ctx context.Context, who string, ear *lab.Recording, chirps ...int) {
	t.Helper()
	for _, chirp := range chirps {
		from := ear.Length()
		if err := ear.Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(chirp, max(from, r.Length()-lately))) > 0 }); err != nil {
			t.Fatalf("%s does not hear chirp %d: %v", who, chirp, err)
		}
	}
}

func deaf(t *testing.T, who string, ear *lab.Recording, from time.Duration, chirps ...int) {
	t.Helper()
	for _, chirp := range chirps {
		if n := len(ear.Chirps(chirp, from)); n > 0 {
			t.Errorf("%s hears chirp %d, %d times", who, chirp, n)
		}
	}
}

// TestAskingFirstOnTheWire: an agent asks a Teams user while the caller hears music, by both faces of a trunk. Whatever comes of it, the caller
// is with somebody at the end, and in the ledger there is one contact with the story.
func TestAskingFirstOnTheWire(t *testing.T) {
	type asked struct {
		h      *house
		p      *process
		ctx    context.Context
		caller *lab.Caller
		phone  *lab.Phone
		mark   int // of the console's lines, when the key was pressed
	}
	megan := func(t *testing.T, a *asked) *lab.PhoneCall {
		t.Helper()
		m, err := a.phone.Next(a.ctx)
		if err != nil {
			t.Fatalf("the expert is not rung: %v", err)
		}
		return m
	}
	with := func(t *testing.T, a *asked) *lab.PhoneCall {
		t.Helper()
		m := megan(t, a)
		hearing(t, a.ctx, "the expert", m.Heard(), agentChirp)
		a.p.says(a.mark, "You and Megan Bowen hear each other")
		return m
	}
	answers := lab.PhoneBehaviour{Answer: true, RingFor: 60 * time.Millisecond, Say: speaks(expertChirp), Repeat: true}
	for name, k := range map[string]struct {
		expert lab.PhoneBehaviour
		then   func(t *testing.T, a *asked)
		with   int // the voice that the caller hears at the end
		end    string
		story  string
	}{
		"busy":                 {lab.PhoneBehaviour{Code: 486}, nil, agentChirp, "completed", "to the agent, 486 busy"},
		"declined":             {lab.PhoneBehaviour{Code: 603, RingFor: 130 * time.Millisecond, Forks: 2}, nil, agentChirp, "completed", "to the agent, 603 declined"},
		"no client":            {lab.PhoneBehaviour{Code: 480}, nil, agentChirp, "completed", "to the agent, 480"},
		"early voice then 486": {lab.PhoneBehaviour{Code: 486, RingFor: 400 * time.Millisecond, Early: true, Say: speaks(expertChirp), Repeat: true}, nil, agentChirp, "completed", "to the agent, 486 busy"},
		"no answer":            {lab.PhoneBehaviour{RingFor: -1}, nil, agentChirp, "completed", "to the agent, no answer"},
		"taken back while it rings": {lab.PhoneBehaviour{RingFor: -1}, func(t *testing.T, a *asked) {
			m := megan(t, a)
			a.p.types("undo")
			if end, err := m.WaitEnded(a.ctx); err != nil || end.Code != 487 {
				t.Errorf("the expert's client: %+v, %v", end, err)
			}
		}, agentChirp, "completed", "expert megan.bowen, taken back"},
		"the expert hangs up": {answers, func(t *testing.T, a *asked) {
			if err := with(t, a).Hangup(a.ctx); err != nil {
				t.Fatal(err)
			}
		}, agentChirp, "completed", "to the agent, left"},
		"swapped and dropped": {answers, func(t *testing.T, a *asked) {
			m := with(t, a)
			from := a.caller.Heard().Length()
			if err := a.caller.Heard().WaitSound(a.ctx, 400*time.Millisecond, from); err != nil {
				t.Errorf("no music for the caller: %v", err)
			}
			deaf(t, "the caller on music", a.caller.Heard(), from, agentChirp, expertChirp)
			a.p.types("swap")
			hearing(t, a.ctx, "the caller", a.caller.Heard(), agentChirp)
			asked := m.Heard().Length()
			if err := m.Heard().WaitSound(a.ctx, 400*time.Millisecond, asked+200*time.Millisecond); err != nil {
				t.Errorf("no music for the expert: %v", err)
			}
			deaf(t, "the expert on music", m.Heard(), asked+200*time.Millisecond, agentChirp, callerChirp)
			a.p.types("swap")
			hearing(t, a.ctx, "the expert", m.Heard(), agentChirp)
			a.p.types("drop")
			if end, err := m.WaitEnded(a.ctx); err != nil || end.By != "server" {
				t.Errorf("the expert: %+v, %v", end, err)
			}
		}, agentChirp, "completed", "expert megan.bowen, taken back"},
		"completed": {answers, func(t *testing.T, a *asked) {
			m := with(t, a)
			a.p.types("complete")
			hearing(t, a.ctx, "the expert", m.Heard(), callerChirp)
		}, expertChirp, "transferred", "expert megan.bowen, answered"},
		"completed while she holds": {answers, func(t *testing.T, a *asked) {
			m := with(t, a)
			if err := m.Hold(a.ctx, "inactive"); err != nil {
				t.Fatal(err)
			}
			from := a.caller.Heard().Length()
			a.p.types("complete")
			a.p.says(a.mark, "ok")
			if err := a.caller.Heard().WaitSound(a.ctx, 400*time.Millisecond, from+time.Second); err != nil {
				t.Errorf("no music for the caller while the expert holds: %v", err)
			}
			if err := m.Resume(a.ctx); err != nil {
				t.Fatal(err)
			}
			hearing(t, a.ctx, "the expert", m.Heard(), callerChirp)
		}, expertChirp, "transferred", "expert megan.bowen, answered"},
		"she hangs up in the moment of the merge": {answers, func(t *testing.T, a *asked) {
			m := with(t, a)
			gone := make(chan error, 1)
			go func() { gone <- m.Hangup(a.ctx) }()
			a.p.types("join")
			if err := <-gone; err != nil {
				t.Fatal(err)
			}
		}, agentChirp, "completed", "expert megan.bowen, "},
		"merged and the agent leaves": {answers, func(t *testing.T, a *asked) {
			m := with(t, a)
			a.p.types("join")
			hearing(t, a.ctx, "the caller", a.caller.Heard(), agentChirp, expertChirp)
			hearing(t, a.ctx, "the expert", m.Heard(), agentChirp, callerChirp)
			a.p.types("leavecall")
			a.p.says(a.mark, "Megan Bowen")
			from := m.Heard().Length()
			hearing(t, a.ctx, "the expert", m.Heard(), callerChirp)
			deaf(t, "the expert", m.Heard(), from+time.Second, agentChirp)
		}, expertChirp, "transferred", "expert megan.bowen, answered"},
	} {
		for face, o := range faces() {
			if face != "behind Teams" && name != "merged and the agent leaves" {
				continue // what differs between them is in TestEveryOutcomeOfATransferOnTheWire
			}
			t.Run(name+" "+face, func(t *testing.T) {
				t.Parallel()
				o.outbound, o.wrap = "confirm: never, ring: 5 s", "0 s"
				a := &asked{h: newHouse(t, o), ctx: within(t, 60*time.Second)}
				if o.sbc.Transport != "" {
					a.h.aim(o.sbc.Transport)
				}
				a.phone = a.h.sbc.Phone(meganNumber, k.expert)
				a.p = a.h.console(t, "adele")
				a.h.signIn(a.p, adele)
				var err error
				if a.caller, err = a.h.sbc.Call(a.ctx, lab.CallOptions{From: "+442079460042", Name: "Nestor Wilke", To: supportNumber, Say: speaks(callerChirp), Repeat: true}); err != nil {
					t.Fatal(err)
				}
				a.p.says(0, "offer", "Nestor Wilke")
				a.p.types("answer")
				hearing(t, a.ctx, "the caller", a.caller.Heard(), agentChirp)
				a.mark = a.p.mark()
				a.p.types("ask 1")
				if k.then != nil {
					k.then(t, a)
				} else {
					a.p.says(a.mark, "back")
				}
				hearing(t, a.ctx, "the caller", a.caller.Heard(), k.with)
				if err := a.caller.Hangup(a.ctx); err != nil {
					t.Fatal(err)
				}
				rows := a.h.contacts(1)
				if story := a.h.story(rows[0]); len(rows) != 1 || rows[0].End != k.end || rows[0].EndedBy != "caller" || !strings.Contains(story, k.story) {
					t.Errorf("%d contacts, the first %s by %s; %q is not in the story:\n%s", len(rows), rows[0].End, rows[0].EndedBy, k.story, story)
				}
			})
		}
	}
}

// TestTwoAgentsMergeTheSameExpert: a Teams user takes a second call while in a group call; the client holds the first. Neither group hears the
// other, nor what her client plays, and when she is back in the first one she is heard there alone.
func TestTwoAgentsMergeTheSameExpert(t *testing.T) {
	h := newHouse(t, houseOptions{wrap: "0 s", outbound: "confirm: never", agents: []string{adele, isaiah}})
	phone := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, RingFor: 40 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
	ctx := within(t, 60*time.Second)
	var callers []*lab.Caller
	var calls []*lab.PhoneCall
	for i, user := range []string{adele, isaiah} {
		s := h.agents(lab.AgentsOptions{Users: []string{user}, AnswerAfter: 10 * time.Millisecond, Talk: 200 * time.Millisecond, Say: speaks(4 + i),
			Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}, HandOn: wire.DoAdd})
		c, err := h.sbc.Call(ctx, lab.CallOptions{From: fmt.Sprintf("+4420794600%d", 42+i), To: supportNumber, Say: speaks(6 + i), Repeat: true})
		if err != nil {
			t.Fatal(err)
		}
		m, err := phone.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.wait("a group call", inState("conference"))
		hearing(t, ctx, "the expert", m.Heard(), 4+i, 6+i)
		if callers, calls = append(callers, c), append(calls, m); i == 0 {
			if err := m.Hold(ctx, "sendonly"); err != nil { // and plays its own music
				t.Fatal(err)
			}
		}
	}
	from := callers[0].Heard().Length()
	hearing(t, ctx, "the second caller", callers[1].Heard(), 5, expertChirp)
	hearing(t, ctx, "the first caller", callers[0].Heard(), 4)
	deaf(t, "the first caller", callers[0].Heard(), from+500*time.Millisecond, 5, 7, expertChirp)
	if err := calls[1].Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if err := calls[0].Resume(ctx); err != nil {
		t.Fatal(err)
	}
	hearing(t, ctx, "the first caller", callers[0].Heard(), 4, expertChirp)
	from = callers[1].Heard().Length()
	hearing(t, ctx, "the second caller", callers[1].Heard(), 5)
	deaf(t, "the second caller", callers[1].Heard(), from, 4, 6, expertChirp)
	for i, c := range callers {
		if err := c.Hangup(ctx); err != nil {
			t.Fatal(err)
		}
		h.contacts(i + 1)
	}
	if end, err := calls[0].WaitEnded(ctx); err != nil || end.By != "server" {
		t.Errorf("the expert is left: %+v, %v", end, err)
	}
}
