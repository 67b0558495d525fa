package ledger

import (
	"encoding/json"

	"cordboard/server/fact"
)

// onCall are the states in which an agent has a contact.
var onCall = map[fact.State]bool{fact.Connecting: true, fact.Talking: true, fact.HeldState: true, fact.Consulting: true,
	fact.Conference: true, fact.Transferring: true, fact.DirectCall: true, fact.Dialing: true, fact.Lost: true}

// agentState ends the agent's time in the state before and begins one in the new state.
func (s *shelf) agentState(tenant string, seq, at int64, e *fact.Entry, f fact.AgentState) error {
	a, err := s.agent(tenant, string(e.Agent))
	if err != nil {
		return err
	}
	if a.state != nil {
		a.state.Until = at
		s.states[a.state] = stateTable
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

// startedKind is the fact that the ledger writes when it is opened.
const startedKind = "server.started"

// started ends what a server before this one left open: it died with the last fact before, its last sign of
// life, and so did the state of every agent.
func (s *shelf) started(p *position, seq, at int64) error {
	p.Died = p.At
	if err := s.flush(); err != nil {
		return err
	}
	open, err := rows[AgentTime](s, stateTable, "WHERE tenant = ? AND until = 0 ORDER BY agent, seq", p.Tenant)
	if err != nil {
		return err
	}
	for _, a := range open {
		a.Until = max(a.At, p.Died)
		s.states[a] = stateTable
	}
	clear(s.agents) // they are read again from what is flushed here
	p.Seq, p.At = seq, max(at, p.At)
	return s.flush()
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
