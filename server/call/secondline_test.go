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

const theExpert = "+442079460101"

// asksBySecond lets alex hold the caller at the own telephone and call somebody else there. The legs are: 0 the caller, 1 the first line, 2 the
// second, 3 who is asked.
func (h *house) asksBySecond(number string, before ...func()) (c *call.Call, caller, first, second *dialog) {
	h.t.Helper()
	c, caller, first = h.atDesk()
	first.info.CallID = "first@phone"
	h.leg(1).turns(media.SendOnly)
	first.sink(trunk.Reoffered{SDP: []byte("hold")})
	synctest.Wait()
	h.want("alex", fact.HeldState)
	for _, f := range before {
		f()
	}
	second = &dialog{info: trunk.Info{Trunk: "desks", Tenant: "contoso", Phone: "201", From: "201", To: number, CallID: "second@phone", SDP: []byte("offer")}}
	c.Tell(call.SecondCall{Agent: "alex", From: second})
	synctest.Wait()
	return c, caller, first, second
}

func (h *house) expertAnswers() *dialog {
	h.t.Helper()
	d := h.phone(1)
	d.sink(trunk.Answered{SDP: []byte("answer")})
	synctest.Wait()
	return d
}

func joins(on *dialog, other string) {
	on.sink(trunk.Referred{URI: "sip:" + theExpert + "@x", Replaces: other + ";to-tag=1;from-tag=2", RequestID: 9})
	synctest.Wait()
}

func TestADeskPhonesSecondCallAsksFirstAndHandsOver(t *testing.T) {
	for name, bySecond := range map[string]bool{"REFER on the caller's line": false, "REFER on the other line": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, caller, first, second := h.asksBySecond(theExpert)
				h.want("alex", fact.Consulting)
				h.hears(h.leg(0), "music")
				if _, out := h.dialled(1); out.To != theExpert || out.Trunk != "london" || !second.has("progress 180") || second.has("answer") {
					t.Fatalf("rung %+v; second line: %s", out, second.all())
				}
				expert := h.expertAnswers()
				if !second.has("answer our answer") {
					t.Fatalf("second line: %s", second.all())
				}
				h.hears(h.leg(3), "second")
				h.hears(h.leg(2), "leg ")
				h.hears(h.leg(0), "music")
				if k := h.cardOf("alex"); k.Transfer == nil || k.Transfer.Kind != "ask" || k.Transfer.State != "answered" {
					t.Errorf("the card: %+v", k.Transfer)
				}
				refers, other := first, second
				if bySecond {
					refers, other = second, first
				}
				joins(refers, other.info.CallID)
				if !refers.has("refer 9 200") || refers.has("hangup") || !other.has("hangup") || caller.has("hangup") || expert.has("hangup") {
					t.Fatalf("first: %s\nsecond: %s\ncaller: %s\nexpert: %s", first.all(), second.all(), caller.all(), expert.all())
				}
				h.hears(h.leg(0), "leg ")
				h.hears(h.leg(3), "caller")
				h.want("alex", fact.Wrapup)
				refers.sink(trunk.Ended{By: "peer", Cause: "bye"})
				if synctest.Wait(); caller.has("hangup") || expert.has("hangup") {
					t.Fatal("the caller was dropped")
				}
			})
		})
	}
}

func TestASecondCallThatEndsBringsTheCallerBack(t *testing.T) {
	for name, ends := range map[string]func(h *house, second *dialog){
		"the telephone hangs it up":   func(h *house, s *dialog) { h.expertAnswers(); s.sink(trunk.Ended{By: "peer", Cause: "bye"}) },
		"the telephone cancels it":    func(h *house, s *dialog) { s.sink(trunk.Ended{By: "peer", Cause: "cancel"}) },
		"who is asked is busy":        func(h *house, _ *dialog) { h.phone(1).sink(trunk.Rejected{Code: 486}) },
		"who is asked hangs up":       func(h *house, _ *dialog) { h.expertAnswers().sink(trunk.Ended{By: "peer", Cause: "bye"}) },
		"nobody answers":              func(h *house, _ *dialog) { time.Sleep(time.Minute) },
		"the desk lets who asked go":  func(h *house, _ *dialog) { h.expertAnswers(); h.must(h.calls[0], drop) },
		"a fault of the second line":  func(h *house, s *dialog) { h.expertAnswers(); s.sink(trunk.Ended{By: "network"}) },
		"the desk takes it back soon": func(h *house, _ *dialog) { h.must(h.calls[0], undo) },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, caller, first, second := h.asksBySecond(theExpert)
				ends(h, second)
				synctest.Wait()
				if caller.has("hangup") || first.has("hangup") {
					t.Fatalf("caller: %s; first line: %s", caller.all(), first.all())
				}
				if name == "who is asked is busy" && !second.has("reject 486") {
					t.Errorf("the second line: %s", second.all())
				}
				h.want("alex", fact.HeldState) // the telephone still holds the first line
				h.hears(h.leg(0), "music")
				h.leg(1).turns(media.SendRecv)
				first.sink(trunk.Reoffered{SDP: []byte("resume")})
				synctest.Wait()
				h.want("alex", fact.Talking)
				h.hears(h.leg(0), "desk/")
				h.hears(h.leg(1), "caller")
				first.sink(trunk.Ended{By: "peer", Cause: "bye"})
				if e := h.ended(h.calls[0].ID()); e.By != "agent" || e.End != fact.Completed {
					t.Errorf("ended %+v", e)
				}
			})
		})
	}
}

