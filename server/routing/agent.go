package routing

import (
	"time"

	"cordboard/server/fact"
)

// Cause is what changes an agent's state.
type Cause string

// The causes.
const (
	SignsIn      Cause = "signs_in"
	SignsOut     Cause = "signs_out"
	WantsReady   Cause = "ready"
	WantsPause   Cause = "not_ready"
	IsOffered    Cause = "offer"
	Accepts      Cause = "accept"
	Declines     Cause = "decline"
	DeadlineOver Cause = "deadline"
	OfferGone    Cause = "offer_gone" // caller gone, withdrawn, taken elsewhere
	MediaIsUp    Cause = "media_up"
	MediaFails   Cause = "media_failed"
	Holds        Cause = "hold"
	Resumes      Cause = "resume"
	Transfers    Cause = "transfer"
	TransferBack Cause = "transfer_back"
	Consults     Cause = "consult"
	ConsultOver  Cause = "consult_over"
	Joins        Cause = "join"
	CallEnds     Cause = "call_over"
	CallEndsBare Cause = "call_over_no_wrap" // an own or direct call without work after it
	WrapEnds     Cause = "wrap_done"
	Dials        Cause = "dial"
	DialAnswered Cause = "dial_answered"
	DialsHelp    Cause = "emergency"
	HelpOver     Cause = "emergency_over" // and the call that was put on hold for it is the agent's again
	TakesDirect  Cause = "direct"
	TakesCaller  Cause = "takes_caller" // who was asked by a colleague has the caller now
	LosesConsole Cause = "console_gone"
	ConsoleBack  Cause = "console_back"
	GraceEnds    Cause = "grace_over"
	MissedEnds   Cause = "missed_over"
	CallerGone   Cause = "caller_gone" // the caller left while the agent's console was away
	UndoPause    Cause = "undo_not_ready"
	UndoReady    Cause = "undo_ready"
	UndoReason   Cause = "undo_reason"
	UndoDone     Cause = "undo_done"
	PhoneThere   Cause = "telephone_there" // of an agent who is always ready
	PhoneGone    Cause = "telephone_gone"
	NotAnswered  Cause = "not_answered" // an agent without a console may miss one offer
	Chooses      Cause = "endpoint"     // where calls ring; the state stays
	UndoAfter    Cause = "undo_after"   // what was chosen to come after the call; the state stays
)

// follow is where a state goes on a cause. Before is special: the state that stood before (Lost) or the
// pending one (after a call).
type follow struct {
	from  fact.State
	cause Cause
	to    fact.State
}

// Before stands in the table for the state that was remembered: what an agent was doing before the console
// was lost, or what was chosen to come after a call.
const Before fact.State = "before"

