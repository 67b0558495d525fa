package server

import (
	"context"
	"path/filepath"
	"time"

	"cordboard/server/desk"
	"cordboard/server/inbox"
	"cordboard/server/people"
)

// Chats gives Teams chat as an agent, of the agent's access token and object id. A Presence that has it lets agents
// send experts the context of a call.
type Chats interface {
	Chat(token, oid string) (desk.Chatter, error)
}

// startPeople begins to read the tenant's groups, teams and directory, when there is a Graph that can tell them.
func (n *tenant) startPeople(dir string) {
	d, ok := n.presence.(Directory)
	if !ok {
		return
	}
	log := n.server.log.With("tenant", n.id)
	n.members = newMembers(d, filepath.Join(dir, "members-"+string(n.id)+".json"), log)
	n.members.wanted = func() ([]string, time.Duration) {
		t := n.now.Load().config
		return groupsOf(t), t.People.Directory.Every
	}
	n.members.told = func() {
		n.peopleChanged()
		if n.skills != nil {
			n.skills.again()
		}
	}
	n.company = newCompany(d, filepath.Join(dir, "directory-"+string(n.id)+".json"), log)
	n.company.wanted = func() (bool, time.Duration) {
		p := &n.now.Load().config.People
		return p.Directory.Search, p.Directory.Every
	}
	n.company.told = n.peopleChanged
	if p, ok := n.presence.(Profiles); ok {
		n.skills = newSkills(p, filepath.Join(dir, "skills-"+string(n.id)+".json"), log)
		n.skills.wanted = func() []*people.Person { return n.now.Load().roster.Experts() }
		n.skills.told = n.peopleChanged
	}
}

// runPeople reads until ctx ends.
func (n *tenant) runPeople(ctx context.Context) {
	if n.members == nil {
		return
	}
	all := map[string]func(context.Context){"groups and teams are": n.members.run, "the directory is": n.company.run}
	if n.skills != nil {
		all["what people can do is"] = n.skills.run
	}
	for what, run := range all {
		inbox.Go(func(p *inbox.Panic) {
			n.server.log.Error(what+" no longer read by a fault of our own", "tenant", n.id, "err", p, "stack", string(p.Stack))
		}, func() { run(ctx) })
	}
}

// peopleChanged puts a new roster in force, whole: who joined can be chosen from now on, who left no longer. Calls
// that run keep the roster they began with.
func (n *tenant) peopleChanged() {
	n.changing.Lock()
	defer n.changing.Unlock()
	next := *n.now.Load()
	n.peopled(&next)
	n.enforce(n.server.o.Config.Now(), &next)
}
