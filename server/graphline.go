package server

import (
	"context"
	"time"

	"cordboard/server/desk"
	"cordboard/server/inbox"
)

// GraphLines gives the health line of a tenant's Microsoft Graph; known is false as long as nothing was asked. A
// Presence that has it is watched, and its consoles told.
type GraphLines interface {
	GraphLine() (line desk.GraphLine, known bool)
}

// graphEvery is how often the health line is looked at.
const graphEvery = 5 * time.Second

// watchGraph tells the consoles how Graph is, until ctx ends.
func (n *tenant) watchGraph(ctx context.Context) {
	g, ok := n.presence.(GraphLines)
	if !ok {
		return
	}
	inbox.Go(func(p *inbox.Panic) {
		n.server.log.Error("Microsoft Graph is no longer watched by a fault of our own", "tenant", n.id, "err", p)
	}, func() {
		tick := time.NewTicker(graphEvery)
		defer tick.Stop()
		for {
			if line, known := g.GraphLine(); known {
				n.room.Graph(line)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// graphHealth is the health line with its figures, for ?verbose.
type graphHealth struct {
	desk.GraphLine
	Requests  uint64 `json:"requests"`
	Throttled uint64 `json:"throttled"`
	Failed    uint64 `json:"failed"`
	People    int    `json:"people"` // who can be found
}

func (n *tenant) graphHealth() (h graphHealth, ok bool) {
	g, ok := n.presence.(GraphLines)
	if !ok {
		return h, false
	}
	line, known := g.GraphLine()
	if h.GraphLine = line; !known {
		h.State = "unknown"
	}
	h.Requests, h.Throttled, h.Failed = n.presence.Counts()
	h.People = n.now.Load().index.Len()
	return h, true
}
