package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

var (
	lee     = call.Target{Kind: "expert", ID: "lee", Name: "Lee Gu", Number: "+442079460102"}
	raj     = call.Target{Kind: "expert", ID: "raj", Name: "Raj Patel", Number: "+442079460103"}
	network = call.Target{Kind: "team", ID: "network", Name: "Network", Team: []call.Target{megan, lee, raj}}
)

// loses lets an agent's console vanish.
func (h *house) loses(id fact.AgentID) { h.acd.Tell(routing.Console{Agent: id}); synctest.Wait() }

func TestATeamRingsAtOnceAndTheFirstToAnswerTakesTheCaller(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(network))
		for i := range 3 {
			h.phone(i).sink(trunk.Ringing{Code: 180})
		}
		h.want("adele", fact.Transferring)
		if p := h.cardOf("adele").Parties; len(p) != 5 || p[3].ID != "lee" || p[3].State != "ringing" {
			t.Fatalf("parties %+v", p)
		}
		h.phone(2).sink(trunk.Rejected{Code: 603})
		h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
		h.phone(0).sink(trunk.Answered{SDP: []byte("a moment later")})
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(2), "caller")
		if !h.phone(0).has("hangup 200 Call completed elsewhere") || h.phone(1).has("hangup") {
			t.Fatalf("she heard %q, he %q", h.phone(0).all(), h.phone(1).all())
		}
		h.phone(1).sink(trunk.Ended{By: "peer"})
		if e := h.ended(c.ID()); e.End != fact.Transferred || !d.has("hangup") {
			t.Fatalf("ended %+v", e)
		}
		tried, who := 0, ""
		for _, e := range h.entries() {
			if m, ok := e.Fact.(fact.Moved); ok {
				if m.Stage == fact.Tried {
					tried++
				}
				if m.Stage == fact.Answered {
					who = m.Who
				}
			}
		}
		if tried != 1 || who != "lee" {
			t.Fatalf("%d tried, %s answered", tried, who)
		}
	})
}

func TestATeamOfWhichNobodyAnswersBringsTheCallerBackWithWordsForEach(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(network))
		h.phone(0).sink(trunk.Rejected{Code: 486})
		h.phone(1).sink(trunk.Answered{SDP: []byte("leave a message")})
		h.phone(2).sink(trunk.Ringing{Code: 180})
		h.want("adele", fact.Transferring)
		time.Sleep(18 * time.Second)
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
		b := h.cardOf("adele").Back
		if b == nil || b.Why != "nobody" || len(b.Each) != 3 || b.Each[0].Why != "busy" || b.Each[1].Why != "voicemail" || b.Each[2].Why != "no_answer" {
			t.Fatalf("back %+v", b)
		}
		if !h.phone(2).has("hangup") || !h.phone(1).has("hangup") {
			t.Fatal("a telephone rings on")
		}
	})
}

func TestAVoicemailOfATeamDoesNotKeepTheOthersFromAnswering(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, transferTo(network))
		h.phone(0).sink(trunk.Answered{SDP: []byte("leave a message")})
		h.phone(2).sink(trunk.Ringing{Code: 180})
		h.hears(h.leg(1), "press a key")
		time.Sleep(4 * time.Second)
		h.phone(2).sink(trunk.Answered{SDP: []byte("here")})
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(3), "caller")
		if !h.phone(0).has("hangup 200 Call completed elsewhere") {
			t.Fatalf("the voicemail heard %q", h.phone(0).all())
		}
		h.leg(1).tells(media.Tone{Digit: '1'}) // too late
		h.hears(h.leg(0), "raj")
	})
}

func TestATeamIsAskedFirst(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: network, Reply: r} })
		h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
		h.hears(h.leg(2), "adele")
		h.hears(h.leg(0), "music")
		h.must(c, func(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} })
		h.want("adele", fact.Wrapup)
		h.hears(h.leg(2), "caller")
	})
}

func TestATeamWithoutANumberIsNotRung(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		for _, to := range []call.Target{{Kind: "team", ID: "empty", Name: "Empty"}, {Kind: "team", Name: "Far", Team: []call.Target{{Kind: "expert", ID: "x", Number: "+1900"}}}} {
			if no := h.do(c, transferTo(to)); no == nil {
				t.Fatalf("%s was rung", to.Name)
			}
		}
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
	})
}

// Two agents want the same expert: the first has her, the second hears that she is busy and keeps the caller.
func TestTwoAgentsAndOneExpert(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		one := h.answers("adele")
		h.ready("alex")
		h.arrives("+442079460043")
		two := h.answers("alex")
		h.must(one, transferTo(megan))
		h.must(two, func(r call.Reply) call.Event { return call.Transfer{Agent: "alex", To: megan, Reply: r} })
		h.phone(1).sink(trunk.Rejected{Code: 486})
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		h.want("adele", fact.Wrapup)
		h.want("alex", fact.Talking)
		if b := h.cardOf("alex").Back; b == nil || b.Why != "busy" {
			t.Fatalf("back %+v", b)
		}
	})
}
