package media

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

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

// The mark is read from the packet that comes, not from what the socket was told.
func TestAPacketOfVoiceBearsTheMark(t *testing.T) {
	pl := newTestPlane(t)
	l, err := pl.NewRTPLeg(RTPOptions{ID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	peer, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	raw, err := peer.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_RECVTOS, 1) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Answer(fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\n", portOf(peer))); err != nil {
		t.Fatal(err)
	}
	l.Hear(Music(pl.BuiltinMusic()))
	peer.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, oob := make([]byte, 2000), make([]byte, 100)
	_, extra, _, _, err := peer.ReadMsgUDP(b, oob)
	if err != nil {
		t.Fatal(err)
	}
	all, err := syscall.ParseSocketControlMessage(oob[:extra])
	if err != nil || len(all) != 1 || len(all[0].Data) == 0 || all[0].Data[0] != 184 {
		t.Errorf("the packet is marked %+v (%v), want EF", all, err)
	}
}
