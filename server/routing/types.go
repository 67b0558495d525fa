// Package routing decides who gets which contact when. It is pure and deterministic: no clock, no I/O,
// no goroutine, and never a walk over a map. Time comes with each event; Step says when it wants the next Tick.
//
// It also owns what must have one author: every agent's state and every reservation.
package routing

import (
	"time"

	"cordboard/server/fact"
)

// Settings of a tenant as routing needs them.
type Settings struct {
	Queues []Queue
	Grace  time.Duration // how long a lost console may take to come back in a call
}

// Queue of contacts. Durations of 0 mean: no such limit.
type Queue struct {
	ID          fact.QueueID
	Agents      []fact.AgentID
	Ring        time.Duration // one offer
	Wrap        time.Duration // after a call
	Coded       bool          // the work after a call ends only with a code
	More        time.Duration // one extension of wrap-up
	MaxMore     int           // how many extensions
	LongestWait time.Duration
	AfterMissed time.Duration // ready again by itself; 0: only by a key
	DeclineTo   fact.State    // Ready or NotReady after a declined offer
	Presence    Presence      // what Teams says of an agent that keeps its calls away
	Nobody      bool          // a contact leaves when no agent of the queue is signed in
}

// Need is a skill that a contact asks for, with the least level.
type Need struct {
	Skill string
	Level int
}

// Skill of an agent, with its level.
type Skill struct {
	Name  string
	Level int
}

// Reason of a state, an id of the configuration or one of the reasons that rules give.
const (
	ReasonLogin      = "login"
	ReasonConnection = "connection"
	ReasonEmergency  = "emergency"
	ReasonDeclined   = "declined"
	ReasonLine       = "line"
	ReasonTelephone  = "telephone" // the agent's own telephone is not registered, or does not answer
	ReasonMissed     = "missed"
	ReasonBusy       = "busy" // the agent's own telephone is in another call
)

// Who changed a state.
const (
	ByAgent      = "agent"
	ByRule       = "rule"
	ByServer     = "server"
	BySupervisor = "supervisor"
)

// Kind of a reservation.
type Kind string

// The kinds of reservation.
const (
	FromQueue    Kind = "queue"
	FromTransfer Kind = "transfer" // an agent hands a contact to another agent
	FromDirect   Kind = "direct"   // somebody rings this agent
	FromConsult  Kind = "consult"  // an agent asks this agent first
)

// Event is something that happened, with the only clock routing knows.
type Event struct {
	At   time.Time
	What What
}

// What is the kind of an event and what it does.
type What interface{ apply(s *State) }

// Decision is what follows from an event. The distributor carries it out.
type Decision interface{ decision() }

// Offer rings a contact at an agent until Deadline.
type Offer struct {
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Agent       fact.AgentID
	Queue       fact.QueueID
	Kind        Kind
	Deadline    time.Time
	Endpoint    fact.Endpoint // where it rings
	Why         Why
}

// OfferOver ends an offer. Each offer has exactly one.
type OfferOver struct {
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Agent       fact.AgentID
	Queue       fact.QueueID
	Kind        Kind
	Outcome     fact.Outcome
	Reason      string
	Rang        time.Time // when the offer began
}

// Connect joins contact and agent. A call joins an agent only on this.
type Connect struct {
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Agent       fact.AgentID
	Queue       fact.QueueID
	Kind        Kind
}

// TooLate answers an event that lost against another.
type TooLate struct {
	Agent       fact.AgentID
	Reservation fact.ReservationID
	Contact     fact.ContactID
	Why         string // deadline, caller_gone, declined, withdrawn, accepted, unknown, not_now, telephone
}

// Leave takes a contact out of its queue without an agent.
type Leave struct {
	Contact fact.ContactID
	Queue   fact.QueueID
	Reason  string // longest_wait, nobody
}

// GraceOver: the agent's console did not come back, or the agent had to call for help; the contact is nobody's now and its call puts it at
// the head of its queue.
type GraceOver struct {
	Contact fact.ContactID
	Agent   fact.AgentID
	Why     string // empty: the console
}

// Changed is a new state of an agent.
type Changed struct {
	Agent   fact.AgentID
	From    fact.State
	To      fact.State
	Reason  string
	By      string
	Cause   Cause
	Contact fact.ContactID
	Until   time.Time // when a timer changes it again; zero: none
}

func (Offer) decision()     {}
func (OfferOver) decision() {}
func (Connect) decision()   {}
func (TooLate) decision()   {}
func (Leave) decision()     {}
func (GraceOver) decision() {}
func (Changed) decision()   {}
