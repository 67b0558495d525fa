package desk

import (
	"slices"

	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// experts lists the experts with their digits and presence, in the order in which they were chosen. It does not change
// while there is a call or one rings: an expert keeps the digit, and who has left leaves a gap.
func (s *seat) experts() []wire.Person {
	t := s.room.tenant()
	out := []wire.Person{}
	for _, id := range s.chosen {
		if p := t.Roster.ByID(id); p != nil && p.Expert {
			out = append(out, s.expert(t, p))
		}
	}
	return append(out, s.teams(t, len(s.chosen))...)
}

// expert is how this console shows an expert.
func (s *seat) expert(t *Tenant, p *people.Person) wire.Person {
	w := personOf(t, p, s.callAsks(t))
	if at := slices.Index(s.chosen, p.ID); at >= 0 && at < 9 {
		w.Digit = at + 1
	}
	w.Tried = s.tried[string(p.ID)]
	return w
}

// choose puts the experts of the board in their order: those of the configuration as they stand there, then those of
// groups and teams, the most likely for what the call asks for first. A screen has rows for a few dozen; the others are
// found by typing. It reports whether the order is another.
func (s *seat) choose() (changed bool) {
	t := s.room.tenant()
	var next []fact.AgentID
	joined := 0
	for _, p := range t.Roster.Experts() {
		if !p.Joined {
			next = append(next, p.ID)
		} else {
			joined++
		}
	}
	next = next[:min(len(next), expertsMost)]
	if joined > 0 && len(next) < expertsMost {
		w := s.wish(t, "")
		w.Limit = t.Index.Len()
		for _, f := range t.Index.Search(w) {
			if p := f.Person; p.Expert && p.Joined && len(next) < expertsMost {
				next = append(next, p.ID)
			}
		}
	}
	changed = !slices.Equal(s.chosen, next)
	s.chosen = next
	return changed
}

// peopleChanged takes who joined and left: at once between two calls; else who joined stands behind the others.
func (s *seat) peopleChanged() {
	if s.call == nil && len(s.offers) == 0 {
		s.choose()
		return
	}
	for _, p := range s.room.tenant().Roster.Experts() {
		if len(s.chosen) < expertsMost && !slices.Contains(s.chosen, p.ID) {
			s.chosen = append(s.chosen, p.ID)
		}
	}
}