func drop(r call.Reply) call.Event { return call.Drop{Agent: "alex", Reply: r} }
func undo(r call.Reply) call.Event { return call.Undo{Agent: "alex", Reply: r} }

// The telephone goes from one line to the other, and may join them itself.
func TestTheTelephonesTwoLinesAreFollowed(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, _, first, second := h.asksBySecond(theExpert)
		h.expertAnswers()
		turn := func(leg int, d *dialog, to media.Direction) {
			h.leg(leg).turns(to)
			d.sink(trunk.Reoffered{SDP: []byte("turn")})
			synctest.Wait()
		}
		turn(2, second, media.SendOnly)
		h.hears(h.leg(0), "music")
		h.hears(h.leg(3), "music")
		turn(1, first, media.SendRecv)
		h.hears(h.leg(0), "desk/")
		h.hears(h.leg(1), "caller")
		h.hears(h.leg(3), "music")
		turn(2, second, media.SendRecv) // both: the telephone joins them
		h.hears(h.leg(0), "desk/")
		h.hears(h.leg(3), "second")
		h.hears(h.leg(2), "leg ")
		turn(1, first, media.SendOnly)
		h.hears(h.leg(0), "music")
		h.hears(h.leg(3), "second")
		second.sink(trunk.Tone{Digit: '7'})
		if synctest.Wait(); h.leg(3).tones != "7" || h.leg(0).tones != "" {
			t.Errorf("tones: %q to who is asked, %q to the caller", h.leg(3).tones, h.leg(0).tones)
		}
		h.must(h.calls[0], func(r call.Reply) call.Event { return call.Join{Agent: "alex", Reply: r} })
		h.want("alex", fact.Conference)
		second.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		h.want("alex", fact.Conference)
		first.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if h.state("alex") == fact.Conference {
			t.Error("the agent is bound to a call that both telephones have left")
		}
	})
}

// A REFER before who is asked has answered: the caller rings there, and comes back when nobody answers.
func TestASecondCallHandedOverWhileItRings(t *testing.T) {
	for name, answers := range map[string]bool{"answered": true, "not answered": false} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, caller, first, second := h.asksBySecond(theExpert)
				joins(first, "second@phone")
				h.hears(h.leg(0), "ringback")
				second.sink(trunk.Ended{By: "peer", Cause: "cancel"})
				synctest.Wait()
				h.hears(h.leg(0), "ringback")
				if answers {
					h.expertAnswers()
					if !first.has("refer 9 200") || caller.has("hangup") {
						t.Fatalf("first: %s", first.all())
					}
					h.hears(h.leg(3), "caller")
					h.want("alex", fact.Wrapup)
					return
				}
				h.phone(1).sink(trunk.Rejected{Code: 486})
				synctest.Wait()
				if !first.has("refer 9 486") || caller.has("hangup") {
					t.Fatalf("first: %s", first.all())
				}
				h.want("alex", fact.HeldState)
			})
		})
	}
}

// Whoever hangs up the telephone while a colleague still rings hands the caller to the colleague.
func TestATelephoneHungUpWhileAColleagueRingsHandsOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, caller, first, second := h.asksBySecond("202", func() { h.ready("adele") })
		h.want("adele", fact.OfferedState)
		first.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !second.has("reject") {
			t.Errorf("the second line: %s", second.all())
		}
		<-h.offers // that of the telephone
		h.answers("adele")
		if caller.has("hangup") {
			t.Fatal("the caller was dropped")
		}
		h.want("adele", fact.Talking)
		h.hears(h.leg(0), "adele")
	})
}

func TestTheCallerWhoLeavesLeavesTheTwoLinesOne(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, caller, first, second := h.asksBySecond(theExpert)
		expert := h.expertAnswers()
		caller.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !first.has("hangup") || second.has("hangup") || expert.has("hangup") {
			t.Fatalf("first: %s\nsecond: %s\nexpert: %s", first.all(), second.all(), expert.all())
		}
		h.want("alex", fact.DirectCall)
		h.hears(h.leg(3), "second")
		second.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !expert.has("hangup") {
			t.Error("who was asked talks with nobody")
		}
		h.want("alex", fact.Wrapup)
	})
}

func TestASecondCallThatMayNotBeIsRefused(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, caller, first, second := h.asksBySecond("+1900")
		if !second.has("reject 403") {
			t.Errorf("a number that may not be dialled: %s", second.all())
		}
		h.want("alex", fact.HeldState)
		again := &dialog{info: second.info}
		h.calls[0].Tell(call.SecondCall{Agent: "adele", From: again})
		if synctest.Wait(); !again.has("reject 486") {
			t.Errorf("of somebody else: %s", again.all())
		}
		joins(first, "second@phone")
		if !first.has("refer 9 603") || caller.has("hangup") {
			t.Errorf("first line: %s", first.all())
		}
	})
}
