package media

import (
	"errors"
	"fmt"
)

// What can go wrong.
var (
	ErrNoPorts = errors.New("no free media port in the configured range")
	ErrNoCodec = errors.New("no codec in common")
	ErrCrypto  = errors.New("no agreement on media encryption")
	ErrAddress = errors.New("the peer's media address cannot be reached from here")
	ErrNoOffer = errors.New("an answer without an offer of ours")
	ErrDigit   = errors.New("not a keypad digit")
	ErrClosed  = errors.New("the leg is closed")
)

// SDPError says that a description cannot be understood, and where.
type SDPError struct {
	Line int // from 1; 0 when the whole is meant
	What string
}

func (e *SDPError) Error() string {
	if e.Line == 0 {
		return "session description: " + e.What
	}
	return fmt.Sprintf("session description, line %d: %s", e.Line, e.What)
}
