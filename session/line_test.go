package session

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/session/wire"
)

func offers(frames []wire.FromConsole) (ids []string) {
	for _, f := range frames {
		if f.Line != nil {
			ids = append(ids, f.Line.ID)
		}
	}
	return ids
}

func TestLineIsOfferedAtWelcomeAndAnswered(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		if ids := offers(l.took()); len(ids) != 1 || ids[0] != "offer-1" {
			t.Fatalf("offers %q", ids)
		}
		l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-0", Type: "answer"}})
		l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-1", Type: "answer", SDP: "v=0"}})
		d.sleep(20 * time.Second)
		if a := d.phone.answers; len(a) != 1 || a[0] != "offer-1" {
			t.Errorf("answers %q", a)
		}
		if ids := offers(l.took()); len(ids) != 0 {
			t.Errorf("offered again: %q", ids)
		}
	})
}

func TestLineIsOfferedAgain(t *testing.T) {
	cases := []struct {
		name string
		do   func(d *desk, l *fakeLink)
	}{
		{"when no answer comes", func(d *desk, l *fakeLink) { d.sleep(6 * time.Second) }},
		{"when the server refuses", func(d *desk, l *fakeLink) {
			l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-1", Type: "refused", Why: "busy"}})
			d.sleep(3 * time.Second)
		}},
		{"when the phone wants a restart", func(d *desk, l *fakeLink) {
			l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-1", Type: "answer"}})
			d.s.RestartLine()
			d.sleep(time.Second)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inDesk(t, func(t *testing.T, d *desk) {
				l := d.welcome()
				l.took()
				c.do(d, l)
				if ids := offers(l.took()); len(ids) != 1 || ids[0] != "offer-2" {
					t.Errorf("offers %q", ids)
				}
			})
		})
	}
}

func TestResumedConnectionKeepsTheLine(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-1", Type: "answer"}})
		synctest.Wait()
		l.lose()
		d.sleep(300 * time.Millisecond)
		l = d.link()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resumed: true, Seq: 10}})
		d.sleep(time.Second)
		if ids := offers(l.took()); len(ids) != 0 {
			t.Errorf("offered %q", ids)
		}
	})
}

func TestPhoneThatWantsARestartWhileDisconnectedGetsItAtTheNextWelcome(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		l.tell(wire.FromServer{Line: &wire.LineSDP{ID: "offer-1", Type: "answer"}})
		synctest.Wait()
		l.lose()
		d.s.RestartLine()
		d.sleep(300 * time.Millisecond)
		l = d.link()
		l.tell(wire.FromServer{Welcome: &wire.Welcome{Resumed: true, Seq: 10}})
		synctest.Wait()
		if ids := offers(l.took()); len(ids) != 1 || ids[0] != "offer-2" {
			t.Errorf("offers %q", ids)
		}
	})
}

func TestPhoneWithoutADeviceIsAskedAgain(t *testing.T) {
	inDesk(t, func(t *testing.T, d *desk) {
		l := d.welcome()
		d.phone.mu.Lock()
		d.phone.offerErr = nil
		d.phone.mu.Unlock()
		d.sleep(3 * time.Second)
		if ids := offers(l.took()); len(ids) != 1 {
			t.Errorf("offers %q", ids)
		}
	}, func(d *desk) { d.phone.offerErr = errors.New("no certificate") })
}
