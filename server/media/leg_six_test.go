package media_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"cordboard/server/media"
)

// TestALegSpeaksIPv6: offer and answer with an address of six, music to it, and no peer of four.
func TestALegSpeaksIPv6(t *testing.T) {
	p, err := media.NewPlane(media.Options{Bind: netip.IPv6Loopback(), WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	far, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	leg := func(id string) *media.RTPLeg {
		l, err := p.NewRTPLeg(media.RTPOptions{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		return l
	}
	offer := func(family, host string) []byte {
		return []byte(fmt.Sprintf("v=0\r\no=- 1 1 IN %[1]s %[2]s\r\ns=-\r\nc=IN %[1]s %[2]s\r\nt=0 0\r\nm=audio %[3]d RTP/AVP 8\r\n", family, host, far.LocalAddr().(*net.UDPAddr).Port))
	}
	l := leg("six")
	l.Hear(media.Music(p.BuiltinMusic()))
	answer, err := l.Answer(offer("IP6", "::1"))
	if err != nil {
		t.Fatal(err)
	}
	if s := string(answer); !strings.Contains(s, "\r\nc=IN IP6 ::1\r\n") || !strings.Contains(s, " IN IP6 ::1\r\ns=") || strings.Contains(s, "IP4") {
		t.Errorf("our answer:\n%s", s)
	}
	far.SetReadDeadline(time.Now().Add(5 * time.Second))
	buf := make([]byte, 1500)
	if n, _, err := far.ReadFromUDPAddrPort(buf); err != nil || n < 172 || buf[1]&0x7f != 8 {
		t.Errorf("%d bytes of music, %v", n, err)
	}
	if own, err := leg("ours").Offer(); err != nil || !strings.Contains(string(own), "\r\nc=IN IP6 ::1\r\n") {
		t.Errorf("our offer: %v\n%s", err, own)
	}
	if _, err := leg("four").Answer(offer("IP4", "127.0.0.1")); err == nil {
		t.Error("an address of four was taken by a leg of six")
	}
}