// table has every transition that exists; what is not in it does not happen. See docs/architecture.md.
var table = []follow{
	{fact.Offline, SignsIn, fact.NotReady},
	{fact.Offline, PhoneThere, fact.Ready},
	{fact.Offline, PhoneGone, fact.NotReady},

	{fact.NotReady, WantsReady, fact.Ready},
	{fact.NotReady, PhoneThere, fact.Ready},
	{fact.NotReady, WantsPause, fact.NotReady},
	{fact.NotReady, UndoPause, fact.Ready},
	{fact.NotReady, UndoReason, fact.NotReady},
	{fact.NotReady, UndoDone, fact.Wrapup},
	{fact.NotReady, Dials, fact.Dialing},
	{fact.NotReady, IsOffered, fact.OfferedState}, // a direct call or a transfer to a person who agreed to be rung
	{fact.NotReady, LosesConsole, fact.Lost},
	{fact.NotReady, SignsOut, fact.Offline},

	{fact.Ready, IsOffered, fact.OfferedState},
	{fact.Ready, WantsPause, fact.NotReady},
	{fact.Ready, PhoneGone, fact.NotReady},
	{fact.Ready, UndoReady, fact.NotReady},
	{fact.Ready, UndoDone, fact.Wrapup},
	{fact.Ready, Dials, fact.Dialing},
	{fact.Ready, LosesConsole, fact.Lost},
	{fact.Ready, SignsOut, fact.Offline},

	{fact.OfferedState, Accepts, fact.Connecting},
	{fact.OfferedState, Declines, Before},
	{fact.OfferedState, DeadlineOver, fact.MissedState},
	{fact.OfferedState, NotAnswered, Before},
	{fact.OfferedState, OfferGone, Before},
	{fact.OfferedState, LosesConsole, fact.Lost},
	{fact.OfferedState, SignsOut, fact.Offline},

	{fact.Connecting, MediaIsUp, fact.Talking},
	{fact.Connecting, TakesDirect, fact.DirectCall}, // asked by a colleague
	{fact.Connecting, MediaFails, fact.Lost},
	{fact.Connecting, CallEnds, fact.Wrapup},
	{fact.Connecting, CallEndsBare, Before},
	{fact.Connecting, LosesConsole, fact.Lost},

	{fact.Talking, Holds, fact.HeldState},
	{fact.Talking, Transfers, fact.Transferring},
	{fact.Talking, Consults, fact.Consulting},
	{fact.Talking, Joins, fact.Conference}, // somebody was added
	{fact.Talking, CallEnds, fact.Wrapup},
	{fact.Talking, CallEndsBare, Before},
	{fact.Talking, LosesConsole, fact.Lost},

	{fact.HeldState, Resumes, fact.Talking},
	{fact.HeldState, Transfers, fact.Transferring},
	{fact.HeldState, Consults, fact.Consulting},
	{fact.HeldState, CallEnds, fact.Wrapup},
	{fact.HeldState, CallEndsBare, Before},
	{fact.HeldState, LosesConsole, fact.Lost},

	{fact.Transferring, TransferBack, fact.Talking},
	{fact.Transferring, CallEnds, fact.Wrapup},
	{fact.Transferring, CallEndsBare, Before},
	{fact.Transferring, LosesConsole, fact.Lost},

	{fact.Consulting, ConsultOver, fact.Talking},
	{fact.Consulting, Joins, fact.Conference},
	{fact.Consulting, CallEnds, fact.Wrapup},
	{fact.Consulting, CallEndsBare, Before},
	{fact.Consulting, TakesDirect, fact.DirectCall},
	{fact.Consulting, LosesConsole, fact.Lost},

	{fact.Conference, CallEnds, fact.Wrapup},
	{fact.Conference, CallEndsBare, Before},
	{fact.Conference, ConsultOver, fact.Talking},
	{fact.Conference, TakesCaller, fact.Conference},
	{fact.Conference, LosesConsole, fact.Lost},

	{fact.DirectCall, TakesCaller, fact.Talking},
	{fact.DirectCall, Joins, fact.Conference},
	{fact.DirectCall, CallEnds, fact.Wrapup},
	{fact.DirectCall, CallEndsBare, Before},
	{fact.DirectCall, LosesConsole, fact.Lost},

	{fact.Dialing, DialAnswered, fact.Talking},
	{fact.Dialing, CallEnds, fact.Wrapup},
	{fact.Dialing, CallEndsBare, Before},
	{fact.Dialing, LosesConsole, fact.Lost},

	{fact.NotReady, DialsHelp, fact.Dialing},
	{fact.Ready, DialsHelp, fact.Dialing},
	{fact.OfferedState, DialsHelp, fact.Dialing},
	{fact.Connecting, DialsHelp, fact.Dialing},
	{fact.Talking, DialsHelp, fact.Dialing},
	{fact.HeldState, DialsHelp, fact.Dialing},
	{fact.Transferring, DialsHelp, fact.Dialing},
	{fact.Consulting, DialsHelp, fact.Dialing},
	{fact.Conference, DialsHelp, fact.Dialing},
	{fact.DirectCall, DialsHelp, fact.Dialing},
	{fact.Dialing, DialsHelp, fact.Dialing},
	{fact.Wrapup, DialsHelp, fact.Dialing},
	{fact.MissedState, DialsHelp, fact.Dialing},

	{fact.Dialing, HelpOver, fact.HeldState},
	{fact.Talking, HelpOver, fact.HeldState},
	{fact.HeldState, HelpOver, fact.HeldState},
	{fact.Transferring, HelpOver, fact.HeldState},
	{fact.Consulting, HelpOver, fact.HeldState},
	{fact.Conference, HelpOver, fact.HeldState},
	{fact.DirectCall, HelpOver, fact.HeldState},
	{fact.Lost, HelpOver, fact.Lost},

	{fact.Wrapup, WrapEnds, Before},
	{fact.Wrapup, SignsOut, fact.Offline},

	{fact.MissedState, WantsReady, fact.Ready},
	{fact.MissedState, WantsPause, fact.NotReady},
	{fact.MissedState, MissedEnds, fact.Ready},
	{fact.MissedState, PhoneGone, fact.NotReady},
	{fact.MissedState, LosesConsole, fact.Lost},
	{fact.MissedState, SignsOut, fact.Offline},

	{fact.Lost, ConsoleBack, Before},
	{fact.Lost, GraceEnds, fact.NotReady},
	{fact.Lost, CallerGone, fact.Lost},
	{fact.Lost, CallEnds, fact.Lost}, // the call ended while the console was away: the work after it waits
	{fact.Lost, CallEndsBare, fact.Lost},
	{fact.Lost, SignsOut, fact.Offline},
}

