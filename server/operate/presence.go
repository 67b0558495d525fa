package operate

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/graph"
	"cordboard/server/inbox"
	"cordboard/server/people"
)

// Presence gives each tenant its presence from Microsoft Graph. It is here, and not in the server, so that
// nothing else links the Graph SDK.
func Presence(log *slog.Logger) server.PresenceMaker {
	return func(ctx context.Context, t *config.Tenant, r *people.Roster, take func([]people.Reading)) (server.Presence, error) {
		o, err := graphOptions(t, log)
		if err != nil {
			return nil, err
		}
		c, err := graph.New(o)
		if err != nil {
			return nil, err
		}
		p := &presence{take: take, log: log.With("tenant", t.ID), again: make(chan struct{}, 1), talking: map[fact.AgentID]string{}, done: make(chan struct{})}
		p.client.Store(c)
		p.set, p.shows = o, t.Presence.ShowInCall
		p.roster.Store(r)
		p.ids.Store(&bound{})
		p.poller = graph.NewPoller(p.read, graph.PollOptions{Every: t.Presence.Others, OnScreen: t.Presence.OnScreen, Sink: p.took, Log: p.log})
		p.inCall = graph.NewInCall(p.setInCall, p.clearInCall, p.log)
		ctx, p.stop = context.WithCancel(ctx)
		var all sync.WaitGroup
		for _, run := range []func(){func() { p.resolve(ctx) }, func() { _ = p.poller.Run(ctx) }, func() { _ = p.inCall.Run(ctx) }} {
			all.Add(1)
			inbox.Go(func(e *inbox.Panic) { p.log.Error("presence stopped by a fault of our own", "err", e) }, func() {
				defer all.Done()
				run()
			})
		}
		inbox.Go(func(*inbox.Panic) {}, func() { all.Wait(); close(p.done) })
		return p, nil
	}
}

// graphOf makes a tenant's access to Graph.
func graphOf(t *config.Tenant, log *slog.Logger) (*graph.Client, error) {
	o, err := graphOptions(t, log)
	if err != nil {
		return nil, err
	}
	return graph.New(o)
}

func graphOptions(t *config.Tenant, log *slog.Logger) (graph.Options, error) {
	o := graph.Options{
		Tenant: t.ID, TenantID: t.Graph.Tenant, Authority: t.Graph.Authority, GraphURL: t.Graph.URL, ClientID: t.Graph.ClientID,
		Secret: string(t.Graph.Secret), CAFile: string(t.Graph.CAFile), Log: log,
	}
	if t.Graph.Certificate != "" {
		pem, err := os.ReadFile(string(t.Graph.Certificate))
		if err != nil {
			return graph.Options{}, err
		}
		o.Certificate = pem
	}
	return o, nil
}

// presence ties a tenant's roster to Graph's object ids.
type presence struct {
	client atomic.Pointer[graph.Client] // another when the configuration is
	poller *graph.Poller
	inCall *graph.InCall
	roster atomic.Pointer[people.Roster]
	again  chan struct{} // the roster is another
	take   func([]people.Reading)
	log    *slog.Logger
	ids    atomic.Pointer[bound]
	stop   context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	set     graph.Options           // in force
	shows   bool                    // agents who talk are shown in a call
	shown   []*people.Person        // on a screen
	talking map[fact.AgentID]string // agents in a call of ours, and the object id by which it was told; empty: not yet
}

// bound is who is who: by object id, and back.
type bound struct {
	person map[string]fact.AgentID
	oid    map[fact.AgentID]string
	guests map[string]fact.AgentID // by object id: people on a screen who are not of the roster
}

// How often names without an object id are looked up: soon while there are any, else once an hour.
const (
	resolveSoon  = 15 * time.Second
	resolveLater = time.Hour
	resolveNames = 20 // looked up before what was found is used
)

// resolve finds the object ids of people whom the configuration names by user, until ctx ends.
func (p *presence) resolve(ctx context.Context) {
	for {
		wait := resolveLater
		if !p.resolveOnce(ctx) {
			wait = resolveSoon
		}
		select {
		case <-time.After(wait):
		case <-p.again:
		case <-ctx.Done():
			return
		}
	}
}

// wanted says whose presence is read: experts, and who takes calls.
func wanted(who *people.Person) bool {
	return who.Expert || who.Role >= people.Agent && len(who.Queues) > 0
}

func (p *presence) resolveOnce(ctx context.Context) (all bool) {
	next := &bound{person: map[string]fact.AgentID{}, oid: map[fact.AgentID]string{}}
	was := p.ids.Load()
	var names []string
	byName := map[string]fact.AgentID{}
	add := func(id fact.AgentID, oid string) {
		next.person[strings.ToLower(oid)], next.oid[id] = id, strings.ToLower(oid)
	}
	for _, e := range p.roster.Load().All() {
		switch {
		case !wanted(e):
		case e.OID != "":
			add(e.ID, e.OID)
		case was.oid[e.ID] != "":
			add(e.ID, was.oid[e.ID])
		case e.User != "":
			names = append(names, e.User)
			byName[strings.ToLower(e.User)] = e.ID
		}
	}
	p.known(next)
	for some := range slices.Chunk(names, resolveNames) {
		found, err := p.client.Load().Users(ctx, some)
		next = &bound{person: maps.Clone(next.person), oid: maps.Clone(next.oid)}
		for name, u := range found {
			if id, known := byName[strings.ToLower(name)]; known && u.ID != "" {
				add(id, u.ID)
				delete(byName, strings.ToLower(name))
			}
		}
		p.known(next)
		if err != nil {
			if ctx.Err() == nil {
				p.log.Warn("people could not be looked up at Graph; their presence is unknown", "err", err)
			}
			return false
		}
	}
	return len(byName) == 0
}

