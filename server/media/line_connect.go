package media

import (
	"errors"
	"strings"
	"time"

	"cordboard/server/inbox"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"
)

// connect makes a peer connection with exactly what a voice line needs.
func (l *LineLeg) connect() (*lineConn, error) {
	m := l.plane.lines
	c := &lineConn{leg: l}
	media := &webrtc.MediaEngine{}
	for _, k := range lineCodecs() {
		if err := media.RegisterCodec(k, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, err
		}
	}
	var s webrtc.SettingEngine
	s.LoggerFactory = m.logs
	s.BufferFactory = c.buffer
	s.SetLite(true)
	s.SetICEUDPMux(m.udp)
	s.SetICETCPMux(m.tcpMux)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6})
	s.SetIncludeLoopbackCandidate(m.loopback)
	s.SetIPFilter(m.listens)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(5*time.Second, 25*time.Second, 2*time.Second)
	s.DisableActiveTCP(true)
	if m.external != nil {
		s.SetNAT1To1IPs(m.external, webrtc.ICECandidateTypeHost)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(nil)).
		NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{m.cert}, BundlePolicy: webrtc.BundlePolicyMaxBundle})
	if err != nil {
		return nil, err
	}
	c.pc = pc
	c.track = &lineTrack{conn: c}
	if _, err = pc.AddTrack(c.track); err != nil {
		pc.Close()
		return nil, err
	}
	pc.OnConnectionStateChange(c.turned)
	return c, nil
}

// answer negotiates an offer on this connection.
func (c *lineConn) answer(sdp string) (string, error) {
	offer := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}
	if err := c.pc.SetRemoteDescription(offer); err != nil {
		return "", &SDPError{What: err.Error()}
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(c.pc)
	if err = c.pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	select {
	case <-gathered:
	case <-time.After(2 * time.Second):
		return "", errors.New("no address for the line")
	}
	return c.pc.LocalDescription().SDP, nil
}

// turned follows the connection's state; pion calls it.
func (c *lineConn) turned(s webrtc.PeerConnectionState) {
	if !c.current.Load() || c.leg.news == nil {
		return
	}
	switch s {
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateDisconnected:
		c.leg.news(false)
	}
}

// close ends the connection, beside whoever asks: pion takes its time.
func (c *lineConn) close() {
	c.current.Store(false)
	if c.closed.Swap(true) {
		return
	}
	c.leg.live.CompareAndSwap(c, nil)
	c.leg.out.leave(c.track)
	inbox.Go(func(p *inbox.Panic) { c.leg.log.Error("closing a line", "err", p) }, func() { c.pc.Close() })
}

// voiceAlone reports whether a description has one m= line, for audio: no data channels, no pictures.
func voiceAlone(sdp string) bool {
	sections := 0
	for line := range strings.Lines(sdp) {
		if strings.HasPrefix(line, "m=") {
			sections++
			if !strings.HasPrefix(line, "m=audio ") {
				return false
			}
		}
	}
	return sections == 1
}

// sessionOf is what tells one peer connection's offers from another's: the session id of the o= line and the
// certificate's fingerprint.
func sessionOf(sdp string) string {
	var id, print string
	for line := range strings.Lines(sdp) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "o="); ok {
			if f := strings.Fields(rest); len(f) > 1 {
				id = f[1]
			}
		}
		if rest, ok := strings.CutPrefix(line, "a=fingerprint:"); ok && print == "" {
			print = strings.ToLower(rest)
		}
	}
	if id == "" || print == "" {
		return ""
	}
	return id + " " + print
}
