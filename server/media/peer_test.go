package media

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// newTestPlane is a plane on the loopback address.
func newTestPlane(t testing.TB) *Plane {
	t.Helper()
	lo := netip.MustParseAddr("127.0.0.1")
	p, err := NewPlane(Options{Bind: lo, Advertise: lo, WebRTCListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	p.shelf.get("music", testMusic)
	return p
}

// testMusic is our music, made once for all tests: under the race detector that takes a while.
var testMusic = sync.OnceValue(builtinMusic)

// phone is a SIP phone's voice, written apart from ours: a socket, and pion's packets.
type phone struct {
	t     testing.TB
	conn  *net.UDPConn
	to    netip.AddrPort
	seq   uint16
	ts    uint32
	ssrc  uint32
	seals *srtp.Context
	opens *srtp.Context
}

func newPhone(t testing.TB) *phone {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &phone{t: t, conn: c, seq: 4000, ts: 90000, ssrc: 0x5eed}
}

func (p *phone) port() int { return portOf(p.conn) }

// offer is the phone's description with the formats of an m= line and more attributes.
func (p *phone) offer(proto, formats string, more ...string) []byte {
	s := fmt.Sprintf("v=0\r\no=phone 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d %s %s\r\n", p.port(), proto, formats)
	for _, a := range more {
		s += "a=" + a + "\r\n"
	}
	return []byte(s)
}

// call answers the phone's offer by a new leg and lets the phone send there.
func (p *phone) call(pl *Plane, o RTPOptions, sdp []byte) *RTPLeg {
	p.t.Helper()
	l, err := pl.NewRTPLeg(o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(l.Close)
	answer, err := l.Answer(sdp)
	if err != nil {
		p.t.Fatal(err)
	}
	p.reads(answer)
	return l
}

// reads takes the address of a description.
func (p *phone) reads(sdp []byte) {
	d, err := parseSDP(sdp)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range d.media {
		if m.port != 0 {
			p.to = netip.AddrPortFrom(m.addr, uint16(m.port))
		}
	}
}

func (p *phone) say(pt uint8, payload []byte) {
	p.t.Helper()
	p.seq++
	p.ts += 160
	p.write(rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: p.seq, Timestamp: p.ts, SSRC: p.ssrc}, payload)
}

func (p *phone) write(h rtp.Header, payload []byte) {
	p.t.Helper()
	b, err := (&rtp.Packet{Header: h, Payload: payload}).Marshal()
	if err != nil {
		p.t.Fatal(err)
	}
	if p.seals != nil {
		if b, err = p.seals.EncryptRTP(nil, b, nil); err != nil {
			p.t.Fatal(err)
		}
	}
	if _, err = p.conn.WriteToUDPAddrPort(b, p.to); err != nil {
		p.t.Fatal(err)
	}
}

// hear gives the next packet for which want holds; nil when none comes in time.
func (p *phone) hear(within time.Duration, want func(*rtp.Packet) bool) *rtp.Packet {
	p.t.Helper()
	buf := make([]byte, 2000)
	p.conn.SetReadDeadline(time.Now().Add(within))
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			return nil
		}
		b := append([]byte(nil), buf[:n]...)
		if p.opens != nil {
			if b, err = p.opens.DecryptRTP(nil, b, nil); err != nil {
				continue
			}
		}
		q := &rtp.Packet{}
		if q.Unmarshal(b) == nil && !isRTCP(b) && want(q) {
			return q
		}
	}
}

func payloadOf(b byte) []byte { return []byte(strings.Repeat(string([]byte{b}), 160)) }

func isFilledWith(b byte) func(*rtp.Packet) bool {
	return func(p *rtp.Packet) bool {
		return len(p.Payload) == 160 && p.Payload[0] == b && p.Payload[159] == b
	}
}

// until tries again until ok holds, for ten seconds.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		if ok() {
			return
		}
	}
	t.Fatalf("in vain: %s", what)
}
