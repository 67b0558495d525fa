package call_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// helps lets the tenant place emergency calls; the ordinary rules forbid the number.
func (h *house) helps() {
	h.deps.Rules.Emergency = func(n fact.Number) (string, fact.Number) {
		if n != "999" {
			return "", ""
		}
		return "local", "+442079460000"
	}
	ordinary := h.deps.Rules.TrunkFor
	h.deps.Rules.TrunkFor = func(n fact.Number) (fact.Number, string, bool) {
		full, via, ok := ordinary(n)
		return full, via, ok && n != "999"
	}
	h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
}

var nineNineNine = call.Target{Kind: "number", Name: "999", Number: "999"}

// calls lets an agent place a call of the own.
func (h *house) callsOut(id fact.AgentID, to call.Target) *call.Call {
	h.t.Helper()
	c := call.Dial(h.deps, id, fact.AtConsole, to, func(n *call.No) {
		if n != nil {
			h.t.Errorf("refused: %+v", n)
		}
	})
	h.calls = append(h.calls, c)
	synctest.Wait()
	return c
}

// isHelp holds a dialled call against the rules of emergency calls.
func (h *house) isHelp(i int) {
	h.t.Helper()
	if _, o := h.dialled(i); o.To != "999" || o.Target != "" || o.Trunk != "local" || o.From != "+442079460000" || o.Asserted != "+442079460000" || o.RingFor < 3*time.Minute {
		h.t.Fatalf("dialled %+v", o)
	}
}

func TestHelpIsReachedByEveryRoad(t *testing.T) {
	for name, road := range map[string]func(h *house, c *call.Call){
		"transfer": func(h *house, c *call.Call) {
			h.must(c, func(r call.Reply) call.Event { return call.Transfer{Agent: "adele", To: nineNineNine, Reply: r} })
		},
		"ask": func(h *house, c *call.Call) {
			h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: nineNineNine, Reply: r} })
		},
		"add": func(h *house, c *call.Call) {
			h.must(c, func(r call.Reply) call.Event { return call.Add{Agent: "adele", To: nineNineNine, Reply: r} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.helps()
				h.ready("adele")
				d := h.arrives("+442079460042")
				c := h.answers("adele")
				road(h, c)
				h.isHelp(0)
				time.Sleep(2 * time.Minute) // long after another telephone would have rung out
				if h.phone(0).has("hangup") {
					t.Fatal("it was let go")
				}
				h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
				synctest.Wait()
				if d.has("hangup") {
					t.Fatal("the caller was dropped")
				}
				switch name { // nobody asks the emergency services for a key
				case "transfer":
					h.hears(h.leg(0), strings.ToLower(h.leg(1).id))
				case "ask":
					h.hears(h.lines["adele"], strings.ToLower(h.leg(1).id))
				case "add":
					h.want("adele", fact.Conference)
					if no := h.do(c, func(r call.Reply) call.Event { return call.Leave{Agent: "adele", Reply: r} }); no != nil {
						t.Fatalf("the agent could not leave: %+v", no)
					}
				}
			})
		})
	}
}

func TestATransferToHelpThatFailsBringsTheCallerBack(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.helps()
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, func(r call.Reply) call.Event { return call.Transfer{Agent: "adele", To: nineNineNine, Reply: r} })
		h.phone(0).sink(trunk.Rejected{Code: 503})
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
	})
}

