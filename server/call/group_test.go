package call_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

var cell = call.Target{Kind: "number", Name: "+447700900123", Number: "+447700900123"}

// gathers gives a group call of the caller, adele and guests, who are legs 1, 2, … and telephones 0, 1, …
func (h *house) gathers(guests ...call.Target) (*dialog, *call.Call) {
	h.t.Helper()
	h.ready("adele")
	d := h.arrives("+442079460042")
	c := h.answers("adele")
	for i, g := range guests {
		h.must(c, func(r call.Reply) call.Event { return call.Add{Agent: "adele", To: g, Reply: r} })
		h.phone(i).sink(trunk.Ringing{Code: 180})
		h.phone(i).sink(trunk.Answered{SDP: []byte("answer")})
	}
	h.want("adele", fact.Conference)
	return d, c
}

// hearsOf says whom a party of the card hears.
func (h *house) hearsOf(id string) string {
	for _, p := range h.cardOf("adele").Parties {
		if p.ID == id {
			slices.Sort(p.Hears)
			return strings.Join(p.Hears, " ")
		}
	}
	return "not in the call"
}

func leave(r call.Reply) call.Event { return call.Leave{Agent: "adele", Reply: r} }

func remove(id string) func(call.Reply) call.Event {
	return func(r call.Reply) call.Event { return call.Remove{Agent: "adele", Party: id, Reply: r} }
}

func TestMoreAreAddedAndEverybodyHearsEverybody(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, c := h.gathers(megan, lee, cell)
		for i := range 4 {
			h.hears(h.leg(i), "mix")
		}
		h.hears(h.lines["adele"], "mix")
		if h.room.size() != 5 {
			t.Fatalf("%d in the room", h.room.size())
		}
		for id, want := range map[string]string{
			"adele": "+447700900123 caller lee megan", "caller": "+447700900123 adele lee megan", "lee": "+447700900123 adele caller megan", "+447700900123": "adele caller lee megan",
		} {
			if got := h.hearsOf(id); got != want {
				t.Errorf("%s hears %q, want %q", id, got, want)
			}
		}
		if no := h.do(c, func(r call.Reply) call.Event { return call.Add{Agent: "adele", To: lee, Reply: r} }); no == nil {
			t.Error("who is there already was rung again")
		}
	})
}

func TestWhoIsAddedIsHeardOnlyAfterTheAnswer(t *testing.T) {
	add := func(r call.Reply) call.Event { return call.Add{Agent: "adele", To: megan, Reply: r} }
	for name, k := range map[string]struct {
		happen func(h *house, c *call.Call)
		said   string
	}{
		"busy":      {func(h *house, _ *call.Call) { h.phone(0).sink(trunk.Rejected{Code: 486}) }, "Megan Bowen is busy."},
		"declined":  {func(h *house, _ *call.Call) { h.phone(0).sink(trunk.Rejected{Code: 603}) }, "Megan Bowen declined."},
		"no answer": {func(h *house, _ *call.Call) { time.Sleep(18 * time.Second) }, "Megan Bowen did not answer."},
		"a voicemail": {func(h *house, _ *call.Call) {
			h.phone(0).sink(trunk.Answered{})
			synctest.Wait()
			time.Sleep(6 * time.Second)
		}, "The voicemail of Megan Bowen answered."},
		"taken back": {func(h *house, c *call.Call) {
			h.must(c, func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} })
		}, ""},
		"let go again": {func(h *house, c *call.Call) { h.must(c, remove("megan")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, add)
				if p := h.cardOf("adele").Parties; len(p) != 3 || p[2].ID != "megan" || p[2].State != "ringing" {
					t.Fatalf("parties %+v", p)
				}
				h.hears(h.leg(0), "adele") // the two talk on
				if no := h.do(c, transferTo(lee)); no == nil {
					t.Fatal("handed on while somebody is being added")
				}
				k.happen(h, c)
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
				if k.said != "" && !h.has(k.said) {
					t.Fatalf("nothing was said: %s", h.all())
				}
				if len(h.cardOf("adele").Parties) != 2 || !h.leg(1).isClosed() {
					t.Fatalf("parties %+v", h.cardOf("adele").Parties)
				}
			})
		})
	}
}

