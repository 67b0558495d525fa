package media

import (
	"math/rand/v2"
	"time"
)

const (
	maxGap  = 200              // packets: a larger step of a source's numbers is a new beginning
	maxStep = 20 * clockRate   // units: the same for its timestamps
	window  = 64               // late packets are let through once, this far back
	longest = 60 * time.Second // of a pause that shows in the timestamps
)

// stamp moves a source's numbers to ours and writes them to s.h. Losses and silences of the source show, so that
// the receiver conceals and plays them as its own; a change of source does not: numbers go on by one and timestamps
// by the time that passed. It reports false for a number that was used before: SRTP must not seal two packets
// under one.
func (s *Sender) stamp(p *packet, units uint32) bool {
	if s.fresh || !s.started {
		s.rebase(p, units)
		return true
	}
	seq, ts := p.seq+s.seqBy, p.ts+s.tsBy
	step, leap := int16(seq-s.seq), int32(ts-s.ts)
	if step > maxGap || step < -maxGap || leap > maxStep || leap < -maxStep {
		s.rebase(p, units)
		return true
	}
	switch {
	case step > 0:
		s.seen = s.seen<<uint(step) | 1
		s.seq, s.ts = seq, ts
		s.last, s.lastUnits = p.now, units
	case -step >= window || s.seen>>uint(-step)&1 != 0:
		return false
	default: // others overtook it
		s.seen |= 1 << uint(-step)
	}
	s.h.SequenceNumber, s.h.Timestamp, s.h.Marker = seq, ts, p.marker
	return true
}

// rebase begins a source's stretch.
func (s *Sender) rebase(p *packet, units uint32) {
	s.next(p.now)
	s.seqBy = s.seq - p.seq
	s.tsBy = s.ts - p.ts
	s.lastUnits = units
	s.fresh = false
}

// next moves on to a packet that begins something at now: the next number, the timestamp of now, and the marker.
func (s *Sender) next(now time.Time) {
	if !s.started {
		s.started = true
		s.seq, s.ts = uint16(rand.Uint32N(1<<15)), rand.Uint32()
	} else {
		s.seq++
		s.ts += s.elapsed(now)
	}
	s.seen = ^uint64(0)
	s.last = now
	s.h.Version = 2
	s.h.SequenceNumber, s.h.Timestamp, s.h.Marker = s.seq, s.ts, true
}

// elapsed is how far the timestamp moves from the last packet to now: at least what that packet held. Where that is
// more than the time that passed, it is given back at the next change.
func (s *Sender) elapsed(now time.Time) uint32 {
	passed := uint32(min(max(now.Sub(s.last), 0), longest) * clockRate / time.Second)
	if passed >= s.lastUnits+s.ahead {
		passed -= s.ahead
		s.ahead = 0
		return passed
	}
	s.ahead = min(s.ahead+s.lastUnits-min(passed, s.lastUnits), 2*frameBytes)
	return s.lastUnits
}
