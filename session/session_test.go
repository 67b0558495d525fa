package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/session/wire"
)

func TestSilentSignInLeadsToHello(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		f := d.link().took()
		if len(f) != 1 || f[0].Hello == nil || f[0].Hello.Token != "token-1" || f[0].Hello.Resume != "" || f[0].Hello.Console == "" {
			t.Fatalf("first frame: %+v", f)
		}
		if m, _ := lastTold[wire.SignIn](d); m.Stage != wire.SignInDone || m.Account != "adele@contoso.com" || m.Server != "desk.test:8443" || !m.Weak {
			t.Errorf("told %+v", m)
		}
		d.welcome()
		if c, _ := lastTold[wire.Connected](d); c.State != wire.ConnUp {
			t.Errorf("told %+v", c)
		}
		if w, ok := lastTold[wire.Welcome](d); !ok || w.Board == nil {
			t.Error("the Board was not told")
		}
	})
}

func TestNewsComeInOrderWithoutGapsAndTwins(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.takeTold()
		for _, n := range []uint64{11, 11, 12, 10} {
			l.tell(wire.FromServer{News: &wire.News{Seq: n}})
		}
		synctest.Wait()
		var seqs []uint64
		for _, m := range d.takeTold() {
			if n, ok := m.(wire.News); ok {
				seqs = append(seqs, n.Seq)
			}
		}
		if len(seqs) != 2 || seqs[0] != 11 || seqs[1] != 12 {
			t.Fatalf("told %v, want 11 12", seqs)
		}
		l.tell(wire.FromServer{News: &wire.News{Seq: 15}})
		d.sleep(300 * time.Millisecond)
		h := d.link().took()
		if !l.isClosed() || len(h) != 1 || h[0].Hello.Resume != "secret" || h[0].Hello.Seq != 12 {
			t.Fatalf("after a gap: %+v", h)
		}
		// The gap is still there: now the whole Board is wanted.
		l = d.link()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resume: "secret2", Resumed: true, Seq: 15}})
		l.tell(wire.FromServer{News: &wire.News{Seq: 15}})
		d.sleep(300 * time.Millisecond)
		if h := d.link().took(); len(h) != 1 || h[0].Hello.Resume != "" {
			t.Fatalf("after the second gap: %+v", h)
		}
	})
}

func TestLostConnectionComesBackWithBackOff(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.setDown(true)
		d.takeTold()
		start := time.Now()
		l.lose()
		d.sleep(20 * time.Second)
		d.setDown(false)
		d.sleep(5 * time.Second)
		var waits []time.Duration
		for _, m := range d.takeTold() {
			if c, ok := m.(wire.Connected); ok && c.State == wire.ConnLost {
				waits = append(waits, c.Next.Sub(start))
			}
		}
		if len(waits) < 6 || waits[0] > 250*time.Millisecond || waits[0] < 200*time.Millisecond {
			t.Fatalf("tries at %v", waits)
		}
		for i := 1; i < len(waits); i++ {
			if gap := waits[i] - waits[i-1]; gap > 5*time.Second {
				t.Errorf("a gap of %v", gap)
			}
		}
		l = d.link()
		if h := l.took(); len(h) != 1 || h[0].Hello.Resume != "secret" || h[0].Hello.Seq != 10 {
			t.Fatalf("hello: %+v", h)
		}
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resume: "secret2", Resumed: true, Seq: 10}})
		synctest.Wait()
		back := false
		for _, m := range d.takeTold() {
			c, is := m.(wire.Connected)
			back = back || is && c.State == wire.ConnResumed && c.Took > 20*time.Second && c.Took < 26*time.Second
		}
		if !back {
			t.Error("nobody was told how long it took")
		}
	})
}

