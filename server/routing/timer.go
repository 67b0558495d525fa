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

// timers is a heap by time. An entry that no longer holds when it fires is ignored, so nothing is ever
// taken out before its time.
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
	heap.Push(&s.timers, timer{at, s.number(), kind, key})
	return at
}

// fire does what is due. What is due at the very moment of an event comes before the event: a deadline
// that has passed is passed.
func (s *State) fire() {
	for len(s.timers) > 0 && !s.timers[0].at.After(s.now) {
		t := heap.Pop(&s.timers).(timer)
		switch t.kind {
		case offerTimer:
			if r := s.offers[fact.ReservationID(t.key)]; r != nil && r.deadline.Equal(t.at) {
				s.missed(r)
			}
		case waitTimer:
			if c := s.byID[fact.ContactID(t.key)]; c != nil && c.leaveAt.Equal(t.at) && c.offer == nil && c.waiting {
				s.leave(c, "longest_wait")
			}
		case wrapTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.Wrapup && a.until.Equal(t.at) {
				if a.overdue = a.wantsCode(); !a.overdue {
					s.wrapDone(a, ByRule)
				}
			}
		case graceTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.Lost && a.until.Equal(t.at) {
				s.graceOver(a)
			}
		case missedTimer:
			if a := s.byAgent[fact.AgentID(t.key)]; a.state == fact.MissedState && a.until.Equal(t.at) {
				s.missedOver(a)
			}
		case staffTimer:
			if q := s.byQueue[fact.QueueID(t.key)]; q.goneAt.Equal(t.at) {
				s.nobodyLeft(q)
			}
		case skipTimer: // only wakes match
		}
	}
}
