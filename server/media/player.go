package media

import "time"

// player is one leg hearing one clip.
type player struct {
	plane *Plane
	f     *feed
	to    *Sender
	clip  *Clip
	loop  bool
	done  func()
	hush  bool // there is nothing to hear
	began bool
	start uint64 // frame of the clock when this began
	first uint64 // and at the clip's frame 0
	last  uint64
	p     packet
}

func (pl *player) tick(now time.Time, frame uint64) bool {
	if !pl.began {
		pl.began, pl.start, pl.first, pl.last = true, frame, frame, frame-1
		if pl.loop {
			pl.first = pl.clip.since(frame)
		}
	}
	at := int(frame - pl.first)
	if pl.hush && frame >= pl.start+hushAfter && pl.to.hushes() {
		if (frame-pl.start)%hushEvery != 0 { // from its own start: not all lines at once
			return true
		}
		pl.number(now, frame)
		pl.p.cn, pl.p.payload, pl.p.codec = true, comfort[:], NoCodec
		pl.to.take(pl.f, &pl.p)
		pl.p.cn = false
		return true
	}
	if !pl.loop && (pl.clip == nil || at >= pl.clip.frames) {
		pl.to.hearSource(pl.plane, nil, pl.f)
		if pl.done != nil {
			pl.done()
		}
		return false
	}
	pl.number(now, frame)
	pl.to.play(pl.f, &pl.p, pl.clip, at%pl.clip.frames)
	return true
}

// number gives the next packet its numbers.
func (pl *player) number(now time.Time, frame uint64) {
	pl.p.seq++
	pl.p.ts += uint32(frame-pl.last) * frameBytes
	pl.p.now = now
	pl.last = frame
}

// A line that has been silent for 120 ms, a frame longer than a switch takes, gets a sign of life 2.5 times a second
// (RFC 3389), not fifty packets of nothing: most lines are silent most of the day.
const (
	hushAfter = bridgeUnits/frameBytes + 1
	hushEvery = 20 // a line counts as down after 2 s without a packet: four in a row may be lost
)

var comfort = [1]byte{70} // −70 dBov

// hushes reports whether the party takes comfort noise in place of silence.
func (s *Sender) hushes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.fixed && s.types.cn != noType
}

// play lets a clip's frame out in the codec that the party gets.
func (s *Sender) play(f *feed, p *packet, c *Clip, at int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed != f || s.to == nil || s.muted || s.tones.busy() {
		return
	}
	p.codec = s.codec
	p.payload, p.pcm = c.frame(s.codec, at)
	s.pass(p)
}
