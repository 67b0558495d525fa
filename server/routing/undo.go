package routing

import (
	"time"

	"cordboard/server/fact"
)

// UndoFor is how long an agent may take back a change of the own state, or that the work after a call is done.
const UndoFor = 3 * time.Second

// taken is what the agent's last own change did, so that it can be taken back.
type taken struct {
	at     time.Time // of the change
	to     fact.State
	cause  Cause   // that leads back; empty: only what comes after the call was chosen
	was    pending // before it
	after  *pending
	chosen *pending
	idle   time.Time
	order  uint64

	contact fact.ContactID // of the work that was done
	queue   *queue
	until   time.Time
	more    int
}

// Undo takes back the agent's last own change, unless it was too long ago or something has come of it.
type Undo struct{ Agent fact.AgentID }

func (e Undo) apply(s *State) {
	a := s.agent(e.Agent)
	last := a.last
	a.last = nil
	switch {
	case last == nil, s.now.After(last.at.Add(UndoFor)):
	case last.cause == "" && a.after != nil && a.after == last.chosen:
		a.after = last.after
		s.decide(Changed{Agent: a.id, From: a.state, To: a.state, Reason: a.reason, By: ByAgent, Cause: UndoAfter, Contact: a.contact, Until: a.until})
		return
	case last.cause != "" && a.state == last.to && a.since.Equal(last.at) && a.offer == nil:
		if to, _ := Next(a.state, last.cause); to == fact.Ready && !a.reachable() {
			break
		}
		a.idle, a.order = last.idle, last.order
		if last.cause == UndoDone {
			a.contact, a.queue, a.more = last.contact, last.queue, last.more
			a.wrapUntil = later(last.until, s.now.Add(2*UndoFor))
		}
		if s.change(a, last.cause, ByAgent, last.was.reason) {
			s.settle(a) // the console may have gone since: a telephone that is always ready stays ready
			return
		}
	}
	s.decide(TooLate{Agent: e.Agent, Why: "undo"})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// remember keeps what a stands in before its own change to another state.
func (s *State) remember(a *agent, to fact.State) {
	a.last = &taken{at: s.now, to: to, was: pending{a.state, a.reason, a.by}, idle: a.idle, order: a.order, contact: a.contact, queue: a.queue, until: a.until, more: a.more}
	switch a.state {
	case fact.Ready:
		a.last.cause = UndoPause
	case fact.NotReady:
		a.last.cause = UndoReady
		if to == fact.NotReady {
			a.last.cause = UndoReason
		}
	case fact.Wrapup:
		a.last.cause = UndoDone
	default:
		a.last = nil
	}
}

// choose keeps what comes after the call, and what was to come before that choice.
func (s *State) choose(a *agent, p *pending) {
	a.last = &taken{at: s.now, after: a.after, chosen: p}
	a.after = p
}
