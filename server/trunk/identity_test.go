package trunk

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestACallOfAPeerByNameTellsTheAddressItCameFrom(t *testing.T) {
	text := "INVITE sip:100@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKa\nFrom: <sip:5@h>;tag=a\nTo: <sip:100@192.0.2.1>\n" +
		"Call-ID: c\nCSeq: 1 INVITE\nContact: <sip:5@sbc.example>\nContent-Length: 0\n\n"
	m, err := parser.ParseSIP([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	req := m.(*sip.Request)
	req.SetTransport("UDP")
	req.SetSource("[::ffff:192.0.2.2]:5060")
	e := newEdge(Options{})
	defer e.cancel()
	i := e.infoOf(req, &trunk{}, &peer{Peer: Peer{Host: "sbc.example", Port: 5060}, health: &health{}})
	if i.Peer != "sbc.example:5060" || i.Source.String() != "192.0.2.2" {
		t.Fatalf("peer %q, source %v", i.Peer, i.Source)
	}
}
