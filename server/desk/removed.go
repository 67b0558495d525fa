package desk

import (
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// rulesChanged: the tenant's rules or people are others.
type rulesChanged struct{}

func (rulesChanged) apply(s *seat) {
	t := s.room.tenant()
	p := t.Roster.ByID(s.person.ID)
	if s.removed = p == nil || p.Role < people.Agent; s.removed {
		s.leaveWhenDone()
		return
	}
	s.person, s.role = p, min(s.role, p.Role)
	t.ACD.Tell(routing.Skilled{Agent: s.person.ID, Skills: s.skills()})
	s.board.Reasons = t.Rules.Reasons
	s.peopleChanged()
	s.showExperts()
}

// leaveWhenDone puts a person out who is no longer in the contact centre, but not away from a caller: the call and
// the work after it come to their end first.
func (s *seat) leaveWhenDone() {
	if s.removed && s.call == nil && s.wrap == nil {
		putOut{wire.Refused{Code: "unknown", Key: "door_no_longer", Words: "You are no longer in this contact centre."}}.apply(s)
	}
}
