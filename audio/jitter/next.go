package jitter

import "time"

const (
	tooMuch  = 21 * time.Millisecond // above the target before the delay is shortened: a frame and a little
	farMuch  = 50 * time.Millisecond // above the target: shortened soon, even while somebody speaks
	patience = 50                    // pulls for which it must have been too much while somebody speaks: 1 s
	haste    = 10                    // the same when it is far too much: speech is a tenth faster then
	hush     = 5                     // the same while nobody speaks
	overMax  = 40 * time.Millisecond // above the maximum: what waits is left out at once
	slack    = 10 * time.Millisecond // half a frame: nearer than that to being due is due
)

// Next gives what is due at now. It is pulled every 20 ms.
func (b *Buffer) Next(now time.Time) (Packet, Kind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.started {
		return Packet{}, Wait
	}
	if !b.playing {
		if b.held == 0 || b.clock.age(b.ts, now) < b.clock.target {
			return Packet{}, Wait
		}
		b.playing = true
	}
	head := b.head()
	if head == nil {
		return b.starving(now)
	}
	if gap := laterTS(b.ts, head.ts); gap > 0 && b.used == 0 {
		if p, k, done := b.hole(head, gap, now); done {
			return p, k
		}
	}
	return b.play(head, now)
}

// head is the next packet there is, nil when there is none.
func (b *Buffer) head() *slot {
	if b.held == 0 {
		return nil
	}
	for i := range uint16(slots) {
		if s := &b.ring[(b.next+i)%slots]; s.used && s.seq == b.next+i {
			return s
		}
	}
	return nil
}

// starving: nothing is there. In an announced silence that is as it should be; else time stands still for the
// stream, so that packets which were only held up are still played, until the delay is at its maximum.
func (b *Buffer) starving(now time.Time) (Packet, Kind) {
	if now.Sub(b.last) > starve {
		b.reset()
		return Packet{}, Wait
	}
	if b.silent {
		return Packet{}, Wait
	}
	if b.clock.age(b.ts, now) > b.cfg.Max {
		b.ts += b.frame
	}
	b.stats.Concealed += 20 * time.Millisecond
	return Packet{}, Lost
}

// hole: the head is not what was to come next. done is false when it is to be played now.
func (b *Buffer) hole(head *slot, gap int, now time.Time) (p Packet, k Kind, done bool) {
	missing := later(b.next, head.seq)
	due := b.clock.age(head.ts, now) >= b.clock.target-slack
	switch {
	case due:
	case b.silent || head.marker || missing == 0 && gap >= int(b.frame):
		// The sender was silent: the next talk spurt begins when it is old enough.
		return Packet{}, Wait, true
	default:
		// One lost frame after the other is made up until the head is due.
		b.ts += min(b.frame, uint32(gap))
		b.stats.Concealed += 20 * time.Millisecond
		return Packet{}, Lost, true
	}
	b.stats.Lost += uint64(max(missing, 0))
	b.next, b.ts = head.seq, head.ts
	return Packet{}, Play, false
}

// play cuts a frame out of the head and, when it is shorter, of those that follow it without a gap.
func (b *Buffer) play(head *slot, now time.Time) (Packet, Kind) {
	b.silent = false
	if missing := later(b.next, head.seq); missing > 0 && b.used == 0 {
		b.stats.Lost += uint64(missing)
	}
	if b.used == 0 {
		b.next, b.ts = head.seq, head.ts
	}
	p := Packet{Seq: head.seq, TS: b.ts, PT: head.pt, Marker: head.marker && b.used == 0}
	b.stats.Delay += (b.clock.age(b.ts, now) - b.stats.Delay) / 8
	p.Skip = b.shorten(now)
	if head.pt == comfort {
		p.Payload, p.Skip = append(b.out[:0], head.data[:head.n]...), false
		b.drop(head)
		b.ts += b.frame
		b.silent = true
		return p, Play
	}
	want := int(b.frame)
	if head.n-b.used >= want && b.used == 0 && head.n == want {
		p.Payload = append(b.out[:0], head.data[:want]...)
		b.drop(head)
		b.ts += b.frame
		return p, Play
	}
	p.Payload = b.cut(head, want)
	return p, Play
}

func (b *Buffer) cut(head *slot, want int) []byte {
	out := b.out[:0]
	pt := head.pt
	for head != nil && head.pt == pt && head.ts+uint32(b.used) == b.ts {
		n := min(want-len(out), head.n-b.used)
		out = append(out, head.data[b.used:b.used+n]...)
		b.used += n
		b.ts += uint32(n)
		if b.used == head.n {
			b.drop(head)
		}
		if len(out) == want {
			break
		}
		head = &b.ring[b.next%slots]
		if !head.used || head.seq != b.next {
			break
		}
	}
	return out
}

func (b *Buffer) drop(head *slot) {
	head.used, head.played = false, true
	b.held--
	b.next = head.seq + 1
	b.used = 0
}

// shorten decides whether this frame is to be skipped because the stream has been played too late for a while.
func (b *Buffer) shorten(now time.Time) bool {
	age := b.clock.age(b.ts, now)
	over := age - b.clock.target
	if over < tooMuch || b.held < 2 {
		b.early, b.purge = 0, false
		return false
	}
	if b.purge = b.purge || over > b.cfg.Max || age > b.cfg.Max+overMax; b.purge {
		return true // a machine that stood still: nobody wants to hear all that
	}
	b.early++
	need := patience
	switch {
	case b.quiet:
		need = hush
	case over > farMuch, b.clock.eased(now):
		need = haste
	}
	if b.early < need {
		return false
	}
	b.early = 0
	return true
}
