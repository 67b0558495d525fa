// Package call owns calls: one goroutine each, to which everything that happens to the call is an event.
// It knows who hears whom; it decides nothing about who gets which contact (server/acd) and speaks no SIP
// (server/trunk) and no RTP (server/media) itself.
package call

import (
	"log/slog"
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Dialog is a SIP leg, as server/trunk gives it. No method waits for the network.
type Dialog interface {
	Info() trunk.Info
	Sink(func(trunk.Event))
	Progress(code int, sdp []byte) error
	Answer(sdp []byte, sent ...func()) error // sent is called when the 200 is on its way, or never will be
	Reject(code int, reason string, retryAfter time.Duration) error
	Hangup(why trunk.Reason)
	Reoffer(sdp []byte)
	AnswerReoffer(sdp []byte, code int)
	ReferProgress(requestID, code int, reason string)
	Probe() // asks whether the other side is still there; a trunk.Probed event follows
}

// Voice is the RTP side of a SIP leg, as server/media gives it.
type Voice interface {
	media.Leg
	Offer() ([]byte, error)
	Answer(offer []byte) ([]byte, error)
	Accept(answer []byte) error
	Direction() media.Direction
}

// Media makes legs and knows what can be heard.
type Media interface {
	NewVoice(o media.RTPOptions) (Voice, error)
	Music(q fact.QueueID) media.Source
	Ringback() media.Source
	// Announce says one of flow.Words to a caller of a queue, once, and how long that takes; nil when there is nothing to say.
	Announce(q fact.QueueID, word string, done func()) (media.Source, time.Duration)
	// Confirm says that there is a call from somebody, and which key takes it.
	Confirm(from Caller, done func()) media.Source
	NewMix() Mix
}

// Dialer makes outgoing dialogs.
type Dialer interface {
	Dial(o trunk.Outgoing, sink func(trunk.Event)) Dialog
}

// Lines gives an agent's permanent line, and whether a console is on it now.
type Lines interface {
	Line(id fact.AgentID) (leg media.Leg, up bool)
}

// Distributor is the tenant's arbiter, as a call sees it. No method waits.
type Distributor interface {
	Join(c *Call)                                       // from now on decisions about c.ID() reach c
	Leave(id fact.ContactID)                            // no more
	Tell(what routing.What)                             // an event for routing
	Ask(what routing.What, late func(*routing.TooLate)) // the same; late is called with nil when it was in time
	Record(e fact.Entry)                                // a fact for the ledger, in order
}

// Consoles shows things to agents. No method waits; what is given must not be changed afterwards.
type Consoles interface {
	Offer(to fact.AgentID, c *Call, o Offer)
	OfferGone(to fact.AgentID, o OfferGone)
	Card(to fact.AgentID, c *Call, card Card)
	CardGone(to fact.AgentID, id fact.ContactID)
	Wrap(to fact.AgentID, c *Call, w Wrap)
	WrapGone(to fact.AgentID, id fact.ContactID)
	Say(to fact.AgentID, s Said)
}

// Queue is what a call must know of a queue.
type Queue struct {
	ID       fact.QueueID
	Name     string
	Codes    []Code
	Wrap     time.Duration
	Needs    []routing.Need
	Priority int
}

// Code is a wrap-up code.
type Code struct{ ID, Name string }

// Rules of the tenant, as they were when the call began.
type Rules struct {
	Tenant    fact.TenantID
	Number    func(trunkID string, n fact.Number) (flow.Destination, bool)
	Queue     func(id fact.QueueID) (Queue, bool)
	AgentName func(id fact.AgentID) string
	// Insider finds a caller among the people of the company: by the URIs that a trusted peer asserts, else by the number.
	// nil: nobody is found.
	Insider func(asserted []string, from fact.Number) (Caller, bool)
	// TrunkFor gives a number in its international form and the trunk it goes by; false when it may not be dialled.
	TrunkFor func(n fact.Number) (full fact.Number, trunkID string, ok bool)
	SRTP     func(trunkID string) string
	ICE      func(trunkID string) bool // the peers of the trunk check the ways (ICE); nil: none do
	Codecs   func(trunkID string) []media.Codec
	// CallerID is what somebody we ring sees: the number shown, and the one asserted when the trunk is trusted.
	CallerID func(caller, called fact.Number) (show, assert fact.Number)
	// Emergency gives the trunk of an emergency number, as dialled, and the number shown to who answers; nil: none is placed.
	Emergency func(n fact.Number) (trunkID string, show fact.Number)
	// Doubt says which answers of a target are not trusted before a key is pressed; nil: none is doubted.
	Doubt func(to Target) Doubt
	// Away says whether the last known presence of a person makes it unlikely that the person answers: offline, away, not to be
	// disturbed, out of office. nil: nothing is known.
	Away     func(personID string) bool
	Plan     *flow.Plan    // what queues do with callers whom they cannot serve; nil: nothing
	RingFor  time.Duration // one attempt of a transfer
	LineWait time.Duration // for an agent's line after the answer
	// Extension is who a telephone of a trunk reaches by a short number of its own; nil, and false: nobody.
	Extension func(trunkID, user string) (Target, bool)
	// Telephone gives an agent's own telephone; false when there is none of that kind.
	Telephone func(id fact.AgentID, at fact.Endpoint) (Telephone, bool)
}

// voice is how a leg by that trunk is made.
func (r *Rules) voice(id, trunkID string) media.RTPOptions {
	return media.RTPOptions{ID: id, SRTP: r.SRTP(trunkID), Codecs: r.Codecs(trunkID), ICE: r.ICE != nil && r.ICE(trunkID)}
}

// Deps is what a call lives on.
type Deps struct {
	Rules    *Rules
	Media    Media
	Dialer   Dialer
	Lines    Lines
	ACD      Distributor
	Consoles Consoles
	Log      *slog.Logger
	Over     func()      // the contact has ended; work after it may go on
	Done     func(*Call) // the call's goroutine has ended
}
