package desk

import (
	"testing"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/session/wire"
)

func TestAnAgentChoosesAmongTheTenantsNumbers(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	first, support, sales := "+442079460010", "+442079460018", "+442079460019"
	tenant.Rules.ShowAs = []wire.ShownNumber{{Number: first, Name: "Contoso"}, {Number: support, Name: "Support"}, {Number: sales, Name: "Sales"}}
	tenant.Rules.Queues = []QueueRule{{ID: "support", Name: "Support", ShowAs: support}, {ID: "sales", Name: "Sales", ShowAs: sales}, {ID: "other", Name: "Other"}}
	o.room.Set(tenant)
	s := o.still()
	s.person.Queues = []fact.QueueID{"other", "support"}
	want := func(when, number string) {
		t.Helper()
		all := s.showAs()
		if got, ok := s.shownNumber(""); !ok || string(got) != number || all[0].Number != number || len(all) != 3 || tenant.Rules.ShowAs[0].Number != first {
			t.Errorf("%s: %q of %v, want %s", when, got, all, number)
		}
	}
	want("at first, the number of the own queue", support)
	carded{new(call.Call), call.Card{Contact: "c", Queue: "Sales", Direction: "in"}}.apply(s)
	want("after a call of another queue", sales)
	if got, ok := s.shownNumber(first); !ok || string(got) != first {
		t.Errorf("a number of the tenant's is refused: %q", got)
	}
	want("after a choice", first)
	if got, ok := s.shownNumber("+15551230000"); ok || got != "" {
		t.Errorf("another's number is taken: %q", got)
	}
	want("after a number that is not ours", first)
	tenant.Rules.ShowAs = nil
	o.room.Set(tenant)
	if got, ok := s.shownNumber(""); !ok || got != "" {
		t.Errorf("without numbers: %q", got)
	}
}

func TestTheNumberShownGoesWithTheCall(t *testing.T) {
	o := newOffice(t)
	var dialled call.Target
	tenant := *o.room.r.tenant()
	tenant.Rules.ShowAs = []wire.ShownNumber{{Number: "+442079460018"}, {Number: "+442079460019"}}
	tenant.Dial = func(_ fact.AgentID, _ fact.Endpoint, to call.Target, r call.Reply) { dialled = to; r(nil) }
	o.room.Set(tenant)
	c := o.connect(wire.Hello{Token: "adele agent"})
	w := c.welcome()
	if n := w.Board.Me.ShowAs; len(n) != 2 || n[0].Number != "+442079460018" {
		t.Errorf("to choose from: %v", n)
	}
	to := &wire.Target{Kind: wire.ToNumber, Number: "+15551230000"}
	if r := c.do(wire.Command{ID: "1", Do: wire.DoDial, To: to}); !r.OK || dialled.ShowAs != "+442079460018" {
		t.Errorf("%+v, dialled %+v", r, dialled)
	}
	if r := c.do(wire.Command{ID: "2", Do: wire.DoDial, To: to, ShowAs: "+442079460019"}); !r.OK || dialled.ShowAs != "+442079460019" {
		t.Errorf("%+v, dialled %+v", r, dialled)
	}
	dialled = call.Target{}
	if r := c.do(wire.Command{ID: "3", Do: wire.DoDial, To: to, ShowAs: "+15559990000"}); r.OK || r.Key != "not_our_number" || dialled.Kind != "" {
		t.Errorf("%+v, dialled %+v", r, dialled)
	}
}
