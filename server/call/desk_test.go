package call_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// desk gives alex a telephone of the own, without a console.
func (h *house) desk(at fact.Endpoint) {
	h.deps.Rules.Telephone = func(id fact.AgentID, e fact.Endpoint) (call.Telephone, bool) {
		if e == fact.AtTeams {
			return call.Telephone{Trunk: "london", Number: "+442079460077"}, true
		}
		return call.Telephone{Trunk: "desks", Phone: "201"}, id == "alex"
	}
	h.deps.Rules.Extension = func(on, user string) (call.Target, bool) {
		return call.Target{Kind: "agent", ID: "adele", Name: "adele"}, user == "202"
	}
	h.acd.Tell(routing.Serves{Agent: "alex", Endpoint: at, Always: true, There: true})
	synctest.Wait()
}

// atDesk lets alex talk with a caller at the own telephone, and gives caller and telephone.
func (h *house) atDesk() (c *call.Call, caller, phone *dialog) {
	h.t.Helper()
	h.desk(fact.AtSIP)
	caller = h.arrives("+442079460042")
	phone = h.phone(0)
	phone.sink(trunk.Ringing{Code: 180})
	phone.sink(trunk.Answered{SDP: []byte("answer")})
	synctest.Wait()
	h.want("alex", fact.Talking)
	return h.calls[0], caller, phone
}

func TestADeskPhoneTakesACall(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := h.atDesk()
		if _, out := h.dialled(0); out.Phone != "201" || out.Trunk != "desks" || out.From != "+442079460042" || out.FromName != "Nestor Wilke" {
			t.Errorf("the telephone was rung as %+v", out)
		}
		h.hears(h.leg(0), "desk/")
		h.hears(h.leg(1), "caller")
		if at := h.cardOf("alex").Endpoint; at != fact.AtSIP {
			t.Errorf("the card says that the agent talks at %q", at)
		}
		caller.sink(trunk.Ended{By: "peer", Cause: "bye"})
		if e := h.ended(c.ID()); e.End != fact.Completed || e.By != "caller" {
			t.Errorf("ended %+v", e)
		}
		if !phone.has("hangup 200") {
			t.Errorf("the telephone: %s", phone.all())
		}
		h.want("alex", fact.Wrapup)
		time.Sleep(31 * time.Second)
		h.want("alex", fact.Ready)
	})
}

func TestADeskPhoneThatWillNotTakeACallLeavesTheCallerInPlace(t *testing.T) {
	for name, c := range map[string]struct {
		says  trunk.Event
		first fact.State // after one
		why   string
	}{
		"busy":               {trunk.Rejected{Code: 486}, fact.MissedState, "busy"},
		"declined":           {trunk.Rejected{Code: 603}, fact.Ready, "declined"},
		"not there":          {trunk.Rejected{Code: 480}, fact.Ready, "no_answer"},
		"unreachable":        {trunk.Unreachable{}, fact.Ready, "unreachable"},
		"not there any more": {trunk.Unreachable{Err: fmt.Errorf("telephone adele: %w", trunk.ErrNotRegistered)}, fact.Ready, "not_registered"},
		"no answer":          {nil, fact.OfferedState, ""}, // rung again at once: nobody else is there
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.desk(fact.AtSIP)
				caller := h.arrives("+442079460042")
				phone := h.phone(0)
				phone.sink(trunk.Ringing{Code: 180})
				if c.says != nil {
					phone.sink(c.says)
				} else {
					time.Sleep(20 * time.Second)
				}
				synctest.Wait()
				h.want("alex", c.first)
				if caller.has("hangup") {
					t.Fatal("the caller was dropped")
				}
				h.hears(h.leg(0), "music")
				if c.says == nil && !phone.has("hangup 480 no answer") {
					t.Errorf("the telephone goes on ringing: %s", phone.all())
				}
				for _, e := range h.entries() {
					if f, is := e.Fact.(fact.OfferEnded); is && f.Reason != c.why {
						t.Errorf("the ledger says %+v", f)
					}
				}
				h.ready("adele")
				time.Sleep(25 * time.Second) // what rings at the telephone is over by then
				if !h.has("adele rings") {
					t.Errorf("the caller has lost the place:\n%s", h.all())
				}
			})
		})
	}
}

