package trunk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// untimed is a call with a peer that knows no session timer: it called, or was called, and takes UPDATE or not.
func (h *house) untimed(s *sbc, weCall bool, allow string) (d *Dialog, n news, theirs string) {
	h.t.Helper()
	if weCall {
		d, n, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "200 OK", "b", "Allow: "+allow+"\n", "v=0 answer"))
		s.expect("ACK")
		want[Answered](h.t, n)
		return d, n, ""
	}
	s.send(s.request("INVITE", 1, "", "Allow: "+allow+"\n", offer))
	d = h.call()
	n = listen(d)
	d.Answer([]byte("v=0 answer"))
	ok := s.expect("SIP/2.0 200")
	if ok.header("Session-Expires") != "" || ok.header("Require") != "" {
		h.t.Fatalf("200:\n%s", ok.text)
	}
	s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
	want[Acked](h.t, n)
	return d, n, ok.tag("To")
}

// TestAPeerWithoutASessionTimerThatIsGoneIsNoticed: nothing else tells of it while a call is on hold.
func TestAPeerWithoutASessionTimerThatIsGoneIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		weCall        bool
		allow, method string
	}{
		"it called, UPDATE":      {false, "INVITE, ACK, BYE, CANCEL, UPDATE", "UPDATE"},
		"it called, re-INVITE":   {false, "INVITE, ACK, BYE, CANCEL", "INVITE"},
		"it is called, UPDATE":   {true, "INVITE, ACK, BYE, CANCEL, UPDATE", "UPDATE"},
		"it is called, reINVITE": {true, "INVITE, ACK, BYE, CANCEL", "INVITE"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				_, n, _ := h.untimed(s, c.weCall, c.allow)
				refresh := func() packet {
					t.Helper()
					half, began := sessionWanted*time.Second/2, time.Now()
					r, ok := s.next(half + 5*time.Second)
					for ok && !strings.HasPrefix(r.start, c.method+" ") {
						r, ok = s.next(half + 5*time.Second)
					}
					if d := time.Since(began).Round(time.Second); !ok || d != half {
						t.Fatalf("%q after %v, want %s after %v", r.start, d, c.method, half)
					}
					return r
				}
				r := refresh()
				same := ""
				if c.method == "INVITE" {
					same = map[bool]string{true: "v=0 answer", false: offer}[c.weCall]
				}
				s.send(s.answer(r, "200 OK", "b", "", same))
				s.send(s.answer(refresh(), "500 Server Internal Error", "b", "Retry-After: 3\n", "")) // it lives
				s.send(s.answer(refresh(), "488 Not Acceptable Here", "b", "", ""))
				n.quiet(t, sessionWanted*time.Second/4)
				// It has gone: nothing is answered any more.
				n.quiet(t, sessionWanted*time.Second/4)
				e := want[Ended](t, n)
				if e.By != "network" || e.Cause != "session lost" {
					t.Fatalf("%+v", e)
				}
			})
		})
	}
}

// TestARefusedRefreshIsMadeAgain: a peer that keeps a timer would end the call when it runs out.
func TestARefusedRefreshIsMadeAgain(t *testing.T) {
	for _, method := range []string{"INVITE", "UPDATE"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, nil)
				s := h.sbc(theirs)
				_, n, inv := h.dial(s, Outgoing{})
				s.send(s.answer(inv, "200 OK", "b", "Allow: INVITE, ACK, BYE, "+method+"\nSession-Expires: 600;refresher=uac\n", "v=0 a"))
				want[Answered](t, n)
				s.expect("ACK")
				next := func(within time.Duration) packet {
					t.Helper()
					for {
						p, ok := s.next(within)
						if !ok {
							t.Fatalf("no %s within %v", method, within)
						}
						if strings.HasPrefix(p.start, method+" ") {
							return p
						}
					}
				}
				began := time.Now()
				s.send(s.answer(next(301*time.Second), "500 Server Internal Error", "b", "Retry-After: 9\n", ""))
				again := next(20 * time.Second)
				if d := time.Since(began); d < 309*time.Second || d > 311*time.Second {
					t.Fatalf("made again %v after the answer", d)
				}
				s.send(s.answer(again, "200 OK", "b", "Session-Expires: 600;refresher=uac\n", map[string]string{"INVITE": "v=0 a"}[method]))
				n.quiet(t, 290*time.Second)
				s.send(s.answer(next(20*time.Second), "200 OK", "b", "Session-Expires: 600;refresher=uac\n", map[string]string{"INVITE": "v=0 a"}[method]))
				n.quiet(t, 290*time.Second)
			})
		})
	}
}
