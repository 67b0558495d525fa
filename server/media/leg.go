package media

import (
	"time"
)

// Leg is one party's voice as a call sees it: an SBC's leg, or an agent's line. All methods may be called from any
// goroutine and none waits for the network. Others may implement it for tests; From of such a leg is silent.
type Leg interface {
	// ID is what the leg was made with; it stands in logs.
	ID() string
	// Stats gives what has been counted and measured so far.
	Stats() Stats
	// Tones sends keypad digits (0-9, A-D, *, #) towards this leg, one after the other (RFC 4733; as audible tones
	// where the peer takes no events). It returns at once. Errors: ErrDigit, ErrClosed.
	Tones(digits string) error
	// Hear sets what this leg hears from now on, in place of what it heard. nil is silence.
	Hear(s Source)
	// Sink takes the leg's events; f must not block. Events before Sink is set are lost, but for FirstPacket.
	Sink(f func(Event))
	// Close ends the leg. It is idempotent.
	Close()
}

// Event is news of a leg: Tone, FirstPacket, OneWay or Dead.
type Event interface{ mediaEvent() }

// Tone is a keypad digit that the party pressed (RFC 4733), told once, at its beginning.
type Tone struct{ Digit byte }

// FirstPacket says that the party's voice arrives; told once a leg.
type FirstPacket struct{}

// OneWay says that sound has gone in one direction alone for 5 s, or that this is over.
type OneWay struct {
	Dir   string // "to": only towards the party; "from": only from it; "": both ways again
	Since time.Time
}

// Dead says that a leg which should carry voice both ways had neither RTP nor RTCP for 60 s. Told once a silence.
type Dead struct{ Since time.Time }

func (Tone) mediaEvent()        {}
func (FirstPacket) mediaEvent() {}
func (OneWay) mediaEvent()      {}
func (Dead) mediaEvent()        {}

// Direction is what a description says of the way of the media (RFC 4566 §6), from its author's side.
type Direction uint8

// The directions. The zero value is the usual one.
const (
	SendRecv Direction = iota
	SendOnly           // its author sends only: we are on hold
	RecvOnly
	Inactive
)

// String is the attribute's name in SDP.
func (d Direction) String() string {
	return [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}[d&3]
}

// Sends reports whether the author of a description with this direction sends.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives reports whether the author of a description with this direction receives.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// answer is the direction that answers an offer of this one, when we would do all (RFC 3264 §6.1).
func (d Direction) answer() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return d
}

// Join lets two legs hear each other.
func Join(a, b Leg) {
	a.Hear(From(b))
	b.Hear(From(a))
}