// known puts in force who is who.
func (p *presence) known(b *bound) {
	p.poller.Everybody(slices.Collect(maps.Keys(b.person)))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onScreen(*b)
	for id, told := range p.talking {
		if told == "" {
			p.tell(b, id)
		}
	}
}

// People replaces whose presence is told.
func (p *presence) People(r *people.Roster) {
	p.roster.Store(r)
	select {
	case p.again <- struct{}{}:
	default:
	}
}

// OnScreen replaces whom somebody looks at: they are read more often.
func (p *presence) OnScreen(who []*people.Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = who
	p.onScreen(*p.ids.Load())
}

// onScreen puts in force who is who, and tells the poller whom somebody looks at; the caller holds the lock.
func (p *presence) onScreen(b bound) {
	b.guests = map[string]fact.AgentID{}
	oids := make([]string, 0, len(p.shown))
	for _, x := range p.shown {
		oid := b.oid[x.ID]
		if oid == "" && x.OID != "" {
			oid = strings.ToLower(x.OID)
			b.guests[oid] = x.ID
		}
		oids = append(oids, oid)
	}
	p.ids.Store(&b)
	p.poller.OnScreen(oids)
}

// Talking says that an agent is in a call of ours, or no longer.
func (p *presence) Talking(id fact.AgentID, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if on {
		p.tell(p.ids.Load(), id)
		return
	}
	if oid := p.talking[id]; oid != "" { // who has left the roster meanwhile is taken back all the same
		p.inCall.Talking(oid, false)
	}
	delete(p.talking, id)
}

// tell passes on who talks, by object id; the caller holds the lock. It is passed on also where it is not to be
// shown in Teams: what Teams says during a call of ours is still explained by it.
func (p *presence) tell(b *bound, id fact.AgentID) {
	oid := b.oid[id]
	p.talking[id] = oid
	if oid != "" {
		p.inCall.Talking(oid, true)
	}
}

func (p *presence) setInCall(ctx context.Context, oid string) error {
	p.mu.Lock()
	shows := p.shows
	p.mu.Unlock()
	if !shows {
		return graph.ErrNotShown
	}
	return p.client.Load().SetInCall(ctx, oid)
}

func (p *presence) clearInCall(ctx context.Context, oid string) error {
	return p.client.Load().ClearInCall(ctx, oid)
}

func (p *presence) read(ctx context.Context, oids []string) ([]people.Reading, error) {
	return p.client.Load().Presences(ctx, oids)
}

// Prepare makes ready what another configuration wants of Graph, or says what is wrong; use puts it in force.
func (p *presence) Prepare(t *config.Tenant) (use func(), err error) {
	p.mu.Lock()
	was := p.set
	p.mu.Unlock()
	o, err := graphOptions(t, was.Log) // a certificate may be another under the same name
	if err != nil {
		return nil, err
	}
	c := p.client.Load()
	if !reflect.DeepEqual(was, o) {
		if c, err = graph.New(o); err != nil {
			return nil, err
		}
	}
	return func() {
		p.client.Store(c)
		p.poller.Pace(t.Presence.Others, t.Presence.OnScreen)
		p.mu.Lock()
		p.set, p.shows = o, t.Presence.ShowInCall
		p.mu.Unlock()
	}, nil
}

// Close stops reading, and takes back what agents are shown as: two seconds at most.
func (p *presence) Close() {
	p.stop()
	select {
	case <-p.done:
	case <-time.After(2500 * time.Millisecond):
	}
}

// took puts the persons' own ids into readings.
func (p *presence) took(news []people.Reading) {
	ids := p.ids.Load()
	out := make([]people.Reading, 0, len(news))
	for _, r := range news {
		id, known := ids.person[strings.ToLower(r.ID)]
		if !known {
			id, known = ids.guests[strings.ToLower(r.ID)]
		}
		if known {
			r.Ours = p.inCall.Ours(r)
			r.ID = string(id)
			out = append(out, r)
		}
	}
	p.take(out)
}

// Fresh reads one person again.
func (p *presence) Fresh(ctx context.Context, who *people.Person) (people.Reading, bool) {
	oid := cmp.Or(p.ids.Load().oid[who.ID], strings.ToLower(who.OID)) // whom the picker found in the directory has one
	if oid == "" {
		return people.Reading{}, false
	}
	r, err := p.client.Load().Presence(ctx, oid)
	if err != nil {
		return people.Reading{}, false
	}
	r.Ours = p.inCall.Ours(r)
	r.ID = string(who.ID)
	p.take([]people.Reading{r})
	return r, true
}

// Health says in words how Graph is.
func (p *presence) Health() (string, bool) {
	h := p.client.Load().Health()
	return h.Words, h.State == graph.StateFine
}

// Counts gives how many requests Graph got, how many of them it throttled, and how many failed.
func (p *presence) Counts() (requests, throttled, failed uint64) {
	h := p.client.Load().Health()
	return h.Requests, h.Throttled, h.Failed
}