func TestWhoIsCalledWaitsOnHoldForACallForHelp(t *testing.T) {
	for _, end := range []string{"help is over", "the called hang up first", "the console is lost", "help was never reached"} {
		t.Run(end, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.helps()
				h.ready("adele")
				own := h.callsOut("adele", call.Target{Kind: "number", Name: "Nestor", Number: "+442079460042"})
				called := h.phone(0)
				called.sink(trunk.Answered{SDP: []byte("answer")})
				h.want("adele", fact.Talking)
				help := h.callsOut("adele", nineNineNine)
				h.isHelp(1)
				h.want("adele", fact.Dialing)
				h.hears(h.leg(0), "music")
				h.hears(h.lines["adele"], "ringback")
				if called.has("hangup") {
					t.Fatal("who was called is dropped")
				}
				if no := h.do(own, func(r call.Reply) call.Event { return call.Resume{Agent: "adele", Reply: r} }); no == nil {
					t.Fatal("taken up while the line is another call's")
				}
				switch end {
				case "help was never reached":
					h.phone(1).sink(trunk.Rejected{Code: 486})
				case "the called hang up first":
					called.sink(trunk.Ended{By: "peer"})
					synctest.Wait()
					h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
					h.want("adele", fact.Talking)
					h.hears(h.lines["adele"], "leg")
					h.phone(1).sink(trunk.Ended{By: "peer"})
					h.want("adele", fact.NotReady)
					if e := h.ended(own.ID()); e.End != fact.Completed {
						t.Fatalf("ended %+v", e)
					}
					return
				case "the console is lost":
					h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
					synctest.Wait()
					h.acd.Tell(routing.Console{Agent: "adele"})
					time.Sleep(21 * time.Second)
					synctest.Wait()
					h.ended(own.ID()) // it belongs to no queue
					h.ended(help.ID())
					return
				default:
					h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
					h.want("adele", fact.Talking)
					h.phone(1).sink(trunk.Ended{By: "peer"})
				}
				h.want("adele", fact.HeldState)
				if k := h.cardOf("adele"); k.Contact != own.ID() || !k.Held {
					t.Fatalf("on the screen: %+v", k)
				}
				h.must(own, func(r call.Reply) call.Event { return call.Resume{Agent: "adele", Reply: r} })
				h.hears(h.leg(0), "adele")
				h.want("adele", fact.Talking)
			})
		})
	}
}

func TestAnOwnCallThatStillRingsEndsForACallForHelp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.helps()
		h.ready("adele")
		own := h.callsOut("adele", call.Target{Kind: "number", Name: "Nestor", Number: "+442079460042"})
		h.callsOut("adele", nineNineNine)
		h.want("adele", fact.Dialing)
		if e := h.ended(own.ID()); e.End != fact.Unanswered || !h.phone(0).has("hangup") {
			t.Fatalf("ended %+v", e)
		}
		h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
		h.want("adele", fact.Talking)
		h.hears(h.lines["adele"], "leg")
		h.phone(1).sink(trunk.Ended{By: "peer"})
		h.want("adele", fact.NotReady)
	})
}

// A Teams user who has the caller refers to an emergency number.
func TestAReferralToHelpGoesByTheRulesOfHelp(t *testing.T) {
	for _, places := range []bool{true, false} {
		in(t, func(t *testing.T, h *house) {
			h.helps()
			if !places {
				h.deps.Rules.Emergency = func(fact.Number) (string, fact.Number) { return "", "" }
			}
			h.deps.Rules.Doubt = nil
			h.deps.Rules.Number = func(_ string, n fact.Number) (flow.Destination, bool) {
				return flow.Destination{Kind: "queue", ID: "support"}, n == "+442079460018"
			}
			h.ready("adele")
			d := h.arrives("+442079460042")
			c := h.answers("adele")
			h.must(c, transferTo(megan))
			m := h.phone(0)
			m.info = trunk.Info{Trunk: "london"}
			m.sink(trunk.Answered{SDP: []byte("answer")})
			synctest.Wait()
			m.sink(trunk.Referred{RequestID: 7, URI: "sip:999@sip.pstnhub.microsoft.com"})
			synctest.Wait()
			if !places {
				if !m.has("refer 7 603") || d.has("hangup") {
					t.Fatal(m.all())
				}
				return
			}
			h.isHelp(1)
			h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
			synctest.Wait()
			if !m.has("refer 7 200") || d.has("hangup") {
				t.Fatal(m.all())
			}
		})
	}
}
