package media

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/server/inbox"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"
)

// LineLeg is an agent's voice: a leg that stays while the WebRTC connections that carry it come and go.
type LineLeg struct {
	core
	news func(up bool)

	mu    sync.Mutex // of offers; media does not pass here
	conn  *lineConn
	owner string
	ended bool

	live atomic.Pointer[lineConn] // the connection that carries voice now
}

// NewLineLeg makes a line without a connection: it hears and says nothing until an Offer. news, which may be nil,
// is told when a connection's first packet was heard and when it is held for lost; it must not block.
func (p *Plane) NewLineLeg(id string, news func(up bool)) *LineLeg {
	l := &LineLeg{news: news}
	l.start(p, id)
	l.core.end = l.Close
	p.remember(&l.core, l.beat)
	return l
}

// Offer takes a console's offer and gives the answer, with all candidates in it. An offer of the same owner for the
// connection that stands restarts ICE on it; any other makes a new connection in the old one's place. It takes
// some milliseconds.
func (l *LineLeg) Offer(owner, sdp string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return "", ErrClosed
	}
	if !voiceAlone(sdp) {
		return "", &SDPError{What: "a line is one audio stream and nothing else"}
	}
	id := sessionOf(sdp)
	if l.conn != nil && l.owner == owner && l.conn.session == id && id != "" && !l.conn.isClosed() {
		answer, err := l.conn.answer(sdp)
		if err == nil {
			return answer, nil
		}
		l.log.Debug("a line could not be restarted and is made anew", "err", err)
	}
	c, err := l.connect()
	if err != nil {
		return "", err
	}
	c.session = id
	old := l.conn
	answer, err := c.answer(sdp)
	if err != nil {
		c.close()
		return "", err
	}
	l.conn, l.owner = c, owner
	if old != nil {
		old.close()
	}
	c.current.Store(true)
	c.bound()
	return answer, nil
}

// Owner is who made the offer of the connection that stands; empty without one.
func (l *LineLeg) Owner() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.owner
}

// Disconnect ends the connection of owner, if it is that one's; the leg stays.
func (l *LineLeg) Disconnect(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil && l.owner == owner {
		l.conn.close()
		l.conn, l.owner = nil, ""
	}
}

// Connected reports whether a connection is there that carries voice.
func (l *LineLeg) Connected() bool { return l.live.Load() != nil }

// Closed reports whether the leg was closed.
func (l *LineLeg) Closed() bool { return l.closed.Load() }

// LastHeard is when the last valid packet of the console came; zero when none did.
func (l *LineLeg) LastHeard() time.Time {
	l.in.mu.Lock()
	defer l.in.mu.Unlock()
	return l.in.rx.last
}

// Close ends the line and its connection.
func (l *LineLeg) Close() {
	if !l.stop() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.conn != nil {
		l.conn.close()
		l.conn = nil
	}
}

// Stats gives what has been counted and measured so far.
func (l *LineLeg) Stats() Stats {
	s := l.core.Stats()
	s.SRTP = true
	return s
}

// beat reports to the console how its voice arrives, and rates it.
func (l *LineLeg) beat(now time.Time) {
	s := l.Stats()
	for _, e := range l.watch.look(&s, now) {
		l.tell(e)
	}
	c := l.live.Load()
	if c == nil || !c.current.Load() {
		return
	}
	if b := l.due(now); b != nil {
		c.report(b)
	}
}

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
