package media

import (
	"sync"
	"time"

	"github.com/pion/rtp"
)

// outlet is where a Sender's packets go: a socket, with or without SRTP, or a WebRTC connection. send is called
// under the Sender's lock and must not keep payload.
type outlet interface {
	send(h *rtp.Header, payload []byte) error
}

// packet is a piece of voice on its way from a source to those who hear it. It is valid during the call only.
type packet struct {
	header
	codec   Codec
	cn      bool     // comfort noise instead of voice
	restart bool     // the stream began anew: numbers do not go on
	payload []byte   // one byte a unit of the clock, but for comfort noise
	pcm     []int16  // the same at 16 kHz, when the source has it
	past    *history // what of this stream was before, when the source keeps it
	now     time.Time
}

// units is the packet's length on the clock.
func (p *packet) units() int {
	if p.codec == NoCodec {
		return len(p.pcm) / 2
	}
	return len(p.payload)
}

// Sender is the one author of a leg's outgoing stream: it stamps sequence number, timestamp, marker and payload
// type, whoever the voice comes from, and turns what the party does not understand into what it does.
type Sender struct {
	mu    sync.Mutex
	to    outlet
	types payloads
	codec Codec // what we turn others into
	fixed bool  // the party gets codec alone, though it may understand others
	muted bool  // the party does not receive now
	feed  *feed // who may speak here

	h         rtp.Header // of the packet that is leaving
	started   bool
	fresh     bool // the next packet is a source's first
	seq       uint16
	ts        uint32 // of the newest packet, as is seq
	last      time.Time
	lastUnits uint32 // the newest packet's length, in units of the clock
	ahead     uint32 // units that the timestamps lead the time
	seqBy     uint16 // what a source's numbers are moved by
	tsBy      uint32
	seen      uint64 // bit n: number seq-n is used up

	sent    history // G.722 that was sent
	from    Codec   // codec of the source's last packet
	current Codec   // codec of the last packet sent
	bridge  int     // units of the clock for which a new source is still coded by us
	shop    *workshop
	tones   *toneQueue

	packets, bytes uint64
}

// way is where and how a Sender's packets leave.
type way struct {
	to    outlet
	types payloads
	codec Codec // what others are turned into
	fixed bool  // only codec is sent, though the party may understand others
	muted bool  // the party does not receive now
	anew  bool  // at the other end is another device than before
}

// open lets packets out from now on.
func (s *Sender) open(w way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.anew {
		s.sent.forget()
	}
	if w.anew || s.to == nil || s.muted && !w.muted || s.codec != w.codec {
		s.renew()
	}
	s.to, s.types, s.codec, s.fixed, s.muted = w.to, w.types, w.codec, w.fixed, w.muted
}

// leave lets nothing more out by to, when that is the way in use.
func (s *Sender) leave(to outlet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == to {
		s.to = nil
	}
}

func (s *Sender) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to, s.feed = nil, nil
}

// hear makes f the only one who may speak here, and gives who was it before. With only set it does so only when
// that is the one who may.
func (s *Sender) hear(f, only *feed) (old *feed, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if only != nil && s.feed != only {
		return nil, false
	}
	old, s.feed = s.feed, f
	s.renew()
	return old, true
}

// renew prepares for a packet that does not go on where the last one ended.
func (s *Sender) renew() {
	s.fresh = true
	s.bridge = bridgeUnits
	if s.shop != nil {
		s.shop.begin()
	}
}

// take is called by a source with its next packet.
func (s *Sender) take(f *feed, p *packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed != f || s.to == nil || s.muted || s.tones.busy() {
		return
	}
	if p.restart {
		s.renew()
	}
	s.pass(p)
}

// speaks is the codec that was agreed with the party.
func (s *Sender) speaks() Codec {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.codec
}

// announce sends one packet of silence in the G.711 that a new source is about to speak, because a softphone
// answers in what it hears: else all that the other party gets until it speaks itself would be coded by us.
func (s *Sender) announce(f *feed, c Codec, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed != f || s.to == nil || s.muted || s.tones.busy() || s.fixed || c == s.current || c != PCMA && c != PCMU || s.types.codec[c] == noType {
		return
	}
	s.emitVoice(&packet{codec: c, now: now}, c, stillness[c][:])
	s.renew()
}

// stillness is a frame of silence in each law of G.711.
var stillness = [codecs][frameBytes]byte{PCMA: frameOf(0xd5), PCMU: frameOf(0xff)}

func frameOf(b byte) (out [frameBytes]byte) {
	for i := range out {
		out[i] = b
	}
	return out
}

// pass sends a packet in the best form that the party understands.
func (s *Sender) pass(p *packet) {
	if p.cn {
		if s.types.cn != noType {
			s.emit(p, s.types.cn, p.payload, frameBytes)
		}
		return
	}
	if n := p.units(); n == 0 || n > maxPayload {
		return
	}
	understood := p.codec != NoCodec && s.types.codec[p.codec] != noType && (!s.fixed || p.codec == s.codec)
	if p.codec != s.from && p.codec == G722 {
		s.bridge = bridgeUnits // the same party in another codec
	}
	s.from = p.codec
	switch {
	case !understood:
		s.passCoded(p, s.codec)
	case p.codec == G722 && s.bridge > 0:
		s.passCoded(p, G722)
	default:
		s.emitVoice(p, p.codec, p.payload)
		if s.shop != nil {
			s.shop.encodes = false
		}
	}
}

// emitVoice sends a payload of the given codec, and says whether it left.
func (s *Sender) emitVoice(p *packet, c Codec, payload []byte) bool {
	if s.types.codec[c] == noType || !s.emit(p, s.types.codec[c], payload, uint32(len(payload))) {
		return false
	}
	if s.bridge > 0 {
		s.bridge -= len(payload)
	}
	if c == G722 {
		s.sent.add(payload)
	}
	s.current = c
	return true
}

// emit stamps and sends; false means that the number was used up before.
func (s *Sender) emit(p *packet, pt uint8, payload []byte, units uint32) bool {
	if !s.stamp(p, units) {
		return false
	}
	s.h.PayloadType = pt
	s.put(payload)
	return true
}

func (s *Sender) put(payload []byte) {
	if s.to.send(&s.h, payload) == nil {
		s.packets++
		s.bytes += uint64(len(payload))
	}
}

// counts gives packets and payload bytes sent, when the last one left, and what the last timestamp was.
func (s *Sender) counts() (packets, bytes uint64, last time.Time, ts uint32, c Codec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packets, s.bytes, s.last, s.ts, s.current
}
