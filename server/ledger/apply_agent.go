package ledger

import (
	"encoding/json"

	"cordboard/server/fact"
)

// onCall are the states in which an agent has a contact.
var onCall = map[fact.State]bool{fact.Connecting: true, fact.Talking: true, fact.HeldState: true, fact.Consulting: true,
	fact.Conference: true, fact.Transferring: true, fact.DirectCall: true, fact.Dialing: true, fact.Lost: true}

// agentState ends the agent's time in the state before and begins one in the new state. When the change does
// not go on from where the agent was, the server was killed in between: that time ended with the last fact
// before, the server's last sign of life.
func (s *shelf) agentState(tenant string, seq, at, lastSign int64, e *fact.Entry, f fact.AgentState) error {
	a, err := s.agent(tenant, string(e.Agent))
	if err != nil {
		return err
	}
	if p := a.state; p != nil {
		p.Until = at
		if p.State != string(f.From) && lastSign > 0 {
			p.Until = max(p.At, min(at, lastSign))
		}
		s.states[p] = stateTable
	}
	a.state = &AgentTime{Tenant: tenant, Agent: string(e.Agent), Seq: seq, At: at, Was: string(f.From), State: string(f.To),
		Reason: f.Reason, By: f.By, Cause: f.Cause, Contact: string(e.Contact)}
	s.states[a.state] = stateTable
	if a.talk != nil && !onCall[f.To] {
		s.dirty[a.of] = true
		a.of.endTalk(a.talk, at, "")
		a.talk, a.of = nil, nil
	}
	return nil
}

// lostKind is the fact that the ledger itself writes when facts had to be dropped.
const lostKind = "ledger.lost"

type lostFacts struct {
	Count int64 `json:"count"`
	First int64 `json:"first_n"`
	Last  int64 `json:"last_n"`
}

func (s *shelf) keepLost(tenant string, seq, at int64, e *fact.Entry) {
	u, ok := e.Fact.(fact.Unknown)
	var l lostFacts
	if !ok || json.Unmarshal(u.Body, &l) != nil {
		return
	}
	s.fresh = append(s.fresh, change{lostTable, &Lost{tenant, seq, at, l.Count, l.First, l.Last}})
}