func TestCommandsWaitForTheConnectionAndAreSentAgain(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.took()
		d.s.Do(wire.Command{ID: "a", Do: wire.DoHold})
		synctest.Wait()
		l.lose()
		d.s.Do(wire.Command{ID: "b", Do: wire.DoResume})
		d.s.Do(wire.Command{Do: wire.DoReady})
		synctest.Wait()
		d.sleep(300 * time.Millisecond)
		l = d.link()
		l.took()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resumed: true, Seq: 10}})
		synctest.Wait()
		ids := doneIDs(l.took())
		if len(ids) != 3 || ids[0] != "a" || ids[1] != "b" || ids[2] == "" {
			t.Fatalf("sent again: %q", ids)
		}
		l.tell(wire.FromServer{Reply: &wire.Reply{ID: "a", OK: true}})
		synctest.Wait()
		l.lose()
		d.sleep(300 * time.Millisecond)
		l = d.link()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resumed: true, Seq: 10}})
		synctest.Wait()
		if ids := doneIDs(l.took()); len(ids) != 2 || ids[0] != "b" {
			t.Errorf("after the reply to a: %q", ids)
		}
	})
}

func doneIDs(frames []wire.FromConsole) (ids []string) {
	for _, f := range frames {
		if f.Do != nil {
			ids = append(ids, f.Do.ID)
		}
	}
	return ids
}

func TestOldCommandsAreNotDoneOnANewDesk(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.setDown(true)
		l.lose()
		synctest.Wait()
		d.s.Do(wire.Command{ID: "old", Do: wire.DoHangup})
		d.s.Do(wire.Command{ID: "note", Do: wire.DoNote, Text: "wants a call back"})
		d.sleep(11 * time.Second)
		d.s.Do(wire.Command{ID: "new", Do: wire.DoReady})
		d.setDown(false)
		d.sleep(6 * time.Second)
		l = d.link()
		l.took()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Seq: 1, Board: &wire.Board{}}})
		synctest.Wait()
		if ids := doneIDs(l.took()); len(ids) != 2 || ids[0] != "note" || ids[1] != "new" {
			t.Errorf("sent %q, want note and new", ids)
		}
		if r, ok := lastTold[wire.Reply](d); !ok || r.ID != "old" || r.OK || r.Words == "" {
			t.Errorf("told %+v", r)
		}
		if d.phone.rebuilt != 1 {
			t.Errorf("the phone was told %d times that the server is another", d.phone.rebuilt)
		}
	})
}

func TestCommandsBeforeWelcomeAreRefusedInWords(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		d.s.Do(wire.Command{ID: "x", Do: wire.DoReady})
		synctest.Wait()
		if r, ok := lastTold[wire.Reply](d); !ok || r.ID != "x" || r.OK || r.Code != "not_now" {
			t.Errorf("told %+v", r)
		}
	})
}

func TestPingsComeEveryTwoSecondsInACall(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		answer := func(dur time.Duration) int {
			l.tookPings()
			d.sleep(dur)
			return l.tookPings()
		}
		if n := answer(time.Minute); n < 4 || n > 5 {
			t.Errorf("idle: %d pings a minute, want 4", n)
		}
		l.tell(wire.FromServer{News: &wire.News{Seq: 11, Offer: &wire.Offer{}}})
		if n := answer(time.Minute); n < 29 || n > 31 {
			t.Errorf("in a call: %d pings a minute, want 30", n)
		}
		l.tell(wire.FromServer{News: &wire.News{Seq: 12, Clear: []wire.Section{wire.ClearOffer}}})
		if n := answer(time.Minute); n > 6 {
			t.Errorf("after it: %d pings a minute", n)
		}
	})
}

func TestSilentServerIsLeftWithinFourSecondsInACall(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.sleep(time.Second)
		l.setMute()
		l.tell(wire.FromServer{News: &wire.News{Seq: 11, Call: &wire.Call{}}})
		synctest.Wait()
		d.sleep(3900 * time.Millisecond)
		if l.isClosed() {
			t.Fatal("left too early")
		}
		d.sleep(time.Second)
		if !l.isClosed() || d.link() == l {
			t.Error("still on the silent connection")
		}
	})
}

