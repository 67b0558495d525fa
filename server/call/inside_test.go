package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/trunk"
)

// ownNumbers gives the house one number of its queue and one of adele.
func (h *house) ownNumbers() {
	h.deps.Rules.Number = func(_ string, n fact.Number) (flow.Destination, bool) {
		switch n {
		case "+442079460100":
			return flow.Destination{Kind: "queue", ID: "support"}, true
		case "+442079460177":
			return flow.Destination{Kind: "agent", ID: "adele"}, true
		}
		return flow.Destination{}, false
	}
}

// A short number of a colleague, and a number of the tenant, dialled on an agent's own telephone: nobody outside is called.
func TestATelephoneCallsWithinTheHouse(t *testing.T) {
	for name, c := range map[string]struct {
		number string
		queue  bool
	}{
		"a colleague's short number": {"202", false}, "a colleague's own number": {"+442079460177", false}, "a queue's number": {"+442079460100", true},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, h *house) {
				h.ownNumbers()
				h.desk(fact.AtSIP)
				h.ready("adele")
				phone := h.dialsFrom(c.number)
				h.want("alex", fact.Dialing)
				h.want("adele", fact.OfferedState)
				if len(h.dialed) != 0 || !phone.has("answer our answer") {
					t.Fatalf("%d were dialled outside; the telephone: %s", len(h.dialed), phone.all())
				}
				if k := h.cardOf("alex"); k.Endpoint != fact.AtSIP || k.Direction != fact.Out || k.Caller.Name == "" {
					t.Errorf("alex's card: %+v", k)
				}
				h.answers("adele")
				h.want("alex", fact.Talking)
				h.want("adele", fact.Talking)
				h.hears(h.leg(0), "adele")
				if k := h.cardOf("adele"); k.Caller.Name != "alex" || !k.Caller.Internal || k.Caller.Person != "alex" {
					t.Errorf("adele's card: %+v", k.Caller)
				}
				if no := h.do(h.calls[0], func(r call.Reply) call.Event { return call.Hold{Agent: "alex", Reply: r} }); no == nil || no.Key != "telephones_call" {
					t.Errorf("hold at the desk: %+v", no)
				}
				h.must(h.calls[0], func(r call.Reply) call.Event { return call.Hold{Agent: "adele", Reply: r} })
				h.hears(h.leg(0), "music")
				phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
				if e := h.ended(h.calls[0].ID()); e.By != "caller" || e.End != fact.Completed {
					t.Errorf("ended %+v", e)
				}
				h.want("alex", fact.Ready)
				if want := map[bool]fact.State{true: fact.Wrapup, false: fact.Ready}[c.queue]; h.state("adele") != want {
					t.Errorf("adele is %s", h.state("adele"))
				}
			})
		})
	}
}

func TestACallWithinTheHouseThatNobodyTakes(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ownNumbers()
		h.desk(fact.AtSIP)
		phone := h.dialsFrom("202") // adele is not signed in
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if !phone.has("hangup") {
			t.Errorf("the telephone: %s", phone.all())
		}
		h.want("alex", fact.Ready)
	})
	in(t, func(t *testing.T, h *house) {
		h.ownNumbers()
		h.desk(fact.AtSIP)
		h.ready("adele")
		h.dialsFrom("202")
		h.must(h.calls[0], func(r call.Reply) call.Event { return call.Hangup{Agent: "alex", Reply: r} })
		h.want("alex", fact.Ready)
		h.want("adele", fact.Ready)
	})
	in(t, func(t *testing.T, h *house) { // nobody is signed in
		h.ownNumbers()
		if phone := h.dialsFrom("+442079460100"); !phone.has("reject 403") || phone.has("answer") {
			t.Errorf("signed out: %s", phone.all())
		}
	})
	in(t, func(t *testing.T, h *house) { // the own number
		h.desk(fact.AtSIP)
		h.deps.Rules.Extension = func(string, string) (call.Target, bool) { return call.Target{Kind: "agent", ID: "alex"}, true }
		if phone := h.dialsFrom("201"); !phone.has("reject 486") {
			t.Errorf("the own number: %s", phone.all())
		}
		h.want("alex", fact.Ready)
	})
}

// The caller of the house leaves while the colleague asks somebody: that one is free, the others go on.
func TestTheCallerOfTheHouseLeavesWhileSomebodyIsAsked(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.ownNumbers()
		h.desk(fact.AtSIP)
		h.ready("adele")
		phone := h.dialsFrom("+442079460100")
		c := h.answers("adele")
		h.must(c, func(r call.Reply) call.Event { return call.Ask{Agent: "adele", To: megan, Reply: r} })
		h.phone(0).sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		h.want("alex", fact.Ready)
		h.want("adele", fact.DirectCall)
	})
}
