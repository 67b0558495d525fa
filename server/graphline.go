package server

import (
	"context"
	"time"

	"cordboard/server/desk"
)

// GraphLines gives the health line of a tenant's Microsoft Graph; known is false as long as nothing was asked. A
// Presence that has it is watched, and its consoles told.
type GraphLines interface {
	GraphLine() (line desk.GraphLine, known bool)
}

// graphEvery is how often the health line is looked at.
const graphEvery = 5 * time.Second

// watch tells the consoles how Graph is, until ctx ends.
func (m *microsoft) watch(ctx context.Context, g GraphLines) {
	tick := time.NewTicker(graphEvery)
	defer tick.Stop()
	for {
		if line, known := g.GraphLine(); known {
			m.mu.Lock()
			if !m.over {
				m.n.room.Graph(line)
			}
			m.mu.Unlock()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
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
	is := n.source()
	g, ok := is.(GraphLines)
	if !ok {
		return h, false
	}
	line, known := g.GraphLine()
	if h.GraphLine = line; !known {
		h.State = "unknown"
	}
	h.Requests, h.Throttled, h.Failed = is.Counts()
	h.People = n.now.Load().index.Len()
	return h, true
}
