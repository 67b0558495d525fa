package trunk

import (
	"fmt"
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

// TestARefreshThatTheNextHopGivesUpEndsTheCall: a proxy answers 408 for a peer that is gone.
func TestARefreshThatTheNextHopGivesUpEndsTheCall(t *testing.T) {
	for _, status := range []string{"408 Request Timeout", "481 Call/Transaction Does Not Exist"} {
		for _, method := range []string{"INVITE", "UPDATE"} {
			t.Run(method+" "+status, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t, nil)
					s := h.sbc(theirs)
					_, n, inv := h.dial(s, Outgoing{})
					s.send(s.answer(inv, "200 OK", "b", "Allow: INVITE, ACK, BYE, "+method+"\nSession-Expires: 200;refresher=uac\n", "v=0 a"))
					want[Answered](t, n)
					s.expect("ACK")
					s.send(s.answer(s.expect(method), status, "b", "", ""))
					s.expect("BYE")
					if e := want[Ended](t, n); e.By != "network" || e.Cause != "session lost" {
						t.Fatalf("%+v", e)
					}
				})
			})
		}
	}
}

// TestAnIntervalThatIsLongEnoughAndRefusedAllTheSameIsNoEndlessTry: 422 with the Min-SE that the INVITE had already.
func TestAnIntervalThatIsLongEnoughAndRefusedAllTheSameIsNoEndlessTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "422 Session Interval Too Small", "x", "Min-SE: 90\n", ""))
		if r := want[Rejected](t, n); r.Code != 422 {
			t.Fatalf("%+v", r)
		}
		if p, ok := s.next(10 * time.Second); ok && !strings.HasPrefix(p.start, "ACK") {
			t.Fatalf("sent %s", p.start)
		}
	})
}

// TestAReliableAnswerOutOfItsOrderWaits for the one before it (RFC 3262 §4).
func TestAReliableAnswerOutOfItsOrderWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, inv := h.dial(s, Outgoing{})
		ring := func(rseq, code string) { s.send(s.answer(inv, code, "b", "Require: 100rel\nRSeq: "+rseq+"\n", "")) }
		prack := func(rack string) {
			t.Helper()
			p := s.expect("PRACK")
			if p.header("RAck") != rack {
				t.Fatalf("RAck %s, want %s", p.header("RAck"), rack)
			}
			s.send(s.answer(p, "200 OK", "", "", ""))
		}
		ring("41", "180 Ringing")
		prack("41 1 INVITE")
		want[Ringing](t, n)
		ring("43", "183 Session Progress")
		if p, ok := s.next(time.Second); ok {
			t.Fatalf("sent %s", p.text)
		}
		ring("42", "182 Queued")
		prack("42 1 INVITE")
		ring("43", "183 Session Progress")
		prack("43 1 INVITE")
		for _, code := range []int{182, 183} {
			if r := want[Ringing](t, n); r.Code != code {
				t.Fatalf("%+v, want %d", r, code)
			}
		}
	})
}

// TestAnOfferThatCrossesOursIsRefusedForAMoment: ours is in the 200 of a re-INVITE that had none (RFC 3261 §14.2, RFC 3311 §5.2).
func TestAnOfferThatCrossesOursIsRefusedForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, tag := h.answered(s)
		s.send(s.request("INVITE", 2, tag, "", ""))
		want[Reoffered](t, n)
		d.AnswerReoffer([]byte("v=0 our offer"), 200)
		s.expect("SIP/2.0 200")
		s.send(s.request("UPDATE", 3, tag, "", offer))
		if p := s.expect("SIP/2.0 4"); p.start != "SIP/2.0 491 Request Pending" {
			t.Fatal(p.start)
		}
		s.send(s.request("ACK", 2, tag, "", "v=0 their answer"))
		if a := want[Acked](t, n); string(a.SDP) != "v=0 their answer" {
			t.Fatalf("%q", a.SDP)
		}
	})
}

// TestAnOfferOfOursThatWaitedIsMadeWhenThePeerTakesItsOwnBack: CANCEL of a re-INVITE.
func TestAnOfferOfOursThatWaitedIsMadeWhenThePeerTakesItsOwnBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, tag := h.answered(s)
		inv := s.request("INVITE", 2, tag, "", offer)
		s.send(inv)
		want[Reoffered](t, n)
		d.Reoffer([]byte("v=0 hold"))
		head, _, _ := strings.Cut(inv, "Content-Type")
		s.send(strings.ReplaceAll(head, "INVITE", "CANCEL") + "\n")
		s.expect("SIP/2.0 487")
		p := s.expect("INVITE")
		if p.body() != "v=0 hold" {
			t.Fatalf("re-INVITE:\n%s", p.text)
		}
		s.send(s.answer(p, "200 OK", "", "", "v=0 their answer"))
		if r := want[Reanswered](t, n); r.Code != 200 {
			t.Fatalf("%+v", r)
		}
	})
}

// TestAnOfferOfOursThatWaitedIsMadeWhenThePeersIsAnswered whichever way, INVITE or UPDATE.
func TestAnOfferOfOursThatWaitedIsMadeWhenThePeersIsAnswered(t *testing.T) {
	for _, method := range []string{"INVITE", "UPDATE"} {
		for _, code := range []int{200, 488} {
			t.Run(fmt.Sprint(method, code), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t, nil)
					s := h.sbc(theirs)
					d, n, tag := h.answered(s)
					s.send(s.request(method, 2, tag, "", offer))
					want[Reoffered](t, n)
					d.Reoffer([]byte("v=0 hold"))
					synctest.Wait()
					d.AnswerReoffer([]byte("v=0 answer"), code)
					s.expect(fmt.Sprint("SIP/2.0 ", code))
					if method == "INVITE" {
						s.send(s.request("ACK", 2, tag, "", ""))
					}
					if p := s.expect("INVITE"); p.body() != "v=0 hold" {
						t.Fatalf("re-INVITE:\n%s", p.text)
					}
				})
			})
		}
	}
}
