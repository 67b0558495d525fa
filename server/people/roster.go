package people

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"cordboard/server/fact"
)

// Role is what a person may do. Roles are ordered: each may do what those before it may.
type Role int

// The roles.
const (
	NoRole Role = iota
	Agent
	Supervisor
	Admin
)

// String gives the role's word.
func (r Role) String() string {
	return [...]string{"none", "agent", "supervisor", "admin"}[r]
}

// ParseRole reads a role of the configuration or of a token (app roles are written with a capital).
func ParseRole(s string) Role {
	switch strings.ToLower(s) {
	case "agent":
		return Agent
	case "supervisor":
		return Supervisor
	case "admin":
		return Admin
	}
	return NoRole
}

// Person of a tenant.
type Person struct {
	ID         fact.AgentID // the user name in lower case, or the object id
	User       string
	OID        string // as configured; a bound one is in Bindings
	Name       string
	Number     fact.Number
	Job        string
	Department string
	Skills     map[string]int
	Told       []string // skills of the person's own profile at Microsoft: they help to find and to choose, and give no right to calls
	Languages  []string
	Role       Role // by the configuration; NoRole for experts who are nothing else
	Expert     bool
	Queues     []fact.QueueID
	Endpoints  []fact.Endpoint // where calls may ring; nil: at the console
	Confirm    string          // never, suspect, always; empty: as the tenant has it
	Joined     bool            // by a group or team, not by the configuration
	Outside    bool            // only of the company's directory: can be found and rung, and has no part here
	From       []string        // object ids of the groups and teams that brought the person
}

// Roster is all persons of a tenant. It is made once and never changed.
type Roster struct {
	all    []*Person
	byID   map[fact.AgentID]*Person
	byUser map[string]*Person
	byOID  map[string]*Person

	experts []*Person
	teams   []*Team
}

// NewRoster makes a roster. The order is kept; it gives experts their digits. Groups become teams to ring.
func NewRoster(all []Person, groups ...Group) *Roster {
	r := &Roster{byID: map[fact.AgentID]*Person{}, byUser: map[string]*Person{}, byOID: map[string]*Person{}}
	for i := range all {
		p := &all[i]
		r.all = append(r.all, p)
		r.byID[p.ID] = p
		if p.User != "" {
			r.byUser[strings.ToLower(p.User)] = p
		}
		if p.OID != "" {
			r.byOID[p.OID] = p
		}
		if p.Expert {
			r.experts = append(r.experts, p)
		}
	}
	r.addTeams(groups)
	return r
}

// All gives everybody, in the order of the configuration.
func (r *Roster) All() []*Person { return r.all }

// ByID gives a person, or nil.
func (r *Roster) ByID(id fact.AgentID) *Person { return r.byID[id] }

// ByUser gives a person by user name, or nil.
func (r *Roster) ByUser(user string) *Person { return r.byUser[strings.ToLower(user)] }

// ByOID gives a person by Entra object id, or nil.
func (r *Roster) ByOID(oid string) *Person { return r.byOID[oid] }

// Name is how a person is shown.
func (r *Roster) Name(id fact.AgentID) string {
	if p := r.byID[id]; p != nil {
		return p.Name
	}
	return string(id)
}

// Experts gives the experts, in order. The list is the roster's own.
func (r *Roster) Experts() []*Person { return r.experts }

// TellsToo gives the skills of the person's own profile that the configuration does not give the person.
func (p *Person) TellsToo() []string {
	if len(p.Told) == 0 {
		return nil
	}
	known := map[string]bool{}
	for s := range p.Skills {
		known[fold(s)] = true
	}
	var out []string
	for _, s := range p.Told {
		if f := fold(s); !known[f] {
			known[f] = true
			out = append(out, s)
		}
	}
	return out
}

// AllSkills gives what the person can do: what this call asks for first, then what the configuration says by level, then
// what the person says.
func (p *Person) AllSkills(asked map[string]int) []string {
	out := slices.Collect(maps.Keys(p.Skills))
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(p.Skills[b], p.Skills[a]), cmp.Compare(a, b)) })
	out = append(out, p.TellsToo()...)
	wanted := map[string]bool{}
	for s := range asked {
		wanted[fold(s)] = true
	}
	slices.SortStableFunc(out, func(a, b string) int {
		switch x, y := wanted[fold(a)], wanted[fold(b)]; {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	})
	return out
}
