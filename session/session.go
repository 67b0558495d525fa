// Package session is a person's working session: the sign-in with Entra ID, the token kept and renewed,
// and the connection to the server, which is resumed whenever it breaks. It tells the screen everything
// through Options.Tell and never makes it wait.
package session

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"cordboard/session/wire"
)

// Options says where to sign in and connect, and whom to tell.
type Options struct {
	Server    string // "https://desk.contoso.com:8443"
	Authority string // Authority, ClientID and Scope are asked from the server when empty
	ClientID  string
	Scope     string

	CAFile     string // further certificate authorities, PEM
	Profile    string // keeps accounts apart
	CacheDir   string // for the token; the user's cache folder when empty
	SignIn     string // "auto" (default), "device", "browser"
	TokenStore string // "auto" (default), "keyring", "file", "memory"
	Program    string // name and version, for the server's log

	// Tell takes wire.SignIn, wire.Connected, wire.Welcome, wire.News and wire.Reply, one at a time, in order.
	Tell  func(any)
	Phone Phone // nil: no voice
	Log   *slog.Logger

	OpenBrowser func(url string) error // the system's browser when nil
}

// Phone is the softphone's side of the line to the server.
type Phone interface {
	// Offer makes a description of the line; later ones restart ICE (RFC 8829).
	Offer(ctx context.Context, ice []wire.ICEServer) (wire.LineSDP, error)
	// Answer takes the server's answer to the last Offer.
	Answer(wire.LineSDP) error
}

// Rebuilder is a Phone that can be told that the next Offer meets another server than the last one:
// the old connection is of no use.
type Rebuilder interface{ Rebuild() }

// Session is one console's session. Its methods never block, except SignOut and Close.
type Session struct {
	o    Options
	box  *mailbox
	dial dialer
	sign func(context.Context) (signer, error) // discovers the authority and opens the token store

	// The rest is owned by Run.
	ctx     context.Context
	signer  signer
	token   Token
	console string
	attempt attempt // of signing in
	renewal renewal
	conn    connection
	out     outbox
	line    voiceLine
	ended   bool
	leaving chan struct{} // closed when the server has heard that we go
}

// event is something that happened to the session; it knows what it does.
type event interface{ apply(*Session) }

// New makes a session; Run starts it.
func New(o Options) *Session {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Tell == nil {
		o.Tell = func(any) {}
	}
	if o.SignIn == "" {
		o.SignIn = "auto"
	}
	s := &Session{o: o, box: newMailbox(), console: rand.Text()}
	s.dial = s.dialWebSocket
	s.sign = s.openSigner
	return s
}

// Run signs in, connects and stays connected until ctx ends, or the session is closed.
func (s *Session) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx = ctx
	s.tellSignIn(wire.SignIn{Stage: wire.SignInStarting})
	started{}.apply(s)
	for !s.ended {
		select {
		case <-ctx.Done():
			s.end()
		case <-s.box.ready:
			for _, e := range s.box.take() {
				e.apply(s)
			}
		}
	}
	return context.Cause(ctx)
}

func (s *Session) end() {
	s.ended = true
	s.attempt.stop()
	s.conn.drop()
	s.box.close()
}

// Do sends a command. It is kept while the connection is lost and sent again until a Reply comes.
func (s *Session) Do(c wire.Command) { s.box.put(wanted{c, time.Now()}) }

// SignIn begins to sign in anew: action is "new_code" or "browser".
func (s *Session) SignIn(action string) { s.box.put(signInAsked{action}) }

// Takeover answers the question whether the other console of this person is to be signed out.
func (s *Session) Takeover(yes bool) { s.box.put(takeoverSaid{yes}) }

// RestartLine makes a new description of the voice line: no audio has come for two seconds, or the
// machine's addresses have changed.
func (s *Session) RestartLine() { s.box.put(lineWanted{}) }

// SignOut takes leave of the server, forgets the account and ends Run.
func (s *Session) SignOut(ctx context.Context) error {
	s.leave(ctx)
	done := make(chan error, 1)
	if !s.box.put(forgetAsked{done}) {
		return nil
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes leave of the server and ends Run; the account is remembered.
func (s *Session) Close(ctx context.Context) {
	s.leave(ctx)
	s.box.put(closeAsked{})
}

// leave tells the server that this agent goes and waits until it knows, two seconds at most.
func (s *Session) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	done := make(chan struct{})
	if !s.box.put(leaveAsked{done}) {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

type leaveAsked struct{ done chan struct{} }

func (e leaveAsked) apply(s *Session) {
	if !s.conn.up {
		close(e.done)
		return
	}
	s.leaving = e.done
	s.out.add(wire.Command{ID: signOutID, Do: wire.DoSignOut}, time.Now())
	s.flush()
}

// signOutID is the id of the command that leaves; its Reply ends the wait.
const signOutID = "signout"

func (s *Session) left() {
	if s.leaving != nil {
		close(s.leaving)
		s.leaving = nil
	}
}

type forgetAsked struct{ done chan error }

func (e forgetAsked) apply(s *Session) {
	s.attempt.stop()
	g, ctx := s.signer, s.ctx
	go func() {
		var err error
		if g == nil { // it is not known yet where this person signs in
			g, err = s.sign(ctx)
		}
		if err == nil {
			err = g.Forget(ctx)
		}
		e.done <- err
		s.box.put(closeAsked{})
	}()
}

type closeAsked struct{}

func (closeAsked) apply(s *Session) { s.end() }

// later puts an event after a while. Events must bear to come too late.
func (s *Session) later(d time.Duration, e event) *time.Timer {
	return time.AfterFunc(d, func() { s.box.put(e) })
}
