package routing

import (
	"time"

	"cordboard/server/fact"
)

// declinedFor is how long a contact is not offered again to the agent who declined it.
const declinedFor = 30 * time.Second

// match gives waiting contacts to ready agents until no more pair fits. Only pairs that an event can have
// made possible exist, so the work is small: a queue without waiting contact or ready agent costs nothing.
func (s *State) match() {
	for {
		c, a := s.best()
		if c == nil {
			return
		}
		s.offer(c, a)
	}
}

// best is the next pair: of all contacts at which an agent could be rung now, the first by the one order
// of all queues; of its agents the longest idle.
func (s *State) best() (*contact, *agent) {
	var bestContact *contact
	var bestAgent *agent
	for _, q := range s.queues {
		if len(q.ready) == 0 {
			continue
		}
		for _, c := range q.waiting {
			if bestContact != nil && !c.before(bestContact) {
				break
			}
			if a := s.longestIdle(c); a != nil {
				bestContact, bestAgent = c, a
				break
			}
		}
	}
	return bestContact, bestAgent
}

func (s *State) longestIdle(c *contact) *agent {
	for _, a := range c.queue.ready {
		if a.has(c.needs) && !c.skips(a.id, s.now) && c.queue.keeps(a) == 0 {
			return a
		}
	}
	return nil
}

func (a *agent) has(needs []Need) bool {
	for _, n := range needs {
		ok := false
		for _, k := range a.skills {
			ok = ok || k.Name == n.Skill && k.Level >= n.Level
		}
		if !ok {
			return false
		}
	}
	return true
}

func (c *contact) skips(id fact.AgentID, now time.Time) bool {
	for _, k := range c.skip {
		if k.agent == id && now.Before(k.until) {
			return true
		}
	}
	return false
}

func (s *State) offer(c *contact, a *agent) {
	why := s.why(c, a)
	s.unwait(c)
	r := s.reserve(c.id, a, c.queue, FromQueue, c.queue.Ring)
	c.offer = r
	s.announce(r, why)
}

// reserve binds an agent to a contact for the time of one offer.
func (s *State) reserve(id fact.ContactID, a *agent, q *queue, kind Kind, ring time.Duration) *reservation {
	r := &reservation{id: s.newID(), contact: id, agent: a, queue: q, kind: kind, began: s.now, deadline: s.now.Add(ring)}
	s.offers[r.id] = r
	a.offer, a.contact, a.queue, a.at = r, id, q, a.endpoint
	s.timer(r.deadline, offerTimer, string(r.id))
	return r
}

func (s *State) announce(r *reservation, why Why) {
	by := ByRule
	s.change(r.agent, IsOffered, by, "")
	s.decide(Offer{Reservation: r.id, Contact: r.contact, Agent: r.agent.id, Queue: queueID(r.queue), Kind: r.kind, Deadline: r.deadline, Endpoint: r.agent.at, Why: why})
}

func queueID(q *queue) fact.QueueID {
	if q == nil {
		return ""
	}
	return q.ID
}

// over ends a reservation. The agent's state is the caller's business.
func (s *State) over(r *reservation, outcome fact.Outcome, reason string) {
	delete(s.offers, r.id)
	s.ended.add(r.id, outcome)
	r.agent.offer = nil
	if outcome != fact.Accepted {
		r.agent.contact = ""
	}
	if c := s.byID[r.contact]; c != nil && c.offer == r {
		c.offer = nil
	}
	s.decide(OfferOver{Reservation: r.id, Contact: r.contact, Agent: r.agent.id, Queue: queueID(r.queue), Kind: r.kind, Outcome: outcome, Reason: reason, Rang: r.began})
}

// again lets a contact wait on, at the place it had.
func (s *State) again(id fact.ContactID, kind Kind) {
	c := s.byID[id]
	if c == nil || kind != FromQueue {
		return
	}
	if !c.leaveAt.IsZero() && !c.leaveAt.After(s.now) {
		s.wait(c)
		s.leave(c, "longest_wait")
		return
	}
	s.wait(c)
}

func (s *State) missed(r *reservation) {
	a := r.agent
	s.over(r, fact.Missed, "")
	s.notTaken(a, r, ReasonMissed)
	s.again(r.contact, r.kind)
}

func (s *State) leave(c *contact, reason string) {
	s.unwait(c)
	delete(s.byID, c.id)
	s.decide(Leave{Contact: c.id, Queue: c.queue.ID, Reason: reason})
}

// endings remembers how the last reservations ended, so that a late key hears why it was late.
type endings struct {
	ring [256]struct {
		id      fact.ReservationID
		outcome fact.Outcome
	}
	at int
}

func (e *endings) add(id fact.ReservationID, o fact.Outcome) {
	e.ring[e.at%len(e.ring)].id, e.ring[e.at%len(e.ring)].outcome = id, o
	e.at++
}

func (e *endings) of(id fact.ReservationID) string {
	for i := range e.ring {
		if e.ring[i].id == id {
			return string(e.ring[i].outcome)
		}
	}
	return "unknown"
}
