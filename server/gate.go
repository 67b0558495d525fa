package server

import (
	"context"
	"sync"
	"time"

	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/people"
	"cordboard/server/routing"
)

// gate tells routing what Teams says of agents, and the source of presence whom to read more often. Routing knows
// no time: what has become old is told as nothing, so that the agent's own state decides.
type gate struct {
	n *tenant

	mu    sync.Mutex
	told  map[fact.AgentID]routing.Presence // what routing knows; nothing: no entry
	heard time.Time                         // when anything was read last; zero: the source is lost
	in    map[fact.AgentID]fact.Endpoint    // agents who are signed in, and where their calls ring
	desks []*people.Person                  // whom the desks show
	talks map[fact.AgentID]bool             // who is in a call of ours
	src   Presence                          // nil: none
}

// oldEvery is how often presence that nobody reads again is looked for.
const oldEvery = 5 * time.Second

func newGate(n *tenant) *gate {
	return &gate{n: n, told: map[fact.AgentID]routing.Presence{}, in: map[fact.AgentID]fact.Endpoint{}, talks: map[fact.AgentID]bool{}}
}

// counted says what of a presence a queue may count. A state that our own call explains is none, and so is one that
// we do not know.
func counted(r people.Reading) routing.Presence {
	if r.Ours {
		return 0
	}
	switch r.Activity {
	case "InACall", "InAConferenceCall":
		return routing.PresenceInCall
	case "InAMeeting":
		return routing.PresenceInMeeting
	case "Presenting":
		return routing.PresencePresenting
	}
	switch r.Availability {
	case "DoNotDisturb":
		return routing.PresenceDoNotDisturb
	case "Busy", "BusyIdle":
		return routing.PresenceBusy
	}
	return 0
}

// took passes on what was read of agents, when it is another than before.
func (g *gate) took(news []people.Reading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	t := g.n.now.Load()
	if t == nil {
		return
	}
	if len(news) > 0 {
		g.heard = now
	}
	for i := range news {
		id := fact.AgentID(news[i].ID)
		if p := t.roster.ByID(id); p == nil || len(p.Queues) == 0 {
			continue
		}
		if r, ok := g.n.presences.Of(news[i].ID); ok && !r.Old(now, t.config.Presence.Stale) { // the newest, whatever came last
			g.tell(id, counted(r))
		}
	}
}

// tell tells routing; the caller holds the lock.
func (g *gate) tell(id fact.AgentID, p routing.Presence) {
	if g.told[id] == p {
		return
	}
	if g.told[id] = p; p == 0 {
		delete(g.told, id)
	}
	g.n.acd.Tell(routing.PresenceChanged{Agent: id, Presence: p})
}

// old tells what nobody has read again in time. When nothing at all was, the source is lost.
func (g *gate) old(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	limit := g.n.now.Load().config.Presence.Stale
	if !g.heard.IsZero() && now.Sub(g.heard) > limit {
		g.heard = time.Time{}
		clear(g.told)
		g.n.acd.Tell(routing.SourceLost{})
		return
	}
	for id := range g.told {
		if r, _ := g.n.presences.Of(string(id)); r.Old(now, limit) {
			g.tell(id, 0)
		}
	}
}

// anew tells routing of every agent again: the people, or the queues, are others.
func (g *gate) anew() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now, t := time.Now(), g.n.now.Load()
	clear(g.told)
	for _, p := range t.roster.All() {
		if len(p.Queues) == 0 {
			continue
		}
		what := routing.Presence(0)
		if r, ok := g.n.presences.Of(string(p.ID)); ok && !r.Old(now, t.config.Presence.Stale) {
			what = counted(r)
		}
		if what != 0 {
			g.told[p.ID] = what
		}
		g.n.acd.Tell(routing.PresenceChanged{Agent: p.ID, Presence: what})
	}
	g.watch()
}

// run looks for old presence until ctx ends.
func (g *gate) run(ctx context.Context) {
	inbox.Go(func(p *inbox.Panic) {
		g.n.server.log.Error("presence no longer grows old by a fault of our own", "tenant", g.n.id, "err", p)
	}, func() {
		tick := time.NewTicker(oldEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-tick.C:
				g.old(now)
			}
		}
	})
}

// onScreen takes whom the desks show.
func (g *gate) onScreen(who []*people.Person) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.desks = who
	g.watch()
}

// use takes another source of presence, nil for none. It is told at once who talks; of one that is gone nothing counts.
func (g *gate) use(src Presence) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.src == src {
		return
	}
	if g.src = src; src == nil {
		g.heard = time.Time{}
		clear(g.told)
		g.n.acd.Tell(routing.SourceLost{})
		return
	}
	for id := range g.talks {
		src.Talking(id, true)
	}
}

// agentIs says whether an agent is signed in, where calls ring, and whether the agent talks, for Teams to show it.
func (g *gate) agentIs(v routing.AgentView) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if on := inCall(v); on != g.talks[v.ID] {
		if g.talks[v.ID] = on; !on {
			delete(g.talks, v.ID)
		}
		if g.src != nil {
			g.src.Talking(v.ID, on)
		}
	}
	at, was := g.in[v.ID]
	is := v.State != fact.Offline
	if was == is && (!is || at == v.Endpoint) {
		return
	}
	if g.in[v.ID] = v.Endpoint; !is {
		delete(g.in, v.ID)
	}
	g.watch()
}

// watch tells the source whom to read more often: whom a desk shows, and agents whose calls presence may keep away. The
// caller holds the lock.
func (g *gate) watch() {
	t := g.n.now.Load()
	if g.src == nil || t == nil {
		return
	}
	counts := map[fact.QueueID]bool{}
	for i := range t.config.Queues {
		counts[fact.QueueID(t.config.Queues[i].ID)] = len(t.config.Queues[i].Presence) > 0
	}
	who := g.desks[:len(g.desks):len(g.desks)]
	for id, at := range g.in {
		p := t.roster.ByID(id)
		if p == nil {
			continue
		}
		for _, q := range p.Queues {
			if counts[q] || at == fact.AtTeams {
				who = append(who, p)
				break
			}
		}
	}
	g.src.OnScreen(who)
}
