package trunk

import "time"

// Event is news of a dialog, given to its sink in order, from one goroutine at a time. Exactly one of Rejected,
// Unreachable and Ended ends a dialog; nothing follows it.
type Event interface{ event() }

// Ringing: a provisional answer (101 to 199) to our INVITE. SDP is early media, nil without. One user may ring at
// several places, each with Ringing of its own.
type Ringing struct {
	Code int
	SDP  []byte
}

// Answered: our INVITE was answered with 200 and the answer is acknowledged. SDP is its answer, or the peer's offer
// when ours was nil.
type Answered struct{ SDP []byte }

// Acked: our 200 was acknowledged. SDP is the answer to an offer that our 200 carried, nil otherwise.
type Acked struct{ SDP []byte }

// Rejected ends an outgoing dialog: a final answer of 300 or more (408: nobody answered within RingFor).
type Rejected struct {
	Code       int
	Reason     string
	RetryAfter time.Duration
}

// Unreachable ends an outgoing dialog: no peer could be reached.
type Unreachable struct{ Err error }

// Reoffered: the peer wants other media (re-INVITE or UPDATE). It waits for AnswerReoffer. SDP nil: the peer wants our
// offer, and Acked will carry its answer.
type Reoffered struct{ SDP []byte }

// Reanswered: what became of our Reoffer. SDP is the answer when Code is 200.
type Reanswered struct {
	Code int
	SDP  []byte
}

// Tone: a keypad tone that came by INFO. Digit is one of 0-9 * # A-D.
type Tone struct{ Digit byte }

// Probed: whether the peer still knows the dialog.
type Probed struct{ Alive bool }

// Referred: the peer wants us to call somebody in its place (RFC 3515). It was accepted with 202; tell the peer how it
// goes by ReferProgress.
type Referred struct {
	To, By    string // Refer-To and Referred-By, the raw header text
	URI       string // of Refer-To, raw, without its headers
	Replaces  string // of Refer-To's headers, unescaped
	RequestID int    // for ReferProgress
}

// Replaced: another dialog is to take the place of this one (RFC 3891). Its owner answers the new one and then ends
// this one, or rejects the new one.
type Replaced struct{ By *Dialog }

// Ended ends a dialog.
type Ended struct {
	By    string // peer, us, network
	Code  int    // SIP status or the cause of a Reason header, 0 if none
	Cause string // bye, cancel, no ack, session expired, rejected, …
	Text  string
}

func (Ringing) event()     {}
func (Answered) event()    {}
func (Acked) event()       {}
func (Rejected) event()    {}
func (Unreachable) event() {}
func (Reoffered) event()   {}
func (Reanswered) event()  {}
func (Tone) event()        {}
func (Probed) event()      {}
func (Referred) event()    {}
func (Replaced) event()    {}
func (Ended) event()       {}
