package jitter

import (
	"slices"
	"time"
)

const (
	window   = 250                   // packets that are looked back on: 5 s
	everyN   = 25                    // packets between two looks
	slowDown = 20 * time.Millisecond // the target falls by no more in a second
	margin   = 4 * time.Millisecond  // above what the window shows
	spike    = 40 * time.Millisecond // a packet that much above the target raises it without waiting for the look

	calmLeast = 75                    // packets that must be much better than the target for what was before to be forgotten: 1.5 s
	calmFall  = 60 * time.Millisecond // the target falls by that in a second when the network has become calm
	calmHaste = 5 * time.Second       // after it is found calm, what is too much goes away faster
	calmKept  = 20 * time.Second      // bad weather that is back within this: the next calm must last twice as long
)

// clock maps the sender's timestamps to our time and estimates how late packets may be.
type clock struct {
	cfg     Config
	zero    time.Time // our time when timestamp zeroTS would have come without delay (first guess)
	zeroTS  uint32
	transit [window]time.Duration // relative to the first packet's
	sorted  [window]time.Duration
	n, seen int
	least   time.Duration // smallest transit of the window
	target  time.Duration
	lowered time.Time
	calm    int       // packets that the next calm must last
	calmed  time.Time // when the network was last found calm
	falls   bool      // and the target is still on its way down
	jitter  time.Duration
	prev    time.Duration
}

func (c *clock) init(cfg Config) {
	jitter := c.jitter
	*c = clock{cfg: cfg, target: cfg.Min, jitter: jitter, calm: calmLeast}
}

func (c *clock) span(units int) time.Duration {
	return time.Duration(units) * time.Second / time.Duration(c.cfg.ClockRate)
}

// arrived takes one packet's arrival.
func (c *clock) arrived(ts uint32, at time.Time) {
	if c.seen == 0 {
		c.zero, c.zeroTS, c.lowered = at, ts, at
	}
	t := at.Sub(c.zero) - c.span(laterTS(c.zeroTS, ts))
	if c.seen > 0 {
		// RFC 3550 A.8: J += (|D| − J)/16
		c.jitter += (max(t-c.prev, c.prev-t) - c.jitter) / 16
	}
	c.prev = t
	c.transit[c.seen%window] = t
	c.seen++
	c.n = min(c.n+1, window)
	c.least = min(c.least, t)
	if c.seen%everyN == 0 || t-c.least > c.target+spike {
		c.look(at)
	}
	c.rebase(ts, at)
}

// rebase keeps the distance to the zero small, so that timestamps may wrap.
func (c *clock) rebase(ts uint32, at time.Time) {
	if d := laterTS(c.zeroTS, ts); d > 1<<28 {
		c.zero = c.zero.Add(c.span(d))
		c.zeroTS = ts
	}
}

// look takes the target from the 95th percentile of the window: up at once, down slowly, but soon when bad weather is
// plainly over. Weather that comes back has to stay away for longer each time.
func (c *clock) look(now time.Time) {
	if n := c.calm; c.n > n && c.spread(n)+margin+slowDown <= c.target {
		c.n, c.falls, c.calmed = n, true, now
	}
	s := c.recent(c.n)
	c.least = s[0]
	want := s[(len(s)-1)*95/100] - c.least + margin
	want = min(max(want, c.cfg.Min), c.cfg.Max)
	if want >= c.target {
		if want > c.target+slowDown && !c.calmed.IsZero() {
			if now.Sub(c.calmed) < calmKept {
				c.calm = min(2*c.calm, window)
			} else {
				c.calm = calmLeast
			}
		}
		c.target, c.lowered, c.falls = want, now, false
		return
	}
	speed := slowDown
	if c.falls {
		speed = calmFall
	}
	fall := time.Duration(float64(now.Sub(c.lowered)) * float64(speed) / float64(time.Second))
	c.target = max(want, c.target-fall)
	c.lowered = now
}

// eased reports whether the network has become calm a moment ago.
func (c *clock) eased(now time.Time) bool {
	return !c.calmed.IsZero() && now.Sub(c.calmed) < calmHaste
}

// recent gives the transits of the last n packets, sorted; they stay good until the next call.
func (c *clock) recent(n int) []time.Duration {
	s := c.sorted[:n]
	for i := range s {
		s[i] = c.transit[(c.seen-1-i)%window]
	}
	slices.Sort(s)
	return s
}

// spread is how far apart the last n packets came.
func (c *clock) spread(n int) time.Duration {
	s := c.recent(n)
	return s[len(s)-1] - s[0]
}

// age is how long after its earliest possible arrival the sample of ts would be if it were played now.
func (c *clock) age(ts uint32, now time.Time) time.Duration {
	return now.Sub(c.zero) - c.span(laterTS(c.zeroTS, ts)) - c.least
}
