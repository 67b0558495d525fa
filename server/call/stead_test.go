package call_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/trunk"
)

// withAdele lets an agent have the caller.
func withAdele(h *house) (*call.Call, *dialog) {
	h.ready("adele")
	caller := h.arrives("+442079460042")
	c := h.answers("adele")
	h.want("adele", fact.Talking)
	h.hears(h.lines["adele"], "/caller")
	return c, caller
}

func bye(d *dialog) {
	d.sink(trunk.Ended{By: "peer", Cause: "bye"})
	synctest.Wait()
}

func answersOf(d *dialog) {
	d.sink(trunk.Answered{SDP: []byte("answer")})
	synctest.Wait()
}

func TestTheCallerPutsAnotherInTheOwnPlace(t *testing.T) {
	for name, early := range map[string]bool{"and stays until the other answers": false, "and hangs up at once": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				c, caller := withAdele(h)
				refer(caller, colleague)
				next, out := h.dialled(0)
				if out.Target != colleague || out.Headers["Referred-By"] != "<sip:x;x-ti=Cd>" || out.From != "+442079460018" {
					t.Fatalf("dialled %+v", out)
				}
				h.hears(h.lines["adele"], "/caller")
				if early {
					bye(caller)
					h.hears(h.lines["adele"], "ringback")
					h.want("adele", fact.Talking)
				}
				next.sink(trunk.Ringing{Code: 180})
				answersOf(next)
				h.hears(h.lines["adele"], "/refer/")
				h.hears(h.leg(1), "adele")
				if !early && (!caller.has("refer 7 180") || !caller.has("refer 7 200") || caller.has("hangup")) {
					t.Fatalf("the caller's telephone: %s", caller.all())
				}
				if p := h.cardOf("adele").Parties[1]; p.Name != "a colleague" || p.State != "talking" {
					t.Fatalf("the card says %+v", p)
				}
				if !early {
					bye(caller)
				}
				h.want("adele", fact.Talking)
				time.Sleep(11 * time.Second)
				h.want("adele", fact.Talking)
				bye(next)
				if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" {
					t.Fatalf("ended %+v", e)
				}
			})
		})
	}
}

func TestNobodyComesInTheCallersPlace(t *testing.T) {
	for name, early := range map[string]bool{"the caller is still there": false, "the caller has hung up": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				c, caller := withAdele(h)
				refer(caller, colleague)
				if early {
					bye(caller)
				}
				h.phone(0).sink(trunk.Rejected{Code: 486})
				synctest.Wait()
				if early {
					if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" {
						t.Fatalf("ended %+v", e)
					}
					h.want("adele", fact.Wrapup)
					return
				}
				if !caller.has("refer 7 486") {
					t.Fatalf("the caller's telephone: %s", caller.all())
				}
				h.hears(h.lines["adele"], "/caller")
				h.hears(h.leg(0), "adele")
				refer(caller, colleague) // and once more, and nobody answers in time
				time.Sleep(19 * time.Second)
				if synctest.Wait(); !h.phone(1).has("hangup") || !caller.has("refer 7 480") {
					t.Fatalf("it rings for ever: %s", caller.all())
				}
				h.want("adele", fact.Talking)
			})
		})
	}
}

func TestWhoWaitsPutsAnotherInTheOwnPlace(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		caller := h.arrives("+442079460042")
		refer(caller, colleague)
		bye(caller)
		answersOf(h.phone(0))
		h.hears(h.leg(1), "music")
		h.ready("adele")
		h.answers("adele")
		h.want("adele", fact.Talking)
		h.hears(h.lines["adele"], "/refer/")
	})
}

