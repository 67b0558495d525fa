package trunk

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAConnectionThatBreaksBeforeTheAnswer: the next peer is tried, unless somebody's telephone rang already and may ring on.
func TestAConnectionThatBreaksBeforeTheAnswer(t *testing.T) {
	for _, rang := range []bool{false, true} {
		var peers []Peer
		var at []net.Listener
		for range 2 {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			at = append(at, l)
			peers = append(peers, Peer{Host: "127.0.0.1", Port: int(addrPortOf(l.Addr()).Port()), Transport: "tcp"})
		}
		n := loopback()
		n.Peers = peers
		h := realHouse(t, Options{TCP: "127.0.0.1:0"}, n)
		sink := make(news, 16)
		h.edge.Dial(Outgoing{Trunk: "london", To: "+33123456789", From: "+442079460018", SDP: []byte("v=0 offer")}, func(e Event) { sink <- e })
		first, err := at[0].Accept()
		if err != nil {
			t.Fatal(err)
		}
		f := newFarStream(t, first)
		inv := f.expect("INVITE")
		if rang {
			f.say((&sbc{t: t, at: "x"}).answer(inv, "180 Ringing", "b", "", ""), "TCP")
			want[Ringing](t, sink)
		}
		f.Close()
		if !rang {
			second, err := at[1].Accept()
			if err != nil {
				t.Fatal(err)
			}
			g := newFarStream(t, second)
			g.say((&sbc{t: t, at: "x"}).answer(g.expect("INVITE"), "486 Busy Here", "b", "", ""), "TCP")
			if r := want[Rejected](t, sink); r.Code != 486 {
				t.Errorf("%+v", r)
			}
			continue
		}
		if r := want[Rejected](t, sink); r.Code != 408 {
			t.Errorf("%+v", r)
		}
		at[1].(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond))
		if c, err := at[1].Accept(); err == nil {
			c.Close()
			t.Error("the next peer rings as well")
		}
	}
}

// TestACallTakenBackBeforeItsINVITEIsOutIsCancelledOnceThePeerHasIt, whichever of the two comes first.
func TestACallTakenBackBeforeItsINVITEIsOutIsCancelledOnceThePeerHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		sink := make(news, 16)
		h.edge.Dial(Outgoing{Trunk: "london", To: "+33123456789", From: "+442079460018", SDP: []byte("v=0 offer")}, func(e Event) { sink <- e }).Hangup(Reason{})
		want[Ended](t, sink)
		inv, ok := s.next(time.Second)
		for p, some := inv, ok; some; p, some = s.next(2 * time.Second) {
			if !strings.HasPrefix(p.start, "INVITE") {
				t.Fatalf("%s before any answer", p.start)
			}
			inv = p
		}
		if ok { // else it was never sent, which is as well
			s.send(s.answer(inv, "180 Ringing", "b", "", ""))
			s.send(s.answer(s.expect("CANCEL"), "200 OK", "b", "", ""))
			s.send(s.answer(inv, "487 Request Terminated", "b", "", ""))
			s.expect("ACK")
		}
		sink.quiet(t, time.Minute)
		if h.edge.Dialogs() != 0 {
			t.Fatal("the dialog stays")
		}
	})
}

// TestAcknowledgementsAreKeptForAsLongAsARefusalMayBeRepeated, and no longer: a busy trunk refuses thousands.
func TestAcknowledgementsAreKeptForAsLongAsARefusalMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil)
		s := h.sbc(theirs)
		for i := range 5 {
			_, n, inv := h.dial(s, Outgoing{})
			s.send(s.answer(inv, "486 Busy Here", "b", "", ""))
			want[Rejected](t, n)
			s.expect("ACK")
			if kept := len(h.edge.acks.by); kept != 1 || len(h.edge.acks.queue) != 1 {
				t.Fatalf("call %d: %d acknowledgements are kept", i+1, kept)
			}
			time.Sleep(33 * time.Second)
		}
	})
}
