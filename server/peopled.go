package server

import (
	"context"
	"path/filepath"
	"time"

	"cordboard/server/inbox"
)

// startMembers begins to read the tenant's groups and teams, when there is a Graph that can tell them. It runs
// until ctx ends.
func (n *tenant) startMembers(dir string) {
	d, ok := n.presence.(Directory)
	if !ok {
		return
	}
	n.members = newMembers(d, filepath.Join(dir, "members-"+string(n.id)+".json"), n.server.log.With("tenant", n.id))
	n.members.wanted = func() ([]string, time.Duration) {
		t := n.now.Load().config
		return groupsOf(t), t.People.Directory.Every
	}
	n.members.told = n.peopleChanged
}

func (n *tenant) runMembers(ctx context.Context) {
	if n.members == nil {
		return
	}
	inbox.Go(func(p *inbox.Panic) {
		n.server.log.Error("groups and teams are no longer read by a fault of our own", "tenant", n.id, "err", p, "stack", string(p.Stack))
	}, func() { n.members.run(ctx) })
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
