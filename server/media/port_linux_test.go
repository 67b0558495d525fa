package media

import (
	"net"
	"testing"

	"golang.org/x/net/ipv4"
)

func TestVoiceIsMarkedForTheNetwork(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*net.UDPConn{"RTP": l.rtp, "RTCP": l.rtcp, "line": pl.lines.sockets[0].UDPConn} {
		if tos, err := ipv4.NewConn(c).TOS(); err != nil || tos != 184 {
			t.Errorf("%s: byte %d (%v), want EF", name, tos, err)
		}
	}
}
