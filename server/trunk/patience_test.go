package trunk

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// quietly are the ends of a connection in virtual time, ours as a stream.
func quietly(t *testing.T) (*stream, net.Conn) {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return &stream{Conn: ours, edge: newEdge(Options{}), started: make(chan struct{})}, theirs
}

func TestAMessageHasHalfAMinuteToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, far := quietly(t)
		go func() {
			time.Sleep(time.Hour) // between messages there is all the time
			far.Write([]byte(crlf(plain)))
			far.Write([]byte("OPTIONS sip:a@b SIP/2.0\r\n"))
		}()
		buf := make([]byte, 4096)
		if n, err := s.Read(buf); err != nil || !strings.HasPrefix(string(buf[:n]), "OPTIONS") {
			t.Fatalf("%q, %v", buf[:n], err)
		}
		began := time.Now()
		if n, err := s.Read(buf); !errors.Is(err, io.EOF) || time.Since(began) != 30*time.Second {
			t.Fatalf("half a message: %q, %v after %v", buf[:n], err, time.Since(began))
		}
	})
}

func TestAPeerThatDoesNotReadIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, far := quietly(t)
		began := time.Now()
		if _, err := s.Write([]byte("x")); err == nil || time.Since(began) != 5*time.Second {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Fatalf("the connection stays: %v", err)
		}
	})
}

func TestAPeerThatIsDownIsTriedLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pair("sbc")
		n.Peers[0].Health = 60 * time.Second
		h := newHouse(t, nil, n)
		first, second := h.sbc(theirs), h.sbc("192.0.2.3:5060")
		first.expect("OPTIONS")
		if told := <-h.health; !strings.HasPrefix(told, "london 192.0.2.2:5060 false") {
			t.Fatalf("told %q", told)
		}
		began := time.Now()
		h.edge.Dial(Outgoing{Trunk: "london", To: "+331", SDP: []byte("v=0")}, func(Event) {})
		if second.expect("INVITE"); time.Since(began) > time.Second {
			t.Fatalf("the second was called after %v", time.Since(began))
		}
	})
}

// TestAPeerThatCouldNotBeReachedIsTriedLastForHalfAMinute, when no OPTIONS ask for it.
func TestAPeerThatCouldNotBeReachedIsTriedLastForHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, pair("sbc"))
		first, second := h.sbc(theirs), h.sbc("192.0.2.3:5060")
		call := func(to string, after time.Duration, firstToo bool) {
			t.Helper()
			h.edge.Dial(Outgoing{Trunk: "london", To: to, SDP: []byte("v=0")}, func(Event) {})
			p := second.expect("INVITE sip:" + to)
			second.send(second.answer(p, "486 Busy Here", "x", "", ""))
			if _, came := first.next(time.Millisecond); came != firstToo {
				t.Errorf("after %v: the first was tried %v, want %v", after, came, firstToo)
			}
			for came := true; came; { // it says nothing, however often it is asked
				_, came = first.next(time.Millisecond)
			}
		}
		call("+331", 0, true)
		time.Sleep(25 * time.Second)
		call("+332", 25*time.Second, false)
		time.Sleep(15 * time.Second)
		call("+333", 40*time.Second, true)
	})
}

func TestACallThatRingsForeverIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		began := time.Now()
		_, n, inv := h.dial(s, Outgoing{})
		s.send(s.answer(inv, "180 Ringing", "b", "", ""))
		want[Ringing](t, n)
		if r := want[Rejected](t, n); r.Code != 408 || time.Since(began) != 3*time.Minute {
			t.Fatalf("%+v after %v", r, time.Since(began))
		}
	})
}