func TestOneOfAGroupIsMuted(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, c := h.gathers(megan, lee)
		mute := func(id string, on bool) func(call.Reply) call.Event {
			return func(r call.Reply) call.Event { return call.MuteParty{Agent: "adele", Party: id, On: on, Reply: r} }
		}
		h.must(c, mute("megan", true))
		if !h.room.mutes(h.leg(1)) || h.hearsOf("lee") != "adele caller" || h.hearsOf("megan") != "adele caller lee" {
			t.Fatalf("lee hears %q", h.hearsOf("lee"))
		}
		h.must(c, mute("caller", true))
		if !h.room.mutes(h.leg(0)) || h.hearsOf("lee") != "adele" {
			t.Fatalf("lee hears %q", h.hearsOf("lee"))
		}
		h.must(c, mute("megan", false))
		if h.room.mutes(h.leg(1)) || h.hearsOf("lee") != "adele megan" {
			t.Fatalf("lee hears %q", h.hearsOf("lee"))
		}
		if no := h.do(c, mute("nobody", true)); no == nil {
			t.Fatal("somebody who is not there was muted")
		}
	})
}

// What a guest's telephone plays while it has us on hold is not for the others.
func TestAGuestOnHoldIsNotHeard(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.gathers(megan)
		h.leg(1).turns(media.SendOnly)
		h.phone(0).sink(trunk.Reoffered{SDP: []byte("hold")})
		synctest.Wait()
		if !h.room.mutes(h.leg(1)) || h.hearsOf("caller") != "adele" || h.hearsOf("megan") != "" {
			t.Fatalf("the caller hears %q", h.hearsOf("caller"))
		}
		h.leg(1).turns(media.SendRecv)
		h.phone(0).sink(trunk.Reoffered{SDP: []byte("back")})
		synctest.Wait()
		if h.room.mutes(h.leg(1)) || h.hearsOf("caller") != "adele megan" {
			t.Fatalf("the caller hears %q", h.hearsOf("caller"))
		}
	})
}

