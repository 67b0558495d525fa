package session

import (
	"context"
	"errors"
	"net/url"
	"time"

	"cordboard/session/wire"
)

// attempt is the sign-in under way.
type attempt struct {
	n      int // tells the answers of an attempt that was given up
	cancel context.CancelFunc
	tries  int // of reaching the authority or the server
}

func (a *attempt) stop() {
	a.n++
	if a.cancel != nil {
		a.cancel()
		a.cancel = nil
	}
}

// begin runs a way of signing in beside the session; its end comes back as an event.
func (s *Session) begin(way func(ctx context.Context) (Token, error)) {
	s.attempt.stop()
	ctx, cancel := context.WithCancel(s.ctx)
	s.attempt.cancel = cancel
	n := s.attempt.n
	go func() {
		t, err := way(ctx)
		if err != nil {
			s.box.put(signInFailed{n, err})
			return
		}
		s.box.put(signedIn{n, t})
	}()
}

func (s *Session) tellSignIn(m wire.SignIn) {
	if u, err := url.Parse(s.o.Server); err == nil {
		m.Server = u.Host
	}
	if s.signer != nil {
		m.Weak = s.signer.Weak()
	}
	s.o.Tell(m)
}

// started asks the server where to sign in and opens the token store.
type started struct{}

func (started) apply(s *Session) {
	ctx := s.ctx
	go func() {
		g, err := s.sign(ctx)
		s.box.put(signerOpened{g, err})
	}()
}

type signerOpened struct {
	signer signer
	err    error
}

func (e signerOpened) apply(s *Session) {
	if e.err != nil {
		if fault, ok := errors.AsType[*SignInError](e.err); ok {
			s.tellSignIn(fault.news())
			return
		}
		s.attempt.tries++
		wait := backoff(s.attempt.tries)
		s.o.Log.Info("server not reached", "err", e.err, "again", wait)
		s.o.Tell(wire.Connected{State: wire.ConnTrying, Since: time.Now(), Attempt: s.attempt.tries, Next: time.Now().Add(wait)})
		s.later(wait, started{})
		return
	}
	s.attempt.tries = 0
	s.signer = e.signer
	s.begin(s.signer.Silent)
}

// signedIn brings a token.
type signedIn struct {
	n     int
	token Token
}

func (e signedIn) apply(s *Session) {
	if e.n != s.attempt.n {
		return
	}
	s.attempt.stop()
	s.attempt.tries = 0
	s.tellSignIn(wire.SignIn{Stage: wire.SignInDone, Account: e.token.Account, Until: e.token.Expires})
	s.useToken(e.token)
	if s.conn.link == nil {
		s.connect()
	}
}

// signInFailed says how an attempt ended.
type signInFailed struct {
	n   int
	err error
}

func (e signInFailed) apply(s *Session) {
	if e.n != s.attempt.n || errors.Is(e.err, context.Canceled) {
		return
	}
	s.attempt.stop()
	fault, known := errors.AsType[*SignInError](e.err)
	switch {
	case !known:
		s.attempt.tries++
		wait := backoff(s.attempt.tries)
		s.tellSignIn(wire.SignIn{Stage: wire.SignInStarting, Until: time.Now().Add(wait), Words: "Microsoft's sign-in is not reachable. It is tried again by itself.", Detail: e.err.Error()})
		s.later(wait, tryAgain{s.attempt.n})
	case fault.Stage == needsPerson:
		s.interactive("")
	case fault.Stage == wire.SignInBlocked && s.o.SignIn != "device":
		s.begin(func(ctx context.Context) (Token, error) {
			return s.signer.Browser(ctx, false, func(m wire.SignIn) {
				m.Stage, m.Words, m.Detail = fault.Stage, fault.Words, fault.Detail
				s.box.put(showSignIn{m})
			})
		})
	default:
		s.tellSignIn(fault.news())
	}
}

type tryAgain struct{ n int }

func (e tryAgain) apply(s *Session) {
	if e.n == s.attempt.n {
		s.begin(s.signer.Silent)
	}
}

type showSignIn struct{ m wire.SignIn }

func (e showSignIn) apply(s *Session) { s.tellSignIn(e.m) }

// interactive asks the person: by code, or by browser when that is configured or wanted.
func (s *Session) interactive(action string) {
	show := func(m wire.SignIn) { s.box.put(showSignIn{m}) }
	if action == "browser" || action == "" && s.o.SignIn == "browser" {
		s.begin(func(ctx context.Context) (Token, error) { return s.signer.Browser(ctx, true, show) })
		return
	}
	s.begin(func(ctx context.Context) (Token, error) { return s.signer.Code(ctx, show) })
}

type signInAsked struct{ action string }

func (e signInAsked) apply(s *Session) {
	if s.signer == nil {
		return // still finding out where
	}
	if s.conn.refused != nil && s.conn.link == nil {
		s.conn.refused = nil
	}
	s.interactive(e.action)
}

// backoff is how long to wait before try n: 0.25 s, doubled to 5 s, less up to a fifth so that a hall of
// consoles does not come back in one moment.
func backoff(n int) time.Duration {
	d := 250 * time.Millisecond << min(max(n, 1)-1, 5)
	d = min(d, 5*time.Second)
	return d - jitter(d/5)
}