// A Contact that nobody can find leads back to where the call came from.
func TestAContactThatNobodyFindsLeadsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *Options) { o.Lookup = names{} })
		s := h.sbc(theirs)
		s.send(strings.Replace(s.request("INVITE", 1, "", "", offer), "<sip:sbc@"+theirs+">", "<sip:sbc@hidden.example>", 1))
		d := h.call()
		n := listen(d)
		d.Answer([]byte("v=0"))
		ok := s.expect("SIP/2.0 200")
		s.send(s.request("ACK", 1, ok.tag("To"), "", ""))
		want[Acked](t, n)
		d.Hangup(Reason{Code: 200})
		if bye := s.expect("BYE"); !strings.HasPrefix(bye.start, "BYE sip:sbc@hidden.example ") {
			t.Fatalf("%s", bye.start)
		}
	})
}

func TestAnotherTenantsCallIsNotReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := london()
		n.MayRefer = true
		h := newHouse(t, nil, n, Trunk{ID: "paris", Tenant: "fabrikam", MayRefer: true, Allow: prefixes("198.51.100.0/24")})
		s := h.sbc(theirs)
		_, news, tag := h.answered(s)
		other := h.sbc("198.51.100.7:5060")
		other.send(other.request("INVITE", 1, "", "Replaces: "+s.id+";to-tag="+tag+";from-tag=far1\n", offer))
		other.expect("SIP/2.0 481")
		early := h.sbc("192.0.2.2:5070")
		early.send(early.request("INVITE", 1, "", "Replaces: "+s.id+";to-tag="+tag+";from-tag=far1;early-only\n", offer))
		early.expect("SIP/2.0 486") // RFC 3891 §3
		news.quiet(t, time.Second)
	})
}

func TestAddressesOfFourComeBeforeThoseOfSix(t *testing.T) {
	hops := hopsOf(addrs("2001:db8::1", "192.0.2.1", "::ffff:192.0.2.2", "2001:db8::2"), "udp", "a.example", 5060)
	var got []string
	for _, h := range hops {
		got = append(got, h.addr.Addr().String())
	}
	if s := strings.Join(got, " "); s != "192.0.2.1 192.0.2.2 2001:db8::1 2001:db8::2" {
		t.Fatal(s)
	}
}

func addrs(all ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range all {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

func TestAnEdgeThatClosesTakesNoCallAndMakesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		_, n, _ := h.answered(s)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		closed := make(chan error, 1)
		go func() { closed <- h.edge.Close(ctx) }()
		s.expect("BYE") // and it is not answered
		want[Ended](t, n)
		late := h.sbc("192.0.2.2:5070")
		late.send(late.request("INVITE", 1, "", "", offer))
		if p := late.expect("SIP/2.0 503"); p.header("Retry-After") != "30" {
			t.Fatalf("503:\n%s", p.text)
		}
		out := make(news, 8)
		h.edge.Dial(Outgoing{Trunk: "london", To: "100", SDP: []byte("v=0")}, func(e Event) { out <- e })
		want[Unreachable](t, out)
		if err := <-closed; err == nil {
			t.Error("a BYE that nobody answered was not told")
		}
		if len(h.calls) != 0 {
			t.Error("the owner got a call")
		}
	})
}

func TestAHangUpAnswersTheOfferThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		d, n, tag := h.answered(s)
		s.send(s.request("INVITE", 2, tag, "", "v=0 other"))
		want[Reoffered](t, n)
		d.Hangup(Reason{Code: 200})
		want[Ended](t, n)
		got := map[string]bool{}
		for !got["SIP/2.0 487"] || !got["BYE"] {
			p, some := s.next(time.Minute)
			if !some {
				t.Fatalf("only %v", got)
			}
			for _, start := range []string{"SIP/2.0 487", "BYE"} {
				got[start] = got[start] || strings.HasPrefix(p.start, start)
			}
		}
	})
}

func TestAKeepAliveIsNoBrokenMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		for _, beat := range []string{"\r\n\r\n", "\x00\x00\x00\x00", "\r\n", ""} {
			s.raw(beat)
		}
		if p, some := s.next(time.Second); some || h.edge.Counts() != (Counts{}) {
			t.Fatalf("%q, %+v", p.start, h.edge.Counts())
		}
	})
}
