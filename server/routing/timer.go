package routing

import (
	"container/heap"
	"time"

	"cordboard/server/fact"
)

type timerKind uint8

const (
	offerTimer timerKind = iota
	waitTimer
	wrapTimer
	graceTimer
	missedTimer
	skipTimer
	staffTimer
)

type timer struct {
	at    time.Time
	order uint64
	kind  timerKind
	key   string
}

// timers is a heap by time. An entry that no longer holds is ignored when it fires. Most never do, for calls are answered
// long before their longest wait is over: now and then those are taken out.
type timers []timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	if !t[i].at.Equal(t[j].at) {
		return t[i].at.Before(t[j].at)
	}
	return t[i].order < t[j].order
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(timer)) }
func (t *timers) Pop() any {
	old := *t
	x := old[len(old)-1]
	*t = old[:len(old)-1]
	return x
}

func (t timers) next() time.Time {
	if len(t) == 0 {
		return time.Time{}
	}
	return t[0].at
}

func (s *State) timer(at time.Time, kind timerKind, key string) time.Time {
	if len(s.timers) >= max(s.full, someTimers) {
		s.sweep()
	}
	heap.Push(&s.timers, timer{at, s.number(), kind, key})
	return at
}

// sweep takes out what no longer holds. That depends on the events alone, so the same day has the same decisions.
func (s *State) sweep() {
	var kept timers
	for _, t := range s.timers {
		if s.holds(t) {
			kept = append(kept, t)
		}
	}
	s.timers = kept
	heap.Init(&s.timers)
	s.full = 2 * len(s.timers)
}

const someTimers = 256 // that are set before those that no longer hold are looked for

// holds says whether a timer is still what somebody waits for.
func (s *State) holds(t timer) bool {
	switch t.kind {
	case offerTimer:
		r := s.offers[fact.ReservationID(t.key)]
		return r != nil && r.deadline.Equal(t.at)
	case waitTimer:
		c := s.byID[fact.ContactID(t.key)]
		return c != nil && c.leaveAt.Equal(t.at)
	case wrapTimer, graceTimer, missedTimer:
		return s.byAgent[fact.AgentID(t.key)].until.Equal(t.at)
	case staffTimer:
		return s.byQueue[fact.QueueID(t.key)].goneAt.Equal(t.at)
	}
	return true
}

// fire does what is due. What is due at the very moment of an event comes before the event: a deadline
// that has passed is passed.
func (s *State) fire() {
	for len(s.timers) > 0 && !s.timers[0].at.After(s.now) {
		t := heap.Pop(&s.timers).(timer)
		if !s.holds(t) {
			continue
		}
		switch t.kind {
		case offerTimer:
			s.missed(s.offers[fact.ReservationID(t.key)])
		case waitTimer:
			if c := s.byID[fact.ContactID(t.key)]; c.offer == nil && c.waiting {
				s.leave(c, "longest_wait")
			}
		case wrapTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.Wrapup {
				if a.overdue = a.wantsCode(); !a.overdue {
					s.wrapDone(a, ByRule)
				}
			}
		case graceTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.Lost {
				s.graceOver(a)
			}
		case missedTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.MissedState {
				s.missedOver(a)
			}
		case staffTimer:
			s.nobodyLeft(s.byQueue[fact.QueueID(t.key)])
		case skipTimer: // only wakes match
		}
	}
}
