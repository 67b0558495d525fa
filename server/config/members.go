package config

import (
	"slices"
	"strings"
	"time"
)

// ExpertsFrom makes experts of everybody in a Microsoft 365 group, a security group, or a team of Teams.
type ExpertsFrom struct {
	Group     string   `yaml:"group" doc:"object id of a group in Entra"`
	Team      string   `yaml:"team" doc:"object id of a team in Teams, which is that of its group"`
	Skills    Skills   `yaml:"skills" doc:"what everybody in it can do, with level from 1 to 10"`
	Languages []string `yaml:"languages" doc:"as en, zh; without it each has the preferred language of the directory"`
	Confirm   string   `yaml:"confirm" oneof:"suspect always never" doc:"instead of outbound.confirm"`
}

// AgentsFrom makes agents of everybody in a group or team.
type AgentsFrom struct {
	Group     string   `yaml:"group" doc:"object id of a group in Entra"`
	Team      string   `yaml:"team" doc:"object id of a team in Teams, which is that of its group"`
	Queues    []string `yaml:"queues" doc:"whose calls they take, beside the agents a queue names"`
	Skills    Skills   `yaml:"skills" doc:"what everybody in it can do, with level from 1 to 10"`
	Languages []string `yaml:"languages" doc:"as en, zh; without it each has the preferred language of the directory"`
}

// Directory says what is read of the tenant's directory.
type Directory struct {
	Search bool          `yaml:"search" doc:"the picker finds everybody of the directory, not only the people named here"`
	Every  time.Duration `yaml:"every" min:"15s" max:"1h" doc:"how often groups, teams and the directory are asked what changed"`
}

// ID is the object id, of the group or of the team, in small letters.
func (x *ExpertsFrom) ID() string { return strings.ToLower(x.Group + x.Team) }

// ID is the object id, of the group or of the team, in small letters.
func (x *AgentsFrom) ID() string { return strings.ToLower(x.Group + x.Team) }

// Graphs says whether people are read from Microsoft Graph: members of groups and teams, or the directory.
func (p *People) Graphs() bool {
	return len(p.ExpertsFrom)+len(p.AgentsFrom) > 0 || p.Directory.Search
}

// checkMembers looks at where people come from.
func (p *People) checkMembers(k *checker) {
	experts, agents := k.names("group of experts"), k.names("group of agents")
	for i := range p.ExpertsFrom {
		x := &p.ExpertsFrom[i]
		if k.oneGroup(x, &x.Group, &x.Team, "experts_from") {
			experts.add(k.first(&x.Group, &x.Team), x.ID())
		}
	}
	for i := range p.AgentsFrom {
		x := &p.AgentsFrom[i]
		if k.oneGroup(x, &x.Group, &x.Team, "agents_from") {
			agents.add(k.first(&x.Group, &x.Team), x.ID())
		}
		if len(x.Queues) == 0 {
			k.odd(x, "name them in queues", "these agents take the calls of no queue")
		}
	}
}

// oneGroup wants a group or a team, by its object id.
func (k *checker) oneGroup(from any, group, team *string, key string) bool {
	switch {
	case (*group == "") == (*team == ""):
		k.bad(from, "%s: group or team is needed, one of them", key)
		return false
	case *group != "":
		k.guid(group, "group")
		return guidForm.MatchString(*group)
	}
	k.guid(team, "team")
	return guidForm.MatchString(*team)
}

// checkQueues looks whether the queues of agents from groups are there; the tenant's queues are known by then.
func (p *People) checkQueues(r *refs) {
	for i := range p.AgentsFrom {
		for n := range p.AgentsFrom[i].Queues {
			r.queues.want(&p.AgentsFrom[i].Queues[n], p.AgentsFrom[i].Queues[n])
		}
	}
}

// Serves says whether agents from a group take the calls of a queue.
func (p *People) Serves(queue string) bool {
	return slices.ContainsFunc(p.AgentsFrom, func(x AgentsFrom) bool { return slices.Contains(x.Queues, queue) })
}
