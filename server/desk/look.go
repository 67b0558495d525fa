package desk

import (
	"slices"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// Whom a console shows is read more often than all others. A screen has rows for a few dozen; who is not among
// them is found by typing.
const (
	expertsMost = 64               // experts on a board
	foundFor    = 30 * time.Second // people found by typing count as shown
	lookEvery   = 200 * time.Millisecond
	agesEvery   = 4 * time.Second // ages alone are told no more often
)

// looks tells the room whom this console shows: its experts, and who was found a moment ago.
func (s *seat) looks() {
	var ids []fact.AgentID
	if s.conn != nil && !s.over {
		ids = append(s.listed(), s.found...)
		for _, c := range s.callers() {
			ids = append(ids, fact.AgentID(c.Person.ID))
		}
	}
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Equal(r.looks[s], ids) {
		return
	}
	if r.looks[s] = ids; len(ids) == 0 {
		delete(r.looks, s)
	}
	r.lookSoon()
}

// listed is whose presence the board carries: that of experts, and of the members of teams.
func (s *seat) listed() []fact.AgentID {
	r := s.room.tenant().Roster
	out := make([]fact.AgentID, 0, len(s.board.Experts))
	for i := range s.board.Experts {
		p := &s.board.Experts[i]
		if team := r.Team(p.ID); p.Kind == "team" && team != nil {
			for _, m := range team.Members {
				out = append(out, m.ID)
			}
			continue
		}
		out = append(out, fact.AgentID(p.ID))
	}
	return out
}

// insider is who calls from the company, with presence; nil: a stranger, or somebody who has left.
func (s *seat) insider(c call.Caller) *wire.Person {
	t := s.room.tenant()
	if c.Person == "" {
		return nil
	}
	p := t.person(c.Person)
	if p == nil {
		return nil
	}
	w := personOf(t, p, s.callAsks(t))
	return &w
}

// callers are those on the board who call from the company.
func (s *seat) callers() (out []*wire.Caller) {
	if o := s.board.Offer; o != nil && o.Caller.Person != nil {
		out = append(out, &o.Caller)
	}
	if c := s.board.Call; c != nil && c.Caller.Person != nil {
		out = append(out, &c.Caller)
	}
	return out
}

// showCallers publishes them with their presence of now.
func (s *seat) showCallers() {
	var n wire.News
	if o := s.board.Offer; o != nil && o.Caller.Person != nil {
		next := *o
		next.Caller.Person = s.insider(call.Caller{Person: o.Caller.Person.ID})
		n.Offer = &next
	}
	if c := s.board.Call; c != nil && c.Caller.Person != nil {
		next := *c
		next.Caller.Person = s.insider(call.Caller{Person: c.Caller.Person.ID})
		n.Call = &next
	}
	s.publish(n)
}

// lookSoon tells the source of presence who is on a screen, within lookEvery. The room's lock is held.
func (r *room) lookSoon() {
	if r.lookDue {
		return
	}
	r.lookDue = true
	time.AfterFunc(lookEvery, func() {
		inbox.Go(func(p *inbox.Panic) {
			r.desk.o.Log.Error("who is on a screen was not told, by a fault of our own", "err", p)
		}, r.tellLooks)
	})
}

func (r *room) tellLooks() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lookDue = false
	if r.t == nil || r.t.OnScreen == nil {
		return
	}
	all := []fact.AgentID{}
	for _, ids := range r.looks {
		all = append(all, ids...)
	}
	slices.Sort(all)
	if all = slices.Compact(all); !slices.Equal(all, r.looked) {
		r.looked = all
		who := make([]*people.Person, 0, len(all))
		for _, id := range all {
			if p := r.t.person(string(id)); p != nil {
				who = append(who, p)
			}
		}
		r.t.OnScreen(who)
	}
}

// PresenceRead shows experts anew: at once those who changed, and a little later how old the rest is. No seat
// hears of anybody whom it does not show.
func (r *Room) PresenceRead(news []people.Reading, changed []string) {
	read := make(map[string]bool, len(news))
	for i := range news {
		read[news[i].ID] = false
	}
	for _, id := range changed {
		read[id] = true
	}
	r.r.mu.Lock()
	seats := r.r.all()
	r.r.mu.Unlock()
	for _, s := range seats {
		s.tell(presenceCame{read})
	}
}

// presenceCame: whose presence was read, and whether it is another.
type presenceCame struct{ read map[string]bool }

func (e presenceCame) apply(s *seat) {
	for _, c := range s.callers() {
		if e.read[c.Person.ID] {
			s.showCallers()
			break
		}
	}
	s.showFound(e.read)
	for _, id := range s.listed() {
		changed, read := e.read[string(id)]
		if changed {
			s.showExperts()
			return
		}
		s.aged = s.aged || read
	}
}

// showFound tells a console whose picker is open of those who were found, and whose presence is another now.
func (s *seat) showFound(read map[string]bool) {
	t := s.room.tenant()
	var all []wire.Person
	for _, id := range s.found {
		if p := t.person(string(id)); p != nil && read[string(id)] {
			all = append(all, personOf(t, p, s.callAsks(t)))
		}
	}
	if all != nil {
		s.publish(wire.News{Found: all})
	}
}

// showExperts publishes the experts as they are now.
func (s *seat) showExperts() {
	s.publish(wire.News{Experts: s.experts()})
	s.aged, s.agedAt = false, time.Now()
	s.looks()
}

// checkLooks tells ages that have moved, presence that has become old by itself, and forgets who was found.
func (s *seat) checkLooks(now time.Time) {
	if s.found != nil && now.After(s.foundTill) {
		s.found = nil
		s.looks()
	}
	if s.aged && now.Sub(s.agedAt) >= agesEvery || s.grownOld(now) {
		s.showExperts()
	}
}

// grownOld says whether a presence on the board has passed its limit without being read again.
func (s *seat) grownOld(now time.Time) bool {
	limit := s.room.tenant().Rules.PresenceOld
	for i := range s.board.Experts {
		if p := &s.board.Experts[i]; !p.Seen.IsZero() && !p.Old && now.Sub(p.Seen) > limit {
			return true
		}
	}
	return false
}

// keptWords are Graph's words for what may keep calls away, the most telling first.
var keptWords = []struct {
	what routing.Presence
	word string
}{
	{routing.PresenceInCall, "InACall"}, {routing.PresenceInMeeting, "InAMeeting"}, {routing.PresencePresenting, "Presenting"},
	{routing.PresenceDoNotDisturb, "DoNotDisturb"}, {routing.PresenceBusy, "Busy"},
}

// kept says why calls do not come; nil: they do.
func (s *seat) kept(v routing.AgentView) *wire.Kept {
	if v.Kept == 0 || v.State == fact.Offline {
		return nil
	}
	k := &wire.Kept{All: v.KeptAll}
	for _, w := range keptWords {
		if v.Kept&w.what != 0 {
			k.Activity = w.word
			break
		}
	}
	for _, q := range s.room.tenant().Rules.Queues {
		if slices.Contains(v.KeptFrom, q.ID) {
			k.Queues = append(k.Queues, q.Name)
		}
	}
	return k
}

// talks says whether a colleague is in a call of ours, whatever Teams says by now.
func (r *room) talks(id fact.AgentID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return routing.OnCall(fact.State(r.mates[id].State))
}
