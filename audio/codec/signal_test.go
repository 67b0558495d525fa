package codec

import (
	"hash/fnv"
	"math"
)

// sine gives n samples of a sine of the given frequency and amplitude.
func sine(rate int, hz, amplitude float64, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(math.Round(amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))
	}
	return out
}

// fit gives amplitude and signal-to-noise ratio (dB) of a sine of hz in pcm by least squares; all that is
// not the sine or a constant is noise and distortion.
func fit(pcm []int16, rate int, hz float64) (amplitude, snr float64) {
	var c, s, cc, ss, cs, mean float64
	for _, v := range pcm {
		mean += float64(v)
	}
	mean /= float64(len(pcm))
	for i, v := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / float64(rate))
		x := float64(v) - mean
		c, s = c+x*cos, s+x*sin
		cc, ss, cs = cc+cos*cos, ss+sin*sin, cs+cos*sin
	}
	det := cc*ss - cs*cs
	a, b := (c*ss-s*cs)/det, (s*cc-c*cs)/det
	var signal, noise float64
	for i, v := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / float64(rate))
		y := a*cos + b*sin
		signal += y * y
		noise += (float64(v) - mean - y) * (float64(v) - mean - y)
	}
	return math.Hypot(a, b), 10 * math.Log10(signal/max(noise, 1e-9))
}

// noise is a repeatable pseudo-random signal.
type noise uint32

func (n *noise) next() int16 {
	*n = *n*1664525 + 1013904223
	return int16(*n >> 16)
}

func hashBytes(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

func hashSamples(pcm []int16) uint64 {
	b := make([]byte, 0, 2*len(pcm))
	for _, s := range pcm {
		b = append(b, byte(s), byte(s>>8))
	}
	return hashBytes(b)
}

// inFrames runs f over pcm in 20 ms frames, as the callers do.
func inFrames(pcm []int16, samples int, f func(frame []int16)) {
	for len(pcm) >= samples {
		f(pcm[:samples])
		pcm = pcm[samples:]
	}
}
