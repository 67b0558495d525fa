package desk

import (
	"time"

	"cordboard/server/call"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// teamTarget resolves a team: everybody of it who has a number.
func teamTarget(t *Tenant, id string) (call.Target, *people.Person, *call.No) {
	team := t.Roster.Team(id)
	if team == nil {
		return call.Target{}, nil, call.Because("unknown", "no_team", "There is no such team.")
	}
	to := call.Target{Kind: "team", ID: team.ID, Name: team.Name}
	for _, p := range team.Ringable() {
		to.Team = append(to.Team, call.Target{Kind: "expert", ID: string(p.ID), Name: p.Name, Number: p.Number})
	}
	if len(to.Team) == 0 {
		return call.Target{}, nil, call.Because("no_number", "team_no_number", "Nobody of {who} has a telephone number.", "who", team.Name)
	}
	return to, nil, nil
}

// toTeam rings those of a team who are free; when nobody is, it asks first and then rings them all.
func (s *seat) toTeam(c wire.Command, to call.Target) {
	t := s.room.tenant()
	all, free := whom(t, to, string(s.person.ID), time.Now())
	switch {
	case len(free) > 0:
		all = free
	case !c.Anyway:
		s.ask(c.ID, call.Because("ask", "team_nobody", "Nobody of {who} is available.", "who", to.Name), nil)
		return
	}
	if n := t.Roster.Team(to.ID).AtOnce; n > 0 && len(all) > n {
		all = all[:n]
	}
	to.Team = all
	s.goes(c, to, nil)
}

// whom gives everybody of a team but the agent, and those of them who are free; without presence all count as free.
func whom(t *Tenant, to call.Target, self string, now time.Time) (all, free []call.Target) {
	for _, x := range to.Team {
		if x.ID == self {
			continue
		}
		all = append(all, x)
		if r, ok := t.Presences.Of(x.ID); t.Fresh == nil || ok && r.Free(now, t.Rules.PresenceOld) {
			free = append(free, x)
		}
	}
	return all, free
}

// teams lists the teams behind the experts; those that fit carry the digits that are left.
func (s *seat) teams(t *Tenant, from int) []wire.Person {
	var out []wire.Person
	for i, team := range t.Roster.Teams() {
		w := teamPerson(t, team)
		if d := from + i + 1; d <= 9 {
			w.Digit = d
		}
		w.Tried = s.tried[team.ID]
		out = append(out, w)
	}
	return out
}

// teamPerson draws a team: it is as available as the most available of it.
func teamPerson(t *Tenant, team *people.Team) wire.Person {
	w := wire.Person{ID: team.ID, Kind: "team", Name: team.Name}
	now := time.Now()
	for _, p := range team.Members {
		w.Number = w.Number || p.Number != ""
		r, ok := t.Presences.Of(string(p.ID))
		if ok && (w.Seen.IsZero() || r.Free(now, t.Rules.PresenceOld) && w.Availability != "Available") {
			w.Availability, w.Activity, w.Seen, w.Old = r.Availability, r.Activity, r.At, r.Old(now, t.Rules.PresenceOld)
		}
	}
	return w
}

func (s *seat) remove(c wire.Command) {
	s.toCall(c, func(r call.Reply) call.Event { return call.Remove{Agent: s.person.ID, Party: c.Party, Reply: r} })
}

func (s *seat) muteParty(c wire.Command) {
	s.toCall(c, func(r call.Reply) call.Event {
		return call.MuteParty{Agent: s.person.ID, Party: c.Party, On: c.Muted, Reply: r}
	})
}

func (s *seat) leaveGroup(c wire.Command) {
	s.toCall(c, func(r call.Reply) call.Event { return call.Leave{Agent: s.person.ID, Reply: r} })
}
