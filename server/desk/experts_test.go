package desk

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
)

// shows gives the experts of a board as digit and name.
func shows(s *seat) (out string) {
	for _, p := range s.board.Experts {
		out += fmt.Sprintf("%d %s, ", p.Digit, p.Name)
	}
	return out
}

// Experts of groups stand behind those of the configuration, whoever the call asks for first. The digits stand still
// from the first ring to the end of the call, whoever joins or leaves the groups meanwhile.
func TestDigitsOfExpertsFromGroupsStandStillInACall(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	tenant.Rules.Queues = []QueueRule{{ID: "support", Name: "Support", Skills: map[string]int{"vpn": 2}}}
	adele := people.Person{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent}
	boss := people.Person{ID: "boss", Name: "Boss", Number: "+440", Expert: true}
	joined := func(id string, skills map[string]int) people.Person {
		return people.Person{ID: fact.AgentID(id), Name: id, Number: "+441", Expert: true, Joined: true, Skills: skills}
	}
	roster := func(all ...people.Person) {
		tenant.Roster = people.NewRoster(append([]people.Person{adele, boss}, all...))
		o.room.Set(tenant)
	}
	ana, bo, cy := joined("ana", nil), joined("bo", nil), joined("cy", map[string]int{"vpn": 3})
	roster(ana, bo, cy)
	tenant.Presences.Take([]people.Reading{{ID: "bo", Availability: "Available", At: time.Now()}})
	s := o.still()
	if got := shows(s); got != "1 Boss, 2 bo, 3 ana, 4 cy, " {
		t.Errorf("at rest: %s", got)
	}
	offered{nil, call.Offer{Reservation: "r", Contact: "c", Queue: "Support"}}.apply(s)
	if got := shows(s); got != "1 Boss, 2 cy, 3 bo, 4 ana, " {
		t.Errorf("ringing for VPN: %s", got)
	}
	roster(joined("zoe", map[string]int{"vpn": 9}), ana, cy) // bo has left, zoe has joined
	rulesChanged{}.apply(s)
	if got := shows(s); got != "1 Boss, 2 cy, 4 ana, 5 zoe, " {
		t.Errorf("who came and went while it rings: %s", got)
	}
	offerGone{call.OfferGone{Reservation: "r", Outcome: fact.CallerOff}}.apply(s)
	rulesChanged{}.apply(s)
	if got := shows(s); got != "1 Boss, 2 zoe, 3 ana, 4 cy, " {
		t.Errorf("after it: %s", got)
	}
}

func TestABoardHasRoomForAFewDozenExperts(t *testing.T) {
	o := newOffice(t)
	tenant := *o.room.r.tenant()
	all := []people.Person{{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent}}
	for i := range 5000 {
		all = append(all, people.Person{ID: fact.AgentID(fmt.Sprint("e", i)), Name: fmt.Sprint("Expert ", i), Number: "+441", Expert: true, Joined: true})
	}
	tenant.Roster = people.NewRoster(all)
	tenant.Presences.Take([]people.Reading{{ID: "e4711", Availability: "Available", At: time.Now()}})
	o.room.Set(tenant)
	s := o.still()
	if n := len(s.board.Experts); n != expertsMost || s.board.Experts[0].Name != "Expert 4711" {
		t.Errorf("%d experts, the first %s", n, s.board.Experts[0].Name)
	}
}
