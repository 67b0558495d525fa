package codec

import "math"

// Concealer bridges lost frames of one stream in the way of ITU-T G.711 Appendix I: it repeats the last pitch
// periods, fades them from 10 ms on and is silent but for a breath of noise after 60 ms. It works at 8 and
// 16 kHz, adds no delay, and joins what comes after the loss to what it made up.
type Concealer struct {
	rate    int
	history []int16 // the last 48.75 ms of what was heard, oldest first
	source  []int16 // the history as it was when the loss began
	cycle   []int16 // pitch periods that are being repeated
	pitch   int
	at      int // where in cycle the next sample is
	lost    int // samples made up since the last good one
	step    float32
	floor   float64 // power of the background
	seed    uint32

	periodic bool
}

// NewConcealer makes a concealer for a stream of 8000 or 16000 Hz.
func NewConcealer(rate int) *Concealer {
	n := rate * 39 / 800
	return &Concealer{rate: rate, history: make([]int16, n), source: make([]int16, n), cycle: make([]int16, 0, n), seed: 1}
}

func (c *Concealer) ms(n float64) int { return int(n * float64(c.rate) / 1000) }

// Good takes a frame that arrived. After a loss its beginning is blended, in place, with what was made up.
func (c *Concealer) Good(pcm []int16) {
	if c.lost > 0 {
		// 4 ms, and 4 more for every 10 ms that were lost, at most 10 (Appendix I §I.2.6).
		n := min(c.ms(4)+c.lost*2/5, c.ms(10), len(pcm))
		for i := range n {
			w := float32(i+1) / float32(n+1)
			pcm[i] = round(float32(pcm[i])*w + c.made()*(1-w))
		}
		c.lost = 0
	}
	// The background is the quietest of the last seconds: quick down, slow up.
	if p := Power(pcm); p < c.floor || c.floor == 0 {
		c.floor = p
	} else {
		c.floor = min(c.floor*1.01+1, p)
	}
	c.remember(pcm)
}

// Conceal fills pcm with what the missing frame may have been.
func (c *Concealer) Conceal(pcm []int16) {
	if c.lost == 0 {
		c.begin()
	}
	for i := range pcm {
		switch c.lost {
		case c.ms(10):
			c.take(2)
		case c.ms(20):
			c.take(3)
		}
		pcm[i] = round(c.made())
	}
	c.remember(pcm)
}

func (c *Concealer) remember(pcm []int16) {
	if n := len(c.history); len(pcm) >= n {
		copy(c.history, pcm[len(pcm)-n:])
		return
	}
	copy(c.history, c.history[len(pcm):])
	copy(c.history[len(c.history)-len(pcm):], pcm)
}

// begin finds the pitch and takes the last period. What was last heard cannot be blended any more, so the step
// between it and the repeated period is taken away over the first 2 ms.
func (c *Concealer) begin() {
	copy(c.source, c.history)
	c.pitch, c.periodic = c.findPitch()
	c.take(1)
	c.at = 0
	n := len(c.source)
	c.step = 2*float32(c.source[n-1]) - float32(c.source[n-2]) - float32(c.cycle[0])
}

// take makes the cycle from the last n periods and blends their end into what came before their beginning,
// so that they can be repeated without a seam. One period alone would buzz after 10 ms.
func (c *Concealer) take(n int) {
	length := n * c.pitch
	start := len(c.source) - length
	if start < 0 {
		return
	}
	c.cycle = append(c.cycle[:0], c.source[start:]...)
	blend := min(c.pitch/4, start)
	for i := range blend {
		w := float32(i+1) / float32(blend+1)
		end := length - blend + i
		c.cycle[end] = round(float32(c.cycle[end])*(1-w) + float32(c.source[start-blend+i])*w)
	}
	c.at %= c.pitch
}

// made gives the next invented sample.
func (c *Concealer) made() float32 {
	v := float32(c.cycle[c.at])
	if c.at++; c.at == len(c.cycle) {
		c.at = 0
	}
	if n := c.ms(2); c.lost < n {
		v += c.step * (1 - float32(c.lost)/float32(n))
	}
	gain := c.fade()
	c.lost++
	return v*gain + c.breath()*(1-gain)
}

// fade is the gain of the repeated periods: whole for 10 ms, then 20 % less every 10 ms, nothing after 60 ms.
// A background that was no voice at all is not faded to silence, it is replaced by noise sooner.
func (c *Concealer) fade() float32 {
	ms := float32(c.lost) * 1000 / float32(c.rate)
	rate := float32(0.02)
	if !c.periodic {
		rate = 0.04
	}
	return max(0, 1-max(0, ms-10)*rate)
}

// breath is noise at the level of the background, never above −50 dBFS.
func (c *Concealer) breath() float32 {
	c.seed = c.seed*1664525 + 1013904223
	level := min(math.Sqrt(3*c.floor), 100)
	return float32(int32(c.seed)) / (1 << 31) * float32(level)
}

// findPitch gives the lag between 5 and 15 ms at which the last 20 ms are most like themselves, and whether
// they are like themselves at all.
func (c *Concealer) findPitch() (lag int, periodic bool) {
	h := c.source
	window, shortest, longest := c.ms(20), c.ms(5), c.ms(15)
	tail := h[len(h)-window:]
	best, lag, own := math.Inf(-1), longest, 0
	for _, s := range tail {
		own += int(s) * int(s)
	}
	for l := shortest; l <= longest; l++ {
		past := h[len(h)-window-l:][:window]
		cross, power := 0, 0
		for i, s := range tail {
			cross += int(s) * int(past[i])
			power += int(past[i]) * int(past[i])
		}
		if score := float64(cross) / math.Sqrt(float64(power)*float64(own)+1); score > best {
			best, lag = score, l
		}
	}
	return lag, best > 0.5
}

// Join fades from a continuation of what was heard before to a frame of another source, in place, over its whole
// length: a switch of source then does not click. The frame counts as good.
func (c *Concealer) Join(pcm []int16) {
	if c.lost == 0 {
		c.begin()
	}
	for i := range pcm {
		w := float32(i+1) / float32(len(pcm)+1)
		pcm[i] = round(float32(pcm[i])*w + c.made()*(1-w))
	}
	c.lost = 0
	c.Good(pcm)
}
