package operate

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"strings"
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
		c, err := graphOf(t, log)
		if err != nil {
			return nil, err
		}
		p := &presence{client: c, take: take, log: log.With("tenant", t.ID), again: make(chan struct{}, 1)}
		p.roster.Store(r)
		p.ids.Store(&bound{})
		p.poller = graph.NewPoller(c, graph.PollOptions{Every: t.Presence.Others, OnScreen: t.Presence.OnScreen, Sink: p.took, Log: log})
		stopped := func(e *inbox.Panic) { p.log.Error("presence stopped by a fault of our own", "err", e) }
		inbox.Go(stopped, func() { p.resolve(ctx) })
		inbox.Go(stopped, func() { _ = p.poller.Run(ctx) })
		return p, nil
	}
}

// graphOf makes a tenant's access to Graph.
func graphOf(t *config.Tenant, log *slog.Logger) (*graph.Client, error) {
	o := graph.Options{
		Tenant: t.ID, TenantID: t.Graph.Tenant, Authority: t.Graph.Authority, GraphURL: t.Graph.URL, ClientID: t.Graph.ClientID,
		Secret: string(t.Graph.Secret), CAFile: string(t.Graph.CAFile), Log: log,
	}
	if t.Graph.Certificate != "" {
		pem, err := os.ReadFile(string(t.Graph.Certificate))
		if err != nil {
			return nil, err
		}
		o.Certificate = pem
	}
	return graph.New(o)
}

// presence ties a tenant's roster to Graph's object ids.
type presence struct {
	client *graph.Client
	poller *graph.Poller
	roster atomic.Pointer[people.Roster]
	again  chan struct{} // the roster is another
	take   func([]people.Reading)
	log    *slog.Logger
	ids    atomic.Pointer[bound]
}

// bound is who is who: by object id, and back.
type bound struct {
	person map[string]fact.AgentID
	oid    map[fact.AgentID]string
}

// How often names without an object id are looked up: soon while there are any, else once an hour.
const (
	resolveSoon  = 15 * time.Second
	resolveLater = time.Hour
)

// resolve finds the object ids of experts that the configuration names by user, until ctx ends.
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

func (p *presence) resolveOnce(ctx context.Context) (all bool) {
	next := &bound{person: map[string]fact.AgentID{}, oid: map[fact.AgentID]string{}}
	was := p.ids.Load()
	var names []string
	byName := map[string]fact.AgentID{}
	add := func(id fact.AgentID, oid string) {
		next.person[strings.ToLower(oid)], next.oid[id] = id, strings.ToLower(oid)
	}
	experts := p.roster.Load().Experts()
	for _, e := range experts {
		switch {
		case e.OID != "":
			add(e.ID, e.OID)
		case was.oid[e.ID] != "":
			add(e.ID, was.oid[e.ID])
		default:
			names = append(names, e.User)
			byName[strings.ToLower(e.User)] = e.ID
		}
	}
	found, err := p.client.Users(ctx, names)
	if err != nil && ctx.Err() == nil {
		p.log.Warn("experts could not be looked up at Graph; their presence is unknown", "err", err)
	}
	for name, u := range found {
		if id, known := byName[strings.ToLower(name)]; known && u.ID != "" {
			add(id, u.ID)
		}
	}
	p.ids.Store(next)
	oids := make([]string, 0, len(next.person))
	for oid := range next.person {
		oids = append(oids, oid)
	}
	p.poller.OnScreen(oids)
	p.poller.Everybody(oids)
	return len(next.oid) == len(experts)
}

// People replaces whose presence is told.
func (p *presence) People(r *people.Roster) {
	p.roster.Store(r)
	select {
	case p.again <- struct{}{}:
	default:
	}
}

// took puts the persons' own ids into readings.
func (p *presence) took(news []people.Reading) {
	ids := p.ids.Load()
	out := make([]people.Reading, 0, len(news))
	for _, r := range news {
		if id, known := ids.person[strings.ToLower(r.ID)]; known {
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
	r, err := p.client.Presence(ctx, oid)
	if err != nil {
		return people.Reading{}, false
	}
	r.ID = string(who.ID)
	p.take([]people.Reading{r})
	return r, true
}

// Health says in words how Graph is.
func (p *presence) Health() (string, bool) {
	h := p.client.Health()
	return h.Words, h.State == graph.StateFine
}
