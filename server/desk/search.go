package desk

import (
	"strings"
	"time"

	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// foundMost is how many people one search finds: more than a screen has rows for.
const foundMost = 50

// search finds people, teams and queues by what was typed, the most likely first.
func (s *seat) search(c wire.Command) {
	if len(c.Text) > maxSearch {
		s.no(c.ID, "bad", "search_long", "That is too long to look for.")
		return
	}
	t := s.room.tenant()
	r := wire.Reply{ID: c.ID, OK: true, People: []wire.Person{}}
	s.found, s.foundTill = nil, time.Now().Add(foundFor)
	wish := s.wish(t, c.Text)
	for _, f := range t.Index.Search(wish) {
		s.found = append(s.found, f.Person.ID)
		w := personOf(t, f.Person, wish.Skills)
		w.Why = f.Why
		r.People = append(r.People, w)
	}
	s.looks()
	typed := strings.ToLower(c.Text)
	for _, team := range t.Roster.Teams() {
		if strings.Contains(strings.ToLower(team.Name), typed) {
			r.People = append(r.People, teamPerson(t, team))
		}
	}
	for _, q := range t.Rules.Queues {
		if strings.Contains(strings.ToLower(q.Name), typed) {
			r.People = append(r.People, wire.Person{ID: string(q.ID), Kind: "queue", Name: q.Name, Number: true})
		}
	}
	s.reply(r)
}

// wish says what this console looks for, and what its call asks for.
func (s *seat) wish(t *Tenant, typed string) people.Wish {
	w := people.Wish{Typed: typed, Limit: foundMost, Presences: t.Presences, Stale: t.Rules.PresenceOld, Record: t.Record, By: s.person.ID, Now: time.Now()}
	if t.Zone != nil {
		w.Now = w.Now.In(t.Zone)
	}
	w.Skills = s.callAsks(t)
	return w
}

// callAsks gives the skills that the queue of this console's call asks for, with the least level.
func (s *seat) callAsks(t *Tenant) map[string]int {
	queue := ""
	if s.board.Call != nil {
		queue = s.board.Call.Queue
	} else if s.board.Offer != nil {
		queue = s.board.Offer.Queue
	}
	for i := range t.Rules.Queues {
		if t.Rules.Queues[i].Name == queue {
			return t.Rules.Queues[i].Skills
		}
	}
	return nil
}

// person gives somebody of the roster, or else of the company's directory; nil when there is none.
func (t *Tenant) person(id string) *people.Person {
	if p := t.Roster.ByID(fact.AgentID(id)); p != nil {
		return p
	}
	return t.Index.ByID(fact.AgentID(id))
}
