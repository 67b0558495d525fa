package trunk

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The mark is read from the datagram that comes, not from what the socket was told.
func TestSignallingIsMarkedForTheNetwork(t *testing.T) {
	const cs3 = 0x60
	e, err := New(Options{UDP: "127.0.0.1:0", TCP: "127.0.0.1:0", Handler: picky{}, TOS: cs3})
	if err != nil {
		t.Fatal(err)
	}
	defer e.shut()
	n := loopback()
	n.Allow = prefixes("127.0.0.1/32")
	e.Configure([]Trunk{n})
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
	to, err := net.ResolveUDPAddr("udp4", e.Addr("udp").String())
	if err != nil {
		t.Fatal(err)
	}
	s := &sbc{tag: "t", id: "marked", at: peer.LocalAddr().String()}
	if _, err := peer.WriteToUDP([]byte(strings.ReplaceAll(s.request("OPTIONS", 1, "", "", ""), "\n", "\r\n")), to); err != nil {
		t.Fatal(err)
	}
	peer.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, oob := make([]byte, 2000), make([]byte, 100)
	size, extra, _, _, err := peer.ReadMsgUDP(b, oob)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(b[:size]), "SIP/2.0 ") {
		t.Fatalf("came: %s", b[:size])
	}
	all, err := syscall.ParseSocketControlMessage(oob[:extra])
	if err != nil || len(all) != 1 || len(all[0].Data) == 0 || all[0].Data[0] != cs3 {
		t.Errorf("the answer is marked %+v (%v), want CS3", all, err)
	}
}
