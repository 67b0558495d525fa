package media_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"cordboard/server/media"
)

// standIn is a leg that another package made for its tests.
type standIn struct {
	hears media.Source
	sink  func(media.Event)
}

func (*standIn) ID() string                 { return "stand-in" }
func (*standIn) Stats() media.Stats         { return media.Stats{} }
func (*standIn) Tones(string) error         { return nil }
func (s *standIn) Hear(x media.Source)      { s.hears = x }
func (s *standIn) Sink(f func(media.Event)) { s.sink = f }
func (*standIn) Close()                     {}

func newPlane(t *testing.T) *media.Plane {
	t.Helper()
	lo := netip.MustParseAddr("127.0.0.1")
	p, err := media.NewPlane(media.Options{Bind: lo, WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestALegOfOthersMayStandIn(t *testing.T) {
	p := newPlane(t)
	real, err := p.NewRTPLeg(media.RTPOptions{ID: "real"})
	if err != nil {
		t.Fatal(err)
	}
	defer real.Close()
	s := &standIn{}
	media.Join(real, s)
	if got := s.hears.String(); got != "leg real" || s.hears.Kind() != "leg" {
		t.Errorf("the stand-in hears %q", got)
	}
	m := p.NewMix()
	m.Add(s)
	m.Remove(s)
}

func TestTheFirstPacketIsToldOnceWhenEverOneAsks(t *testing.T) {
	for name, late := range map[string]bool{"asked before": false, "asked after": true} {
		t.Run(name, func(t *testing.T) {
			p := newPlane(t)
			l, err := p.NewRTPLeg(media.RTPOptions{ID: "a"})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			offer := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " + port(c) + " RTP/AVP 0\r\n"
			if _, err := l.Answer([]byte(offer)); err != nil {
				t.Fatal(err)
			}
			told := make(chan media.Event, 10)
			sink := func(e media.Event) { told <- e }
			if !late {
				l.Sink(sink)
			}
			to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(l.Port()))
			for i := range byte(3) {
				c.WriteToUDPAddrPort(append([]byte{0x80, 0, 0, i, 0, 0, 0, i * 20, 1, 2, 3, 4}, make([]byte, 160)...), to)
			}
			for end := time.Now().Add(5 * time.Second); l.Stats().PacketsReceived < 3 && time.Now().Before(end); {
			}
			if late {
				l.Sink(sink)
			}
			select {
			case e := <-told:
				if e != (media.FirstPacket{}) {
					t.Fatalf("%#v", e)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("not told")
			}
			if len(told) > 0 {
				t.Errorf("and then %#v", <-told)
			}
		})
	}
}

func port(c *net.UDPConn) string {
	_, p, _ := net.SplitHostPort(c.LocalAddr().String())
	return p
}
