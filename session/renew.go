package session

import (
	"errors"
	"math/rand/v2"
	"time"

	"cordboard/session/wire"
)

// renewal keeps the access token fresh while the session lives.
type renewal struct {
	timer *time.Timer
	busy  bool
	tries int
	stale string // the token that the server refused; not to be offered again
}

// useToken takes a token into use: for the next Hello, and in place on the connection that there is.
func (s *Session) useToken(t Token) {
	changed := t.Raw != s.token.Raw
	s.token = t
	s.renewal.tries = 0
	s.renewIn(renewAfter(time.Until(t.Expires)))
	if changed && s.conn.up {
		s.conn.send(wire.FromConsole{Token: &wire.Token{Token: t.Raw}})
	}
}

// renewAfter says when to renew a token with this much life left: four minutes before its end, when the
// library no longer takes it from its cache; a short one at its half.
func renewAfter(left time.Duration) time.Duration {
	if left > 8*time.Minute {
		return left - 4*time.Minute
	}
	return max(left/2, 500*time.Millisecond)
}

func (s *Session) renewIn(d time.Duration) {
	if s.renewal.timer != nil {
		s.renewal.timer.Stop()
	}
	s.renewal.timer = s.later(d, renewDue{})
}

type renewDue struct{}

func (renewDue) apply(s *Session) {
	if s.renewal.busy || s.signer == nil || s.attempt.cancel != nil {
		return
	}
	s.renewal.busy = true
	ctx := s.ctx
	go func() {
		t, err := s.signer.Silent(ctx)
		s.box.put(renewed{t, err})
	}()
}

type renewed struct {
	token Token
	err   error
}

func (e renewed) apply(s *Session) {
	s.renewal.busy = false
	switch fault, known := errors.AsType[*SignInError](e.err); {
	case e.err == nil && e.token.Raw == s.renewal.stale:
		s.interactive("")
	case e.err == nil:
		s.useToken(e.token)
		if s.conn.link == nil && s.conn.refused == nil {
			s.connect()
		}
	case known && fault.Stage == needsPerson:
		s.o.Log.Info("the account must sign in again", "err", e.err)
		s.interactive("")
	default:
		s.renewal.tries++
		s.o.Log.Warn("token not renewed", "err", e.err)
		s.renewIn(min(5*time.Second<<min(s.renewal.tries, 4), time.Minute))
	}
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(rand.Int64N(int64(d)))
}
