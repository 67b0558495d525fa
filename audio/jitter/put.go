package jitter

import "time"

// Put takes a packet as it arrives. Payloads over 480 bytes and empty ones are ignored. The payload is copied.
func (b *Buffer) Put(seq uint16, ts uint32, marker bool, payload []byte, pt uint8, arrived time.Time) {
	if len(payload) == 0 || len(payload) > maxPayload {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started && b.foreign(seq, ts) {
		b.reset()
		b.stats.Resets++
	}
	if !b.started {
		b.started = true
		b.next, b.ts, b.top = seq, ts, seq
	}
	b.stats.Received++
	b.last = arrived
	b.clock.arrived(ts, arrived)

	s := &b.ring[seq%slots]
	if s.seq == seq && (s.used || s.played) {
		b.stats.Doubled++
		return
	}
	switch {
	case !b.late(seq, ts):
		b.lates = 0
	case b.behind(seq, arrived):
		b.restart(seq, ts, arrived)
	default:
		b.stats.Late++
		return
	}
	if s.used {
		// The ring is full: nobody has pulled for more than a second.
		b.restart(seq, ts, arrived)
	}
	s.used, s.played, s.seq, s.ts, s.pt, s.marker = true, false, seq, ts, pt, marker
	s.n = copy(s.data[:], payload)
	b.held++
	if later(b.top, seq) > 0 {
		b.top = seq
	}
}

// restart begins the stream anew with this packet.
func (b *Buffer) restart(seq uint16, ts uint32, arrived time.Time) {
	b.reset()
	b.stats.Resets++
	b.started = true
	b.next, b.ts, b.top = seq, ts, seq
	b.clock.arrived(ts, arrived)
}

// behind is told of each late packet and reports that all have been late for a while, one after the other and as evenly as they are
// played: it is not they who are late, but their timestamps, which stood still in a silence of the sender, or the network's way is
// another. What was held up comes all at once instead.
func (b *Buffer) behind(seq uint16, arrived time.Time) bool {
	if later(b.top, seq) < 0 { // it was overtaken
		return false
	}
	b.top = seq
	if b.lates++; b.lates == 1 {
		b.lateSince = arrived
	}
	return b.lates > behindLeast && arrived.Sub(b.lateSince) >= behindLeast*20*time.Millisecond*3/4
}

const behindLeast = 8 // packets

// foreign reports a jump that no network makes: another stream under the same roof.
func (b *Buffer) foreign(seq uint16, ts uint32) bool {
	d, dt := later(b.top, seq), laterTS(b.ts, ts)
	return d > farSeq || d < -farSeq || dt < -b.cfg.ClockRate*2 ||
		!b.silent && dt > b.cfg.ClockRate*10
}

// late reports that the turn of this packet has passed. Before the first frame is played, packets that were
// overtaken on the way still come first.
func (b *Buffer) late(seq uint16, ts uint32) bool {
	if later(b.next, seq) >= 0 {
		// Its place may have been concealed already. What only overlaps is taken: senders' clocks differ.
		return b.playing && laterTS(b.ts, ts) <= -int(b.frame)
	}
	if b.playing {
		return true
	}
	if laterTS(ts, b.ts) > 0 {
		b.next, b.ts = seq, ts
	}
	return false
}
