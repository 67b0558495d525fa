package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// An expert's telephone is answered by a machine, or by the expert, in every way that matters.
func TestOnlyAPersonGetsTheCaller(t *testing.T) {
	ring := func(h *house) { h.phone(0).sink(trunk.Ringing{Code: 180}) }
	answer := func(h *house) { h.phone(0).sink(trunk.Answered{SDP: []byte("answer")}) }
	for name, k := range map[string]struct {
		doubt  call.Doubt
		away   bool
		happen func(h *house)
		asked  bool
	}{
		"rings for three seconds":       {call.Suspect, false, func(h *house) { ring(h); time.Sleep(3 * time.Second); answer(h) }, false},
		"answers at 0.3 s":              {call.Suspect, false, func(h *house) { ring(h); time.Sleep(300 * time.Millisecond); answer(h) }, true},
		"answers without having rung":   {call.Suspect, false, func(h *house) { time.Sleep(5 * time.Second); answer(h) }, true},
		"183 is no ring":                {call.Suspect, false, func(h *house) { h.phone(0).sink(trunk.Ringing{Code: 183}); time.Sleep(5 * time.Second); answer(h) }, true},
		"answers while away":            {call.Suspect, true, func(h *house) { ring(h); time.Sleep(3 * time.Second); answer(h) }, true},
		"always, after a long ring":     {call.Always, false, func(h *house) { ring(h); time.Sleep(9 * time.Second); answer(h) }, true},
		"never, though at once":         {call.Never, true, answer, false},
		"has early media, then answers": {call.Suspect, false, func(h *house) { h.phone(0).sink(trunk.Ringing{Code: 183, SDP: []byte("early")}); answer(h) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.deps.Rules.Doubt = func(call.Target) call.Doubt { return k.doubt }
				h.deps.Rules.Away = func(id string) bool { return k.away && id == "megan" }
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				k.happen(h)
				if !k.asked {
					h.want("adele", fact.Wrapup)
					h.hears(h.leg(1), "caller")
					return
				}
				h.want("adele", fact.Transferring)
				h.hears(h.leg(1), "press a key")
				h.hears(h.leg(0), "ringback")
				if m := h.cardOf("adele").Transfer; m == nil || m.State != "confirming" {
					t.Fatalf("card %+v", m)
				}
				time.Sleep(6 * time.Second)
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
				if b := h.cardOf("adele").Back; b == nil || b.Why != "voicemail" || !h.phone(0).has("hangup 480") {
					t.Fatalf("back %+v", b)
				}
			})
		})
	}
}

// The key may come as a tone of RFC 4733 or by INFO.
func TestAKeyGivesTheCaller(t *testing.T) {
	for name, press := range map[string]func(h *house, digit byte){
		"RFC 4733": func(h *house, d byte) { h.leg(1).tells(media.Tone{Digit: d}) },
		"INFO":     func(h *house, d byte) { h.phone(0).sink(trunk.Tone{Digit: d}) },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
				time.Sleep(5 * time.Second)
				press(h, '7') // not the key
				h.want("adele", fact.Transferring)
				press(h, '1')
				h.want("adele", fact.Wrapup)
				h.hears(h.leg(1), "caller")
				h.hears(h.leg(0), "/")
				press(h, '5') // now a tone like any other
				synctest.Wait()
				if h.leg(0).tones != "5" {
					t.Fatalf("the caller's line got %q", h.leg(0).tones)
				}
				time.Sleep(10 * time.Second)
				h.hears(h.leg(1), "caller")
			})
		})
	}
}

func TestWhileAKeyIsAskedFor(t *testing.T) {
	for name, k := range map[string]struct {
		happen func(h *house, d *dialog)
		want   fact.State
		why    string // of the card's Back
	}{
		"the machine hangs up": {func(h *house, _ *dialog) { h.phone(0).sink(trunk.Ended{By: "peer"}) }, fact.Talking, "voicemail"},
		"the caller hangs up":  {func(_ *house, d *dialog) { d.sink(trunk.Ended{By: "peer"}) }, fact.Wrapup, ""},
		"the agent takes it back": {func(h *house, _ *dialog) {
			h.must(h.calls[0], func(r call.Reply) call.Event { return call.Undo{Agent: "adele", Reply: r} })
		}, fact.Talking, ""},
		"the ring timer goes off": {func(h *house, _ *dialog) { time.Sleep(4 * time.Second) }, fact.Transferring, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				time.Sleep(15 * time.Second)
				h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
				synctest.Wait()
				k.happen(h, d)
				h.want("adele", k.want)
				if b := h.cardOf("adele").Back; k.why != "" && (b == nil || b.Why != k.why) {
					t.Fatalf("back %+v", b)
				}
				if k.want != fact.Transferring {
					h.leg(1).tells(media.Tone{Digit: '1'}) // too late
					h.want("adele", k.want)
				}
			})
		})
	}
}

// Presence is judged when the telephone is answered, not when the key was pressed.
func TestPresenceThatChangesWhileItRings(t *testing.T) {
	for name, k := range map[string]struct{ before, after, asked bool }{
		"goes away":      {false, true, true},
		"comes back":     {true, false, false},
		"stays as it is": {true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				away := make(chan bool, 1)
				away <- k.before
				h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
				h.deps.Rules.Away = func(string) bool { v := <-away; away <- v; return v }
				h.ready("adele")
				h.arrives("+442079460042")
				c := h.answers("adele")
				h.must(c, transferTo(megan))
				h.phone(0).sink(trunk.Ringing{Code: 180})
				time.Sleep(3 * time.Second)
				<-away
				away <- k.after
				h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
				want := fact.Wrapup
				if k.asked {
					want = fact.Transferring
				}
				h.want("adele", want)
			})
		})
	}
}

// Who is asked first is heard by the agent: no machine can take the caller, and nobody is asked for a key.
func TestWhoIsAskedNeedsNoKey(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} })
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		h.hears(h.leg(1), "adele")
	})
}

// A transfer whose agent is gone comes back to the head of the queue, with its story.
func TestAVoicemailWithoutTheAgentBringsTheCallerToTheHead(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(megan))
		h.loses("adele")
		time.Sleep(15 * time.Second)
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		time.Sleep(5900 * time.Millisecond) // the grace is over meanwhile
		h.want("adele", fact.NotReady)
		h.hears(h.leg(0), "ringback")
		time.Sleep(200 * time.Millisecond)
		h.hears(h.leg(0), "music")
		h.ready("alex")
		if again := h.answers("alex"); again != c {
			t.Fatal("the caller is not at the head of the queue")
		}
		told := false
		for _, l := range h.cardOf("alex").Story {
			told = told || l.Words == "transfer to Megan Bowen failed: voicemail"
		}
		if !told {
			t.Fatalf("the story: %+v", h.cardOf("alex").Story)
		}
		keyed := ""
		h.mu.Lock()
		for _, e := range h.facts {
			if q, ok := e.Fact.(fact.Queued); ok && q.Head {
				keyed = q.Key + " " + q.Args["who"] + " " + q.Args["why"]
			}
		}
		h.mu.Unlock()
		if keyed != "story_transfer_failed Megan Bowen voicemail" { // so that a console says it in its language
			t.Errorf("the fact of the queue says why as %q", keyed)
		}
	})
}
