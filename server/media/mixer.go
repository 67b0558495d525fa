package media

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"cordboard/audio/codec"
)

// Mix is a room of three parties or more: everyone hears everyone else. A leg is put into it with Add, which lets
// others hear it, and hears it through Hear(m.Source(leg)).
type Mix struct {
	plane *Plane

	mu      sync.Mutex
	voices  []*mixVoice // replaced, never changed
	ears    []*mixEar
	ticking bool
	closed  bool
}

// mixVoice is who is heard.
type mixVoice struct {
	leg  Leg
	in   *mixInput
	f    *feed
	only []Leg // who hears it; nil: all
	gain codec.Ramp
	pcm  [wideSamples]int16
}

// mixEar is who hears.
type mixEar struct {
	leg   Leg
	f     *feed
	to    *Sender
	limit *codec.Limiter
	p     packet
	last  uint64
	pcm   [wideSamples]int16
}

// NewMix makes an empty room.
func (p *Plane) NewMix() *Mix { return &Mix{plane: p} }

// Add lets the others hear l. It does nothing when they already do, or when l is no leg of this package.
func (m *Mix) Add(l Leg) {
	l = own(l)
	heard, ok := l.(voiced)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.find(l) != nil {
		return
	}
	v := &mixVoice{leg: l, in: newMixInput()}
	v.gain.To(1, rampSamples)
	v.f = &feed{to: v.in}
	in := heard.inlet()
	in.addRoute(v.f)
	v.f.connected(func() { in.dropRoute(v.f) })
	m.voices = append(slices.Clone(m.voices), v)
	m.tickLocked()
}

// Remove takes l's voice out of the room; what l hears stays as it is.
func (m *Mix) Remove(l Leg) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.find(l); v != nil {
		v.f.end()
		m.voices = slices.DeleteFunc(slices.Clone(m.voices), func(x *mixVoice) bool { return x == v })
	}
}

// Mute silences l for the others, or lets it be heard again, without a click.
func (m *Mix) Mute(l Leg, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.find(l); v != nil {
		v.in.mute(on)
	}
}

// Only lets no one but the given legs hear l: a supervisor who whispers to the agent. Without any, all hear it again.
func (m *Mix) Only(l Leg, hearers ...Leg) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.find(l)
	if old == nil {
		return
	}
	m.voices = slices.Clone(m.voices)
	for i, v := range m.voices {
		if v == old {
			m.voices[i] = &mixVoice{leg: v.leg, in: v.in, f: v.f, only: slices.Clone(hearers), gain: codec.NewRamp(1)}
		}
	}
}

// Source is what l hears in the room: everyone but itself.
func (m *Mix) Source(l Leg) Source { return mixSource{m, own(l)} }

// Close empties the room; those who hear it hear nothing more from it.
func (m *Mix) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for _, v := range m.voices {
		v.f.end()
	}
	m.voices, m.ears = nil, nil
}

func (m *Mix) find(l Leg) *mixVoice {
	l = own(l)
	for _, v := range m.voices {
		if v.leg == l {
			return v
		}
	}
	return nil
}

func (m *Mix) tickLocked() {
	if !m.ticking {
		m.ticking = true
		m.plane.clock.add(m)
	}
}

type mixSource struct {
	m *Mix
	l Leg
}

func (s mixSource) Kind() string { return "mix" }
func (s mixSource) String() string {
	return fmt.Sprintf("mix without %s", s.l.ID())
}

func (s mixSource) connect(_ *Plane, f *feed) func() {
	to, ok := f.to.(*Sender)
	if !ok {
		return func() {}
	}
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return func() {}
	}
	e := &mixEar{leg: s.l, f: f, to: to, limit: codec.NewLimiter(16000)}
	m.ears = append(slices.Clone(m.ears), e)
	m.tickLocked()
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ears = slices.DeleteFunc(slices.Clone(m.ears), func(x *mixEar) bool { return x == e })
	}
}

// tick mixes 20 ms for everyone.
func (m *Mix) tick(now time.Time, frame uint64) bool {
	m.mu.Lock()
	voices, ears := m.voices, m.ears
	if len(voices) == 0 && len(ears) == 0 {
		m.ticking = false
		m.mu.Unlock()
		return false
	}
	m.mu.Unlock()
	for _, v := range voices {
		v.in.pull(now, v.pcm[:])
		v.gain.Apply(v.pcm[:])
	}
	for _, e := range ears {
		e.hear(voices, now, frame)
	}
	return true
}

// hear adds up what an ear hears and sends it.
func (e *mixEar) hear(voices []*mixVoice, now time.Time, frame uint64) {
	var sum [wideSamples]int32
	for _, v := range voices {
		if v.leg == e.leg || len(v.only) > 0 && !slices.Contains(v.only, e.leg) {
			continue
		}
		for i, s := range v.pcm {
			sum[i] += int32(s)
		}
	}
	for i, s := range sum {
		e.pcm[i] = int16(min(max(s, -32768), 32767))
	}
	e.limit.Apply(e.pcm[:])
	if e.last == 0 {
		e.last = frame - 1
	}
	e.p.seq++
	e.p.ts += uint32(frame-e.last) * frameBytes
	e.last = frame
	e.p.now, e.p.pcm = now, e.pcm[:]
	e.to.take(e.f, &e.p)
}
