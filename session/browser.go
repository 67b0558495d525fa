package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"cordboard/session/wire"
)

const (
	loopbackPort   = 8400 // first choice, so that an ssh -L line can be written down; Entra passes over the port
	browserMinutes = 5 * time.Minute
)

// answer is what the browser brought back.
type answer struct {
	code string
	err  error
}

func (e *entraSigner) Browser(ctx context.Context, open bool, show func(wire.SignIn)) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, browserMinutes)
	defer cancel()
	ls, port, err := listenLoopback()
	if err != nil {
		return Token{}, &SignInError{Stage: stageFailed, Words: "No port of this machine is free for the browser's answer.", Err: err}
	}
	redirect := "http://localhost:" + strconv.Itoa(port)
	verifier, state := rand.Text()+rand.Text(), rand.Text()
	at, err := e.authURL(ctx, redirect, verifier, state)
	if err != nil {
		closeAll(ls)
		return Token{}, explain(err)
	}
	got := make(chan answer, 1)
	srv := &http.Server{Handler: loopbackHandler(at, state, got), ReadHeaderTimeout: 5 * time.Second}
	for _, l := range ls {
		go srv.Serve(l)
	}
	defer srv.Close()

	m := wire.SignIn{Stage: wire.SignInBrowser, URL: redirect + "/signin", Until: time.Now().Add(browserMinutes), Remote: sshLine(port)}
	if open {
		if err := e.openBrowser(m.URL); err != nil {
			m.Words = "No browser was found here. Open the address by yourself."
		}
	}
	show(m)
	select {
	case a := <-got:
		if a.err != nil {
			return Token{}, a.err
		}
		r, err := e.client.AcquireTokenByAuthCode(ctx, a.code, redirect, e.scopes, public.WithChallenge(verifier))
		if err != nil {
			return Token{}, explain(err)
		}
		return e.only(ctx, r), nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return Token{}, &SignInError{Stage: wire.SignInExpired, Words: "Nobody signed in within five minutes. b opens the browser again, Enter gets a code.", Err: ctx.Err()}
		}
		return Token{}, ctx.Err()
	}
}

// authURL is the authority's page with everything it needs to know. The library's own function leaves
// state and code challenge (RFC 7636) to the caller.
func (e *entraSigner) authURL(ctx context.Context, redirect, verifier, state string) (string, error) {
	scopes := append([]string{"openid", "profile", "offline_access"}, e.scopes...)
	at, err := e.client.AuthCodeURL(ctx, e.o.ClientID, redirect, scopes)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(at)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(verifier))
	q := u.Query()
	q.Set("state", state)
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
	q.Set("code_challenge_method", "S256")
	q.Set("prompt", "select_account")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// loopbackHandler sends /signin to the authority and takes its answer at /, once.
func loopbackHandler(at, state string, got chan<- answer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /signin", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, at, http.StatusFound) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if q.Get("state") != state {
			http.Error(w, "This answer belongs to another sign-in.", http.StatusBadRequest)
			return
		}
		a := answer{code: q.Get("code")}
		text := "You have signed in. You may close this page and go back to the console."
		if a.code == "" {
			a.err = browserError(q)
			text = "The sign-in did not work. The console says why."
		}
		select {
		case got <- a:
		default:
		}
		fmt.Fprintln(w, text)
	})
	return mux
}

func browserError(q url.Values) error {
	a := authorityError{Code: q.Get("error"), Description: q.Get("error_description")}
	f := &SignInError{Stage: stageFailed, Detail: a.detail(), Words: words(a)}
	if a.Code == "access_denied" && (a.number() == 0 || a.number() == 65004) {
		f.Stage, f.Words = wire.SignInDeclined, "The sign-in was declined."
	}
	return f
}

// listenLoopback listens on 127.0.0.1 and, where there is one, on ::1 with the same port.
func listenLoopback() ([]net.Listener, int, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(loopbackPort)))
	if err != nil {
		if l, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
			return nil, 0, err
		}
	}
	port := l.Addr().(*net.TCPAddr).Port
	out := []net.Listener{l}
	if l6, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); err == nil {
		out = append(out, l6)
	}
	return out, port, nil
}

func closeAll(ls []net.Listener) {
	for _, l := range ls {
		l.Close()
	}
}

// sshLine is what to run on the machine with the browser when the console runs elsewhere.
func sshLine(port int) string {
	name, host := "you", "this-host"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil && h != "" {
		host = h
	}
	return fmt.Sprintf("ssh -L %d:localhost:%d %s@%s", port, port, name, host)
}

func (e *entraSigner) openBrowser(at string) error {
	if e.o.OpenBrowser != nil {
		return e.o.OpenBrowser(at)
	}
	return OpenBrowser(at)
}

// OpenBrowser opens an address in the system's browser. On a machine without a display it is an error.
func OpenBrowser(at string) error {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.Command("open", at)
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", at)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return errors.New("no display")
		}
		c = exec.Command("xdg-open", at)
	}
	if err := c.Start(); err != nil {
		return err
	}
	go c.Wait()
	return nil
}
