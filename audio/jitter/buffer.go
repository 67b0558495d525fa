// Package jitter holds the packets of a voice stream until they are due: adaptive, pulled every 20 ms by the
// clock of whoever plays. It knows no codec; every payload of ours has an 8 kHz RTP clock and one byte a unit
// (G.711, G.722 at 64 kbit/s), so it also cuts and joins payloads of any length into frames of 20 ms.
package jitter

import (
	"sync"
	"time"
)

// Config of a Buffer. The zero value stands for 8000 Hz, 20 ms to 200 ms.
type Config struct {
	ClockRate int           // Hz of the RTP clock
	Min, Max  time.Duration // of the delay that is added
}

// Kind says what a pull gave.
type Kind uint8

// What Next gives.
const (
	Wait Kind = iota // nothing is due: before the first packet, or a silence that the sender announced
	Play             // a frame
	Lost             // the frame that is due is missing: conceal
)

// Packet is a frame to play. Payload is valid until the next call of Next.
type Packet struct {
	Seq     uint16
	TS      uint32
	PT      uint8
	Marker  bool
	Payload []byte // 20 ms, or less when the stream breaks off or changes its payload type within the frame
	// Skip asks to decode the frame for the decoder's sake but to splice it with the next one, which is to be
	// pulled at once and may be another of these: the buffer is shortening its delay. Ignoring it does no harm.
	Skip bool
}

// Stats of a stream since its beginning.
type Stats struct {
	Jitter    time.Duration // of arrival, RFC 3550 A.8
	Delay     time.Duration // added by the buffer, now
	Target    time.Duration // what it strives for
	Received  uint64
	Lost      uint64 // never came, or too late
	Late      uint64 // came when their turn had passed
	Doubled   uint64
	Concealed time.Duration // of frames that had to be made up
	Resets    uint64
}

const (
	slots      = 64          // packets held at most
	maxPayload = 480         // bytes of one payload: 60 ms
	comfort    = 13          // RFC 3389 payload type
	farSeq     = 100         // a jump of the sequence number that is a new stream
	starve     = time.Second // without a packet: start over
)

type slot struct {
	used   bool // waits to be played
	played bool
	seq    uint16
	ts     uint32
	pt     uint8
	marker bool
	n      int
	data   [maxPayload]byte
}

// Buffer is one stream's jitter buffer. Its methods may be called by one goroutine that receives and another
// that plays.
type Buffer struct {
	mu    sync.Mutex
	cfg   Config
	frame uint32 // RTP units in 20 ms
	ring  [slots]slot
	held  int

	started bool   // packets have been seen
	playing bool   // the first frame has been given out
	silent  bool   // the sender has announced silence (comfort noise)
	next    uint16 // sequence number that plays next
	ts      uint32 // timestamp that plays next
	used    int    // bytes of the head that are played already
	top     uint16 // newest sequence number seen

	clock clock
	quiet bool
	out   [maxPayload]byte
	stats Stats
	early int       // pulls since the delay was last near its target
	purge bool      // what waits is left out until it is near it again
	last  time.Time // arrival of the newest packet

	lates     int       // packets that came too late, one after the other
	lateSince time.Time // arrival of the first of these
}

// New makes an empty buffer.
func New(cfg Config) *Buffer {
	if cfg.ClockRate == 0 {
		cfg.ClockRate = 8000
	}
	if cfg.Min == 0 {
		cfg.Min = 20 * time.Millisecond
	}
	if cfg.Max == 0 {
		cfg.Max = 200 * time.Millisecond
	}
	b := &Buffer{cfg: cfg, frame: uint32(cfg.ClockRate / 50)}
	b.clock.init(cfg)
	return b
}

// Reset forgets the stream but not its statistics: the next packet begins a new one.
func (b *Buffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reset()
}

func (b *Buffer) reset() {
	for i := range b.ring {
		b.ring[i].used, b.ring[i].played = false, false
	}
	b.held, b.used = 0, 0
	b.started, b.playing, b.silent, b.early, b.purge, b.lates = false, false, false, 0, false, 0
	b.clock.init(b.cfg)
}

// Quiet tells whether what was played last was (nearly) silent: then the delay may be shortened unheard.
func (b *Buffer) Quiet(yes bool) {
	b.mu.Lock()
	b.quiet = yes
	b.mu.Unlock()
}

// Stats gives the counters.
func (b *Buffer) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Jitter = b.clock.jitter
	s.Target = b.clock.target
	return s
}

// later is the distance from a to b on the circle of sequence numbers, negative when b is before a.
func later(a, b uint16) int { return int(int16(b - a)) }

func laterTS(a, b uint32) int { return int(int32(b - a)) }