func TestTheAgentHangsUpWhileTheCallerHandsOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller := withAdele(h)
		refer(caller, colleague)
		bye(caller)
		h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
		if !h.phone(0).has("hangup") {
			t.Fatal("the telephone that rings is left alone")
		}
		if e := h.ended(c.ID()); e.By != "agent" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestAGuestPutsAnotherInTheOwnPlace(t *testing.T) {
	for name, early := range map[string]bool{"and stays until the other answers": false, "and hangs up at once": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, c := h.gathers(megan)
				phone := h.phone(0)
				refer(phone, colleague)
				h.want("adele", fact.Conference)
				if early {
					bye(phone)
					h.want("adele", fact.Talking)
				}
				next, _ := h.dialled(1)
				answersOf(next)
				h.want("adele", fact.Conference)
				h.hears(h.leg(2), "mix")
				h.hears(h.leg(0), "mix")
				if h.room.size() != 3 {
					t.Fatalf("%d in the room", h.room.size())
				}
				var names []string
				for _, p := range h.cardOf("adele").Parties {
					names = append(names, p.Name)
				}
				if got := strings.Join(names, ", "); !strings.HasSuffix(got, "a colleague") || strings.Contains(got, "Megan") {
					t.Fatalf("the card has %s", got)
				}
				if !early {
					bye(phone)
					h.want("adele", fact.Conference)
				}
				h.must(c, remove(h.cardOf("adele").Parties[2].ID))
				if !next.has("hangup") {
					t.Fatal("who came in the guest's place cannot be let go")
				}
				h.want("adele", fact.Talking)
			})
		})
	}
}

func TestAGuestWhoHandsOnInVainStays(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.gathers(megan)
		refer(h.phone(0), colleague)
		h.phone(1).sink(trunk.Rejected{Code: 603})
		synctest.Wait()
		if !h.phone(0).has("refer 7 603") || h.phone(0).has("hangup") {
			t.Fatalf("the guest: %s", h.phone(0).all())
		}
		h.hears(h.leg(1), "mix")
		refer(h.phone(0), "sip:+1900@sbc.example")
		if !h.phone(0).has("refer 7 603") {
			t.Fatal("a number that may not be dialled was")
		}
	})
}

func TestTheCallerOfAGroupPutsAnotherInTheOwnPlace(t *testing.T) {
	for _, early := range []bool{false, true} {
		in(t, func(t *testing.T, h *house) {
			caller, _ := h.gathers(megan)
			refer(caller, colleague)
			if early {
				if bye(caller); h.room.size() != 2 {
					t.Fatalf("%d in the room", h.room.size())
				}
			}
			if answersOf(h.phone(1)); h.room.size() != 3 {
				t.Fatalf("%d in the room", h.room.size())
			}
			h.hears(h.leg(2), "mix")
			if id := h.cardOf("adele").Parties[1].ID; id == "" || id == "caller" {
				t.Fatalf("who is there instead is %q", id)
			}
		})
	}
}

func TestTheExpertLeavesWhileTheCallerHandsOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := withMegan(h)
		refer(caller, colleague)
		bye(phone)
		if !h.phone(1).has("hangup") || !caller.has("hangup") {
			t.Fatal("a telephone is left alone on the line")
		}
		if e := h.ended(c.ID()); e.End != fact.Transferred || e.By != "expert" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestWhoWasLetGoChangesNothingAnyMore(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, c := h.gathers(megan)
		phone := h.phone(0)
		h.must(c, remove("megan"))
		h.want("adele", fact.Talking)
		phone.sink(trunk.Reoffered{SDP: []byte("offer")})
		phone.sink(trunk.Referred{To: "<" + colleague + ">", URI: colleague, RequestID: 9})
		synctest.Wait()
		if phone.has("answer reoffer") || phone.has("refer 9") {
			t.Fatalf("the telephone that was let go: %s", phone.all())
		}
		h.want("adele", fact.Talking)
	})
}

func TestWhoPutAnotherInTheOwnPlaceAndStaysIsHungUp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, caller := withAdele(h)
		refer(caller, colleague)
		answersOf(h.phone(0))
		time.Sleep(9 * time.Second)
		if synctest.Wait(); caller.has("hangup") {
			t.Fatal("hung up too early")
		}
		time.Sleep(2 * time.Second)
		if synctest.Wait(); !caller.has("hangup") {
			t.Fatal("the old leg stays for ever")
		}
		h.want("adele", fact.Talking)
	})
}
