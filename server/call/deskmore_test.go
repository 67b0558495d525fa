package call_test

import (
	"testing"
	"testing/synctest"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// A telephone that holds a queue's caller dials for help: help is called at once, and the caller is first in line, not dropped.
func TestATelephoneThatHoldsACallerGetsHelp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.helps()
		c, caller, phone := h.atDesk()
		for len(h.offers) > 0 { // alex's own
			<-h.offers
		}
		h.leg(1).turns(media.SendOnly)
		phone.sink(trunk.Reoffered{SDP: []byte("hold")})
		synctest.Wait()
		h.want("alex", fact.HeldState)
		second := h.dialsFrom("999")
		help, out := h.dialled(1)
		if out.To != "999" || second.has("reject") {
			t.Fatalf("called %+v; the telephone: %s", out, second.all())
		}
		if caller.has("hangup") {
			t.Fatal("the caller was dropped")
		}
		h.hears(h.leg(0), "music")
		help.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		if !second.has("answer our answer") {
			t.Fatalf("the telephone: %s", second.all())
		}
		h.want("alex", fact.Talking)
		h.ready("adele")
		if again := h.answers("adele"); again != c {
			t.Fatal("the caller is not first in line")
		}
		second.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !help.has("hangup") {
			t.Errorf("help: %s", help.all())
		}
		h.want("adele", fact.Talking)
	})
}

// A colleague who takes calls at a desk phone is asked there, and has the caller when the agent hands over.
func TestAColleagueIsAskedAtHerDeskPhone(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ready("adele")
		caller := h.arrives("+442079460042")
		c := h.answers("adele")
		h.desk(fact.AtSIP) // alex's
		h.must(c, func(r call.Reply) call.Event {
			return call.Ask{Agent: "adele", To: call.Target{Kind: "agent", ID: "alex", Name: "alex"}, Reply: r}
		})
		synctest.Wait()
		phone, out := h.dialled(0)
		if out.Phone != "201" {
			t.Fatalf("rung: %+v", out)
		}
		h.hears(h.leg(0), "music")
		phone.sink(trunk.Ringing{Code: 180})
		phone.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		h.want("alex", fact.DirectCall)
		h.hears(h.lines["adele"], "desk/")
		h.must(c, complete)
		h.want("adele", fact.Wrapup)
		h.want("alex", fact.Talking)
		h.hears(h.leg(0), "desk/")
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !caller.has("hangup") {
			t.Errorf("the caller: %s", caller.all())
		}
		h.want("alex", fact.Wrapup)
	})
}
