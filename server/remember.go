package server

import (
	"context"
	"time"

	"cordboard/server/fact"
	"cordboard/server/inbox"
)

// remembered is how far back counts what experts did with calls that were handed to them.
const remembered = 60 * 24 * time.Hour

// recorder hands facts to the ledger and remembers what experts did with calls (acd.Ledger).
type recorder struct{ n *tenant }

// Put never blocks.
func (r recorder) Put(e fact.Entry) {
	if m, ok := e.Fact.(fact.Moved); ok {
		r.n.record.Moved(e.Agent, m, e.At.In(r.n.zone()))
	}
	r.n.counts.count(e)
	r.n.server.ledger.Put(e)
}

// zone is where the tenant's hours are.
func (n *tenant) zone() *time.Location {
	if now := n.now.Load(); now != nil {
		return now.zone
	}
	return time.Local
}

// remember reads beside what the ledger has of the time before the start. Without it experts are only less well ranked.
func (n *tenant) remember(ctx context.Context) {
	inbox.Go(func(p *inbox.Panic) {
		n.server.log.Error("what experts did before could not be read by a fault of our own", "tenant", n.id, "err", p)
	}, func() {
		zone := n.zone()
		err := n.server.ledger.Handed(ctx, n.id, time.Now().Add(-remembered), func(by fact.AgentID, at time.Time, m fact.Moved) {
			n.record.Moved(by, m, at.In(zone))
		})
		if err != nil && ctx.Err() == nil {
			n.server.log.Warn("what experts did with calls before the start could not be read; they are ranked without it", "tenant", n.id, "err", err)
		}
	})
}
