package session

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"cordboard/session/wire"
)

func TestMain(m *testing.M) {
	keyring.MockInitWithError(errors.New("no keyring in tests"))
	os.Exit(m.Run())
}

// fakeLink is a connection to a server that the test plays.
type fakeLink struct {
	n      int
	box    *mailbox
	mu     sync.Mutex
	sent   []wire.FromConsole
	pings  int
	mute   bool // answers no ping
	closed bool
}

func (l *fakeLink) send(f wire.FromConsole) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if f.Ping == nil {
		l.sent = append(l.sent, f)
		return true
	}
	l.pings++
	if !l.mute {
		l.box.put(heard{l.n, wire.FromServer{Pong: f.Ping}})
	}
	return true
}

func (l *fakeLink) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}

func (l *fakeLink) tell(f wire.FromServer) { l.box.put(heard{l.n, f}) }

func (l *fakeLink) lose() { l.box.put(broken{l.n, errors.New("reset by peer")}) }

// took gives the frames sent since the last time, without pings.
func (l *fakeLink) took() []wire.FromConsole {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.sent
	l.sent = nil
	return out
}

func (l *fakeLink) tookPings() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.pings
	l.pings = 0
	return n
}

func (l *fakeLink) setMute() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute = true
}

func (l *fakeLink) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// fakeSigner gives tokens as the test wants.
type fakeSigner struct {
	mu        sync.Mutex
	silent    []error // the next errors of Silent; then tokens
	life      time.Duration
	made      int
	codes     int
	browsers  int
	opened    bool
	codeErr   error
	hold      bool // Code waits until its context ends
	forgotten bool
}

func (g *fakeSigner) token() Token {
	g.made++
	return Token{Raw: "token-" + string(rune('0'+g.made)), Account: "adele@contoso.com", Expires: time.Now().Add(g.life)}
}

func (g *fakeSigner) Silent(context.Context) (Token, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.silent) > 0 {
		err := g.silent[0]
		g.silent = g.silent[1:]
		if err != nil {
			return Token{}, err
		}
	}
	return g.token(), nil
}

func (g *fakeSigner) Code(ctx context.Context, show func(wire.SignIn)) (Token, error) {
	show(wire.SignIn{Stage: wire.SignInCode, Code: "ABCDEFGHJ", URL: "http://x/device"})
	g.mu.Lock()
	g.codes++
	hold := g.hold
	g.mu.Unlock()
	if hold {
		<-ctx.Done()
		return Token{}, ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.codeErr != nil {
		return Token{}, g.codeErr
	}
	return g.token(), nil
}

func (g *fakeSigner) Browser(ctx context.Context, open bool, show func(wire.SignIn)) (Token, error) {
	show(wire.SignIn{Stage: wire.SignInBrowser, URL: "http://localhost:8400/signin", Remote: "ssh -L"})
	g.mu.Lock()
	g.browsers++
	g.opened = open
	g.mu.Unlock()
	<-ctx.Done()
	return Token{}, ctx.Err()
}

func (g *fakeSigner) Forget(context.Context) error { g.forgotten = true; return nil }
func (g *fakeSigner) Weak() bool                   { return true }

// fakePhone makes numbered offers.
type fakePhone struct {
	mu       sync.Mutex
	offers   int
	answers  []string
	rebuilt  int
	offerErr error
}

func (p *fakePhone) Offer(context.Context, []wire.ICEServer) (wire.LineSDP, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.offerErr != nil {
		return wire.LineSDP{}, p.offerErr
	}
	p.offers++
	return wire.LineSDP{ID: "offer-" + string(rune('0'+p.offers)), SDP: "v=0"}, nil
}

func (p *fakePhone) Answer(a wire.LineSDP) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, a.ID)
	return nil
}

func (p *fakePhone) Rebuild() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rebuilt++
}

// desk is a session with a fake server, signer and phone, in virtual time.
type desk struct {
	t      *testing.T
	s      *Session
	signer *fakeSigner
	phone  *fakePhone

	mu    sync.Mutex
	links []*fakeLink
	down  bool
	told  []any
	open  error
}

// inDesk runs a test in a bubble whose time stands still while all wait.
// prepare, when given, comes before the session starts.
func inDesk(t *testing.T, f func(*testing.T, *desk), prepare ...func(*desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, signer: &fakeSigner{life: time.Hour}, phone: &fakePhone{}}
		d.s = New(Options{Server: "https://desk.test:8443", Phone: d.phone, Tell: func(m any) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.told = append(d.told, m)
		}})
		d.s.sign = func(context.Context) (signer, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.signer, d.open
		}
		d.s.dial = func(_ context.Context, n int) (link, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.down {
				return nil, errors.New("connection refused")
			}
			l := &fakeLink{n: n, box: d.s.box}
			d.links = append(d.links, l)
			return l, nil
		}
		for _, p := range prepare {
			p(d)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); d.s.Run(ctx) }()
		defer func() { cancel(); <-done }()
		f(t, d)
	})
}

func (d *desk) link() *fakeLink {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.links) == 0 {
		d.t.Fatal("no connection was made")
	}
	return d.links[len(d.links)-1]
}

func (d *desk) setDown(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = on
}

// takeTold gives what the screen was told since the last time.
func (d *desk) takeTold() []any {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.told
	d.told = nil
	return out
}

func lastTold[T any](d *desk) (out T, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.told) - 1; i >= 0; i-- {
		if m, is := d.told[i].(T); is {
			return m, true
		}
	}
	return out, false
}

// welcome lets the console in with a fresh Board.
func (d *desk) welcome() *fakeLink {
	d.t.Helper()
	synctest.Wait()
	l := d.link()
	l.tell(wire.FromServer{Welcome: &wire.Welcome{Resume: "secret", Seq: 10, Board: &wire.Board{}}})
	synctest.Wait()
	return l
}

func (d *desk) sleep(dur time.Duration) {
	<-time.After(dur)
	synctest.Wait()
}
