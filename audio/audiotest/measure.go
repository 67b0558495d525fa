package audiotest

import (
	"math"
	"slices"
	"time"
)

// Measured says how a steady tone came through.
type Measured struct {
	Amplitude float64         // median, of 32767
	SNR       float64         // dB, median over windows of 100 ms; distortion counts as noise
	Heard     time.Duration   // from the first window with the tone to the last
	Gaps      []time.Duration // drop-outs in between, in steps of 2.5 ms
}

// Measure looks for a tone of hz in a recording at 48 kHz.
func Measure(pcm []int16, hz float64) Measured {
	const step = Rate / 400
	n := len(pcm) / step
	level := make([]float64, n)
	for i := range level {
		level[i] = goertzel(pcm[i*step:(i+1)*step], hz)
	}
	first, last := edges(level)
	var m Measured
	if first < 0 {
		return m
	}
	m.Heard = time.Duration(last-first+1) * time.Second / 400
	m.Amplitude = median(level[first : last+1])
	m.Gaps = gaps(level[first:last+1], m.Amplitude/3)
	var snr []float64
	const window = Rate / 10
	for at := (first + 8) * step; at+window <= (last-8)*step; at += window {
		snr = append(snr, fit(pcm[at:at+window], hz))
	}
	m.SNR = median(snr)
	return m
}

func edges(level []float64) (first, last int) {
	top := slices.Max(append([]float64{0}, level...))
	if top < 30 {
		return -1, -1
	}
	first = slices.IndexFunc(level, func(v float64) bool { return v > top/2 })
	last = len(level) - 1
	for level[last] <= top/2 {
		last--
	}
	return first, last
}

func gaps(level []float64, low float64) []time.Duration {
	var out []time.Duration
	run := 0
	for _, v := range level {
		if v < low {
			run++
			continue
		}
		if run > 0 {
			out = append(out, time.Duration(run)*time.Second/400)
		}
		run = 0
	}
	return out
}

// Total is the sum of the gaps.
func (m Measured) Total() time.Duration {
	sum := time.Duration(0)
	for _, g := range m.Gaps {
		sum += g
	}
	return sum
}

func goertzel(pcm []int16, hz float64) float64 {
	var re, im float64
	for i, v := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / Rate)
		re, im = re+float64(v)*cos, im+float64(v)*sin
	}
	return 2 * math.Hypot(re, im) / float64(len(pcm))
}

// fit is the SNR of a sine of about hz, its frequency found to a part in 10,000 because two clocks never agree.
func fit(pcm []int16, hz float64) float64 {
	best := math.Inf(-1)
	for _, f := range []float64{-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4} {
		best = max(best, sineFit(pcm, hz*(1+f*1e-4)))
	}
	return best
}

func sineFit(pcm []int16, hz float64) float64 {
	var c, s, cc, ss, cs float64
	w := 2 * math.Pi * hz / Rate
	for i, v := range pcm {
		sin, cos := math.Sincos(w * float64(i))
		c, s = c+float64(v)*cos, s+float64(v)*sin
		cc, ss, cs = cc+cos*cos, ss+sin*sin, cs+cos*sin
	}
	det := cc*ss - cs*cs
	a, b := (c*ss-s*cs)/det, (s*cc-c*cs)/det
	var signal, noise float64
	for i, v := range pcm {
		sin, cos := math.Sincos(w * float64(i))
		y := a*cos + b*sin
		signal += y * y
		noise += (float64(v) - y) * (float64(v) - y)
	}
	return 10 * math.Log10(signal/max(noise, 1e-9))
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
