package softphone

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"cordboard/audio/audiotest"
	"cordboard/session/wire"

	"github.com/pion/webrtc/v3"
)

func TestWhereUDPIsBlockedTheVoiceGoesOverTCP(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := webrtc.NewICETCPMux(nil, l, 32)
	defer mux.Close()
	f := newFarWith(t, ptG722, 700, 8000, func(s *webrtc.SettingEngine) {
		s.SetICETCPMux(mux)
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	})
	p := newPhone(t, newDesk(1000, 8000))
	join(t, p, f)
	until(t, 10*time.Second, "sound over TCP", func() bool { return len(f.packets(0)) > 50 })
	if pair := selected(t, f); pair.Local.Protocol != webrtc.ICEProtocolTCP {
		t.Errorf("the voice goes over %v", pair)
	}
}

// coturn is a TURN server that others wrote, on loopback; it gives its address.
func coturn(t *testing.T) string {
	t.Helper()
	probe, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := probe.LocalAddr().(*net.UDPAddr)
	probe.Close()
	dir := t.TempDir()
	c := exec.Command("turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port="+strconv.Itoa(addr.Port),
		"--lt-cred-mech", "--user=agent:secret", "--realm=cordboard", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers",
		"--log-file=stdout", "--simple-log", "--userdb="+filepath.Join(dir, "db"), "--pidfile="+filepath.Join(dir, "pid"))
	if err := c.Start(); err != nil {
		t.Fatalf("turnserver (package coturn): %v", err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	conn, err := net.Dial("udp4", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	until(t, 15*time.Second, "coturn answers", func() bool {
		conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		conn.Write([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42cordboardlab")) // RFC 8489 §5
		n, err := conn.Read(make([]byte, 200))
		return err == nil && n >= 20
	})
	return addr.String()
}

func TestWhereNothingElseGoesTheVoiceGoesByTURN(t *testing.T) {
	server := coturn(t)
	for _, transport := range []string{"udp", "tcp"} { // of the way to the TURN server
		t.Run(transport, func(t *testing.T) { byTURN(t, "turn:"+server+"?transport="+transport) })
	}
}

func byTURN(t *testing.T, url string) {
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wall := &firewall{PacketConn: socket}
	mux := webrtc.NewICEUDPMux(nil, wall)
	defer mux.Close()
	f := newFarWith(t, ptG722, 700, 8000, func(s *webrtc.SettingEngine) { s.SetICEUDPMux(mux) })
	d := newDesk(1000, 8000)
	p := newPhone(t, d)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	began := time.Now()
	o, err := p.Offer(ctx, []wire.ICEServer{{URLs: []string{url}, Username: "agent", Credential: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > gatherMost-500*time.Millisecond {
		t.Errorf("the offer took %v although the relay answers at once", took)
	}
	relay := regexp.MustCompile(`127\.0\.0\.1 (\d+) typ relay`).FindStringSubmatch(o.SDP)
	if relay == nil {
		t.Fatalf("no relay in\n%s", o.SDP)
	}
	port, _ := strconv.Atoi(relay[1])
	wall.open.Store(int32(port))
	if err := p.Answer(f.answer(o)); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
	until(t, 10*time.Second, "sound by TURN", func() bool { return len(f.packets(0)) > 50 })
	until(t, 10*time.Second, "and back", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return audiotest.Measure(d.heard, 700).Heard > time.Second
	})
	if pair := selected(t, f); pair.Remote.Port != uint16(port) {
		t.Errorf("the voice goes over %v, not by the relay's port %d", pair, port)
	}
}

// firewall lets packets from one port in.
type firewall struct {
	net.PacketConn
	open atomic.Int32
}

func (w *firewall) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := w.PacketConn.ReadFrom(b)
		if u, ok := from.(*net.UDPAddr); err != nil || ok && u.Port == int(w.open.Load()) {
			return n, from, err
		}
	}
}

func TestADeadSTUNServerDoesNotKeepTheAgent(t *testing.T) {
	hole, err := net.ListenPacket("udp4", "127.0.0.1:0") // answers nothing
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	p, f := newPhone(t, newDesk(1000, 8000)), newFar(t, ptG722, 700, 8000)
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	o, err := p.Offer(ctx, []wire.ICEServer{{URLs: []string{"stun:" + hole.LocalAddr().String()}}})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > gatherMost+2*time.Second {
		t.Errorf("the offer took %v", took)
	}
	if err := p.Answer(f.answer(o)); err != nil {
		t.Fatal(err)
	}
	expect(t, p, LineUp)
}

func TestManyRestartsLeaveTheVoiceWhole(t *testing.T) {
	p, f := newPhone(t, newDesk(1000, 8000)), newFar(t, ptG722, 700, 8000)
	join(t, p, f)
	for range 5 {
		before := len(f.packets(0))
		if err := p.Answer(f.answer(offer(t, p))); err != nil {
			t.Fatal(err)
		}
		until(t, 10*time.Second, "sound after a restart", func() bool { return len(f.packets(before)) > 25 })
	}
	seq := f.packets(0)
	for i := 1; i < len(seq); i++ {
		if seq[i].SSRC != seq[0].SSRC {
			t.Fatalf("packet %d is of another stream", i)
		}
	}
}

// selected is the pair of addresses over which the voice goes.
func selected(t *testing.T, f *far) *webrtc.ICECandidatePair {
	t.Helper()
	pair, err := f.pc.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		t.Fatalf("no pair of candidates: %v", err)
	}
	return pair
}
