package server

import (
	"context"

	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
)

// Presence is a tenant's source of presence. Nothing of it blocks but Fresh and Close.
type Presence interface {
	// Fresh reads one person again, within ctx.
	Fresh(ctx context.Context, p *people.Person) (people.Reading, bool)
	// People replaces whose presence is told.
	People(r *people.Roster)
	// OnScreen replaces whom somebody looks at: they are read more often. Who is not of the roster is read for as long.
	OnScreen(who []*people.Person)
	// Talking says that an agent is in a call of ours, or no longer, for Teams to show it.
	Talking(id fact.AgentID, on bool)
	// Prepare makes ready what another configuration wants, or says what is wrong with it; use puts it in force.
	Prepare(t *config.Tenant) (use func(), err error)
	// Health says in words how it is; ok is false when something is wrong.
	Health() (words string, ok bool)
	// Counts since the start: requests, and of them those that were throttled and those that failed.
	Counts() (requests, throttled, failed uint64)
	// Close ends it, and takes back what it shows of agents.
	Close()
}

// PresenceMaker starts a tenant's source of presence, which runs until ctx ends and gives readings, with the
// persons' ids in place of object ids, to take.
type PresenceMaker func(ctx context.Context, t *config.Tenant, r *people.Roster, take func([]people.Reading)) (Presence, error)

func (n *tenant) tookPresence(news []people.Reading) {
	changed := n.presences.Take(news)
	n.gate.took(news)
	n.room.PresenceRead(news, changed)
}

// floor is what the arbiter tells of agents: the desks show it, and Teams is told who talks.
type floor struct {
	*desk.Room
	n *tenant
}

// AgentIs tells of an agent's new state (acd.Desk).
func (f floor) AgentIs(c routing.Changed, v routing.AgentView) {
	f.Room.AgentIs(c, v)
	f.n.gate.agentIs(v)
}

// inCall says whether an agent has a caller: also while the console is away and the caller hears music.
func inCall(v routing.AgentView) bool {
	return routing.OnCall(v.State) || v.State == fact.Lost && v.Contact != ""
}
