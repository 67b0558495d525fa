package media

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// lineConn is one WebRTC connection of a line.
type lineConn struct {
	leg     *LineLeg
	pc      *webrtc.PeerConnection
	track   *lineTrack
	session string
	types   payloads
	current atomic.Bool // the line's connection now: a replaced one is not heard any more
	closed  atomic.Bool
	heard   atomic.Bool // a packet came
}

// isClosed reports whether ICE cannot bring the connection back: its keys are gone.
func (c *lineConn) isClosed() bool {
	if c.closed.Load() || c.pc.ConnectionState() == webrtc.PeerConnectionStateClosed {
		return true
	}
	for _, s := range c.pc.GetSenders() {
		if d := s.Transport().State(); d == webrtc.DTLSTransportStateClosed || d == webrtc.DTLSTransportStateFailed {
			return true
		}
	}
	return false
}

func lineCodecs() []webrtc.RTPCodecParameters {
	of := func(mime, fmtp string, pt uint8) webrtc.RTPCodecParameters {
		return webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: clockRate, SDPFmtpLine: fmtp}, PayloadType: webrtc.PayloadType(pt),
		}
	}
	return []webrtc.RTPCodecParameters{
		of("audio/G722", "", typeG722), of("audio/PCMU", "", typePCMU), of("audio/PCMA", "", typePCMA),
		of("audio/CN", "", typeCN), of("audio/telephone-event", "0-15", typeEvents),
	}
}

// lineTrack is what we send on a line: pion's track, but with every codec that was agreed, so that the payload type
// may change from packet to packet.
type lineTrack struct {
	conn *lineConn
	mu   sync.Mutex
	to   webrtc.TrackLocalWriter
	ssrc uint32
}

// ID names the track in SDP.
func (t *lineTrack) ID() string { return "voice" }

// RID is empty: there is one encoding.
func (t *lineTrack) RID() string { return "" }

// StreamID names the stream in SDP.
func (t *lineTrack) StreamID() string { return "cordboard" }

// Kind is audio.
func (t *lineTrack) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// Bind is called by pion when the connection may send.
func (t *lineTrack) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	types := noPayloads()
	agreed := ctx.CodecParameters()
	first := webrtc.RTPCodecParameters{}
	for _, k := range agreed {
		name := strings.TrimPrefix(strings.ToLower(k.MimeType), "audio/")
		pt := uint8(k.PayloadType)
		if c, ok := ParseCodec(name); ok {
			if types.codec[c] == noType {
				types.codec[c] = pt
			}
			if first.MimeType == "" {
				first = k
			}
			continue
		}
		switch {
		case k.ClockRate != clockRate:
		case name == "cn":
			types.cn = pt
		case name == "telephone-event":
			types.events = pt
		}
	}
	if first.MimeType == "" {
		return first, ErrNoCodec
	}
	t.mu.Lock()
	t.to, t.ssrc = ctx.WriteStream(), uint32(ctx.SSRC())
	t.conn.types = types
	t.mu.Unlock()
	t.conn.bound()
	return first, nil
}

// Unbind is called by pion when the connection ends.
func (t *lineTrack) Unbind(webrtc.TrackLocalContext) error { return nil }

// send is the outlet of the leg's Sender.
func (t *lineTrack) send(h *rtp.Header, payload []byte) error {
	h.SSRC = t.ssrc
	_, err := t.to.WriteRTP(h, payload)
	return err
}

// bound lets the leg speak through this connection once it is the line's and pion is ready, whichever comes last.
func (c *lineConn) bound() {
	t := c.track
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to == nil || !c.current.Load() || c.closed.Load() {
		return
	}
	c.leg.control.identify(t.ssrc)
	best := NoCodec
	for k := G722; k < codecs && best == NoCodec; k++ {
		if c.types.codec[k] != noType {
			best = k
		}
	}
	c.leg.live.Store(c)
	c.leg.out.open(way{to: t, types: c.types, codec: best, anew: true})
}
