package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/server/acd"
	"cordboard/server/call"
	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/line"
	"cordboard/server/media"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// tenant is one tenant's rooms.
type tenant struct {
	server    *Server
	id        fact.TenantID
	acd       *acd.Distributor
	room      *desk.Room
	presences people.Presences
	gate      *gate
	counts    *counts
	open      atomic.Int64 // calls
	now       atomic.Pointer[current]
	microsoft atomic.Pointer[microsoft] // nil: the tenant has no graph
	running   context.Context           // until the server stops
	record    people.Record
	changing  sync.Mutex // one change of what is in force at a time

	mu    sync.Mutex
	lines map[fact.AgentID]*line.Line
	calls map[fact.ContactID]*call.Call

	phoned map[fact.AgentID]bool // the arbiter knows of a telephone of theirs; under changing
}

// current is what follows from the configuration; a call keeps the one it began with.
type current struct {
	config *config.Tenant
	roster *people.Roster
	rules  *call.Rules
	sounds *sounds
	index  *people.Index // finds whoever can be chosen
	zone   *time.Location
	graph  func()     // puts in force what presence wants of it; nil: nothing
	begins *microsoft // a graph is new with this configuration
}

// drop lets go of what was prepared and is not used.
func (now *current) drop() {
	if now.begins != nil {
		now.begins.end()
	}
}

// boundOID gives the account to which a person is bound by a sign-in, or "".
func (n *tenant) boundOID(id fact.AgentID) string {
	return n.server.bindings.OID(string(n.id), string(id))
}

func (s *Server) addTenant(ctx context.Context, c *config.Config, t *config.Tenant) error {
	n := &tenant{server: s, id: fact.TenantID(t.ID), running: ctx, lines: map[fact.AgentID]*line.Line{}, calls: map[fact.ContactID]*call.Call{}, phoned: map[fact.AgentID]bool{}}
	n.room, n.gate, n.counts = s.desk.Room(n.id), newGate(n), newCounts()
	first, _, err := s.ledger.Position(ctx, n.id)
	if err != nil {
		return err
	}
	n.acd = acd.New(acd.Options{
		Tenant: n.id, Prefix: fact.NewID(time.Now()), Settings: routingSettings(t, roster(t, nil, func(fact.AgentID) string { return "" }, nil)), Level: serviceLevels(t), Zone: t.Zone(), First: first, Ledger: recorder{n}, Desk: floor{n.room, n}, Log: s.log,
	})
	s.tenants[t.ID] = n
	if err := s.closeOpen(ctx, n.id, n.acd); err != nil {
		return err
	}
	now, err := n.prepare(t)
	if err != nil {
		return err
	}
	n.now.Store(now)
	n.microsoft.Store(now.begins)
	n.gate.run(ctx)
	n.changing.Lock()
	n.peopled(now)
	n.enforce(c, now)
	n.changing.Unlock()
	if now.begins != nil {
		now.begins.begin()
	}
	n.remember(ctx)
	return nil
}

