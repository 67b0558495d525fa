package session

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/session/wire"
)

func TestWithoutAnAccountACodeIsShown(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInCode || m.Code == "" || m.URL == "" {
			t.Fatalf("told %+v", m)
		}
		d.s.SignIn("new_code")
		synctest.Wait()
		if d.signer.codes != 2 {
			t.Errorf("%d codes were asked for, want 2", d.signer.codes)
		}
		d.s.SignIn("browser")
		synctest.Wait()
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInBrowser || !d.signer.opened {
			t.Errorf("told %+v, opened %v", m, d.signer.opened)
		}
	}, func(d *desk) { d.signer.silent, d.signer.hold = []error{&SignInError{Stage: needsPerson}}, true })
}

func TestBlockedCodeShowsTheBrowserWayAtOnce(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		m, _ := lastTold[wire.SignIn](d)
		if m.Stage != wire.SignInBlocked || m.Words == "" || m.Detail != "AADSTS53003" || m.URL == "" || m.Remote == "" {
			t.Fatalf("told %+v", m)
		}
		if d.signer.opened {
			t.Error("a browser was opened although nobody asked")
		}
	}, func(d *desk) {
		d.signer.silent = []error{&SignInError{Stage: needsPerson}}
		d.signer.codeErr = &SignInError{Stage: wire.SignInBlocked, Words: "A rule forbids it.", Detail: "AADSTS53003"}
	})
}

func TestEndsOfACodeAreTold(t *testing.T) {
	for _, stage := range []wire.SignInStage{wire.SignInExpired, wire.SignInDeclined, wire.SignInFailed} {
		t.Run(string(stage), func(t *testing.T) {
			inDesk(t, func(t *testing.T, d *desk) {
				d.sleep(time.Minute)
				if m, _ := lastTold[wire.SignIn](d); m.Stage != stage || m.Words != "words" {
					t.Errorf("told %+v", m)
				}
				if d.signer.codes != 1 {
					t.Errorf("%d codes without a key pressed", d.signer.codes)
				}
			}, func(d *desk) {
				d.signer.silent = []error{&SignInError{Stage: needsPerson}}
				d.signer.codeErr = &SignInError{Stage: stage, Words: "words"}
			})
		})
	}
}

func TestUnreachableAuthorityIsTriedAgain(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInStarting || m.Words == "" {
			t.Errorf("told %+v", m)
		}
		d.sleep(3 * time.Second)
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInDone {
			t.Errorf("told %+v", m)
		}
	}, func(d *desk) {
		fault := errors.New("dial tcp: no route to host")
		d.signer.silent = []error{fault, fault, fault}
	})
}

func TestTokenIsRenewedInPlaceBeforeItsEnd(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.took()
		d.sleep(55 * time.Minute)
		if n := tokens(l); n != 0 {
			t.Fatalf("renewed too early")
		}
		d.sleep(2 * time.Minute)
		if n := tokens(l); n != 1 {
			t.Fatalf("%d tokens, want 1", n)
		}
		if l.isClosed() {
			t.Error("the connection was closed for it")
		}
	})
}

func tokens(l *fakeLink) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.sent {
		if f.Token != nil && f.Token.Token == "token-2" {
			n++
		}
	}
	return n
}

func TestRevokedAccountIsAskedToSignInWhileTheCallGoesOn(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.signer.mu.Lock()
		d.signer.silent = []error{errors.New("timeout"), &SignInError{Stage: needsPerson}}
		d.signer.hold = true
		d.signer.mu.Unlock()
		d.sleep(16 * time.Second)
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInCode {
			t.Errorf("told %+v", m)
		}
		if l.isClosed() {
			t.Error("the connection was given up")
		}
	}, func(d *desk) { d.signer.life = 10 * time.Second })
}

func TestRefusedTokenIsRenewedOnceAndThenThePersonIsAsked(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		d.link().tell(wire.FromServer{Refused: &wire.Refused{Code: "token"}})
		synctest.Wait()
		h := d.link().took()
		if len(h) != 1 || h[0].Hello.Token != "token-2" {
			t.Fatalf("hello: %+v", h)
		}
		d.signer.mu.Lock()
		d.signer.hold = true
		d.signer.mu.Unlock()
		d.link().tell(wire.FromServer{Refused: &wire.Refused{Code: "token"}})
		synctest.Wait()
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInCode {
			t.Errorf("told %+v", m)
		}
	})
}

func TestTokenIsRenewedWhenTheServerWantsItWhateverOurClockSays(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		l := d.link()
		theirs := time.Now().Add(-3 * time.Hour)
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Seq: 1, Board: &wire.Board{}, Now: theirs, TokenBy: theirs.Add(10 * time.Minute)}})
		d.sleep(5 * time.Minute)
		if tokens(l) != 0 {
			t.Error("renewed too early")
		}
		d.sleep(2 * time.Minute)
		if tokens(l) != 1 {
			t.Error("not renewed")
		}
	})
}

func TestRenewAfter(t *testing.T) {
	for _, c := range []struct{ left, want time.Duration }{
		{time.Hour, 56 * time.Minute}, {9 * time.Minute, 5 * time.Minute}, {6 * time.Second, 3 * time.Second}, {-time.Minute, 500 * time.Millisecond},
	} {
		if got := renewAfter(c.left); got != c.want {
			t.Errorf("%v left: got %v, want %v", c.left, got, c.want)
		}
	}
}
