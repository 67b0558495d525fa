package lab

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"cordboard/server/inbox"
	"cordboard/session/wire"
)

// agentLine is one agent's voice line: the real WebRTC connection, without any decoding.
type agentLine struct {
	owner *agent
	pc    *webrtc.PeerConnection
	up    chan struct{}
	upped sync.Once

	mu       sync.Mutex
	out      webrtc.TrackLocalWriter
	head     rtp.Header
	frame    int
	talking  bool
	busy     bool // with an offer or a call; else signs of life are sent, as the softphone does
	voice    time.Time
	listen   bool // until the first voice of a call
	asked    time.Time
	detector voiceDetector
	seq      uint16
	last     time.Time
	received int
	lost     int
	longest  time.Duration
	heard    uint8      // payload type
	tape     *agentTape // with Record
}

var agentCodecs = []webrtc.RTPCodecParameters{
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeG722, ClockRate: 8000}, PayloadType: 9},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, PayloadType: 0},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, PayloadType: 8},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/CN", ClockRate: 8000}, PayloadType: 13},
	{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/telephone-event", ClockRate: 8000, SDPFmtpLine: "0-16"}, PayloadType: 101},
}

func newAgentLine(owner *agent) (*agentLine, error) {
	media := &webrtc.MediaEngine{}
	for _, c := range agentCodecs {
		if err := media.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIPFilter(owner.all.nearby)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	l := &agentLine{owner: owner, pc: pc, up: make(chan struct{})}
	if owner.all.o.Record {
		l.tape = newAgentTape(owner.all.heard[owner.user])
	}
	l.head = rtp.Header{Version: 2, PayloadType: 9, SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()}
	if _, err := pc.AddTransceiverFromTrack(l, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv}); err != nil {
		_ = pc.Close()
		return nil, err
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { l.read(t) })
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch state {
		case webrtc.PeerConnectionStateConnected:
			l.upped.Do(func() { close(l.up) })
		case webrtc.PeerConnectionStateFailed:
			owner.event(AgentEvent{Event: "failed", Words: "the voice line failed"})
		}
	})
	return l, nil
}

// Bind, Unbind and the rest make the line its own track, whose payload type may change from packet to packet.
func (l *agentLine) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(t.CodecParameters()) == 0 {
		return webrtc.RTPCodecParameters{}, errors.New("no codec was negotiated")
	}
	l.out = t.WriteStream()
	l.head.SSRC = uint32(t.SSRC())
	return t.CodecParameters()[0], nil
}

// Unbind stops sending.
func (l *agentLine) Unbind(webrtc.TrackLocalContext) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = nil
	return nil
}

// ID names the track.
func (l *agentLine) ID() string { return "voice" }

// RID is empty: no simulcast.
func (l *agentLine) RID() string { return "" }

// StreamID names the stream.
func (l *agentLine) StreamID() string { return "agent" }

// Kind is audio.
func (l *agentLine) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// offer describes the line with all its candidates.
func (l *agentLine) offer(ctx context.Context) (wire.LineSDP, error) {
	offer, err := l.pc.CreateOffer(nil)
	if err != nil {
		return wire.LineSDP{}, err
	}
	gathered := webrtc.GatheringCompletePromise(l.pc)
	if err := l.pc.SetLocalDescription(offer); err != nil {
		return wire.LineSDP{}, err
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return wire.LineSDP{}, ctx.Err()
	}
	return wire.LineSDP{ID: random(8), Type: "offer", SDP: l.pc.LocalDescription().SDP}, nil
}

func (l *agentLine) answer(a wire.LineSDP) error {
	if a.Type != "answer" {
		return fmt.Errorf("the server refused the voice line: %s", a.Why)
	}
	return l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: a.SDP})
}

func (l *agentLine) close() { _ = l.pc.Close() }

// send is called by the shared clock every 20 ms. It follows the codec that it hears.
func (l *agentLine) send(c *agentClock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil {
		return
	}
	l.frame++
	if !l.busy && time.Since(l.voice) > 100*time.Millisecond {
		if l.head.Timestamp += 160; l.frame%20 == 0 {
			sign := l.head
			sign.PayloadType, sign.Marker = 13, false // comfort noise (RFC 3389)
			_, _ = l.out.WriteRTP(&sign, comfort[:])
			l.head.SequenceNumber++
		}
		l.head.Marker = true
		return
	}
	frames := c.silence
	if l.talking {
		frames = c.speech
	}
	loop := frames[l.head.PayloadType]
	_, _ = l.out.WriteRTP(&l.head, loop[l.frame%len(loop)])
	l.head.Marker = false
	l.head.SequenceNumber++
	l.head.Timestamp += 160
}

var comfort = [1]byte{70}

// attend says whether the agent has an offer or a call.
func (l *agentLine) attend(busy bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = busy
}

// talk begins or ends speaking.
func (l *agentLine) talk(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.talking = on
	l.head.Marker = on
	l.frame = -1
}

// begin counts for a new call; the first voice from now on is told.
func (l *agentLine) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listen, l.asked, l.detector = true, time.Now(), voiceDetector{}
	l.received, l.lost, l.longest, l.last = 0, 0, 0, time.Time{}
}

// sum ends a call's count.
func (l *agentLine) sum() AgentEvent {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listen = false
	return AgentEvent{Event: "media", Received: l.received, Lost: l.lost, LongestMs: l.longest.Milliseconds(), Payload: int(l.heard)}
}

func (l *agentLine) read(t *webrtc.TrackRemote) {
	buf := make([]byte, 1500)
	var p rtp.Packet
	for {
		n, _, err := t.Read(buf)
		if err != nil {
			return
		}
		if p.Unmarshal(buf[:n]) == nil {
			l.take(&p)
		}
	}
}

func (l *agentLine) take(p *rtp.Packet) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if step := int16(p.SequenceNumber - l.seq); l.received > 0 && step > 1 {
		l.lost += int(step) - 1
	}
	if !l.last.IsZero() {
		l.longest = max(l.longest, now.Sub(l.last))
	}
	l.seq, l.last = p.SequenceNumber, now
	l.received++
	if pt := p.PayloadType; pt == 0 || pt == 8 || pt == 9 {
		l.heard, l.voice = pt, now
		l.head.PayloadType = pt
	}
	if l.tape != nil {
		l.tape.take(p)
	}
	if l.listen && l.detector.voiced(p.PayloadType, p.Payload) {
		l.listen = false
		e := AgentEvent{TNs: monotonic(), Event: "audio", TookNs: int64(now.Sub(l.asked)), Payload: int(p.PayloadType)}
		inbox.Go(l.owner.all.panicked, func() { l.owner.event(e) })
	}
}
