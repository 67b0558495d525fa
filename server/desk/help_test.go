package desk

import (
	"testing"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/session/wire"
)

func TestAnEmergencyNumberIsPlacedOrRefusedInWords(t *testing.T) {
	for _, helps := range []bool{true, false} {
		o := newOffice(t)
		var dialled call.Target
		tenant := *o.room.r.tenant()
		tenant.Rules.Emergency, tenant.Rules.Helps = []string{"112", "999"}, helps
		tenant.Dial = func(_ fact.AgentID, _ fact.Endpoint, to call.Target, r call.Reply) { dialled = to; r(nil) }
		o.room.Set(tenant)
		c := o.connect(wire.Hello{Token: "adele agent"})
		c.welcome()
		r := c.do(wire.Command{ID: "1", Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: "9 9 9"}})
		if r.OK != helps || helps && dialled.Kind != call.Help || !helps && (dialled.Kind != "" || r.Key != "emergency_no" || r.Words == "") {
			t.Errorf("places %v: %+v, dialled %+v", helps, r, dialled)
		}
		if r := c.do(wire.Command{ID: "2", Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: "+441999"}}); !r.OK || dialled.Kind != "number" {
			t.Errorf("another number: %+v, dialled %+v", r, dialled)
		}
	}
}

func TestAnEmergencyNumberAsATargetIsRefusedInWordsToo(t *testing.T) {
	for _, do := range []wire.Verb{wire.DoTransfer, wire.DoAsk, wire.DoAdd} {
		o := newOffice(t)
		tenant := *o.room.r.tenant()
		tenant.Rules.Emergency = []string{"112"}
		o.room.Set(tenant)
		c := o.connect(wire.Hello{Token: "adele agent"})
		c.welcome()
		if r := c.do(wire.Command{ID: "1", Do: do, To: &wire.Target{Kind: wire.ToNumber, Number: "112"}}); r.OK || r.Key != "emergency_no" {
			t.Errorf("%s: %+v", do, r)
		}
		if r := c.do(wire.Command{ID: "2", Do: do, To: &wire.Target{Kind: wire.ToNumber, Number: "1120"}}); r.OK || r.Key == "emergency_no" {
			t.Errorf("%s to another number: %+v", do, r)
		}
	}
}
