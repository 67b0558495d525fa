package media

import (
	"sync"
	"time"

	"cordboard/audio/codec"
	"cordboard/audio/jitter"
)

// mixInput turns a party's packets into 20 ms of samples at every tick: behind a jitter buffer, because a mix cannot
// wait for anyone.
type mixInput struct {
	mu     sync.Mutex
	buffer *jitter.Buffer
	begun  bool
	dec    *codec.G722Decoder
	up     *codec.Resampler
	hide   *codec.Concealer
	gain   codec.Ramp
	narrow [narrowSample]int16
	left   [wideSamples]int16
}

func newMixInput() *mixInput {
	return &mixInput{
		buffer: jitter.New(jitter.Config{ClockRate: clockRate, Min: 20 * time.Millisecond, Max: 200 * time.Millisecond}),
		dec:    codec.NewG722Decoder(), up: codec.NewResampler(8000, 16000), hide: codec.NewConcealer(16000),
		gain: codec.NewRamp(1),
	}
}

func (m *mixInput) mute(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	to := 1.0
	if on {
		to = 0
	}
	m.gain.To(to, rampSamples)
}

// take is called by the party's reader.
func (m *mixInput) take(_ *feed, p *packet) {
	if p.cn || p.codec == NoCodec {
		return
	}
	m.mu.Lock()
	if !m.begun && p.past != nil && p.codec == G722 {
		m.dec = p.past.decoder()
	}
	m.begun = true
	m.mu.Unlock()
	m.buffer.Put(p.seq, p.ts, p.marker, p.payload, uint8(p.codec), p.now)
}

// pull fills 20 ms at 16 kHz.
func (m *mixInput) pull(now time.Time, pcm []int16) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, kind := m.buffer.Next(now)
	skipped := false
	for kind == jitter.Play && p.Skip { // what is heard goes on from the first of these
		to := m.left[:]
		if skipped {
			to = pcm
		}
		m.decode(p, to)
		skipped = true
		p, kind = m.buffer.Next(now)
	}
	switch kind {
	case jitter.Play:
		m.decode(p, pcm)
		if skipped {
			codec.Splice(pcm, m.left[:])
		}
		m.hide.Good(pcm)
	case jitter.Lost:
		m.hide.Conceal(pcm)
	default:
		clear(pcm)
	}
	m.buffer.Quiet(codec.Peak(pcm) < 300)
	m.gain.Apply(pcm)
}

func (m *mixInput) decode(p jitter.Packet, pcm []int16) {
	b := p.Payload[:min(len(p.Payload), frameBytes)]
	clear(pcm[2*len(b):])
	switch Codec(p.PT) {
	case G722:
		m.dec.Decode(pcm, b)
	case PCMA:
		codec.DecodeALaw(m.narrow[:], b)
		m.up.Process(pcm, m.narrow[:len(b)])
	default:
		codec.DecodeULaw(m.narrow[:], b)
		m.up.Process(pcm, m.narrow[:len(b)])
	}
}
