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

// TestTheTimeOfATransferIsNotTalk: the agent hears nobody while the expert's telephone rings.
func TestTheTimeOfATransferIsNotTalk(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		time.Sleep(10 * time.Second)
		h.must(c, transferTo(megan))
		time.Sleep(7 * time.Second)
		h.phone(0).sink(trunk.Rejected{Code: 486})
		h.want("adele", fact.Talking)
		time.Sleep(5 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
		if e := h.ended(c.ID()); e.TalkMS != 15_000 {
			t.Fatalf("%d ms of talk", e.TalkMS)
		}
	})
}

// TestALegThatWasNeverHeardIsMeasured, for that is worth knowing; one without any voice is not.
func TestALegThatWasNeverHeardIsMeasured(t *testing.T) {
	for sent, want := range map[uint64]int{0: 0, 50: 1} {
		in(t, func(t *testing.T, h *house) {
			d := h.arrives("+442079460042")
			h.leg(0).figures = &media.Stats{Codec: media.PCMA, PacketsSent: sent}
			d.sink(trunk.Ended{By: "peer", Cause: "bye"})
			synctest.Wait()
			n := 0
			for _, e := range h.entries() {
				if m, ok := e.Fact.(fact.Measured); ok && m.Leg == "caller" && m.Packets == 0 {
					n++
				}
			}
			if n != want {
				t.Errorf("%d packets sent: measured %d times, want %d", sent, n, want)
			}
		})
	}
}

// TestThereIsNoWorkAfterACallThatNobodyHeard: the agent took it, and the caller hung up before the line was there.
func TestThereIsNoWorkAfterACallThatNobodyHeard(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		d := h.arrives("+442079460042")
		h.setLines(false)
		c := h.answers("adele")
		d.sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.want("adele", fact.Ready)
		if e := h.ended(c.ID()); e.End != fact.Abandoned || e.TalkMS != 0 {
			t.Errorf("ended %+v", e)
		}
		if h.has("adele wraps") {
			t.Errorf("so far:\n%s", h.all())
		}
	})
}

// TestWhoIsLeftOfAGroupIsNoCallerToHandOn: the caller of the contact has hung up.
func TestWhoIsLeftOfAGroupIsNoCallerToHandOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		d, c := h.gathers(megan, cell)
		d.sink(trunk.Ended{By: "peer"})
		synctest.Wait()
		h.phone(0).sink(trunk.Ended{By: "peer"})
		h.want("adele", fact.Talking)
		if no := h.do(c, transferTo(lee)); no == nil || no.Key != "caller_off" {
			t.Fatalf("handed on: %+v", no)
		}
		h.want("adele", fact.Talking)
	})
}

// TestTheTimeOfAHoldIsNotTalk.
func TestTheTimeOfAHoldIsNotTalk(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		h.arrives("+442079460042")
		c := h.answers("adele")
		time.Sleep(4 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Hold{Agent: "adele", Reply: r} })
		time.Sleep(9 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Resume{Agent: "adele", Reply: r} })
		time.Sleep(2 * time.Second)
		h.must(c, func(r call.Reply) call.Event { return call.Hangup{Agent: "adele", Reply: r} })
		if e := h.ended(c.ID()); e.TalkMS != 6000 || e.HoldMS != 9000 {
			t.Fatalf("%d ms of talk, %d on hold", e.TalkMS, e.HoldMS)
		}
	})
}
