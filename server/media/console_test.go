package media

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/transport/v2/packetio"
	"github.com/pion/webrtc/v3"
)

// console is an agent's end of a line, made with pion alone.
type console struct {
	t     testing.TB
	pc    *webrtc.PeerConnection
	track *consoleTrack
	got   chan *rtp.Packet
	up    chan struct{}
	seq   uint16
	ts    uint32
}

type consoleTrack struct {
	*webrtc.TrackLocalStaticRTP
	to    webrtc.TrackLocalWriter
	ssrc  uint32
	bound chan struct{} // closed when it may send
}

func (c *consoleTrack) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	c.to, c.ssrc = ctx.WriteStream(), uint32(ctx.SSRC())
	close(c.bound)
	return ctx.CodecParameters()[0], nil
}

func (c *consoleTrack) Unbind(webrtc.TrackLocalContext) error { return nil }

func newConsole(t testing.TB, tcp bool) *console { return newConsoleWith(t, tcp, nil) }

// newConsoleWith makes a console whose packets go to heard as soon as they are decrypted, when that is not nil.
func newConsoleWith(t testing.TB, tcp bool, heard func(b []byte)) *console {
	t.Helper()
	m := &webrtc.MediaEngine{}
	for _, k := range lineCodecs() {
		if err := m.RegisterCodec(k, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	if heard != nil {
		s.BufferFactory = func(k packetio.BufferPacketType, _ uint32) io.ReadWriteCloser {
			return &tap{heard: heard, rtp: k == packetio.RTPBufferPacket, done: make(chan struct{})}
		}
	}
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if tcp {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	base, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: "audio/G722", ClockRate: 8000}, "mic", "console")
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, pc: pc, track: &consoleTrack{TrackLocalStaticRTP: base, bound: make(chan struct{})}, got: make(chan *rtp.Packet, 2000), up: make(chan struct{})}
	if _, err = pc.AddTrack(c.track); err != nil {
		t.Fatal(err)
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			select {
			case <-c.up:
			default:
				close(c.up)
			}
		}
	})
	pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := tr.ReadRTP()
			if err != nil {
				return
			}
			select {
			case c.got <- p:
			default:
			}
		}
	})
	return c
}

// offer makes a full offer, restarting ICE when asked to.
func (c *console) offer(restart bool) string {
	c.t.Helper()
	o, err := c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		c.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(c.pc)
	if err = c.pc.SetLocalDescription(o); err != nil {
		c.t.Fatal(err)
	}
	<-done
	return c.pc.LocalDescription().SDP
}

func (c *console) accept(answer string) {
	c.t.Helper()
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatalf("%v in\n%s", err, answer)
	}
}

// dial connects the console to a line.
func (c *console) dial(l *LineLeg, owner string) {
	c.t.Helper()
	answer, err := l.Offer(owner, c.offer(false))
	if err != nil {
		c.t.Fatal(err)
	}
	c.accept(answer)
	select {
	case <-c.up:
	case <-time.After(10 * time.Second):
		c.t.Fatalf("the line did not come up; answer:\n%s", answer)
	}
	<-c.track.bound
	until(c.t, "the line carries voice", func() bool { wait(time.Millisecond); return l.Connected() })
}

func (c *console) say(pt uint8, payload []byte) {
	c.t.Helper()
	c.seq++
	c.ts += 160
	h := &rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: c.seq, Timestamp: c.ts, SSRC: c.track.ssrc}
	if _, err := c.track.to.WriteRTP(h, payload); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) hear(within time.Duration, want func(*rtp.Packet) bool) *rtp.Packet {
	c.t.Helper()
	end := time.After(within)
	for {
		select {
		case p := <-c.got:
			if want(p) {
				return p
			}
		case <-end:
			return nil
		}
	}
}

// tap takes packets from pion at once.
type tap struct {
	heard func(b []byte)
	rtp   bool
	once  sync.Once
	done  chan struct{}
}

func (t *tap) Write(b []byte) (int, error) {
	if t.rtp {
		t.heard(b)
	}
	return len(b), nil
}

func (t *tap) Read([]byte) (int, error) { <-t.done; return 0, io.EOF }

func (t *tap) Close() error { t.once.Do(func() { close(t.done) }); return nil }
