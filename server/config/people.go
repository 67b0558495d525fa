package config

import (
	"slices"
	"sort"
	"strings"
)

// People of a tenant. Who stands in several lists has the highest of their rights.
type People struct {
	Agents      []Person `yaml:"agents" doc:"take calls"`
	Experts     []Person `yaml:"experts" doc:"stand on the desk with presence and a digit; the first nine in this order"`
	Supervisors []Person `yaml:"supervisors" doc:"see the floor; may take calls too"`
	Admins      []Person `yaml:"admins" doc:"may do everything"`
	Teams       []Team   `yaml:"teams" doc:"experts who are rung at once; the first to answer takes the caller"`

	ExpertsFrom []ExpertsFrom `yaml:"experts_from" doc:"groups and teams of Microsoft 365 whose members are experts too"`
	AgentsFrom  []AgentsFrom  `yaml:"agents_from" doc:"groups and teams of Microsoft 365 whose members are agents too"`
	Directory   Directory     `yaml:"directory" doc:"everybody of the company"`
}

// Team is experts who are rung at once.
type Team struct {
	ID      string   `yaml:"id" need:"yes" doc:"names the team in the ledger"`
	Name    string   `yaml:"name" need:"yes" doc:"as agents read it"`
	Experts []string `yaml:"experts" doc:"users of people.experts"`
	Skill   string   `yaml:"skill" doc:"every expert who has it"`
	From    string   `yaml:"from" doc:"object id of a group or team of people.experts_from: everybody in it"`
	AtOnce  int      `yaml:"at_once" min:"2" max:"20" doc:"how many are rung at most; those who are free first"`
}

// Person of a tenant.
type Person struct {
	User     string `yaml:"user" doc:"sign-in name, as isaiah@contoso.com"`
	ObjectID string `yaml:"id" doc:"object id in Entra; without it the name is bound to that of the first sign-in"`
	Name     string `yaml:"name" doc:"as colleagues read it"`
	Number   string `yaml:"number" doc:"+ and digits; without one a person cannot be rung"`
	Endpoint string `yaml:"endpoint" oneof:"softphone sip teams" doc:"where an agent's calls ring: the console, a SIP telephone, or Teams at number"`
	Address  string `yaml:"address" doc:"fixed SIP address of the telephone, as sip:201@192.0.2.40"`

	Endpoints   []string  `yaml:"endpoints" oneof:"softphone sip teams" doc:"where the agent may let them ring instead; without: the console, and the telephone if there is one"`
	Phone       Telephone `yaml:"phone" doc:"the agent's SIP telephone"`
	AlwaysReady bool      `yaml:"always_ready" doc:"takes calls at the telephone without a console, as long as it can be rung"`

	Skills     Skills   `yaml:"skills" doc:"with level from 1 to 10"`
	Languages  []string `yaml:"languages" doc:"as en, zh"`
	Job        string   `yaml:"job" doc:"what the person does"`
	Department string   `yaml:"department" doc:"where the person belongs"`
	Confirm    string   `yaml:"confirm" oneof:"suspect always never" doc:"instead of outbound.confirm"`
}

// Key names the person everywhere else: the user in small letters, or the object id.
func (p *Person) Key() string {
	if p.User != "" {
		return strings.ToLower(p.User)
	}
	return strings.ToLower(p.ObjectID)
}

// Label is the name, or what stands before the @.
func (p *Person) Label() string {
	if p.Name != "" {
		return p.Name
	}
	name, _, _ := strings.Cut(p.Key(), "@")
	return name
}

// Role is the highest right of a person: admin, supervisor, agent, or "" for a stranger. key is as Person.Key gives it.
func (p *People) Role(key string) string {
	for _, l := range []struct {
		role string
		list []Person
	}{{"admin", p.Admins}, {"supervisor", p.Supervisors}, {"agent", p.Agents}} {
		for i := range l.list {
			if l.list[i].Key() == key {
				return l.role
			}
		}
	}
	return ""
}

