package softphone

import (
	"math/rand/v2"
	"sync"

	"cordboard/audio/codec"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

// track is what the agent says. Unlike pion's own it keeps every codec that was agreed, so that the payload type
// may change from packet to packet; it owns the sequence numbers and timestamps of the stream.
type track struct {
	mu     sync.Mutex
	to     webrtc.TrackLocalWriter
	agreed [128]bool
	h      rtp.Header
	rested bool   // there was a pause before: the next voice begins a talk spurt (RFC 3551 §4.1)
	sent   uint32 // packets
	octets uint32
}

func newTrack() *track {
	return &track{h: rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(), Marker: true}}
}

// ID names the track in SDP.
func (t *track) ID() string { return "microphone" }

// RID is empty: there is one encoding.
func (t *track) RID() string { return "" }

// StreamID names the stream in SDP.
func (t *track) StreamID() string { return "agent" }

// Kind is audio.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// Bind is called by pion when the connection may send.
func (t *track) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	all := ctx.CodecParameters()
	if len(all) == 0 {
		return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.agreed = [128]bool{}
	for _, k := range all {
		t.agreed[k.PayloadType&127] = true
	}
	t.to = ctx.WriteStream()
	t.h.SSRC = uint32(ctx.SSRC())
	return all[0], nil
}

// Unbind is called by pion when the connection ends.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
	return nil
}

// takes reports whether that payload type was agreed.
func (t *track) takes(pt uint8) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.to != nil && t.agreed[pt&127]
}

// send sends 20 ms. Without a payload, and before the connection stands, it only lets time pass.
func (t *track) send(pt uint8, payload []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.h.Timestamp += codec.FrameBytes
	if t.rested = t.rested || pt == ptCN; payload == nil || t.to == nil || !t.agreed[pt&127] {
		return
	}
	if t.rested && pt != ptCN {
		t.h.Marker, t.rested = true, false
	}
	t.h.PayloadType = pt
	t.h.SequenceNumber++
	if _, err := t.to.WriteRTP(&t.h, payload); err != nil {
		return
	}
	t.h.Marker = false
	t.sent++
	t.octets += uint32(len(payload))
}

// state gives what a sender report says (RFC 3550 §6.4.1).
func (t *track) state() (ssrc, timestamp, packets, octets uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.h.SSRC, t.h.Timestamp, t.sent, t.octets
}
