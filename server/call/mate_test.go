package call_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

var alexAsked = call.Target{Kind: "agent", ID: "alex", Name: "Alex Wilber"}

func ask(to call.Target) func(call.Reply) call.Event {
	return func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: to, Reply: r} }
}

// asksAlex has adele talk with a caller and ask alex, whose console rings.
func (h *house) asksAlex() (*call.Call, *dialog, call.Offer) {
	h.t.Helper()
	h.ready("adele")
	d := h.arrives("+442079460042")
	c := h.answers("adele")
	h.want("adele", fact.Talking)
	h.ready("alex")
	h.must(c, ask(alexAsked))
	h.want("adele", fact.Consulting)
	h.want("alex", fact.OfferedState)
	h.hears(h.leg(0), "music")
	h.hears(h.lines["adele"], "ringback")
	select {
	case o := <-h.offers:
		return c, d, o
	default:
		h.t.Fatal("alex's console does not ring")
	}
	panic("not reached")
}

// alexHears has alex answer: the two agents hear each other.
func (h *house) alexHears() (*call.Call, *dialog) {
	h.t.Helper()
	c, d, o := h.asksAlex()
	h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "alex"})
	h.want("alex", fact.DirectCall)
	h.two("adele", "alex")
	return c, d
}

// two hear each other, and the caller hears music.
func (h *house) two(a, b fact.AgentID) {
	h.t.Helper()
	h.hears(h.lines[a], "leg "+string(b))
	h.hears(h.lines[b], "leg "+string(a))
	h.hears(h.leg(0), "music")
}

func swap(r call.Reply) call.Event     { return call.Swap{Agent: "adele", Reply: r} }
func join(r call.Reply) call.Event     { return call.Join{Agent: "adele", Reply: r} }
func complete(r call.Reply) call.Event { return call.Complete{Agent: "adele", Reply: r} }
func dropAsk(r call.Reply) call.Event  { return call.Drop{Agent: "adele", Reply: r} }
func hangupOf(id fact.AgentID) func(call.Reply) call.Event {
	return func(r call.Reply) call.Event { return call.Hangup{Agent: id, Reply: r} }
}

func TestAColleagueWhoIsAskedSeesWhoAsksAndWhy(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, _, o := h.asksAlex()
		if o.Kind != "consult" || o.From != "adele" || o.Caller.Number != "+442079460042" || !strings.Contains(o.Why, "adele asks you") {
			t.Fatalf("offer %+v", o)
		}
		h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "alex"})
		h.want("alex", fact.DirectCall)
		k := h.cardOf("alex")
		if k.Caller.Name != "adele" || k.Direction != fact.Direct || len(k.Parties) != 3 || k.Parties[0].ID != "alex" || k.Parties[1].ID != "adele" || k.Parties[2].State != "held" {
			t.Fatalf("card %+v", k)
		}
		for _, e := range []call.Event{call.Hold{Agent: "alex"}, call.Transfer{Agent: "alex", To: megan}, call.Drop{Agent: "alex"}} {
			c.Tell(e)
		}
		h.two("adele", "alex") // it is not alex's caller
	})
}