func TestAnotherConsoleIsTakenOverOnlyAfterTheQuestion(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		l := d.link()
		l.tell(wire.FromServer{Refused: &wire.Refused{Code: "elsewhere", Words: "Signed in on desk-7."}})
		d.sleep(time.Minute)
		if c, _ := lastTold[wire.Connected](d); c.State != wire.ConnRefused || c.Refused == nil || c.Refused.Code != "elsewhere" {
			t.Fatalf("told %+v", c)
		}
		if d.link() != l {
			t.Fatal("connected again without an answer")
		}
		d.s.Takeover(false)
		d.sleep(time.Minute)
		if d.link() != l {
			t.Fatal("connected again after a no")
		}
		d.s.Takeover(true)
		synctest.Wait()
		if h := d.link().took(); len(h) != 1 || !h[0].Hello.Takeover {
			t.Fatalf("hello: %+v", h)
		}
	})
}

func TestSignedOutByTheServerStaysOut(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.tell(wire.FromServer{News: &wire.News{Seq: 10, Out: &wire.Refused{Code: "out", Words: "Signed out by Miriam Graham."}}}) // a number seen before
		l.lose()
		d.sleep(time.Minute)
		if d.link() != l {
			t.Error("connected again")
		}
		if c, _ := lastTold[wire.Connected](d); c.State != wire.ConnRefused || c.Refused.Code != "out" {
			t.Errorf("told %+v", c)
		}
		d.s.SignIn("new_code")
		synctest.Wait()
		if d.link() == l {
			t.Error("a new sign-in does not connect")
		}
	})
}

func TestSessionThatOutlivedItsSignInGoesOnAfterANewOne(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.tell(wire.FromServer{News: &wire.News{Seq: 10, Out: &wire.Refused{Code: "token", Words: "Your sign-in has expired."}}})
		synctest.Wait()
		if h := d.link().took(); d.link() == l || len(h) != 1 || h[0].Hello.Resume != "secret" || h[0].Hello.Token != "token-2" {
			t.Errorf("hello %+v", h)
		}
		if d.signer.codes != 1 {
			t.Errorf("%d codes", d.signer.codes)
		}
	})
}

func TestSigningOutBeforeTheServerIsFoundForgetsTheAccountToo(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		d.mu.Lock()
		d.open = nil
		d.mu.Unlock()
		if err := d.s.SignOut(context.Background()); err != nil || !d.signer.forgotten {
			t.Errorf("forgotten %v, %v", d.signer.forgotten, err)
		}
	}, func(d *desk) { d.open = errors.New("connection refused") })
}

func TestDrainingServerIsTriedAgain(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		synctest.Wait()
		l := d.link()
		l.tell(wire.FromServer{Refused: &wire.Refused{Code: "draining"}})
		d.sleep(time.Second)
		if d.link() == l {
			t.Error("not tried again")
		}
	})
}

func TestClosingTellsTheServerAndKeepsTheAccount(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.took()
		go d.s.Close(context.Background())
		synctest.Wait()
		if f := l.took(); len(f) != 1 || f[0].Do == nil || f[0].Do.Do != wire.DoSignOut {
			t.Fatalf("sent %+v", f)
		}
		l.tell(wire.FromServer{Reply: &wire.Reply{ID: signOutID, OK: true}})
		synctest.Wait()
		if !l.isClosed() || d.signer.forgotten {
			t.Errorf("closed %v, forgotten %v", l.isClosed(), d.signer.forgotten)
		}
	})
}

func TestSigningOutForgetsTheAccountEvenWhenTheServerIsSilent(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		d.welcome()
		start := time.Now()
		if err := d.s.SignOut(context.Background()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 2*time.Second || !d.signer.forgotten {
			t.Errorf("took %v, forgotten %v", took, d.signer.forgotten)
		}
	})
}

func TestServerThatIsNotThereYetIsAskedAgain(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		d.sleep(2 * time.Second)
		if c, ok := lastTold[wire.Connected](d); !ok || c.State != wire.ConnTrying || c.Attempt < 2 {
			t.Errorf("told %+v", c)
		}
		d.mu.Lock()
		d.open = nil
		d.mu.Unlock()
		d.sleep(5 * time.Second)
		d.welcome()
	}, func(d *desk) { d.open = errors.New("connection refused") })
}
