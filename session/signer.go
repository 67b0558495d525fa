package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"cordboard/session/wire"
)

// Token is an access token for the server.
type Token struct {
	Raw     string
	Account string // user principal name
	Expires time.Time
}

// signer gets tokens. Errors that a person must see are *SignInError, others pass by themselves.
type signer interface {
	// Silent takes the token from the store or renews it; Stage needsPerson when it cannot.
	Silent(context.Context) (Token, error)
	// Code signs in by device code (RFC 8628); show is told the code.
	Code(ctx context.Context, show func(wire.SignIn)) (Token, error)
	// Browser signs in by authorization code with PKCE on a loopback address (RFC 8252); open: the system's
	// browser is started too.
	Browser(ctx context.Context, open bool, show func(wire.SignIn)) (Token, error)
	// Forget removes the account from the store.
	Forget(context.Context) error
	// Weak says that only file permissions protect the store.
	Weak() bool
}

// entraSigner signs in with Microsoft's library for public clients.
type entraSigner struct {
	o      Options
	client public.Client
	scopes []string
	keep   *keep
}

// openSigner finds out where to sign in and opens the token store.
func (s *Session) openSigner(ctx context.Context) (signer, error) {
	o := s.o
	if o.Authority == "" || o.ClientID == "" || o.Scope == "" {
		d, err := Discover(ctx, o.Server, o.CAFile)
		if err != nil {
			return nil, err
		}
		o.Authority, o.ClientID, o.Scope = d.Authority, d.ClientID, d.Scope
	}
	return newEntraSigner(o)
}

func newEntraSigner(o Options) (*entraSigner, error) {
	u, err := url.Parse(o.Authority)
	if err != nil || u.Scheme != "https" || len(u.Path) < 2 {
		return nil, &SignInError{Stage: stageFailed, Words: fmt.Sprintf("The authority %q must look like https://login.microsoftonline.com/TENANT.", o.Authority)}
	}
	hc, err := httpClient(o.CAFile)
	if err != nil {
		return nil, &SignInError{Stage: stageFailed, Words: err.Error()}
	}
	k := openKeep(o)
	options := []public.Option{public.WithAuthority(o.Authority), public.WithHTTPClient(hc), public.WithInstanceDiscovery(false)}
	if k.store != nil {
		options = append(options, public.WithCache(k))
	}
	c, err := public.New(o.ClientID, options...)
	if err != nil {
		return nil, &SignInError{Stage: stageFailed, Words: err.Error(), Err: err}
	}
	return &entraSigner{o: o, client: c, scopes: []string{o.Scope}, keep: k}, nil
}

func (e *entraSigner) Weak() bool { return e.keep.weak }

func (e *entraSigner) Silent(ctx context.Context) (Token, error) {
	accounts, err := e.client.Accounts(ctx)
	if err != nil || len(accounts) == 0 {
		return Token{}, &SignInError{Stage: needsPerson, Words: "Nobody has signed in here yet.", Err: err}
	}
	r, err := e.client.AcquireTokenSilent(ctx, e.scopes, public.WithSilentAccount(accounts[0]))
	if err == nil {
		return token(r), nil
	}
	if ctx.Err() != nil {
		return Token{}, ctx.Err()
	}
	if a, ok := readAuthorityError(err); ok {
		return Token{}, &SignInError{Stage: needsPerson, Words: words(a), Detail: a.detail(), Err: err}
	}
	if isNoToken(err) {
		return Token{}, &SignInError{Stage: needsPerson, Words: "Sign in again.", Err: err}
	}
	return Token{}, err
}

// isNoToken: the library has no type for a store without a refresh token.
func isNoToken(err error) bool { return err.Error() == "no token found" }

func (e *entraSigner) Code(ctx context.Context, show func(wire.SignIn)) (Token, error) {
	dc, err := e.client.AcquireTokenByDeviceCode(ctx, e.scopes)
	if err != nil {
		return Token{}, explain(err)
	}
	until := dc.Result.ExpiresOn
	show(wire.SignIn{Stage: wire.SignInCode, URL: dc.Result.VerificationURL, Code: dc.Result.UserCode, Until: until})
	for n := 1; ; n++ {
		r, err := dc.AuthenticationResult(ctx)
		switch {
		case err == nil:
			return e.only(ctx, r), nil
		case ctx.Err() != nil:
			return Token{}, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded) && !time.Now().Before(until):
			return Token{}, &SignInError{Stage: wire.SignInExpired, Words: "The code has expired. Enter gets a new one.", Err: err}
		}
		if _, ok := readAuthorityError(err); ok {
			return Token{}, explain(err)
		}
		if !wait(ctx, backoff(n)) { // the network failed: the code lives on (RFC 8628 §3.5)
			return Token{}, ctx.Err()
		}
	}
}

func (e *entraSigner) Forget(ctx context.Context) error {
	accounts, err := e.client.Accounts(ctx)
	for _, a := range accounts {
		err = errors.Join(err, e.client.RemoveAccount(ctx, a))
	}
	return errors.Join(err, e.keep.forget())
}

// only keeps the account that has just signed in: the next start must not take another one.
func (e *entraSigner) only(ctx context.Context, r public.AuthResult) Token {
	accounts, err := e.client.Accounts(ctx)
	for _, a := range accounts {
		if a.HomeAccountID != r.Account.HomeAccountID {
			err = errors.Join(err, e.client.RemoveAccount(ctx, a))
		}
	}
	if err != nil {
		e.keep.log.Info("an older account is still kept", "err", err)
	}
	return token(r)
}

func token(r public.AuthResult) Token {
	return Token{Raw: r.AccessToken, Account: r.Account.PreferredUsername, Expires: r.ExpiresOn}
}

// wait reports false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Forget removes the account that Options name from the token store, without a connection.
func Forget(ctx context.Context, o Options) error {
	s := New(o)
	g, err := s.openSigner(ctx)
	if err != nil {
		return err
	}
	return g.Forget(ctx)
}
