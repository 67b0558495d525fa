package people

import (
	"slices"

	"cordboard/server/fact"
)

// Group names people who belong together: a Microsoft 365 group, a team of Teams, or one of the configuration.
type Group struct {
	ID      string // as targets name it
	Name    string
	Members []fact.AgentID
	Skill   string // every expert who has it is of the group too
	From    string // object id of a group or team of Microsoft 365: and every expert whom it brought
	AtOnce  int    // how many are rung at most; 0: all
}

// Team is several people who are rung at once; the first to answer takes the call.
type Team struct {
	ID      string
	Name    string
	Members []*Person // in order; those without a number cannot be rung
	AtOnce  int       // how many are rung at most; 0: all
}

// Ringable gives the members who have a number.
func (t *Team) Ringable() []*Person {
	var out []*Person
	for _, p := range t.Members {
		if p.Number != "" {
			out = append(out, p)
		}
	}
	return out
}

// Teams gives the teams, in the order of the configuration.
func (r *Roster) Teams() []*Team { return r.teams }

// Team gives a team by its id, or nil.
func (r *Roster) Team(id string) *Team {
	for _, t := range r.teams {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// has says that an expert belongs to the group by a skill, or by the group or team that brought the person.
func (g *Group) has(p *Person) bool {
	_, skilled := p.Skills[g.Skill]
	return g.Skill != "" && skilled || g.From != "" && slices.Contains(p.From, g.From)
}

func (r *Roster) addTeams(groups []Group) {
	for _, g := range groups {
		t := &Team{ID: g.ID, Name: g.Name, AtOnce: g.AtOnce}
		for _, id := range g.Members {
			if p := r.byID[id]; p != nil {
				t.Members = append(t.Members, p)
			}
		}
		for _, p := range r.experts {
			if g.has(p) && !slices.Contains(t.Members, p) {
				t.Members = append(t.Members, p)
			}
		}
		r.teams = append(r.teams, t)
	}
}