func (p *People) check(k *checker, r *refs) {
	have := map[string]bool{}
	p.list(k, p.Agents, "agent", func(x *Person) {
		r.agents.add(x, x.Key())
		for _, s := range x.Skills {
			have[s.Name] = true
		}
		x.checkEndpoint(k, r)
	})
	p.list(k, p.Supervisors, "supervisor", func(x *Person) {
		if _, known := r.agents.lines[x.Key()]; !known {
			r.agents.add(x, x.Key())
		}
		for _, s := range x.Skills {
			have[s.Name] = true
		}
		x.checkEndpoint(k, r)
	})
	p.list(k, p.Admins, "admin", func(*Person) {})
	p.list(k, p.Experts, "expert", func(x *Person) {
		if x.Number == "" && x.Address == "" {
			k.odd(x, "give a number", "expert %q cannot be rung", x.Label())
		}
	})
	for i := range p.AgentsFrom {
		for _, s := range p.AgentsFrom[i].Skills {
			have[s.Name] = true
		}
	}
	p.checkMembers(k)
	p.checkTeams(k)
	for s := range have {
		r.skills.order = append(r.skills.order, s)
		r.skills.lines[s] = 0
	}
	sort.Strings(r.skills.order)
	if len(p.Agents)+len(p.Supervisors)+len(p.AgentsFrom) == 0 {
		k.odd(p, "list users in people.agents", "there are no agents")
	}
}

func (p *People) list(k *checker, all []Person, kind string, each func(*Person)) {
	seen := map[string]int{}
	for i := range all {
		x := &all[i]
		if x.check(k, kind); x.Key() == "" {
			continue
		}
		if line, again := seen[x.Key()]; again {
			k.bad(x, "%s %q is already given in line %d", kind, x.Key(), line)
			continue
		}
		seen[x.Key()] = k.at[x].Line
		each(x)
	}
}

func (p *Person) check(k *checker, kind string) {
	if p.User == "" && p.ObjectID == "" {
		k.bad(p, "%s: user or id is needed", kind)
	}
	if p.User != "" && !strings.Contains(p.User, "@") {
		k.bad(&p.User, "user %q: the whole sign-in name is wanted, as isaiah@contoso.com", p.User)
	}
	if p.ObjectID != "" {
		k.guid(&p.ObjectID, "id")
	}
	if p.Number != "" {
		k.number(&p.Number)
	}
	if p.Address != "" && !strings.HasPrefix(p.Address, "sip:") && !strings.HasPrefix(p.Address, "sips:") {
		k.bad(&p.Address, "address %q: sip:user@host is wanted", p.Address)
	}
}

// Members gives the keys of a team's experts: those it names, and those with its skill, in the order of the experts.
func (p *People) Members(t *Team) []string {
	var out []string
	for i := range p.Experts {
		x := &p.Experts[i]
		skilled := t.Skill != "" && slices.ContainsFunc(x.Skills, func(s Skill) bool { return s.Name == t.Skill })
		if skilled || slices.Contains(t.Experts, x.Key()) {
			out = append(out, x.Key())
		}
	}
	return out
}

func (p *People) checkTeams(k *checker) {
	seen := k.names("team")
	for i := range p.Teams {
		t := &p.Teams[i]
		k.id(&t.ID, "team")
		seen.add(&t.ID, t.ID)
		for n := range t.Experts {
			t.Experts[n] = strings.ToLower(t.Experts[n])
			if !slices.ContainsFunc(p.Experts, func(x Person) bool { return x.Key() == t.Experts[n] }) {
				k.bad(&t.Experts[n], "team %q: %q is not in people.experts", t.ID, t.Experts[n])
			}
		}
		if t.From = strings.ToLower(t.From); t.From != "" && !slices.ContainsFunc(p.ExpertsFrom, func(x ExpertsFrom) bool { return x.ID() == t.From }) {
			k.bad(&t.From, "team %q: %q is no group or team of people.experts_from", t.ID, t.From)
		}
		if len(t.Experts) == 0 && t.Skill == "" && t.From == "" {
			k.bad(t, "team %q: experts, skill or from is needed", t.ID)
		} else if len(p.Members(t)) == 0 && len(p.ExpertsFrom) == 0 {
			k.odd(t, "give an expert the skill", "team %q has nobody", t.ID)
		}
	}
}
