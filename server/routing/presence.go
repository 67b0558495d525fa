package routing

import "cordboard/server/fact"

// Presence is what Teams says an agent does, as far as it may keep calls away: a set. Routing knows no age of it:
// what is unknown or old is told as nothing, and then the agent's own state decides.
type Presence uint8

// What may be counted. A state of Teams is at most one of them.
const (
	PresenceBusy Presence = 1 << iota
	PresenceInCall
	PresenceInMeeting
	PresencePresenting
	PresenceDoNotDisturb
)

// PresenceMoves is the cause of a Changed that tells of queues whose calls are kept from an agent; the state stays.
const PresenceMoves Cause = "presence"

// PresenceChanged: Teams says something else of an agent, or what it said has become old (nothing).
type PresenceChanged struct {
	Agent    fact.AgentID
	Presence Presence
}

func (e PresenceChanged) apply(s *State) {
	if a := s.byAgent[e.Agent]; a != nil {
		a.presence = e.Presence
		s.narrow(a)
	}
}

// SourceLost: nothing is known of anybody any more. Whoever is known again is told anew.
type SourceLost struct{}

func (SourceLost) apply(s *State) {
	for _, a := range s.agents {
		a.presence = 0
		s.narrow(a)
	}
}

// narrowed is what an agent's presence has to do with calls.
type narrowed struct {
	presence Presence // as told last
	kept     Presence // of presence, what keeps some queue's calls away, as last told
}

// keeps says what of an agent's presence keeps the queue's calls away. It only ever takes agents away. Where Teams
// itself is the agent's telephone, a call there is a call, for every queue.
func (q *queue) keeps(a *agent) Presence {
	if a.endpoint == fact.AtTeams {
		return a.presence & (q.Presence | PresenceInCall)
	}
	return a.presence & q.Presence
}

// narrow tells when other calls are kept from an agent than before.
func (s *State) narrow(a *agent) {
	var kept Presence
	for _, q := range a.queues {
		kept |= q.keeps(a)
	}
	if kept != a.kept {
		a.kept = kept
		s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: ByRule, Cause: PresenceMoves, Until: a.until})
	}
}

// free counts the ready agents from whom presence does not keep the queue's calls.
func (q *queue) free() (n int) {
	for _, a := range q.ready {
		if q.keeps(a) == 0 {
			n++
		}
	}
	return n
}
