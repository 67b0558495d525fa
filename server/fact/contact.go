package fact

import "time"

// Direction of a contact, seen from the contact centre.
type Direction string

// The directions.
const (
	In     Direction = "in"
	Out    Direction = "out"
	Direct Direction = "direct" // between people of the tenant
)

// Arrived: a contact began. Personal carries the caller's number and name.
type Arrived struct {
	Direction Direction `json:"direction"`
	Trunk     string    `json:"trunk,omitempty"`
	Peer      string    `json:"peer,omitempty"`
	To        Number    `json:"to,omitempty"` // our number that was called; of an own call, the one that was shown
	SIPCallID string    `json:"sip_call_id,omitempty"`
	Withheld  bool      `json:"withheld,omitempty"`
	Internal  bool      `json:"internal,omitempty"` // somebody of the company
}

// Kind is "contact.arrived".
func (Arrived) Kind() string { return "contact.arrived" }

// Version is 1.
func (Arrived) Version() int { return 1 }

// Queued: the contact waits in a queue. Head says it came back to the front, with Reason in English; Key and Args say the
// same in the consoles' catalogue (none in facts of before).
type Queued struct {
	Queue    QueueID   `json:"queue"`
	Priority int       `json:"priority,omitempty"`
	Skills   []string  `json:"skills,omitempty"`
	Path     []string  `json:"path,omitempty"` // menu choices, for the card
	Since    time.Time `json:"since"`          // from when the wait counts
	Head     bool      `json:"head,omitempty"`
	Reason   string    `json:"reason,omitempty"`

	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// Kind is "contact.queued".
func (Queued) Kind() string { return "contact.queued" }

// Version is 1.
func (Queued) Version() int { return 1 }

// Left: the contact left its queue without being connected, for another destination.
type Left struct {
	Queue  QueueID `json:"queue"`
	Reason string  `json:"reason"` // longest_wait, nobody, closed, moved
	To     string  `json:"to,omitempty"`
}

// Kind is "contact.left".
func (Left) Kind() string { return "contact.left" }

// Version is 1.
func (Left) Version() int { return 1 }

// Offered: the contact rings at an agent until Deadline.
type Offered struct {
	Reservation ReservationID `json:"reservation"`
	Queue       QueueID       `json:"queue,omitempty"`
	Deadline    time.Time     `json:"deadline"`
	Why         string        `json:"why,omitempty"`
	Endpoint    Endpoint      `json:"endpoint,omitempty"` // where it rings; empty: at the console
}

// Kind is "contact.offered".
func (Offered) Kind() string { return "contact.offered" }

// Version is 1.
func (Offered) Version() int { return 1 }

// Outcome of an offer.
type Outcome string

// The outcomes. Each offer has exactly one.
const (
	Accepted  Outcome = "accepted"
	Missed    Outcome = "missed"   // the deadline passed
	Declined  Outcome = "declined" // by the agent, with a reason
	CallerOff Outcome = "caller_gone"
	LineDown  Outcome = "line_down" // accepted, but the agent's voice line did not come up
	Withdrawn Outcome = "withdrawn" // agent signed out, supervisor's pull, shutdown
)

// OfferEnded: an offer is over.
type OfferEnded struct {
	Reservation ReservationID `json:"reservation"`
	Queue       QueueID       `json:"queue,omitempty"`
	Outcome     Outcome       `json:"outcome"`
	Reason      string        `json:"reason,omitempty"`
}

// Kind is "contact.offer_ended".
func (OfferEnded) Kind() string { return "contact.offer_ended" }

// Version is 1.
func (OfferEnded) Version() int { return 1 }

// Connected: contact and agent hear each other. Waited counts from arrival in the queue.
type Connected struct {
	Queue    QueueID `json:"queue,omitempty"`
	WaitedMS int64   `json:"waited_ms"`
}

// Kind is "contact.connected".
func (Connected) Kind() string { return "contact.connected" }

// Version is 1.
func (Connected) Version() int { return 1 }

// Held: the agent put the contact on hold. By is "agent", or "server" while the agent's console is gone.
type Held struct {
	By string `json:"by"`
}

// Kind is "contact.held".
func (Held) Kind() string { return "contact.held" }

// Version is 1.
func (Held) Version() int { return 1 }

// Resumed: the hold is over.
type Resumed struct {
	By string `json:"by"`
}

// Kind is "contact.resumed".
func (Resumed) Kind() string { return "contact.resumed" }

// Version is 1.
func (Resumed) Version() int { return 1 }

// Stage of a transfer.
type Stage string

// The stages. A transfer starts once and has one of answered, failed, taken_back.
const (
	Started   Stage = "started"
	RingingAt Stage = "ringing"
	Answered  Stage = "answered"
	Failed    Stage = "failed"
	TakenBack Stage = "taken_back"

	Confirming Stage = "confirming" // somebody, or something, answered and is asked for a key
	Tried      Stage = "tried"      // one of a team will not take the call; Who says which
)

// Moved: a transfer or consult of the contact went on a stage.
type Moved struct {
	Transfer TransferID `json:"transfer"`
	Consult  bool       `json:"consult,omitempty"`
	ToKind   string     `json:"to_kind"`       // expert, agent, queue, number, team
	To       string     `json:"to"`            // id; a number stands masked here and whole in Personal
	Who      string     `json:"who,omitempty"` // of a team
	Stage    Stage      `json:"stage"`
	Code     int        `json:"code,omitempty"` // SIP
	Why      string     `json:"why,omitempty"`  // declined, busy, no_answer, unreachable, no_number, voicemail
	Back     string     `json:"back,omitempty"` // with failed: "agent" or "queue"
}

// Kind is "contact.moved".
func (Moved) Kind() string { return "contact.moved" }

// Version is 1.
func (Moved) Version() int { return 1 }

// Ended: the contact is over. Every contact ends exactly once.
type Ended struct {
	End    End    `json:"end"`
	By     string `json:"by"` // caller, agent, expert, system
	Code   int    `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"` // SIP reason phrase or our words
	TalkMS int64  `json:"talk_ms,omitempty"`
	HoldMS int64  `json:"hold_ms,omitempty"`
}

// Kind is "contact.ended".
func (Ended) Kind() string { return "contact.ended" }

// Version is 1.
func (Ended) Version() int { return 1 }

// End is how a contact ended.
type End string

// The ends.
const (
	Completed   End = "completed"   // talked to an agent, then hung up
	Abandoned   End = "abandoned"   // the caller left before an agent was connected
	Transferred End = "transferred" // talked on with somebody outside the queue, then hung up
	Unanswered  End = "unanswered"  // longest wait, nobody signed in, closed
	Refused     End = "refused"     // unknown number, no codec, no room
	Broken      End = "broken"      // lost by us or the network: transport, timeout, a fault of our own
)

// Wrapped: the agent finished the work after the contact. Code is the configured id, or empty.
type Wrapped struct {
	Code     string `json:"code,omitempty"`
	WrapMS   int64  `json:"wrap_ms"`
	ByTimer  bool   `json:"by_timer,omitempty"`
	Extended int    `json:"extended,omitempty"`
}

// Kind is "contact.wrapped".
func (Wrapped) Kind() string { return "contact.wrapped" }

// Version is 1.
func (Wrapped) Version() int { return 1 }

// Noted: the agent's note on the contact; Personal.Note is the whole note as it stands.
type Noted struct {
	Chars int `json:"chars"`
}

// Kind is "contact.noted".
func (Noted) Kind() string { return "contact.noted" }

// Version is 1.
func (Noted) Version() int { return 1 }

// Measured: the quality of one leg over its life (RFC 3550 §6.4; MOS by ITU-T G.107, an estimate).
type Measured struct {
	Leg      string  `json:"leg"` // caller, agent, expert
	Codec    string  `json:"codec"`
	MOS      float64 `json:"mos,omitempty"`
	Worst    float64 `json:"worst,omitempty"`
	Loss     float64 `json:"loss_pct"`
	JitterMS float64 `json:"jitter_ms"`
	Packets  uint64  `json:"packets"`
}

// Kind is "contact.measured".
func (Measured) Kind() string { return "contact.measured" }

// Version is 1.
func (Measured) Version() int { return 1 }
