package media

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestAStrangerIsNeitherHeardNorAnswered(t *testing.T) {
	pl := newTestPlane(t)
	a, b, stranger := newPhone(t), newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "0"))
	Join(la, lb)
	stranger.to = a.to
	stranger.say(0, payloadOf(0x66)) // before the phone itself
	a.say(0, payloadOf(0x11))
	for range 20 {
		stranger.say(0, payloadOf(0x66))
	}
	a.say(0, payloadOf(0x12))
	p := b.hear(time.Second, func(p *rtp.Packet) bool { return p.Payload[0] == 0x66 || p.Payload[0] == 0x12 })
	if p == nil || p.Payload[0] != 0x12 {
		t.Fatalf("heard %v", p)
	}
	b.say(0, payloadOf(0x21))
	if a.hear(time.Second, isFilledWith(0x21)) == nil {
		t.Error("the phone is not spoken to any more")
	}
	if stranger.hear(50*time.Millisecond, func(*rtp.Packet) bool { return true }) != nil {
		t.Error("the stranger is spoken to")
	}
}

func TestAnotherPortOfThePeerIsTakenWhenTheAgreedOneIsSilent(t *testing.T) {
	pl := newTestPlane(t)
	a, nat := newPhone(t), newPhone(t)
	l := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	l.Hear(Music(pl.BuiltinMusic()))
	nat.to = a.to
	until(t, "music where the voice comes from", func() bool {
		nat.say(0, payloadOf(1))
		return nat.hear(20*time.Millisecond, func(*rtp.Packet) bool { return true }) != nil
	})
}

func TestGarbageOnEveryPortChangesNothing(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "9 101", "rtpmap:101 telephone-event/8000"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "9 101", "rtpmap:101 telephone-event/8000"))
	Join(la, lb)
	r := rand.New(rand.NewPCG(8, 9))
	line := pl.WebRTCAddr()
	targets := []netip.AddrPort{a.to, netip.AddrPortFrom(a.to.Addr(), a.to.Port()+1), line}
	for i := range 3000 {
		junk := make([]byte, r.IntN(1500))
		for k := range junk {
			junk[k] = byte(r.Uint32())
		}
		if len(junk) > 1 && i%3 != 0 {
			junk[0] = 0x80 | junk[0]&0x3f
			junk[1] = []byte{9, 101, 200, 201, 202, 0x89, 207}[i%7]
		}
		a.conn.WriteToUDPAddrPort(junk, targets[i%len(targets)])
	}
	until(t, "the call goes on", func() bool {
		a.say(9, payloadOf(0x77))
		return b.hear(50*time.Millisecond, isFilledWith(0x77)) != nil
	})
	c, err := net.Dial("tcp", line.String())
	if err != nil {
		t.Fatal(err)
	}
	c.Write(bytes.Repeat([]byte("garbage "), 100))
	c.Close()
	k := newConsole(t, false)
	k.dial(pl.NewLineLeg("line", nil), "one")
}