// Whoever leaves a group or vanishes from it: the others go on while one of ours and one from outside are there.
func TestWhoeverLeavesAGroup(t *testing.T) {
	hangsUp := func(i int) func(h *house, d *dialog, c *call.Call) {
		return func(h *house, _ *dialog, _ *call.Call) { h.phone(i).sink(trunk.Ended{By: "peer"}); synctest.Wait() }
	}
	callerOff := func(_ *house, d *dialog, _ *call.Call) { d.sink(trunk.Ended{By: "peer"}); synctest.Wait() }
	agentLeaves := func(h *house, _ *dialog, c *call.Call) { h.must(c, leave) }
	agentLost := func(h *house, _ *dialog, _ *call.Call) {
		h.loses("adele")
		time.Sleep(20 * time.Second)
		synctest.Wait()
	}
	type step = func(h *house, d *dialog, c *call.Call)
	for name, k := range map[string]struct {
		guests []call.Target
		steps  []step
		state  fact.State
		hears  map[int]string // by leg; 0 is the caller
		end    fact.End       // "": the contact goes on
		by     string
	}{
		"the one guest":                        {[]call.Target{megan}, []step{hangsUp(0)}, fact.Talking, map[int]string{0: "adele"}, "", ""},
		"one guest of two":                     {[]call.Target{megan, lee}, []step{hangsUp(0)}, fact.Conference, map[int]string{0: "mix", 2: "mix"}, "", ""},
		"one guest is let go":                  {[]call.Target{megan, lee}, []step{func(h *house, _ *dialog, c *call.Call) { h.must(c, remove("megan")) }}, fact.Conference, map[int]string{0: "mix", 2: "mix"}, "", ""},
		"the last guest is let go":             {[]call.Target{megan}, []step{func(h *house, _ *dialog, c *call.Call) { h.must(c, remove("megan")) }}, fact.Talking, map[int]string{0: "adele"}, "", ""},
		"the agent, one guest":                 {[]call.Target{megan}, []step{agentLeaves}, fact.Wrapup, map[int]string{0: "guest", 1: "caller"}, "", ""},
		"the agent, two guests":                {[]call.Target{megan, cell}, []step{agentLeaves}, fact.Wrapup, map[int]string{0: "mix", 1: "mix", 2: "mix"}, "", ""},
		"the agent, then one of two":           {[]call.Target{megan, cell}, []step{agentLeaves, hangsUp(0)}, fact.Wrapup, map[int]string{0: "guest", 2: "caller"}, "", ""},
		"the agent, then ours of three":        {[]call.Target{megan, cell, {Kind: "number", Name: "x", Number: "+447700900124"}}, []step{agentLeaves, hangsUp(0)}, fact.Wrapup, nil, fact.Transferred, "expert"},
		"the agent, then both":                 {[]call.Target{megan, lee}, []step{agentLeaves, hangsUp(0), hangsUp(1)}, fact.Wrapup, nil, fact.Transferred, "expert"},
		"the caller, only ours left":           {[]call.Target{megan, lee}, []step{callerOff}, fact.Wrapup, nil, fact.Completed, "caller"},
		"the caller, one from outside is left": {[]call.Target{megan, cell}, []step{callerOff}, fact.Conference, map[int]string{1: "mix", 2: "mix"}, fact.Completed, "caller"},
		"the caller, then ours":                {[]call.Target{megan, cell}, []step{callerOff, hangsUp(0)}, fact.Talking, map[int]string{2: "adele"}, fact.Completed, "caller"},
		"the caller, then the one outside":     {[]call.Target{megan, cell}, []step{callerOff, hangsUp(1)}, fact.Wrapup, nil, fact.Completed, "caller"},
		"the agent, then the caller":           {[]call.Target{megan, cell}, []step{agentLeaves, callerOff}, fact.Wrapup, map[int]string{1: "guest", 2: "guest"}, fact.Transferred, "caller"},
		"the agent vanishes":                   {[]call.Target{megan}, []step{agentLost}, fact.NotReady, map[int]string{0: "guest", 1: "caller"}, "", ""},
		"the agent vanishes, two guests":       {[]call.Target{megan, cell}, []step{agentLost}, fact.NotReady, map[int]string{0: "mix", 1: "mix", 2: "mix"}, "", ""},
		"the agent vanishes, none of ours":     {[]call.Target{cell, {Kind: "number", Name: "x", Number: "+447700900124"}}, []step{agentLost}, fact.NotReady, map[int]string{0: "music"}, "", ""},
		"the agent hangs up for all": {[]call.Target{megan, lee}, []step{func(h *house, _ *dialog, c *call.Call) {
			h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
		}}, fact.Wrapup, nil, fact.Completed, "agent"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				d, c := h.gathers(k.guests...)
				for _, s := range k.steps {
					s(h, d, c)
				}
				h.want("adele", k.state)
				for i, part := range k.hears {
					h.hears(h.leg(i), part)
				}
				if k.end != "" {
					if e := h.ended(c.ID()); e.End != k.end || e.By != k.by {
						t.Fatalf("ended %+v", e)
					}
				}
				if k.end != "" && k.hears == nil { // nobody is left on a line
					for i := range len(k.guests) + 1 {
						if !h.leg(i).isClosed() {
							t.Errorf("leg %d is left open", i)
						}
					}
				}
			})
		})
	}
}

func TestTheAgentDoesNotLeaveOutsidersAlone(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, c := h.gathers(cell, call.Target{Kind: "number", Name: "x", Number: "+447700900124"})
		if no := h.do(c, leave); no == nil || no.Code != "not_allowed" {
			t.Fatalf("left: %+v", no)
		}
		h.want("adele", fact.Conference)
	})
}

func TestAGroupHasRoomForEight(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		for i := range 9 {
			n := fact.Number(fmt.Sprintf("+44770090012%d", i))
			no := h.do(c, func(r call.Reply) call.Event {
				return call.Add{Agent: "adele", To: call.Target{Kind: "number", Name: string(n), Number: n}, Reply: r}
			})
			if full := i == 8; (no != nil) != full {
				t.Fatalf("number %d: %+v", i+1, no)
			}
		}
	})
}

func TestACallEndsOnceThoughTheServerStopsInTheWorkAfterIt(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller := withAdele(h)
		bye(caller)
		h.want("adele", fact.Wrapup)
		c.Tell(call.Stop{})
		if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" {
			t.Fatalf("ended %+v", e)
		}
	})
}
