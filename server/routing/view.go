package routing

import (
	"time"

	"cordboard/server/fact"
)

// AgentView is what others may see of an agent.
type AgentView struct {
	ID                fact.AgentID
	State             fact.State
	Since             time.Time
	Reason            string
	By                string
	Until             time.Time
	Console           bool
	Endpoint          fact.Endpoint // where calls ring
	There             bool          // they can ring there
	Always            bool          // ready without a console
	Contact           fact.ContactID
	After             fact.State // what was chosen to come after; empty: nothing
	AfterWhy, AfterBy string
	More              int // extensions of wrap-up left

	Kept     Presence       // what Teams says that keeps calls away, and
	KeptFrom []fact.QueueID // of which queues
	KeptAll  bool           // of all the agent's queues
}

// Agent shows an agent.
func (s *State) Agent(id fact.AgentID) (AgentView, bool) {
	a := s.byAgent[id]
	if a == nil {
		return AgentView{}, false
	}
	v := AgentView{ID: a.id, State: a.state, Since: a.since, Reason: a.reason, By: a.by, Until: a.until, Console: a.console, Contact: a.contact, Endpoint: a.endpoint, There: a.reachable(), Always: a.always}
	if a.after != nil {
		v.After, v.AfterWhy, v.AfterBy = a.after.state, a.after.reason, a.after.by
	}
	if a.queue != nil {
		v.More = max(0, a.queue.MaxMore-a.more)
	}
	for _, q := range a.queues {
		if k := q.keeps(a); k != 0 {
			v.Kept, v.KeptFrom = v.Kept|k, append(v.KeptFrom, q.ID)
		}
	}
	v.KeptAll = len(v.KeptFrom) > 0 && len(v.KeptFrom) == len(a.queues)
	return v, true
}

// Idle visits the ready agents of every queue, longest idle first: the agent's place and how many are ready
// there, and who is just before. An agent of several queues is visited once for each; one from whom presence
// keeps a queue's calls has no place in it.
func (s *State) Idle(visit func(id fact.AgentID, place, of int, ahead fact.AgentID)) {
	for _, q := range s.queues {
		var ahead fact.AgentID
		of, place := q.free(), 0
		for _, a := range q.ready {
			if q.keeps(a) != 0 {
				continue
			}
			place++
			visit(a.id, place, of, ahead)
			ahead = a.id
		}
	}
}

// QueueView is what others may see of a queue.
type QueueView struct {
	ID       fact.QueueID
	Waiting  int // offered contacts count as waiting
	Oldest   time.Time
	Ready    int // those whom presence keeps away are not among them
	Paused   int
	Talking  int
	SignedIn int
}

// Queues shows all queues, in the order of the settings; one that is gone as long as somebody waits there.
func (s *State) Queues() []QueueView {
	out := make([]QueueView, 0, len(s.queues))
	for _, q := range s.queues {
		v := QueueView{ID: q.ID, Waiting: len(q.waiting), Ready: q.free()}
		for _, c := range q.waiting {
			if v.Oldest.IsZero() || c.since.Before(v.Oldest) {
				v.Oldest = c.since
			}
		}
		for _, a := range q.members {
			if a.offer != nil && a.offer.queue == q && a.offer.kind == FromQueue {
				v.Waiting++
				if c := s.byID[a.offer.contact]; c != nil && (v.Oldest.IsZero() || c.since.Before(v.Oldest)) {
					v.Oldest = c.since
				}
			}
			switch {
			case a.state == fact.NotReady, a.state == fact.MissedState:
				v.Paused++
			case OnCall(a.state):
				v.Talking++
			}
			if a.state != fact.Offline {
				v.SignedIn++
			}
		}
		if q.gone && v.Waiting == 0 {
			continue
		}
		out = append(out, v)
	}
	return out
}