func TestPortsRunOutAndComeBack(t *testing.T) {
	lo := netip.MustParseAddr("127.0.0.1")
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	low := portOf(free) &^ 1
	free.Close()
	pl, err := NewPlane(Options{Bind: lo, PortLow: low, PortHigh: low + 7, WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer pl.Close()
	var legs []*RTPLeg
	for {
		l, err := pl.NewRTPLeg(RTPOptions{ID: "x"})
		if err != nil {
			if !errors.Is(err, ErrNoPorts) {
				t.Fatalf("%v, want ErrNoPorts", err)
			}
			break
		}
		if p := l.Port(); p < low || p > low+6 || p%2 != 0 {
			t.Fatalf("port %d", p)
		}
		legs = append(legs, l)
	}
	if len(legs) == 0 || len(legs) > 4 {
		t.Fatalf("%d legs in a range of 8 ports", len(legs))
	}
	for _, l := range legs {
		l.Close()
		l.Close()
	}
	if _, err := pl.NewRTPLeg(RTPOptions{ID: "y"}); err != nil {
		t.Fatalf("after all were closed: %v", err)
	}
}

func TestRangesThatAreNoneAreRefused(t *testing.T) {
	for _, r := range [][2]int{{1, 0}, {70000, 70010}, {20001, 20002}, {-2, 10}, {20, 10}} {
		if _, err := NewPlane(Options{PortLow: r[0], PortHigh: r[1], WebRTCListen: "127.0.0.1:0"}); err == nil {
			t.Errorf("%v taken", r)
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(d)
}

func TestNothingIsLeftOfManyLegs(t *testing.T) {
	pl := newTestPlane(t)
	round := func() {
		a := newPhone(t)
		defer a.conn.Close()
		la, err := pl.NewRTPLeg(RTPOptions{ID: "a"})
		if err != nil {
			t.Fatal(err)
		}
		lb, err := pl.NewRTPLeg(RTPOptions{ID: "b"})
		if err != nil {
			t.Fatal(err)
		}
		la.Answer(a.offer("RTP/AVP", "0"))
		lb.Offer()
		la.Hear(Music(pl.BuiltinMusic()))
		m := pl.NewMix()
		m.Add(la)
		m.Add(lb)
		lb.Hear(m.Source(lb))
		Join(la, lb)
		la.Tones("1")
		la.Close()
		lb.Close()
		m.Close()
	}
	round()
	settle := func() int { runtime.GC(); wait(20 * time.Millisecond); return runtime.NumGoroutine() }
	goroutines, files := settle(), descriptors(t)
	for range 200 {
		round()
	}
	until(t, "goroutines as before", func() bool { return settle() <= goroutines+1 })
	if n := descriptors(t); n > files+1 {
		t.Errorf("%d descriptors, before %d", n, files)
	}
	if h := pl.Health(); h.Legs != 0 || h.Players != 0 {
		t.Errorf("%d legs and %d players left", h.Legs, h.Players)
	}
}

func TestNothingIsLeftOfManyConnections(t *testing.T) {
	pl := newTestPlane(t)
	line := pl.NewLineLeg("line", nil)
	round := func() {
		c := newConsole(t, false)
		c.dial(line, "one")
		c.pc.Close()
	}
	round()
	line.Disconnect("one")
	settle := func() int { wait(50 * time.Millisecond); return runtime.NumGoroutine() }
	settle()
	goroutines, files := settle(), descriptors(t)
	for range 8 {
		round()
	}
	line.Disconnect("one")
	until(t, "goroutines as before", func() bool { return settle() <= goroutines+2 })
	until(t, "descriptors as before", func() bool { wait(10 * time.Millisecond); return descriptors(t) <= files+1 })
}

func TestAnEventThatFailsCostsNoPacket(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0 101", "rtpmap:101 telephone-event/8000"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "0"))
	Join(la, lb)
	la.Sink(func(Event) { panic("nobody is in") })
	a.say(101, []byte{5, 10, 0, 160})
	a.say(0, payloadOf(0x31))
	if b.hear(2*time.Second, isFilledWith(0x31)) == nil {
		t.Fatal("the leg is deaf")
	}
}

// brokenListener is a source's hearer that fails.
type brokenListener struct{}

func (brokenListener) take(*feed, *packet) { panic("cannot listen") }

func TestAHearerThatFailsCostsNoOther(t *testing.T) {
	pl := newTestPlane(t)
	a, b := newPhone(t), newPhone(t)
	la := a.call(pl, RTPOptions{ID: "a"}, a.offer("RTP/AVP", "0"))
	lb := b.call(pl, RTPOptions{ID: "b"}, b.offer("RTP/AVP", "0"))
	bad := &feed{to: brokenListener{}}
	la.in.addRoute(bad)
	a.say(0, payloadOf(0x31))
	la.in.dropRoute(bad)
	Join(la, lb)
	until(t, "the leg goes on", func() bool {
		a.say(0, payloadOf(0x32))
		return b.hear(50*time.Millisecond, isFilledWith(0x32)) != nil
	})
}

func TestAReadThatFailsDoesNotEndTheLines(t *testing.T) {
	pl := newTestPlane(t)
	s := pl.lines.sockets[0]
	s.UDPConn.SetReadDeadline(time.Now()) // every read fails
	until(t, "reads fail", func() bool { wait(time.Millisecond); return pl.lines.faults() > 20 })
	s.UDPConn.SetReadDeadline(time.Time{})
	k := newConsole(t, false)
	k.dial(pl.NewLineLeg("line", nil), "one")
}

func TestVoiceMayComeFromWhereTheSignallingDoes(t *testing.T) {
	for name, c := range map[string]struct {
		peer  string
		heard bool
	}{"signalling of the same address": {"127.0.0.1", true}, "signalling of another": {"127.0.0.77", false}, "not said": {"", false}} {
		t.Run(name, func(t *testing.T) {
			pl := newTestPlane(t)
			a := newPhone(t)
			o := RTPOptions{ID: "a"}
			if c.peer != "" {
				o.Peer = netip.MustParseAddr(c.peer)
			}
			sdp := bytes.ReplaceAll(a.offer("RTP/AVP", "0"), []byte("c=IN IP4 127.0.0.1"), []byte("c=IN IP4 127.0.0.9"))
			l := a.call(pl, o, sdp)
			for range 20 {
				a.say(0, payloadOf(1))
				wait(patience / 15)
			}
			if got := l.Stats().PacketsReceived > 0; got != c.heard {
				t.Errorf("heard %v, want %v", got, c.heard)
			}
			if got := a.hear(100*time.Millisecond, func(*rtp.Packet) bool { return true }) != nil; got != c.heard {
				t.Errorf("spoken to %v, want %v", got, c.heard)
			}
		})
	}
}
