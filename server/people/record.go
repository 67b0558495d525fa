package people

import (
	"math/bits"
	"sync"
	"time"

	"cordboard/server/fact"
)

// Record remembers how experts answered when a call was handed to them, and with whom agents spoke last.
type Record struct {
	mu     sync.RWMutex
	offers map[fact.AgentID]*[24]lastOffers
	spoken map[fact.AgentID]map[fact.AgentID]time.Time // agent → expert
}

// lastOffers are the last offers at one hour of the day, the newest in the lowest bit; 1: answered.
type lastOffers struct {
	answered uint32
	n        uint8
}

// countedOffers is how many of an hour's last offers count.
const countedOffers = 20

// Offered notes that a call was handed to an expert and whether the expert answered; at is in the tenant's zone.
func (r *Record) Offered(expert fact.AgentID, at time.Time, answered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.offers == nil {
		r.offers = map[fact.AgentID]*[24]lastOffers{}
	}
	day := r.offers[expert]
	if day == nil {
		day = new([24]lastOffers)
		r.offers[expert] = day
	}
	o := &day[at.Hour()]
	o.answered <<= 1
	if answered {
		o.answered |= 1
	}
	o.answered &= 1<<countedOffers - 1
	o.n = min(o.n+1, countedOffers)
}

// Spoke notes that an agent spoke with an expert.
func (r *Record) Spoke(agent, expert fact.AgentID, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spoken == nil {
		r.spoken = map[fact.AgentID]map[fact.AgentID]time.Time{}
	}
	with := r.spoken[agent]
	if with == nil {
		with = map[fact.AgentID]time.Time{}
		r.spoken[agent] = with
	}
	if at.After(with[expert]) {
		with[expert] = at
	}
}

// Share gives how many of the last offers at an hour of the day, 20 at most, an expert answered.
func (r *Record) Share(expert fact.AgentID, hour int) (answered, of int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if day := r.offers[expert]; day != nil {
		return day[hour].count()
	}
	return 0, 0
}

// shares gives every expert's share at an hour.
func (r *Record) shares(hour int, each func(id fact.AgentID, answered, of int)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for id, day := range r.offers {
		if a, of := day[hour].count(); of > 0 {
			each(id, a, of)
		}
	}
}

// spokenWith gives with whom an agent spoke, and when last.
func (r *Record) spokenWith(agent fact.AgentID, each func(fact.AgentID, time.Time)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for id, at := range r.spoken[agent] {
		each(id, at)
	}
}

func (o lastOffers) count() (answered, of int) { return bits.OnesCount32(o.answered), int(o.n) }

// Moved takes what the ledger is told of a transfer: who was offered a call, and what came of it. What is not the
// expert's doing, a number that cannot be reached or a transfer taken back, does not count.
func (r *Record) Moved(agent fact.AgentID, m fact.Moved, at time.Time) {
	who := fact.AgentID(m.To)
	switch {
	case m.ToKind == "team" && m.Who != "":
		who = fact.AgentID(m.Who)
	case m.ToKind != "expert" && m.ToKind != "user":
		return
	}
	switch {
	case m.Stage == fact.Answered:
		r.Offered(who, at, true)
		r.Spoke(agent, who, at)
	case (m.Stage == fact.Failed || m.Stage == fact.Tried) && (m.Why == "no_answer" || m.Why == "declined" || m.Why == "busy" || m.Why == "voicemail"):
		r.Offered(who, at, false)
	}
}
