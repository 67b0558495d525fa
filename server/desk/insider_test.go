package desk

import (
	"testing"
	"time"

	"cordboard/server/call"
	"cordboard/server/people"
)

// TestWhoCallsFromTheCompanyStandsOnTheCard: with department and presence, which moves while it rings.
func TestWhoCallsFromTheCompanyStandsOnTheCard(t *testing.T) {
	o := newOffice(t)
	s := o.still()
	s.conn = stillConn(t, "console-1")
	tenant := s.room.tenant()
	read := func(availability string, at time.Time) {
		news := []people.Reading{{ID: "megan", Availability: availability, Activity: availability, At: at}}
		changed := tenant.Presences.Take(news)
		presenceCame{map[string]bool{"megan": len(changed) > 0}}.apply(s)
	}
	now := time.Now()
	read("Busy", now)
	offered{nil, call.Offer{Reservation: "r", Caller: call.Caller{Name: "Megan Bowen", Person: "megan", Department: "Net\x1bwork", Internal: true}}}.apply(s)
	c := s.board.Offer.Caller
	if !c.Internal || c.Department != "Network" || c.Person == nil || c.Person.Availability != "Busy" {
		t.Fatalf("the card shows %+v", c)
	}
	read("Available", now.Add(time.Second))
	if c = s.board.Offer.Caller; c.Person.Availability != "Available" || c.Department != "Network" {
		t.Errorf("after a change the card shows %+v", c)
	}
	if got := s.room.looks[s]; len(got) == 0 || got[len(got)-1] != "megan" {
		t.Errorf("on the screen are %v", got)
	}
	offered{nil, call.Offer{Reservation: "s", Caller: call.Caller{Name: "Bob", Number: "+14255550100"}}}.apply(s)
	if c = s.board.Offer.Caller; c.Person != nil || c.Internal {
		t.Errorf("a stranger's card shows %+v", c)
	}
}