func TestACallerWhoLeavesOrIsTakenStopsTheDeskPhone(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.desk(fact.AtSIP)
		caller := h.arrives("+442079460042")
		phone := h.phone(0)
		caller.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !phone.has("hangup 487 the caller hung up") {
			t.Errorf("the telephone: %s", phone.all())
		}
		h.want("alex", fact.Ready)
	})
}

func TestAnAnswerThatCrossesTheDeadlineIsHungUp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.desk(fact.AtSIP)
		h.arrives("+442079460042")
		phone := h.phone(0)
		time.Sleep(20*time.Second - time.Nanosecond)
		h.acd.Tell(routing.Want{Agent: "alex", Reason: "lunch", By: "Miriam Graham"})
		time.Sleep(time.Nanosecond)
		phone.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		if !phone.has("hangup") {
			t.Errorf("the telephone talks with nobody: %s", phone.all())
		}
		if h.state("alex") == fact.Talking {
			t.Error("alex has a call that was over")
		}
	})
}

func TestTheHoldKeyOfADeskPhoneIsFollowed(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, _, phone := h.atDesk()
		h.leg(1).turns(media.SendOnly)
		phone.sink(trunk.Reoffered{SDP: []byte("hold")})
		synctest.Wait()
		h.want("alex", fact.HeldState)
		h.hears(h.leg(0), "music")
		if !h.cardOf("alex").Held {
			t.Error("the card does not show it")
		}
		var no *call.No
		c.Tell(call.Resume{Agent: "alex", Reply: func(n *call.No) { no = n }})
		if synctest.Wait(); no == nil {
			t.Error("the desk resumes what the telephone holds")
		}
		h.leg(1).turns(media.SendRecv)
		phone.sink(trunk.Reoffered{SDP: []byte("resume")})
		synctest.Wait()
		h.want("alex", fact.Talking)
		h.hears(h.leg(0), "desk/")
	})
}

func TestTheDesksKeysWorkOnADeskPhone(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := h.atDesk()
		h.must(c, func(r call.Reply) call.Event { return call.Hold{Agent: "alex", Reply: r} })
		h.want("alex", fact.HeldState)
		h.hears(h.leg(0), "music")
		h.hears(h.leg(1), "silence")
		h.must(c, func(r call.Reply) call.Event { return call.Resume{Agent: "alex", Reply: r} })
		h.hears(h.leg(0), "desk/")
		h.must(c, func(r call.Reply) call.Event { return call.Muted{Agent: "alex", On: true, Reply: r} })
		h.hears(h.leg(0), "silence")
		h.hears(h.leg(1), "caller")
		h.must(c, func(r call.Reply) call.Event { return call.Muted{Agent: "alex", Reply: r} })
		h.hears(h.leg(0), "desk/")
		phone.sink(trunk.Tone{Digit: '5'})
		if synctest.Wait(); h.leg(0).tones != "5" {
			t.Errorf("the caller's line got %q", h.leg(0).tones)
		}
		h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "alex", Reply: r} })
		if !caller.has("hangup") || !phone.has("hangup") {
			t.Errorf("caller: %s; telephone: %s", caller.all(), phone.all())
		}
	})
}

// TestADeskPhoneThatAnswersAndHangsUpAtOnce leaves the caller first in line and the agent free.
func TestADeskPhoneThatAnswersAndHangsUpAtOnce(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.desk(fact.AtSIP)
		caller := h.arrives("+442079460042")
		phone := h.phone(0)
		phone.sink(trunk.Ringing{Code: 180})
		phone.sink(trunk.Answered{SDP: []byte("answer")})
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if caller.has("hangup") {
			t.Fatalf("the caller: %s", caller.all())
		}
		h.hears(h.leg(0), "music")
		if s := h.state("alex"); s == fact.Connecting || s == fact.Talking {
			t.Fatalf("alex is %s with nobody", s)
		}
		h.phone(1).sink(trunk.Answered{SDP: []byte("answer")}) // it rings once more, for nobody else is there
		h.want("alex", fact.Talking)
	})
}

