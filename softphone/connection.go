package softphone

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"cordboard/session/wire"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// connection is one WebRTC connection: one audio line, both ways, no data channel, no interceptors.
type connection struct {
	line     *line
	pc       *webrtc.PeerConnection
	track    *track
	sender   *webrtc.RTPSender
	receiver *webrtc.RTPReceiver
	peer     string // session id of the peer's description
	reports  reports
	done     chan struct{}
}

// codecs of the line, all with an 8 kHz RTP clock, so that one stream carries them packet by packet.
func codecs() []webrtc.RTPCodecParameters {
	of := func(mime, fmtp string, pt webrtc.PayloadType) webrtc.RTPCodecParameters {
		return webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 8000, SDPFmtpLine: fmtp},
			PayloadType:        pt,
		}
	}
	return []webrtc.RTPCodecParameters{
		of("audio/G722", "", ptG722), of("audio/PCMU", "", ptPCMU), of("audio/PCMA", "", ptPCMA),
		of("audio/CN", "", ptCN), of("audio/telephone-event", "0-15", ptEvents),
	}
}

func newConnection(l *line, servers []wire.ICEServer) (*connection, error) {
	media := &webrtc.MediaEngine{}
	for _, k := range codecs() {
		if err := media.RegisterCodec(k, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	network, err := newFreshNet()
	if err != nil {
		return nil, err
	}
	var s webrtc.SettingEngine
	s.SetNet(network)
	s.SetICETimeouts(3*time.Second, 12*time.Second, time.Second)
	s.SetSrflxAcceptanceMinWait(200 * time.Millisecond)
	s.SetPrflxAcceptanceMinWait(300 * time.Millisecond)
	s.SetRelayAcceptanceMinWait(600 * time.Millisecond) // pion would give better paths two seconds
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(true) // a server on this machine: the demo, or a tunnel
	s.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(configuration(servers))
	if err != nil {
		return nil, err
	}
	c := &connection{line: l, pc: pc, track: newTrack(), done: make(chan struct{})}
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { c.receive(t, r) })
	pc.OnConnectionStateChange(c.changed)
	t, err := pc.AddTransceiverFromTrack(c.track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv})
	if err != nil {
		pc.Close()
		return nil, err
	}
	c.sender, c.receiver = t.Sender(), t.Receiver()
	go c.readReports(c.sender.Read)
	return c, nil
}

func configuration(servers []wire.ICEServer) webrtc.Configuration {
	var cfg webrtc.Configuration
	for _, s := range servers {
		cfg.ICEServers = append(cfg.ICEServers, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	return cfg
}

// servers puts other STUN and TURN servers in place; they count from the next restart on.
func (c *connection) servers(ice []wire.ICEServer) {
	if len(ice) == 0 {
		return
	}
	cfg := c.pc.GetConfiguration()
	cfg.ICEServers = configuration(ice).ICEServers
	if err := c.pc.SetConfiguration(cfg); err != nil {
		c.line.log.Debug("ICE servers not taken", "err", err)
	}
}

// offer gives a description with the candidates that were found in time. Some interface of a machine never reaches
// the STUN or TURN server, and pion waits for it for five seconds: once one way out is found, the rest has 200 ms.
func (c *connection) offer(ctx context.Context, restart bool) (string, error) {
	o, err := c.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	out := make(chan struct{}, 1)
	c.pc.OnICECandidate(func(k *webrtc.ICECandidate) {
		if k != nil && c.wayOut(k.Typ) {
			select {
			case out <- struct{}{}:
			default:
			}
		}
	})
	if err := c.pc.SetLocalDescription(o); err != nil {
		return "", err
	}
	limit := gatherMost
	if restart {
		limit = gatherAgain
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	for found := false; ; {
		select {
		case <-gathered:
			return c.pc.LocalDescription().SDP, nil
		case <-out:
			if !found {
				found = true
				t.Reset(gatherRest)
			}
			continue
		case <-t.C:
			if !found {
				c.line.log.Warn("no STUN or TURN server answered; offering the machine's own addresses")
			}
			return c.pc.LocalDescription().SDP, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// wayOut reports whether a candidate of that kind is the best that the servers can give: a relay where there is TURN.
func (c *connection) wayOut(kind webrtc.ICECandidateType) bool {
	if kind == webrtc.ICECandidateTypeRelay {
		return true
	}
	for _, s := range c.pc.GetConfiguration().ICEServers {
		for _, u := range s.URLs {
			if strings.HasPrefix(u, "turn") {
				return false
			}
		}
	}
	return kind == webrtc.ICECandidateTypeSrflx
}

func (c *connection) ended() bool {
	s := c.pc.ConnectionState()
	return s == webrtc.PeerConnectionStateClosed || s == webrtc.PeerConnectionStateFailed
}

func (c *connection) changed(s webrtc.PeerConnectionState) {
	c.line.log.Debug("voice line", "state", s.String())
	if c.line.live.Load() != c {
		return
	}
	switch s {
	case webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateFailed:
		c.line.tell(Event{Kind: WantRestart, Why: "connection " + s.String()})
	}
}

// receive reads the stream of the line until it ends. A packet of a type that was not agreed is skipped.
func (c *connection) receive(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	go c.readReports(r.Read)
	c.reports.remote.Store(uint32(t.SSRC()))
	buf := make([]byte, 1500)
	var p rtp.Packet
	for {
		n, _, err := t.Read(buf)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || n == 0 && err != nil {
			return
		}
		if err != nil || p.Unmarshal(buf[:n]) != nil || c.line.live.Load() != c {
			continue
		}
		now := c.line.now()
		c.reports.arrived(p.SequenceNumber)
		c.line.voice.received(p.SequenceNumber, p.Timestamp, p.Marker, p.Payload, p.PayloadType, now)
		c.line.packetHeard(now)
	}
}

func (c *connection) close() {
	select {
	case <-c.done:
	default:
		close(c.done)
	}
	if err := c.pc.Close(); err != nil {
		c.line.log.Debug("close the voice line", "err", err)
	}
}
