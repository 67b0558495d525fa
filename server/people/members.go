package people

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"cordboard/server/fact"
)

// Member is somebody of the tenant's directory, as Microsoft Graph tells it.
type Member struct {
	OID        string // object id, lower case
	User       string // user principal name, lower case
	Name       string
	Department string
	Job        string
	Language   string // preferred, as "en-GB"
	Phone      string // business, as it stands in the directory; Number reads it
	Mobile     string // counts when there is no business number
	Blocked    bool   // may not sign in anywhere
}

// Change is what Graph tells of one user of the directory: of a new one everything, of one who is known at least what
// changed. Nil: as it was.
type Change struct {
	OID                                                  string // object id, lower case
	Gone                                                 bool
	User, Name, Department, Job, Language, Phone, Mobile *string
	Blocked                                              *bool
}

// Of gives the member as it is after the change.
func (c *Change) Of(m Member) Member {
	m.OID = c.OID
	for _, f := range []struct {
		to   *string
		from *string
	}{{&m.User, c.User}, {&m.Name, c.Name}, {&m.Department, c.Department}, {&m.Job, c.Job}, {&m.Language, c.Language}, {&m.Phone, c.Phone}, {&m.Mobile, c.Mobile}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if c.Blocked != nil {
		m.Blocked = *c.Blocked
	}
	m.User = strings.ToLower(m.User)
	return m
}

// Number is where the member can be rung, or "".
func (m *Member) Number() fact.Number { return Number(cmp.Or(m.Phone, m.Mobile)) }

// Source is a group or a team of Microsoft 365: who is in it, and what follows from being in it.
type Source struct {
	ID        string // object id, lower case
	Members   []Member
	Expert    bool
	Role      Role // Agent, or NoRole
	Skills    map[string]int
	Languages []string // instead of the members' own
	Queues    []fact.QueueID
	Confirm   string
}

// Number reads a telephone number of a directory in its international form, + and digits as E.164 has it, from
// "+44 (0)20 7946-0018". Anything else, an extension behind it too, cannot be rung and gives "".
func Number(phone string) fact.Number {
	s := strings.TrimSpace(phone)
	if !strings.HasPrefix(s, "+") {
		return ""
	}
	s = strings.ReplaceAll(s[1:], "(0)", "")
	var out strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out.WriteRune(r)
		case !strings.ContainsRune(" -()./\u00a0\u2009\u2010\u2011\u2013", r):
			return ""
		}
	}
	if n := out.String(); len(n) >= 4 && len(n) <= 15 && n[0] != '0' {
		return fact.Number("+" + n)
	}
	return ""
}

// Join adds the members of groups and teams to the persons of the configuration. A member who stands there,
// by object id or else by user name, is that person: what the configuration says wins, and what it leaves open
// is the directory's. A person of several groups has the skills and queues of all. Members follow the
// configuration's persons, group by group, in the order of their names. oid gives the object id that a person
// of the configuration is bound to by a sign-in, or "".
func Join(base []Person, from []Source, oid func(fact.AgentID) string) []Person {
	j := join{all: slices.Clone(base), byOID: map[string]int{}, byID: map[fact.AgentID]int{}, given: len(base)}
	for i := range j.all {
		p := &j.all[i]
		p.Skills, p.Queues, p.From = maps.Clone(p.Skills), slices.Clone(p.Queues), slices.Clone(p.From)
		j.byID[p.ID] = i
		if p.OID = strings.ToLower(p.OID); p.OID != "" {
			j.byOID[p.OID] = i
		} else if bound := strings.ToLower(oid(p.ID)); bound != "" {
			j.byOID[bound] = i
		}
	}
	for i := range from {
		members := slices.Clone(from[i].Members)
		slices.SortFunc(members, func(a, b Member) int {
			return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.OID, b.OID))
		})
		for k := range members {
			j.add(&members[k], &from[i], oid)
		}
	}
	return j.all
}

type join struct {
	all   []Person
	given int // so many are the configuration's
	byOID map[string]int
	byID  map[fact.AgentID]int
}

func (j *join) add(m *Member, s *Source, oid func(fact.AgentID) string) {
	if m.OID == "" || m.Blocked {
		return
	}
	i, known := j.byOID[m.OID]
	if !known {
		id := fact.AgentID(cmp.Or(strings.ToLower(m.User), m.OID))
		if i, known = j.byID[id]; known && !j.same(i, oid) {
			return // the name is somebody else's here
		}
		if !known {
			i = len(j.all)
			j.all = append(j.all, Person{ID: id, User: strings.ToLower(m.User), Joined: true})
			j.byID[id] = i
		}
		j.byOID[m.OID] = i
	}
	j.fill(&j.all[i], m, s, i < j.given)
}

// same says that a person found by name may be the member: nobody else is known to be that person.
func (j *join) same(i int, oid func(fact.AgentID) string) bool {
	return i < j.given && j.all[i].OID == "" && oid(j.all[i].ID) == ""
}

func (j *join) fill(p *Person, m *Member, s *Source, given bool) {
	p.OID = cmp.Or(p.OID, m.OID)
	p.Name = cmp.Or(p.Name, m.Name, string(p.ID))
	p.Number = cmp.Or(p.Number, m.Number())
	p.Job, p.Department = cmp.Or(p.Job, m.Job), cmp.Or(p.Department, m.Department)
	p.Confirm = cmp.Or(p.Confirm, s.Confirm)
	p.Expert = p.Expert || s.Expert
	p.Role = max(p.Role, s.Role)
	for k, v := range s.Skills {
		if _, said := p.Skills[k]; said && given {
			continue
		}
		if p.Skills == nil {
			p.Skills = map[string]int{}
		}
		p.Skills[k] = max(p.Skills[k], v)
	}
	for _, q := range s.Queues {
		if !slices.Contains(p.Queues, q) {
			p.Queues = append(p.Queues, q)
		}
	}
	if len(p.Languages) == 0 {
		p.Languages = s.Languages
		if l, _, _ := strings.Cut(strings.ToLower(m.Language), "-"); len(p.Languages) == 0 && l != "" {
			p.Languages = []string{l}
		}
	}
	if !slices.Contains(p.From, s.ID) {
		p.From = append(p.From, s.ID)
	}
}