// prepare makes all that follows from a configuration, or says what cannot be used. Nothing changes.
func (n *tenant) prepare(t *config.Tenant) (*current, error) {
	snd, err := loadSounds(n.server.plane, t)
	if err != nil {
		return nil, err
	}
	inbox.Go(func(p *inbox.Panic) {
		n.server.log.Error("the music could not be made ready by a fault of our own", "tenant", n.id, "err", p, "stack", string(p.Stack))
	}, snd.fallback.Prepare) // else the first caller's beat waits for it
	now := &current{config: t, sounds: snd, zone: t.Zone()}
	n.peopled(now)
	switch is := n.source(); {
	case t.Graph == nil || n.server.o.Presence == nil:
	case is != nil:
		if now.graph, err = is.Prepare(t); err != nil {
			return nil, err
		}
	default:
		if now.begins, err = n.newMicrosoft(t); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// peopled sets who is there, and what follows from it, as known now.
func (n *tenant) peopled(now *current) {
	var who *members
	var can *skills
	if m := n.microsoft.Load(); m != nil {
		who, can = m.members, m.skills
	}
	now.roster = roster(now.config, who.sources(now.config), n.boundOID, can.of)
	now.rules = callRules(now.config, now.roster, &n.presences)
	now.rules.Insider = n.insider
	own, trunkFor := ownPhones(now.config), now.rules.TrunkFor
	now.rules.Extension = func(on, user string) (call.Target, bool) {
		for id, c := range own {
			if c.Phone.User == user && c.Phone.Trunk == on {
				return call.Target{Kind: "agent", ID: string(id), Name: now.roster.Name(id)}, true
			}
		}
		return call.Target{}, false
	}
	now.rules.Telephone = func(id fact.AgentID, at fact.Endpoint) (call.Telephone, bool) {
		t, ok := telephone(own[id], at, trunkFor)
		t.Source = n.voiceFrom(t)
		return t, ok
	}
}

// take puts a configuration that was prepared in force, for what begins from now on.
func (n *tenant) take(c *config.Config, ready *current) {
	if over := n.takeNow(c, ready); over != nil {
		over.end()
	}
}

func (n *tenant) takeNow(c *config.Config, ready *current) (over *microsoft) {
	n.changing.Lock()
	defer n.changing.Unlock()
	if is := n.microsoft.Load(); ready.begins != nil || is != nil && ready.config.Graph == nil {
		over = n.change(ready.begins)
	}
	n.peopled(ready) // somebody may have come since it was prepared
	if ready.graph != nil {
		ready.graph()
	}
	n.enforce(c, ready)
	if m := n.microsoft.Load(); m != nil && ready.begins != nil {
		m.begin()
	} else if m != nil {
		m.again()
	}
	return over
}

// enforce puts what was made in force; the caller holds changing.
func (n *tenant) enforce(c *config.Config, now *current) {
	var directory *company
	if m := n.microsoft.Load(); m != nil {
		directory = m.company
	}
	now.index = people.NewIndex(now.roster, directory.all())
	n.now.Store(now)
	n.acd.Configure(routingSettings(now.config, now.roster), serviceLevels(now.config))
	n.setDesk(c, now.config)
	n.tellPhones(now)
	is := n.source()
	if is != nil {
		is.People(now.roster)
	}
	n.gate.use(is)
	n.gate.anew()
}

func (n *tenant) setDesk(c *config.Config, t *config.Tenant) {
	now := n.now.Load()
	d := desk.Tenant{
		ID: n.id, Name: t.Name, ACD: n.acd, Roster: now.roster, Index: now.index, Record: &n.record, Zone: now.zone, Presences: &n.presences, Rules: deskRules(c, t),
		Line: func(id fact.AgentID) desk.Line { return n.line(id) }, CloseLine: n.closeLine, Dial: n.dial, History: history{n.server, t, n.server.turns},
	}
	if m := n.microsoft.Load(); m != nil {
		d.Fresh, d.OnScreen = m.presence.Fresh, n.gate.onScreen
		if c, ok := m.presence.(Chats); ok {
			d.Chat, d.ChatBy = c.Chat, m
		}
	}
	n.room.Set(d)
}

// line gives the agent's line, and makes it if there is none.
func (n *tenant) line(id fact.AgentID) *line.Line {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.lines[id]
	if l == nil {
		l = line.New(n.server.plane, id, n.server.log)
		n.lines[id] = l
		l.Sink(func(e line.Event) {
			if _, up := e.(line.Up); up {
				n.lineUp(id)
			}
		})
	}
	return l
}

func (n *tenant) closeLine(id fact.AgentID) {
	n.mu.Lock()
	l := n.lines[id]
	delete(n.lines, id)
	n.mu.Unlock()
	if l != nil {
		l.Close()
	}
}

// lineUp tells the agent's call, if there is one, that it can be heard now.
func (n *tenant) lineUp(id fact.AgentID) {
	n.acd.Agent(id, func(v routing.AgentView, ok bool) {
		if c := n.call(v.Contact); c != nil {
			c.Tell(call.LineUp{Agent: id})
		}
	})
}

func (n *tenant) call(id fact.ContactID) *call.Call {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls[id]
}

// Line gives a line to a call (call.Lines). It is up when a packet came within the last second.
func (n *tenant) Line(id fact.AgentID) (media.Leg, bool) {
	l := n.line(id)
	return l.Leg(), time.Since(l.LastHeard()) < time.Second
}

// begin starts a call for an incoming dialog.
func (n *tenant) begin(d *trunk.Dialog) {
	n.start(func(deps call.Deps) *call.Call { return call.Start(deps, d) })
}

// dial starts an agent's own call.
func (n *tenant) dial(id fact.AgentID, at fact.Endpoint, to call.Target, r call.Reply) {
	n.start(func(deps call.Deps) *call.Call { return call.Dial(deps, id, at, to, r) })
}

func (n *tenant) start(f func(call.Deps) *call.Call) {
	now := n.now.Load()
	n.server.open.Add(1)
	n.open.Add(1)
	n.mu.Lock()
	defer n.mu.Unlock()
	c := f(call.Deps{
		Rules: now.rules, Media: now.sounds, Dialer: dialer{n.server.edge}, Lines: n, ACD: n.acd, Consoles: n.room, Log: n.server.log,
		Over: func() { n.server.open.Add(-1); n.open.Add(-1) }, Done: n.ended,
	})
	n.calls[c.ID()] = c
}

func (n *tenant) ended(c *call.Call) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.calls, c.ID())
}

// endCalls ends every call, when the server stops.
func (n *tenant) endCalls() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.calls {
		c.Tell(call.Stop{})
	}
}

func (n *tenant) close() {
	if m := n.microsoft.Load(); m != nil {
		m.end()
	}
	n.mu.Lock()
	for id, l := range n.lines {
		l.Close()
		delete(n.lines, id)
	}
	n.mu.Unlock()
	n.acd.Close()
}
