package desk

import (
	"testing"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// A search finds who is likely first, with the reason, and users of the directory, who are rung by their number.
func TestTheDirectoryIsFoundAndRung(t *testing.T) {
	o := newOffice(t)
	var dialled call.Target
	tenant := *o.room.r.tenant()
	tenant.Roster = people.NewRoster([]people.Person{
		{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent, Queues: []fact.QueueID{"support"}},
		{ID: "lee", User: "lee", Name: "Lee Network", Number: "+442", Expert: true},
		{ID: "megan", User: "megan", Name: "Megan Bowen", Number: "+441", Expert: true, Department: "Network"},
	})
	tenant.Presences.Take([]people.Reading{{ID: "megan", Availability: "Available", At: time.Now()}})
	tenant.Record = &people.Record{}
	tenant.Record.Spoke("adele", "zoe@contoso.com", time.Now())
	tenant.Index = people.NewIndex(tenant.Roster, []people.Member{
		{OID: "1", User: "zoe@contoso.com", Name: "Zoe Networker", Phone: "+44 20 7946 0199"}, {OID: "2", User: "raj@contoso.com", Name: "Raj Networker", Phone: "0104"}, {OID: "3", User: "adele", Name: "Adele Network"},
	})
	tenant.Dial = func(_ fact.AgentID, _ fact.Endpoint, to call.Target, r call.Reply) { dialled = to; r(nil) }
	o.room.Set(tenant)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	r := c.do(wire.Command{ID: "1", Do: wire.DoSearch, Text: "network"})
	got := ""
	for _, p := range r.People {
		got += p.Kind + " " + p.ID + " " + p.Why + ", "
	}
	if want := "expert megan free, expert lee , user zoe@contoso.com spoke, user raj@contoso.com , "; got != want {
		t.Errorf("found %s\nwant  %s", got, want)
	}
	news := []people.Reading{{ID: "zoe@contoso.com", Availability: "Busy", At: time.Now()}}
	o.room.PresenceRead(news, tenant.Presences.Take(news)) // the picker is open
	c.next("the presence of who was found", func(f wire.FromServer) bool {
		return f.News != nil && len(f.News.Found) == 1 && f.News.Found[0].ID == "zoe@contoso.com" && f.News.Found[0].Availability == "Busy"
	})
	if r := c.do(wire.Command{ID: "2", Do: wire.DoDial, To: &wire.Target{Kind: wire.ToUser, ID: "zoe@contoso.com"}}); !r.OK || dialled.Number != "+442079460199" || dialled.Name != "Zoe Networker" {
		t.Errorf("%+v, dialled %+v", r, dialled)
	}
	if r := c.do(wire.Command{ID: "3", Do: wire.DoDial, To: &wire.Target{Kind: wire.ToUser, ID: "raj@contoso.com"}}); r.OK || r.Words != "Raj Networker has no telephone number." {
		t.Errorf("without a number in + form: %+v", r)
	}
	if r := c.do(wire.Command{ID: "4", Do: wire.DoDial, To: &wire.Target{Kind: wire.ToAgent, ID: "zoe@contoso.com"}}); !r.OK || dialled.Kind == "agent" {
		t.Errorf("as an agent, who she is not: %+v, dialled %+v", r, dialled)
	}
}

func TestWhatTheQueueAsksForStandsFirst(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	tenant.Rules.Queues = []QueueRule{{ID: "support", Name: "Support", Skills: map[string]int{"vpn": 2}}}
	tenant.Roster = people.NewRoster([]people.Person{
		{ID: "a", Name: "Ana", Number: "+441", Expert: true}, {ID: "b", Name: "Bo", Number: "+442", Expert: true, Skills: map[string]int{"vpn": 2}},
	})
	o.room.Set(tenant)
	s := &seat{room: o.room.r, person: &people.Person{ID: "adele"}}
	first := func() string { return o.room.r.t.Index.Search(s.wish(o.room.r.t, ""))[0].Person.Name }
	if got := first(); got != "Ana" {
		t.Errorf("without a call: %s", got)
	}
	s.board.Offer = &wire.Offer{Queue: "Support"}
	if got := first(); got != "Bo" {
		t.Errorf("ringing: %s", got)
	}
	s.board.Offer, s.board.Call = nil, &wire.Call{Queue: "Support"}
	if got := first(); got != "Bo" {
		t.Errorf("talking: %s", got)
	}
}
