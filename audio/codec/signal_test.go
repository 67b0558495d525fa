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
	var m [3][4]float64
	basis := func(i int) [3]float64 {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / float64(rate))
		return [3]float64{cos, sin, 1}
	}
	for i, v := range pcm {
		b := basis(i)
		for r := range 3 {
			for c := range 3 {
				m[r][c] += b[r] * b[c]
			}
			m[r][3] += b[r] * float64(v)
		}
	}
	for k := range 3 {
		for r := range 3 {
			if f := m[r][k] / m[k][k]; r != k {
				for c := range 4 {
					m[r][c] -= f * m[k][c]
				}
			}
		}
	}
	a, b, mean := m[0][3]/m[0][0], m[1][3]/m[1][1], m[2][3]/m[2][2]
	var signal, noise float64
	for i, v := range pcm {
		u := basis(i)
		y := a*u[0] + b*u[1]
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
