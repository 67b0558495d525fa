package softphone

import (
	"context"
	"net"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"cordboard/session/wire"

	"github.com/pion/turn/v2"
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

func TestWhereNothingElseGoesTheVoiceGoesByTURN(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := turn.NewServer(turn.ServerConfig{
		Realm: "cordboard",
		AuthHandler: func(user, realm string, _ net.Addr) ([]byte, bool) {
			return turn.GenerateAuthKey(user, realm, "secret"), user == "agent"
		},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn:            conn,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{RelayAddress: net.IPv4(127, 0, 0, 1), Address: "127.0.0.1"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wall := &firewall{PacketConn: socket}
	mux := webrtc.NewICEUDPMux(nil, wall)
	defer mux.Close()
	f := newFarWith(t, ptG722, 700, 8000, func(s *webrtc.SettingEngine) { s.SetICEUDPMux(mux) })
	p := newPhone(t, newDesk(1000, 8000))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	began := time.Now()
	o, err := p.Offer(ctx, []wire.ICEServer{{URLs: []string{"turn:" + conn.LocalAddr().String()}, Username: "agent", Credential: "secret"}})
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
