package media

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/rtp"
	"github.com/pion/stun"
)

// fullPeer is the other side's agent of ICE, which leads the checks.
type fullPeer struct {
	t          *testing.T
	agent      *ice.Agent
	ufrag, pwd string
	candidates []string
	port       int
	conn       *ice.Conn
}

func newFullPeer(t *testing.T) *fullPeer {
	t.Helper()
	quick := 100 * time.Millisecond
	a, err := ice.NewAgent(&ice.AgentConfig{NetworkTypes: []ice.NetworkType{ice.NetworkTypeUDP4}, IncludeLoopback: true, CheckInterval: &quick,
		MulticastDNSMode: ice.MulticastDNSModeDisabled, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	p := &fullPeer{t: t, agent: a}
	done := make(chan struct{})
	a.OnCandidate(func(c ice.Candidate) {
		if c == nil {
			close(done)
			return
		}
		p.candidates, p.port = append(p.candidates, "candidate:"+c.Marshal()), c.Port()
	})
	if err := a.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	<-done
	if p.ufrag, p.pwd, err = a.GetLocalUserCredentials(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *fullPeer) lines() []string {
	return append([]string{"ice-ufrag:" + p.ufrag, "ice-pwd:" + p.pwd}, p.candidates...)
}

// credsIn are the credentials of a description of ours.
func credsIn(t *testing.T, sdp []byte) iceCreds {
	t.Helper()
	one := func(name string) string {
		m := regexp.MustCompile(`a=` + name + `:(\S+)\r\n`).FindSubmatch(sdp)
		if m == nil {
			t.Fatalf("no %s in\n%s", name, sdp)
		}
		return string(m[1])
	}
	return iceCreds{one("ice-ufrag"), one("ice-pwd")}
}

// dial checks the ways to us and connects.
func (p *fullPeer) dial(sdp []byte) {
	p.t.Helper()
	for _, m := range regexp.MustCompile(`a=candidate:(\S+ 1 UDP .*)\r\n`).FindAllSubmatch(sdp, -1) {
		c, err := ice.UnmarshalCandidate(string(m[1]))
		if err != nil {
			p.t.Fatal(err)
		}
		if err := p.agent.AddRemoteCandidate(c); err != nil {
			p.t.Fatal(err)
		}
	}
	ours := credsIn(p.t, sdp)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var err error
	if p.conn, err = p.agent.Dial(ctx, ours.ufrag, ours.pwd); err != nil {
		p.t.Fatalf("no way was found: %v, description\n%s", err, sdp)
	}
}

func (p *fullPeer) say(seq uint16, fill byte) {
	b, _ := (&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: uint32(seq) * 160, SSRC: 9}, Payload: payloadOf(fill)}).Marshal()
	p.conn.Write(b)
}

func (p *fullPeer) hears(fill byte) bool {
	buf := make([]byte, 1500)
	p.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	n, err := p.conn.Read(buf)
	return err == nil && n == 172 && buf[20] == fill
}

func TestAPeerThatChecksIsAnsweredAndItsChoiceIsTaken(t *testing.T) {
	pl := newTestPlane(t)
	other := newPhone(t)
	b := other.call(pl, RTPOptions{ID: "b"}, other.offer("RTP/AVP", "0"))
	relay := newPhone(t) // the address of the m= line, which the peer leaves for a better one
	run := func(t *testing.T, a *RTPLeg, p *fullPeer, ours []byte) {
		p.dial(ours)
		Join(a, b)
		seq := uint16(0)
		until(t, "the peer's voice comes the chosen way", func() bool {
			seq++
			p.say(seq, 0x41)
			return other.hear(50*time.Millisecond, isFilledWith(0x41)) != nil
		})
		until(t, "ours goes the chosen way", func() bool {
			other.say(0, payloadOf(0x42))
			return p.hears(0x42)
		})
		if got := int(a.peer.Load().remote.Load().Port()); got != p.port {
			t.Errorf("we send to port %d, want %d", got, p.port)
		}
	}
	t.Run("when it offers", func(t *testing.T) {
		p := newFullPeer(t)
		offer := relay.offer("RTP/AVP", "0", append(p.lines(), fmt.Sprintf("candidate:9 1 udp 1 127.0.0.1 %d typ relay raddr 0.0.0.0 rport 0", relay.port()))...)
		a, err := pl.NewRTPLeg(RTPOptions{ID: "a", ICE: true})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		answer, err := a.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		run(t, a, p, answer)
		again, err := a.Answer(offer)
		if err != nil || string(again) != string(answer) {
			t.Errorf("the same offer is answered otherwise (%v):\n%s\n%s", err, answer, again)
		}
		if got := int(a.peer.Load().remote.Load().Port()); got != p.port {
			t.Errorf("after the same offer we send to port %d, want %d", got, p.port)
		}
		anew, err := a.Answer(bytes.ReplaceAll(offer, []byte("ice-ufrag:"), []byte("ice-ufrag:zz")))
		if err != nil || credsIn(t, anew) == credsIn(t, answer) {
			t.Errorf("a restart is answered with the credentials of before (%v)", err)
		}
	})
	t.Run("when it answers", func(t *testing.T) {
		p := newFullPeer(t)
		a, err := pl.NewRTPLeg(RTPOptions{ID: "a", ICE: true})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		offer, _ := a.Offer()
		if !strings.Contains(string(offer), "t=0 0\r\na=ice-lite\r\n") {
			t.Errorf("not said to be lite:\n%s", offer)
		}
		answer := relay.offer("RTP/AVP", "0", append(p.lines(), fmt.Sprintf("candidate:9 1 udp 1 127.0.0.1 %d typ relay raddr 0.0.0.0 rport 0", relay.port()))...)
		if err := a.Accept(answer); err != nil {
			t.Fatal(err)
		}
		run(t, a, p, offer)
	})
}

func TestOnlyTrueChecksAreAnsweredAndOnlyTheirSendersAreHeard(t *testing.T) {
	pl := newTestPlane(t)
	peer := newPhone(t)
	creds := iceCreds{"theirs", "their-password-of-24-chrs"}
	a, err := pl.NewRTPLeg(RTPOptions{ID: "a", ICE: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	answer, err := a.Answer(peer.offer("RTP/AVP", "0", "ice-ufrag:"+creds.ufrag, "ice-pwd:"+creds.pwd))
	if err != nil {
		t.Fatal(err)
	}
	ours := credsIn(t, answer)
	name := ours.ufrag + ":" + creds.ufrag
	stranger := newPhone(t)
	ask := func(p *phone, port int, set ...stun.Setter) (m *stun.Message) {
		t.Helper()
		b, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, set...)...)
		if err != nil {
			t.Fatal(err)
		}
		p.conn.WriteToUDPAddrPort(b.Raw, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port)))
		buf := make([]byte, 1500)
		for end := time.Now().Add(150 * time.Millisecond); ; {
			p.conn.SetReadDeadline(end)
			n, err := p.conn.Read(buf)
			if err != nil {
				return nil
			}
			if m = (&stun.Message{Raw: buf[:n]}); stun.IsMessage(buf[:n]) && m.Decode() == nil && m.TransactionID == b.TransactionID {
				return m
			}
		}
	}
	seal := stun.NewShortTermIntegrity(ours.pwd)
	use := stun.RawAttribute{Type: stun.AttrUseCandidate}
	for what, set := range map[string][]stun.Setter{
		"no name":             {use, seal, stun.Fingerprint},
		"another name":        {stun.NewUsername("x:" + creds.ufrag), use, seal, stun.Fingerprint},
		"no seal":             {stun.NewUsername(name), use},
		"another's password":  {stun.NewUsername(name), use, stun.NewShortTermIntegrity(creds.pwd), stun.Fingerprint},
		"a broken print":      {stun.NewUsername(name), use, seal, stun.RawAttribute{Type: stun.AttrFingerprint, Value: []byte{1, 2, 3, 4}}},
		"no question, but an": {stun.NewType(stun.MethodBinding, stun.ClassIndication), stun.NewUsername(name), use, seal, stun.Fingerprint},
	} {
		if m := ask(stranger, a.Port(), set...); m != nil {
			t.Errorf("%s: answered by %v", what, m)
		}
	}
	led := stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}
	if m := ask(stranger, a.Port(), stun.NewUsername(name), led, seal, stun.Fingerprint); m == nil || m.Type.Class != stun.ClassErrorResponse {
		t.Errorf("who would be led is answered by %v, want a conflict of roles", m)
	}
	a.Hear(nil)
	if got := *a.peer.Load().remote.Load(); int(got.Port()) != peer.port() {
		t.Fatalf("a stranger turned the voice to %v", got)
	}
	unknown := stun.RawAttribute{Type: 0x7abc, Value: []byte{1, 2, 3, 4}}
	m := ask(stranger, a.Port(), stun.NewUsername(name), unknown, seal, stun.Fingerprint)
	var mapped stun.XORMappedAddress
	if m == nil || m.Type != stun.BindingSuccess || mapped.GetFrom(m) != nil || mapped.Port != stranger.port() || seal.Check(m) != nil || stun.Fingerprint.Check(m) != nil {
		t.Fatalf("a true check is answered by %v", m)
	}
	if got := *a.peer.Load().remote.Load(); int(got.Port()) != peer.port() {
		t.Fatalf("a check that chooses nothing turned the voice to %v", got)
	}
	if m := ask(stranger, a.Port()+1, stun.NewUsername(name), use, seal, stun.Fingerprint); m == nil {
		t.Error("the port of control does not answer")
	}
	if got := a.peer.Load().ice.control.Load(); got == nil || int(got.Port()) != stranger.port() {
		t.Errorf("control goes to %v", got)
	}
	third := newPhone(t)
	third.to, stranger.to = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(a.Port())), netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(a.Port()))
	third.say(0, payloadOf(1))
	stranger.say(0, payloadOf(2))
	until(t, "who proved itself is heard", func() bool { wait(time.Millisecond); return a.Stats().PacketsReceived > 0 })
	if n := a.Stats().PacketsReceived; n != 1 {
		t.Errorf("%d packets were heard, want that of the proved sender alone", n)
	}
}

func FuzzICECheck(f *testing.F) {
	talk := &iceTalk{terms: iceTerms{ours: iceCreds{"ours", "our-password-of-24-chars"}, theirs: iceCreds{"them", "x"}}}
	good, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername("ours:them"), stun.NewShortTermIntegrity(talk.terms.ours.pwd), stun.Fingerprint)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good.Raw)
	f.Add(good.Raw[:24])
	f.Fuzz(func(t *testing.T, b []byte) {
		if isSTUN(b) {
			talk.read(b, refFrom)
		}
	})
}

var refFrom = netip.MustParseAddrPort("198.51.100.7:40000")
