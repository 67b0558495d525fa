package routing

import (
	"time"

	"cordboard/server/fact"
)

// Enqueue lets a contact wait in a queue. A contact that already waits there or elsewhere is moved.
type Enqueue struct {
	Contact  fact.ContactID
	Queue    fact.QueueID
	Since    time.Time // from when the wait counts
	Priority int
	Needs    []Need
	Head     bool // it came back: before all others
}

func (e Enqueue) apply(s *State) {
	q := s.byQueue[e.Queue]
	if q == nil {
		s.decide(Leave{Contact: e.Contact, Queue: e.Queue, Reason: "no_queue"})
		return
	}
	if c := s.byID[e.Contact]; c != nil {
		s.remove(c, fact.Withdrawn)
	}
	c := &contact{id: e.Contact, queue: q, since: e.Since, head: e.Head, priority: e.Priority, needs: e.Needs, order: s.number()}
	s.byID[c.id] = c
	if q.nobody(s) {
		s.wait(c)
		s.leave(c, "nobody")
		return
	}
	if q.LongestWait > 0 && !e.Head {
		c.leaveAt = s.timer(e.Since.Add(q.LongestWait), waitTimer, string(c.id))
	}
	s.wait(c)
}

// Gone: the contact left: the caller hung up, or its call went elsewhere. Whoever was rung is free again.
type Gone struct {
	Contact fact.ContactID
	Outcome fact.Outcome // CallerOff or Withdrawn
}

func (g Gone) apply(s *State) {
	if c := s.byID[g.Contact]; c != nil {
		s.remove(c, g.Outcome)
	}
	s.withdraw(g.Contact, g.Outcome)
}

// remove takes a contact out of routing, with an offer that may stand.
func (s *State) remove(c *contact, outcome fact.Outcome) {
	s.unwait(c)
	delete(s.byID, c.id)
	if c.offer != nil {
		s.free(c.offer, outcome)
	}
}

// withdraw ends offers of a contact that is not in a queue: a transfer to an agent, a direct call.
func (s *State) withdraw(id fact.ContactID, outcome fact.Outcome) {
	for _, a := range s.agents {
		if a.offer != nil && a.offer.contact == id {
			s.free(a.offer, outcome)
		}
	}
}

// free ends an offer through nobody's fault: the agent is as idle as before.
func (s *State) free(r *reservation, outcome fact.Outcome) {
	s.over(r, outcome, "")
	s.change(r.agent, OfferGone, ByServer, "")
}

// Reserve asks for one particular agent: a transfer to an agent, or a direct call. The answer is an Offer, or
// TooLate with why not.
type Reserve struct {
	Contact fact.ContactID
	Agent   fact.AgentID
	Kind    Kind
	Queue   fact.QueueID // whose wrap-up rules go along; may be empty
	Ring    time.Duration
}

func (e Reserve) apply(s *State) {
	a := s.byAgent[e.Agent]
	if a == nil || a.state != fact.Ready || a.offer != nil {
		why := "unknown"
		if a != nil {
			why = string(a.state)
		}
		s.decide(TooLate{Agent: e.Agent, Contact: e.Contact, Why: why})
		return
	}
	s.keepOut(a)
	r := s.reserve(e.Contact, a, s.byQueue[e.Queue], e.Kind, e.Ring)
	s.announce(r, Why{IdleFor: s.now.Sub(a.idle), Of: 1})
}

// Accept: the agent takes the offer. It wins if it comes before everything else that ends an offer.
type Accept struct {
	Reservation fact.ReservationID
	Agent       fact.AgentID
}

func (e Accept) apply(s *State) {
	r := s.mine(e.Reservation, e.Agent)
	if r == nil {
		return
	}
	s.over(r, fact.Accepted, "")
	if c := s.byID[r.contact]; c != nil && r.kind == FromQueue {
		delete(s.byID, c.id)
	}
	r.agent.row = 0
	s.change(r.agent, Accepts, ByAgent, "")
	s.decide(Connect{Reservation: r.id, Contact: r.contact, Agent: r.agent.id, Queue: queueID(r.queue), Kind: r.kind})
}

// Decline: the agent does not take the offer.
type Decline struct {
	Reservation fact.ReservationID
	Agent       fact.AgentID
	Reason      string
}

func (e Decline) apply(s *State) {
	r := s.mine(e.Reservation, e.Agent)
	if r == nil {
		return
	}
	reason := e.Reason
	if reason == "" {
		reason = ReasonDeclined
	}
	s.over(r, fact.Declined, reason)
	if r.kind != FromConsult && (r.queue == nil || r.queue.DeclineTo != fact.Ready) { // who is only asked goes on as before
		r.agent.before = pending{fact.NotReady, reason, ByAgent}
	}
	s.skip(r)
	s.change(r.agent, Declines, ByAgent, reason)
	s.again(r.contact, r.kind)
}

// skip keeps a contact for a while from the agent of a reservation.
func (s *State) skip(r *reservation) {
	if c := s.byID[r.contact]; c != nil {
		until := s.timer(s.now.Add(declinedFor), skipTimer, "")
		c.skip = append(c.skip, skip{r.agent.id, until})
	}
}

// mine finds a reservation that this agent may still decide on, and says TooLate otherwise.
func (s *State) mine(id fact.ReservationID, who fact.AgentID) *reservation {
	r := s.offers[id]
	if r == nil || r.agent.id != who {
		s.decide(TooLate{Agent: who, Reservation: id, Why: s.ended.of(id)})
		return nil
	}
	return r
}

// Tick does what has become due.
type Tick struct{}

func (Tick) apply(*State) {}

// Configure replaces the settings. Contacts that wait keep their place; a queue that is gone lives until it is empty.
type Configure struct{ Settings Settings }

func (e Configure) apply(s *State) { s.configure(e.Settings) }