func TestADeskPhoneHangsUp(t *testing.T) {
	for name, c := range map[string]struct {
		ended   trunk.Ended
		dropped bool
	}{
		"by the agent":      {trunk.Ended{By: "peer", Cause: "bye"}, true},
		"by a fault of its": {trunk.Ended{By: "network", Cause: "session expired"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				call, caller, phone := h.atDesk()
				h.ready("adele")
				phone.sink(c.ended)
				synctest.Wait()
				if caller.has("hangup") != c.dropped {
					t.Fatalf("the caller: %s", caller.all())
				}
				if c.dropped {
					if e := h.ended(call.ID()); e.End != fact.Completed || e.By != "agent" {
						t.Errorf("ended %+v", e)
					}
					h.want("alex", fact.Wrapup)
					return
				}
				<-h.offers // that of the telephone
				h.answers("adele")
			})
		})
	}
}

func TestADeskPhoneHandsTheCallerOn(t *testing.T) {
	t.Run("to a number", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, caller, phone := h.atDesk()
			refer(phone, "sip:+442079460101@desks.contoso.com")
			h.hears(h.leg(0), "ringback")
			h.want("alex", fact.Transferring)
			h.phone(1).sink(trunk.Ringing{Code: 180})
			h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
			synctest.Wait()
			if !phone.has("refer 7 200") || phone.has("hangup") || caller.has("hangup") {
				t.Fatalf("telephone: %s; caller: %s", phone.all(), caller.all())
			}
			h.want("alex", fact.Wrapup)
			phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
			if synctest.Wait(); caller.has("hangup") {
				t.Fatal("the caller was dropped")
			}
		})
	})
	t.Run("to a colleague's telephone number of the house", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := h.atDesk()
			<-h.offers
			h.ready("adele")
			refer(phone, "sip:202@desks.contoso.com")
			h.answers("adele")
			h.want("adele", fact.Talking)
			h.want("alex", fact.Wrapup)
			if !phone.has("refer 7 200") {
				t.Fatalf("telephone: %s", phone.all())
			}
		})
	})
	t.Run("and nobody answers", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := h.atDesk()
			h.leg(1).turns(media.SendOnly) // as telephones do before they refer
			phone.sink(trunk.Reoffered{SDP: []byte("hold")})
			refer(phone, "sip:+442079460101@desks.contoso.com")
			h.phone(1).sink(trunk.Rejected{Code: 486})
			synctest.Wait()
			if !phone.has("refer 7 486") {
				t.Fatalf("telephone: %s", phone.all())
			}
			h.want("alex", fact.HeldState) // the telephone holds still
			h.hears(h.leg(0), "music")
		})
	})
	t.Run("to where it may not", func(t *testing.T) {
		in(t, func(t *testing.T, h *house) {
			_, _, phone := h.atDesk()
			for _, to := range []string{"sip:+1900@desks.contoso.com", "sip:evil.example.com"} {
				refer(phone, to)
			}
			if !phone.has("refer 7 603") || len(h.dialed) != 1 {
				t.Fatalf("telephone: %s; %d were dialled", phone.all(), len(h.dialed))
			}
			h.want("alex", fact.Talking)
		})
	})
}

func TestATeamsAgentIsRungThroughTheSBC(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Suspect }
		h.desk(fact.AtTeams)
		h.arrives("+442079460042")
		phone, out := h.dialled(0)
		if out.To != "+442079460077" || out.Trunk != "london" {
			t.Fatalf("rung as %+v", out)
		}
		phone.sink(trunk.Answered{SDP: []byte("answer")}) // at once, without a 180: a voicemail
		synctest.Wait()
		h.want("alex", fact.OfferedState)
		h.hears(h.leg(1), "press a key")
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if !phone.has("hangup 480 no key was pressed") {
			t.Fatalf("the voicemail: %s", phone.all())
		}
		h.want("alex", fact.Ready)
		h.hears(h.leg(0), "music")
	})
}

func TestATeamsAgentWhoPressesTheKeyHasTheCaller(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Doubt = func(call.Target) call.Doubt { return call.Always }
		h.desk(fact.AtTeams)
		h.arrives("+442079460042")
		phone := h.phone(0)
		phone.sink(trunk.Ringing{Code: 180})
		phone.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		phone.sink(trunk.Tone{Digit: '1'})
		synctest.Wait()
		h.want("alex", fact.Talking)
		refer(phone, colleague)
		next, out := h.dialled(1)
		if out.Target != colleague || out.Trunk != "" {
			t.Fatalf("the colleague was rung as %+v", out)
		}
		next.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		h.hears(h.leg(0), "/refer/")
		h.want("alex", fact.Wrapup)
	})
}
