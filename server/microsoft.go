package server

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"cordboard/server/config"
	"cordboard/server/inbox"
	"cordboard/server/people"
)

// microsoft is all that a tenant has by its Microsoft Graph. It is made with the configuration that names a graph, and
// ends with the one that names none. What it reads before its configuration is in force is kept until then.
type microsoft struct {
	n        *tenant
	presence Presence
	members  *members // nil: no groups or teams can be read
	company  *company // nil: nor the directory
	skills   *skills  // nil: nor profiles
	ctx      context.Context
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu   sync.Mutex
	live bool
	over bool
	held []people.Reading
}

// newMicrosoft begins to read for a tenant whose next configuration is t. Nothing of the tenant changes before begin.
func (n *tenant) newMicrosoft(t *config.Tenant) (*microsoft, error) {
	m := &microsoft{n: n}
	m.ctx, m.stop = context.WithCancel(n.running)
	first := roster(t, nil, n.boundOID, nil)
	var err error
	if m.presence, err = n.server.o.Presence(m.ctx, t, first, m.took); err != nil {
		m.stop()
		return nil, err
	}
	if m.presence == nil {
		m.stop()
		return nil, nil
	}
	m.people()
	return m, nil
}

// people prepares to read the tenant's groups, teams, directory and profiles, where the source can tell them.
func (m *microsoft) people() {
	d, ok := m.presence.(Directory)
	if !ok {
		return
	}
	n := m.n
	log := n.server.log.With("tenant", n.id)
	m.members = newMembers(d, filepath.Join(n.server.data, "members-"+string(n.id)+".json"), log)
	m.members.wanted = func() ([]string, time.Duration) {
		t := n.now.Load().config
		return groupsOf(t), t.People.Directory.Every
	}
	m.members.told = func() {
		n.peopleChanged()
		if m.skills != nil {
			m.skills.again()
		}
	}
	m.company = newCompany(d, filepath.Join(n.server.data, "directory-"+string(n.id)+".json"), log)
	m.company.wanted = func() (bool, time.Duration) {
		p := &n.now.Load().config.People
		return p.Directory.Search, p.Directory.Every
	}
	m.company.told = n.peopleChanged
	if p, ok := m.presence.(Profiles); ok {
		m.skills = newSkills(p, filepath.Join(n.server.data, "skills-"+string(n.id)+".json"), log)
		m.skills.wanted = func() []*people.Person { return n.now.Load().roster.Experts() }
		m.skills.told = n.peopleChanged
	}
}

// begin goes to work; the configuration that wants it is in force.
func (m *microsoft) begin() {
	if m.members != nil {
		m.run("groups and teams are no longer read", m.members.run)
		m.run("the directory is no longer read", m.company.run)
	}
	if m.skills != nil {
		m.run("what people can do is no longer read", m.skills.run)
	}
	if g, ok := m.presence.(GraphLines); ok {
		m.run("Microsoft Graph is no longer watched", func(ctx context.Context) { m.watch(ctx, g) })
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.live = true
	if held := m.held; len(held) > 0 {
		m.held = nil
		m.n.tookPresence(held)
	}
}

func (m *microsoft) run(what string, f func(context.Context)) {
	m.running.Add(1)
	inbox.Go(func(p *inbox.Panic) {
		m.n.server.log.Error(what+" by a fault of our own", "tenant", m.n.id, "err", p, "stack", string(p.Stack))
	}, func() {
		defer m.running.Done()
		f(m.ctx)
	})
}

// took takes readings of presence.
func (m *microsoft) took(news []people.Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.over:
	case m.live:
		m.n.tookPresence(news)
	default:
		m.held = append(m.held, news...)
	}
}

// again looks at once for what another configuration wants.
func (m *microsoft) again() {
	if m.members != nil {
		m.members.again()
		m.company.again()
	}
	if m.skills != nil {
		m.skills.again()
	}
}

// end stops reading and takes back what agents are shown as; after it nothing comes any more. It may take seconds.
func (m *microsoft) end() {
	m.mu.Lock()
	m.over = true
	m.mu.Unlock()
	m.stop()
	m.presence.Close()
	m.running.Wait()
}

// source is the tenant's presence, or nil.
func (n *tenant) source() Presence {
	if m := n.microsoft.Load(); m != nil {
		return m.presence
	}
	return nil
}

// change puts another Microsoft in the place of the one that there is, nil for none, and gives what is over now. The
// caller holds changing, and ends what is over when it no longer does.
func (n *tenant) change(next *microsoft) (over *microsoft) {
	over = n.microsoft.Swap(next)
	if over != nil { // what it knew counts for nothing any more
		over.mu.Lock()
		over.over = true
		over.mu.Unlock()
		n.presences.Forget()
		n.room.NoGraph()
	}
	return over
}