func TestAConsultOfAColleague(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, h *house, c *call.Call){
		"complete: the colleague has the caller": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, complete)
			h.want("adele", fact.Wrapup)
			h.want("alex", fact.Talking)
			h.hears(h.leg(0), "leg alex")
			h.hears(h.lines["alex"], "leg ")
			h.must(c, func(r call.Reply) call.Event { return call.Hold{Agent: "alex", Reply: r} })
			h.want("alex", fact.HeldState)
			h.must(c, func(r call.Reply) call.Event { return call.Resume{Agent: "alex", Reply: r} })
			h.must(c, hangupOf("alex"))
			h.want("alex", fact.Wrapup)
		},
		"drop: the caller is back": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, dropAsk)
			h.want("adele", fact.Talking)
			h.want("alex", fact.Ready)
			h.hears(h.leg(0), "leg adele")
			h.hears(h.lines["alex"], "silence")
			if !h.has("alex: card gone") {
				t.Fatal("the card stays")
			}
		},
		"swap there and back": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, swap)
			h.hears(h.leg(0), "leg adele")
			h.hears(h.lines["alex"], "music")
			if k := h.cardOf("alex"); !k.Parties[0].Music {
				t.Fatalf("card %+v", k.Parties)
			}
			h.must(c, swap)
			h.two("adele", "alex")
			h.want("alex", fact.DirectCall)
		},
		"merge, and the one who asked leaves": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, join)
			h.want("adele", fact.Conference)
			h.want("alex", fact.Conference)
			if h.room.size() != 3 {
				t.Fatalf("%d in the room", h.room.size())
			}
			h.must(c, func(r call.Reply) call.Event { return call.Leave{Agent: "adele", Reply: r} })
			h.want("adele", fact.Wrapup)
			h.want("alex", fact.Talking)
			h.hears(h.leg(0), "leg alex")
			h.must(c, hangupOf("alex"))
			h.want("alex", fact.Wrapup)
		},
		"merge, and the colleague leaves": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, join)
			h.must(c, hangupOf("alex"))
			h.want("alex", fact.Ready)
			h.want("adele", fact.Talking)
			h.hears(h.leg(0), "leg adele")
		},
		"merge, and the colleague is let go": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, join)
			h.must(c, func(r call.Reply) call.Event { return call.Remove{Agent: "adele", Party: "alex", Reply: r} })
			h.want("alex", fact.Ready)
			h.want("adele", fact.Talking)
		},
		"the colleague hangs up": func(t *testing.T, h *house, c *call.Call) {
			h.must(c, hangupOf("alex"))
			h.want("alex", fact.Ready)
			h.want("adele", fact.Talking)
			h.hears(h.leg(0), "leg adele")
			if b := h.cardOf("adele").Back; b == nil || b.Why != "left" || b.ID != "alex" {
				t.Fatalf("back %+v", b)
			}
		},
		"the colleague chooses what comes after": func(t *testing.T, h *house, c *call.Call) {
			h.acd.Tell(routing.Want{Agent: "alex", Reason: "lunch", By: routing.ByAgent})
			h.must(c, dropAsk)
			h.want("alex", fact.NotReady)
		},
		"the colleague calls for help": func(t *testing.T, h *house, c *call.Call) {
			h.helps()
			h.callsOut("alex", nineNineNine)
			h.want("alex", fact.Dialing)
			h.want("adele", fact.Talking)
			h.hears(h.leg(0), "leg adele")
			h.hears(h.lines["alex"], "ringback")
			h.phone(0).sink(trunk.Rejected{Code: 486})
			h.want("alex", fact.NotReady)
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				c, d := h.alexHears()
				f(t, h, c)
				if over := strings.HasPrefix(name, "complete") || strings.Contains(name, "asked leaves"); d.has("hangup") != over {
					t.Fatalf("caller: %s", d.all())
				}
			})
		})
	}
}

func TestAColleagueWhoDoesNotTakeTheQuestion(t *testing.T) {
	for name, c := range map[string]struct {
		how  func(h *house, o call.Offer)
		alex fact.State
		back string
	}{
		"declines, and goes on as before": {func(h *house, o call.Offer) {
			h.acd.Tell(routing.Decline{Reservation: o.Reservation, Agent: "alex"})
		}, fact.Ready, "declined"},
		"misses it":         {func(h *house, o call.Offer) { time.Sleep(18 * time.Second) }, fact.MissedState, "no_answer"},
		"loses the console": {func(h *house, o call.Offer) { h.acd.Tell(routing.Console{Agent: "alex"}) }, fact.Lost, "unreachable"},
		"has no voice line": {func(h *house, o call.Offer) {
			h.setLines(false)
			h.acd.Tell(routing.Accept{Reservation: o.Reservation, Agent: "alex"})
			time.Sleep(2 * time.Second)
		}, fact.Lost, "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				k, d, o := h.asksAlex()
				c.how(h, o)
				h.want("adele", fact.Talking)
				h.want("alex", c.alex)
				h.hears(h.leg(0), "leg adele")
				if b := h.cardOf("adele").Back; b == nil || b.Why != c.back || d.has("hangup") {
					t.Fatalf("back %+v", b)
				}
				if no := h.do(k, complete); no == nil {
					t.Fatal("nobody is on the line, and the caller was handed over")
				}
			})
		})
	}
}

func TestAColleagueWhoIsBusyIsNotAsked(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		h.must(c, ask(alexAsked)) // alex is not signed in
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "leg adele")
		if b := h.cardOf("adele").Back; b == nil || b.Why != "busy" {
			t.Fatalf("back %+v", b)
		}
	})
}

func TestTheCallerHangsUpWhileAColleagueIsAsked(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, d := h.alexHears()
		d.sink(trunk.Ended{By: "peer"})
		h.want("adele", fact.DirectCall)
		h.want("alex", fact.DirectCall)
		h.hears(h.lines["adele"], "leg alex")
		h.hears(h.lines["alex"], "leg adele")
		h.ended(c.ID())
		h.must(c, hangupOf("alex"))
		h.want("alex", fact.Ready)
		h.want("adele", fact.Wrapup)
	})
	in(t, func(t *testing.T, h *house) { // while it rings
		_, d, _ := h.asksAlex()
		d.sink(trunk.Ended{By: "peer"})
		h.want("adele", fact.Wrapup)
		h.want("alex", fact.Ready)
	})
}

