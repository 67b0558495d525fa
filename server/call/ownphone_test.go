package call_test

import (
	"testing"
	"testing/synctest"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/trunk"
)

// dialsFrom lets alex's telephone dial a number.
func (h *house) dialsFrom(number string) *dialog {
	d := &dialog{info: trunk.Info{Trunk: "desks", Tenant: "contoso", Phone: "201", From: "201", To: number, SDP: []byte("offer")}}
	h.calls = append(h.calls, call.DialFrom(h.deps, "alex", d))
	synctest.Wait()
	return d
}

func TestATelephoneCallsOutByTheTenantsRules(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.desk(fact.AtSIP)
		phone := h.dialsFrom("+442079460042")
		h.want("alex", fact.Dialing)
		called, out := h.dialled(0)
		if out.Trunk != "london" || out.To != "+442079460042" || out.From == "201" || !phone.has("progress 180") {
			t.Fatalf("called %+v; the telephone: %s", out, phone.all())
		}
		called.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		if !phone.has("answer our answer") {
			t.Fatalf("the telephone: %s", phone.all())
		}
		h.want("alex", fact.Talking)
		h.hears(h.leg(0), "leg ")
		h.hears(h.leg(1), "leg ")
		phone.sink(trunk.Referred{URI: "sip:evil.example.com", RequestID: 7})
		if synctest.Wait(); !phone.has("refer 7 603") {
			t.Errorf("the telephone: %s", phone.all())
		}
		phone.sink(trunk.Ended{By: "peer", Cause: "bye"})
		synctest.Wait()
		if !called.has("hangup") {
			t.Errorf("the called: %s", called.all())
		}
		if e := h.ended(h.calls[0].ID()); e.By != "agent" {
			t.Errorf("ended %+v", e)
		}
		h.want("alex", fact.Ready)
	})
}

func TestATelephoneThatMayNotCallHearsSo(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		if phone := h.dialsFrom("+442079460042"); !phone.has("reject 403") {
			t.Errorf("signed out: %s", phone.all())
		}
		h.desk(fact.AtSIP)
		if phone := h.dialsFrom("+1900"); !phone.has("reject 403") {
			t.Errorf("a number that may not be dialled: %s", phone.all())
		}
		h.want("alex", fact.Ready)
		phone := h.dialsFrom("+442079460042")
		h.phone(0).sink(trunk.Rejected{Code: 486})
		if synctest.Wait(); !phone.has("hangup 486") {
			t.Errorf("busy: %s", phone.all())
		}
	})
}

func TestATelephoneGetsHelpThoughNobodyIsSignedIn(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Emergency = func(n fact.Number) (string, fact.Number) {
			if n != "112" {
				return "", ""
			}
			return "london", "+442079460018"
		}
		phone := h.dialsFrom("112")
		called, out := h.dialled(0)
		if out.To != "112" || out.From != "+442079460018" {
			t.Fatalf("called %+v", out)
		}
		called.sink(trunk.Answered{SDP: []byte("answer")})
		synctest.Wait()
		if !phone.has("answer our answer") {
			t.Errorf("the telephone: %s", phone.all())
		}
	})
}

func TestTheConsoleDialsByTheTelephone(t *testing.T) {
	for _, picksUp := range []bool{true, false} {
		in(t, func(t *testing.T, h *house) {
			h.desk(fact.AtSIP)
			var no *call.No
			h.calls = append(h.calls, call.Dial(h.deps, "alex", fact.AtSIP, call.Target{Kind: "number", Name: "+441", Number: "+441"}, func(n *call.No) { no = n }))
			synctest.Wait()
			phone, out := h.dialled(0)
			if out.Phone != "201" || no != nil {
				t.Fatalf("rung %+v, %+v", out, no)
			}
			if !picksUp {
				phone.sink(trunk.Rejected{Code: 480})
				synctest.Wait()
				if e := h.ended(h.calls[0].ID()); e.End != fact.Unanswered || len(h.dialed) != 1 {
					t.Errorf("ended %+v, %d were dialled", e, len(h.dialed))
				}
				h.want("alex", fact.Ready)
				return
			}
			phone.sink(trunk.Answered{SDP: []byte("answer")})
			synctest.Wait()
			called, out := h.dialled(1)
			if out.To != "+441" {
				t.Fatalf("called %+v", out)
			}
			called.sink(trunk.Answered{SDP: []byte("answer")})
			synctest.Wait()
			h.want("alex", fact.Talking)
			h.hears(h.leg(0), "leg ")
		})
	}
}

func TestACallerFromATelephoneRefersNobody(t *testing.T) {
	in(t, func(t *testing.T, h *house) {
		h.deps.Rules.Number = func(string, fact.Number) (flow.Destination, bool) {
			return flow.Destination{Kind: "queue", ID: "support"}, true
		}
		d := &dialog{info: trunk.Info{Trunk: "desks", Phone: "201", To: "x", SDP: []byte("offer")}}
		h.calls = append(h.calls, call.Start(h.deps, d))
		synctest.Wait()
		refer(d, "sip:evil.example.com")
		if !d.has("refer 7 603") || len(h.dialed) != 0 {
			t.Errorf("%s; %d were dialled", d.all(), len(h.dialed))
		}
	})
}
