package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/trunk"
)

const colleague = "sip:sip.pstnhub.microsoft.com:5061;transport=tls;x-m=8:orgid:0Ab;x-tt=aHR0cHM6Ly9F%3D"

// withMegan lets an expert have the caller, and gives the expert's telephone.
func withMegan(h *house) (*call.Call, *dialog, *dialog) {
	h.ready("adele")
	caller := h.arrives("+442079460042")
	c := h.answers("adele")
	h.must(c, transferTo(megan))
	h.phone(0).sink(trunk.Ringing{Code: 180})
	h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
	h.want("adele", fact.Wrapup)
	h.hears(h.leg(0), "megan")
	return c, caller, h.phone(0)
}

func refer(d *dialog, uri string) {
	d.sink(trunk.Referred{To: "<" + uri + ">", URI: uri, By: "<sip:x;x-ti=Cd>", RequestID: 7})
	synctest.Wait()
}

func TestAnExpertHandsTheCallerOnFromTheOwnTelephone(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := withMegan(h)
		refer(phone, colleague)
		next, out := h.dialled(1)
		if out.Target != colleague || out.Headers["Referred-By"] != "<sip:x;x-ti=Cd>" || out.From != "+442079460042" {
			t.Fatalf("dialled %+v", out)
		}
		h.hears(h.leg(0), "ringback")
		next.sink(trunk.Ringing{Code: 180})
		next.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		h.hears(h.leg(0), "/refer/")
		if !phone.has("refer 7 180") || !phone.has("refer 7 200") || phone.has("hangup") {
			t.Fatalf("the expert's telephone: %s", phone.all())
		}
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		h.hears(h.leg(0), "/refer/")
		caller.sink(trunk.Ended{By: "peer", Cause: "bye"})
		if e := h.ended(c.ID()); e.End != fact.Transferred || e.By != "caller" {
			t.Fatalf("ended %+v", e)
		}
	})
}

func TestAnAttendedTransferNamesTheCallItReplaces(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, _, phone := withMegan(h)
		phone.sink(trunk.Referred{URI: colleague, Replaces: "abc;to-tag=1;from-tag=2", RequestID: 7})
		synctest.Wait()
		if _, out := h.dialled(1); out.Headers["Replaces"] != "abc;to-tag=1;from-tag=2" {
			t.Fatalf("dialled %+v", out)
		}
	})
}

func TestWhoDoesNotHangUpAfterHandingOnIsHungUp(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, _, phone := withMegan(h)
		refer(phone, colleague)
		h.phone(1).sink(trunk.Answered{SDP: []byte("answer")})
		time.Sleep(9 * time.Second)
		if synctest.Wait(); phone.has("hangup") {
			t.Fatal("hung up too early: Direct Routing ends the new call then")
		}
		time.Sleep(2 * time.Second)
		if synctest.Wait(); !phone.has("hangup") {
			t.Fatal("the old leg stays for ever")
		}
	})
}

func TestACallerWhoIsHandedOnInVainIsNotLost(t *testing.T) {
	for name, gone := range map[string]bool{"the expert is still there": false, "the expert has hung up": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				_, _, phone := withMegan(h)
				refer(phone, colleague)
				if gone {
					phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
					synctest.Wait()
				}
				h.phone(1).sink(trunk.Rejected{Code: 486})
				synctest.Wait()
				if !gone {
					h.hears(h.leg(0), "megan")
					if !phone.has("refer 7 486") {
						t.Fatalf("the expert's telephone: %s", phone.all())
					}
					return
				}
				h.hears(h.leg(0), "music")
				h.ready("alex")
				h.answers("alex")
				h.want("alex", fact.Talking)
			})
		})
	}
}

func TestAnExpertHandsTheCallerBackToAQueuesNumber(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, _, phone := withMegan(h)
		h.ready("alex")
		refer(phone, "sip:+442079460018@sip.pstnhub.microsoft.com;transport=tls")
		if !phone.has("refer 7 200") {
			t.Fatalf("the expert's telephone: %s", phone.all())
		}
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		h.answers("alex")
		h.want("alex", fact.Talking)
		h.hears(h.leg(0), "alex")
	})
}

func TestWhatMayNotBeReferred(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		_, caller, phone := withMegan(h)
		refer(phone, "sip:+1900@sip.pstnhub.microsoft.com")
		refer(caller, "sip:+442079460018@sbc.example") // the caller's own telephone, to a queue of ours
		if !phone.has("refer 7 603") || !caller.has("refer 7 603") {
			t.Fatalf("the expert: %s; the caller: %s", phone.all(), caller.all())
		}
		h.hears(h.leg(0), "megan")
	})
}

func TestTheCallerHangsUpWhileBeingHandedOn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := withMegan(h)
		refer(phone, colleague)
		caller.sink(trunk.Ended{By: "peer", Cause: "bye"})
		if e := h.ended(c.ID()); e.By != "caller" {
			t.Fatalf("ended %+v", e)
		}
		if !h.phone(1).has("hangup") || !phone.has("hangup") {
			t.Fatal("a telephone is left alone on the line")
		}
	})
}

func TestTheReplacedTelephoneIsHungUpWhenTheNewOneHasItsAnswer(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		c, caller, phone := withMegan(h)
		takes := &dialog{info: trunk.Info{SDP: []byte("offer")}, slow: make(chan func(), 1)}
		call.TakeOver(c, takes)
		synctest.Wait()
		if !takes.has("answer") || phone.has("hangup") {
			t.Fatalf("before the 200 is sent: the new one %q, the old one %q", takes.all(), phone.all())
		}
		(<-takes.slow)()
		synctest.Wait()
		if !phone.has("hangup 200 Call completed elsewhere") {
			t.Fatalf("the old telephone: %q", phone.all())
		}
		// A 200 that never goes out does not leave the old telephone hanging.
		again := &dialog{info: trunk.Info{SDP: []byte("offer")}, slow: make(chan func(), 1)}
		call.TakeOver(c, again)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if !takes.has("hangup") || caller.has("hangup") {
			t.Fatalf("the second telephone: %q, the caller: %q", takes.all(), caller.all())
		}
	})
}
