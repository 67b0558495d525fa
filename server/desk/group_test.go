package desk

import (
	"context"
	"testing"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

func TestOfATeamThoseAreRungWhoAreFree(t *testing.T) {
	now := time.Now()
	fresh := func(context.Context, *people.Person) (people.Reading, bool) { return people.Reading{}, false }
	busy := people.Reading{Availability: "Busy", At: now}
	free := people.Reading{Availability: "Available", At: now}
	old := people.Reading{Availability: "Available", At: now.Add(-time.Hour)}
	for name, k := range map[string]struct {
		presence    bool
		megan, lee  people.Reading
		all, isFree string
	}{
		"both free":        {true, free, free, "megan lee ", "megan lee "},
		"one of two":       {true, busy, free, "megan lee ", "lee "},
		"known of old":     {true, old, old, "megan lee ", ""},
		"nothing is known": {false, busy, busy, "megan lee ", "megan lee "},
	} {
		tenant := &Tenant{Presences: &people.Presences{}, Rules: Rules{PresenceOld: time.Minute}, Roster: people.NewRoster([]people.Person{
			{ID: "megan", Name: "Megan Bowen", Number: "+441", Expert: true}, {ID: "lee", Name: "Lee Gu", Number: "+442", Expert: true},
			{ID: "adele", Name: "Adele Vance", Number: "+443"}, {ID: "raj", Name: "Raj Patel"},
		}, people.Group{ID: "network", Name: "Network", Members: []fact.AgentID{"megan", "lee", "adele", "raj"}})}
		if k.presence {
			tenant.Fresh = fresh
		}
		k.megan.ID, k.lee.ID = "megan", "lee"
		tenant.Presences.Take([]people.Reading{k.megan, k.lee})
		to, _, no := teamTarget(tenant, "network")
		if no != nil {
			t.Fatal(no.Words)
		}
		all, isFree := whom(tenant, to, "adele", now)
		if got := ids(all); got != k.all {
			t.Errorf("%s: all are %q, want %q", name, got, k.all)
		}
		if got := ids(isFree); got != k.isFree {
			t.Errorf("%s: free are %q, want %q", name, got, k.isFree)
		}
		if p := teamPerson(tenant, tenant.Roster.Team("network")); p.Kind != "team" || !p.Number || p.Availability == "" {
			t.Errorf("%s: drawn %+v", name, p)
		}
	}
}

func ids(all []call.Target) (out string) {
	for _, x := range all {
		out += x.ID + " "
	}
	return out
}

func TestATeamStandsOnTheDeskBehindTheExperts(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	tenant.Roster = people.NewRoster([]people.Person{
		{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent}, {ID: "megan", User: "megan", Name: "Megan Bowen", Number: "+441", Expert: true},
	}, people.Group{ID: "network", Name: "Network", Members: []fact.AgentID{"megan"}})
	o.room.Set(tenant)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	r := c.do(wire.Command{ID: "1", Do: wire.DoSearch, Text: "netw"})
	if len(r.People) != 1 || r.People[0].Kind != "team" {
		t.Fatalf("found %+v", r.People)
	}
	if x := o.still().experts(); len(x) != 2 || x[1].Kind != "team" || x[1].Digit != 2 {
		t.Fatalf("on the desk: %+v", x)
	}
	for verb, cmd := range map[wire.Verb]wire.Command{
		wire.DoAdd: {ID: "2", To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}}, wire.DoRemove: {ID: "3", Party: "megan"},
		wire.DoMuteParty: {ID: "4", Party: "megan", Muted: true}, wire.DoLeave: {ID: "5"},
	} {
		cmd.Do = verb
		if r := c.do(cmd); r.OK || r.Code != "too_late" {
			t.Errorf("%s without a call: %+v", verb, r)
		}
	}
	if r := c.do(wire.Command{ID: "6", Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToTeam, ID: "golf"}}); r.Code != "unknown" {
		t.Errorf("a team that is not there: %+v", r)
	}
}
