package operate

import (
	"cordboard/server/desk"
	"cordboard/server/graph"
)

// GraphLine gives the tenant's health line.
func (p *presence) GraphLine() (desk.GraphLine, bool) {
	h := p.client.Load().Health()
	line := desk.GraphLine{State: string(h.State), Since: h.Since, Words: h.Words}
	switch h.State {
	case graph.StateSlow:
		line.Again = h.Again
	case graph.StateNoConsent:
		line.Consent = h.Consent
		for _, m := range h.Missing {
			line.Missing = append(line.Missing, desk.GraphRight{Permission: m.Permission, Feature: m.Feature})
		}
	}
	return line, h.State != graph.StateUnknown
}
