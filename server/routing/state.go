package routing

import (
	"fmt"
	"time"

	"cordboard/server/fact"
)

// State is all that routing knows of a tenant. Its zero value is not usable: see New.
type State struct {
	prefix  string // makes reservation ids unique across nodes and restarts
	now     time.Time
	grace   time.Duration
	queues  []*queue
	agents  []*agent
	byQueue map[fact.QueueID]*queue
	byAgent map[fact.AgentID]*agent
	byID    map[fact.ContactID]*contact
	offers  map[fact.ReservationID]*reservation
	ended   endings
	timers  timers
	full    int // timers at which those that no longer hold are taken out
	out     []Decision
	count   uint64 // numbers reservations and arrivals
	moved   bool   // somebody signed in or out, or lost a console, in this step
}

type queue struct {
	Queue
	waiting []*contact // best first: see contact.before
	ready   []*agent   // longest idle first
	members []*agent   // signed in or not, in the order of the settings
	gone    bool       // no longer in the settings; lives until it is empty
	empty   bool       // no agent of it is signed in
	goneAt  time.Time  // then from this moment on nobody waits for them
}

type contact struct {
	id       fact.ContactID
	queue    *queue
	since    time.Time
	head     bool
	priority int
	needs    []Need
	order    uint64
	offer    *reservation
	leaveAt  time.Time
	skip     []skip
	waiting  bool
}

type skip struct {
	agent fact.AgentID
	until time.Time
}

type reservation struct {
	id       fact.ReservationID
	contact  fact.ContactID
	agent    *agent
	queue    *queue
	kind     Kind
	began    time.Time
	deadline time.Time
}

// New makes the state of a tenant. The prefix must differ between nodes and between starts of one node.
func New(prefix string, settings Settings) *State {
	s := &State{
		prefix: prefix, byQueue: map[fact.QueueID]*queue{}, byAgent: map[fact.AgentID]*agent{},
		byID: map[fact.ContactID]*contact{}, offers: map[fact.ReservationID]*reservation{},
	}
	s.configure(settings)
	return s
}

// Step takes one event, changes s in place, and gives what follows from it, in order. next is when s wants
// a Tick at the latest; zero means never. Events must come in the order of their At.
// The decisions are valid until the next Step.
func (s *State) Step(e Event) (d []Decision, next time.Time) {
	s.out = s.out[:0]
	if e.At.After(s.now) {
		s.now = e.At
	}
	s.fire()
	e.What.apply(s)
	s.watchStaff()
	s.match()
	return s.out, s.timers.next()
}

func (s *State) decide(d Decision) { s.out = append(s.out, d) }

func (s *State) configure(settings Settings) {
	s.grace = settings.Grace
	keep := make([]*queue, 0, len(settings.Queues))
	for _, q := range settings.Queues {
		was := s.byQueue[q.ID]
		if was == nil {
			was = &queue{empty: true}
			s.byQueue[q.ID] = was
		}
		was.Queue, was.gone = q, false
		keep = append(keep, was)
	}
	for _, q := range s.queues {
		stays := false
		for _, k := range keep {
			stays = stays || k == q
		}
		if !stays {
			q.gone = true // its agents stay: who waits there must still be answered
			keep = append(keep, q)
		}
	}
	s.queues = keep
	for _, q := range s.queues {
		for _, id := range q.Agents {
			s.agent(id)
		}
	}
	for _, a := range s.agents {
		s.keepOut(a)
		a.queues = a.queues[:0]
		for _, q := range s.queues {
			for _, id := range q.Agents {
				if id == a.id {
					a.queues = append(a.queues, q)
				}
			}
		}
	}
	for _, q := range s.queues {
		q.members = q.members[:0]
		for _, id := range q.Agents {
			q.members = append(q.members, s.byAgent[id])
		}
	}
	for _, a := range s.agents {
		s.keepReady(a)
		s.narrow(a)
	}
	s.moved = true
}

func (s *State) agent(id fact.AgentID) *agent {
	a := s.byAgent[id]
	if a == nil {
		a = &agent{id: id, state: fact.Offline, since: s.now}
		s.byAgent[id] = a
		s.agents = append(s.agents, a)
	}
	return a
}

// keepReady puts an agent into, or takes it out of, its queues' order of longest idle.
func (s *State) keepReady(a *agent) {
	s.keepOut(a)
	if a.state != fact.Ready || a.offer != nil {
		return
	}
	a.inReady = true
	for _, q := range a.queues {
		at := len(q.ready)
		for at > 0 && idleBefore(a, q.ready[at-1]) {
			at--
		}
		q.ready = append(q.ready, nil)
		copy(q.ready[at+1:], q.ready[at:])
		q.ready[at] = a
	}
}

func (s *State) keepOut(a *agent) {
	if !a.inReady {
		return
	}
	a.inReady = false
	for _, q := range a.queues {
		q.ready = without(q.ready, a)
	}
}

func idleBefore(a, b *agent) bool {
	if !a.idle.Equal(b.idle) {
		return a.idle.Before(b.idle)
	}
	return a.order < b.order
}

func without[T comparable](list []T, x T) []T {
	for i, v := range list {
		if v == x {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// before is the order in a queue: what came back to the head, then priority, then how long it has waited.
func (c *contact) before(d *contact) bool {
	switch {
	case c.head != d.head:
		return c.head
	case c.priority != d.priority:
		return c.priority > d.priority
	case !c.since.Equal(d.since):
		return c.since.Before(d.since)
	}
	return c.order < d.order
}

func (s *State) wait(c *contact) {
	q := c.queue
	at := len(q.waiting)
	for at > 0 && c.before(q.waiting[at-1]) {
		at--
	}
	q.waiting = append(q.waiting, nil)
	copy(q.waiting[at+1:], q.waiting[at:])
	q.waiting[at] = c
	c.waiting = true
}

func (s *State) unwait(c *contact) {
	if c.waiting {
		c.queue.waiting = without(c.queue.waiting, c)
		c.waiting = false
	}
}

func (s *State) number() uint64 { s.count++; return s.count }

func (s *State) newID() fact.ReservationID {
	return fact.ReservationID(fmt.Sprintf("%s-%d", s.prefix, s.number()))
}