// What happens when either console vanishes, at each stage of a consult.
func TestEitherConsoleVanishes(t *testing.T) {
	stages := map[string]func(h *house) (*call.Call, *dialog){
		"ringing": func(h *house) (*call.Call, *dialog) { c, d, _ := h.asksAlex(); return c, d },
		"asked":   (*house).alexHears,
		"swapped": func(h *house) (*call.Call, *dialog) { c, d := h.alexHears(); h.must(c, swap); return c, d },
		"merged":  func(h *house) (*call.Call, *dialog) { c, d := h.alexHears(); h.must(c, join); return c, d },
	}
	for stage, begin := range stages {
		run := func(name string, f func(t *testing.T, h *house, c *call.Call)) {
			t.Run(stage+"/"+name, func(t *testing.T) {
				in(t, func(t *testing.T, h *house) {
					c, d := begin(h)
					f(t, h, c)
					synctest.Wait()
					if d.has("hangup") {
						t.Fatal("the caller was dropped")
					}
				})
			})
		}
		gone := func(h *house, id fact.AgentID) {
			h.acd.Tell(routing.Console{Agent: id})
			h.want(id, fact.Lost)
		}
		run("who asked, for good", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "adele")
			if stage == "merged" {
				h.want("alex", fact.Conference)
			}
			time.Sleep(20 * time.Second)
			synctest.Wait()
			h.want("adele", fact.NotReady)
			switch stage {
			case "ringing": // it rang out in the meantime; the caller is first in line
				h.want("alex", fact.MissedState)
				h.hears(h.leg(0), "music")
			case "merged":
				h.want("alex", fact.Talking)
				h.hears(h.leg(0), "leg alex")
			default: // alex takes the caller with a key
				h.hears(h.lines["alex"], "press a key")
				h.must(c, func(r call.Reply) call.Event { return call.Tones{Agent: "alex", Digits: "1", Reply: r} })
				h.want("alex", fact.Talking)
				h.hears(h.leg(0), "leg alex")
			}
		})
		run("who asked, and nobody takes the caller", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "adele")
			time.Sleep(20 * time.Second)
			time.Sleep(20 * time.Second)
			synctest.Wait()
			if stage == "asked" || stage == "swapped" {
				h.want("alex", fact.OfferedState) // let go, ready, and the caller is first in line
			}
		})
		run("who asked, and comes back", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "adele")
			time.Sleep(19 * time.Second)
			h.acd.Tell(routing.Console{Agent: "adele", Back: true})
			synctest.Wait()
			switch stage {
			case "asked":
				h.want("adele", fact.Consulting)
				h.two("adele", "alex")
			case "swapped":
				h.hears(h.leg(0), "leg adele")
			case "merged":
				h.want("adele", fact.Conference)
			}
		})
		run("who is asked, for good", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "alex")
			time.Sleep(20 * time.Second)
			synctest.Wait()
			h.want("alex", fact.NotReady)
			h.want("adele", fact.Talking)
			h.hears(h.leg(0), "leg adele")
		})
		run("who is asked, and comes back with another line", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "alex")
			time.Sleep(19 * time.Second)
			h.mu.Lock()
			h.lines["alex"] = &voice{id: "alex anew"}
			h.mu.Unlock()
			h.acd.Tell(routing.Console{Agent: "alex", Back: true})
			synctest.Wait()
			switch stage {
			case "ringing":
				h.want("adele", fact.Talking)
			case "asked":
				h.want("alex", fact.DirectCall)
				h.hears(h.lines["adele"], "leg alex anew")
				h.hears(h.lines["alex"], "leg adele")
			case "swapped":
				h.hears(h.lines["alex"], "music")
			case "merged":
				h.want("alex", fact.Conference)
				if h.room.size() != 3 {
					t.Fatalf("%d in the room", h.room.size())
				}
			}
		})
		run("both", func(t *testing.T, h *house, c *call.Call) {
			gone(h, "alex")
			gone(h, "adele")
			time.Sleep(time.Minute)
			synctest.Wait()
			h.want("adele", fact.NotReady)
			h.want("alex", fact.NotReady)
			h.hears(h.leg(0), "music")
			h.ready("adele")
			h.answers("adele") // first in line
		})
	}
}
