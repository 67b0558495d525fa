package desk

import (
	"strings"

	"cordboard/server/people"
	"cordboard/session/wire"
)

// GraphLine is how the tenant's access to Microsoft Graph is.
type GraphLine = wire.Graph

// GraphRight is a permission without consent.
type GraphRight = wire.Right

// Graph tells every console how Microsoft Graph is, when that is news.
func (r *Room) Graph(line GraphLine) {
	r.r.mu.Lock()
	was := r.r.graph
	if was != nil && was.State == line.State && was.Words == line.Words {
		r.r.mu.Unlock()
		return
	}
	r.r.graph = &line
	seats := r.r.all()
	r.r.mu.Unlock()
	for _, s := range seats {
		s.tell(graphCame{line, was == nil})
	}
}

// NoGraph tells every console that the tenant has no Microsoft Graph any more.
func (r *Room) NoGraph() {
	r.r.mu.Lock()
	was := r.r.graph
	r.r.graph = nil
	seats := r.r.all()
	r.r.mu.Unlock()
	if was == nil {
		return
	}
	for _, s := range seats {
		s.tell(graphGone{})
	}
}

type graphGone struct{}

func (graphGone) apply(s *seat) { s.publish(wire.News{Graph: &wire.Graph{State: "none"}}) }

type graphCame struct {
	line  GraphLine
	first bool
}

// apply shows it, and says it to whom it matters: what only an administrator can mend is not told to agents.
func (e graphCame) apply(s *seat) {
	n := wire.News{Graph: &e.line}
	mends := e.line.State == "consent_missing" || e.line.State == "credential"
	if (s.role >= people.Supervisor || !mends) && !(e.first && e.line.State == "fine") {
		var rights []string
		for _, m := range e.line.Missing {
			rights = append(rights, m.Permission)
		}
		n.Said = &wire.Said{Kind: "message", Key: "graph_" + e.line.State, Args: map[string]string{"rights": strings.Join(rights, ", "), "link": e.line.Consent}, Words: e.line.Words, Bad: e.line.State != "fine"}
	}
	s.publish(n)
}