// Next gives the state that follows, and whether there is one.
func Next(from fact.State, cause Cause) (fact.State, bool) {
	for _, f := range table {
		if f.from == from && f.cause == cause {
			return f.to, true
		}
	}
	return "", false
}

// OnCall says whether an agent in this state has a caller.
func OnCall(s fact.State) bool {
	switch s {
	case fact.Connecting, fact.Talking, fact.HeldState, fact.Consulting, fact.Conference, fact.Transferring, fact.DirectCall, fact.Dialing:
		return true
	}
	return false
}

type pending struct {
	state  fact.State
	reason string
	by     string
}

type agent struct {
	id      fact.AgentID
	state   fact.State
	since   time.Time
	reason  string
	by      string
	idle    time.Time // since when idle, the order of longest idle
	order   uint64    // breaks ties of idle
	queues  []*queue
	skills  []Skill
	console bool
	phone
	narrowed

	before  pending // state before the offer or the own call, for after it
	lost    pending // state when the console was lost
	after   *pending
	offer   *reservation
	contact fact.ContactID
	parked  []fact.ContactID // calls of no queue, on hold while the agent calls for help; the last is taken up first
	queue   *queue           // of the contact
	until   time.Time
	more    int  // extensions of wrap-up used
	coded   bool // the work after the call has a code
	overdue bool // its time is over, and the code is still missing
	inReady bool

	last      *taken    // the agent's own last change, while it may be taken back
	wrapUntil time.Time // of work that is taken up again
}

// change moves an agent along the table. It reports false, and nothing happens, when there is no such
// transition.
func (s *State) change(a *agent, cause Cause, by, reason string) bool {
	to, ok := Next(a.state, cause)
	if !ok {
		return false
	}
	if to == Before {
		to, reason, by = s.restore(a, reason, by)
		to, reason, by = a.now(to, reason, by)
	}
	from := a.state
	switch {
	case to == fact.Lost && from == fact.OfferedState:
		a.lost = a.before
	case to == fact.Lost && from != fact.Lost:
		a.lost = pending{from, a.reason, a.by}
	case to == fact.OfferedState || to == fact.Dialing:
		a.before = pending{from, a.reason, a.by}
	}
	a.state, a.since, a.reason, a.by = to, s.now, reason, by
	a.until = s.untilOf(a)
	s.keepReady(a)
	s.decide(Changed{Agent: a.id, From: from, To: to, Reason: reason, By: by, Cause: cause, Contact: a.contact, Until: a.until})
	return true
}

// restore is the state that stands behind Before for this agent.
func (s *State) restore(a *agent, reason, by string) (fact.State, string, string) {
	if a.state == fact.Lost && (a.after == nil || OnCall(a.lost.state) || a.lost.state == fact.Wrapup) {
		return a.lost.state, a.lost.reason, a.lost.by
	}
	if !a.present() && a.state != fact.Lost { // work after a call, or a call at the agent's own telephone
		a.after = nil
		return fact.NotReady, ReasonConnection, ByRule
	}
	if p := a.after; p != nil {
		a.after = nil
		return p.state, p.reason, p.by
	}
	if a.state == fact.OfferedState && a.before.state != "" {
		return a.before.state, a.before.reason, a.before.by
	}
	if a.before.state == fact.NotReady { // an own call from NotReady goes back there
		return fact.NotReady, a.before.reason, ByRule
	}
	return fact.Ready, "", by
}

func (s *State) untilOf(a *agent) time.Time {
	again := a.wrapUntil
	a.wrapUntil = time.Time{}
	switch {
	case a.state == fact.Wrapup && !again.IsZero():
		return s.timer(again, wrapTimer, string(a.id))
	case a.state == fact.Wrapup && a.queue != nil && a.queue.Wrap > 0:
		return s.timer(s.now.Add(a.queue.Wrap), wrapTimer, string(a.id))
	case a.state == fact.Lost:
		return s.timer(s.now.Add(s.grace), graceTimer, string(a.id))
	case a.state == fact.MissedState && a.alone() && a.reason == ReasonBusy:
		return s.timer(s.now.Add(busyFor), missedTimer, string(a.id))
	case a.state == fact.MissedState && a.alone() && (a.queue == nil || a.queue.AfterMissed == 0):
		return s.timer(s.now.Add(aloneFor), missedTimer, string(a.id))
	case a.state == fact.MissedState && a.queue != nil && a.queue.AfterMissed > 0:
		return s.timer(s.now.Add(a.queue.AfterMissed), missedTimer, string(a.id))
	case a.state == fact.OfferedState && a.offer != nil:
		return a.offer.deadline
	}
	return time.Time{}
}
