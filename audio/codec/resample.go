package codec

import "math"

const (
	phaseTaps  = 24  // filter taps that meet one output sample at the lower of the two rates
	resamplerN = 960 // input samples worked on at a time: 20 ms at 48 kHz
)

// Resampler changes the rate of a stream between 8000, 16000 and 48000 Hz by a polyphase FIR: 24 taps a
// phase, Kaiser window. 20 ms in give exactly 20 ms out, at once; the filter delays by 12 samples of the
// lower rate (1.5 ms at 8 kHz).
type Resampler struct {
	up, down int
	taps     []float32 // by phase when going up, whole when going down; both newest sample first, reversed
	keep     int       // samples of history in front of buf
	buf      []float32
	phase    int // input samples since the last output, when going down
}

// NewResampler makes a resampler. It panics on rates other than 8000, 16000 and 48000.
func NewResampler(from, to int) *Resampler {
	for _, r := range []int{from, to} {
		if r != 8000 && r != 16000 && r != 48000 {
			panic("codec: resampler knows 8000, 16000 and 48000 Hz")
		}
	}
	r := &Resampler{up: max(1, to/from), down: max(1, from/to)}
	ratio := r.up * r.down
	if ratio == 1 {
		return r
	}
	if r.up > 1 {
		r.taps, r.keep = interpolator(ratio), phaseTaps-1
	} else {
		r.taps, r.keep = prototype(ratio, 1), phaseTaps*ratio-1
	}
	r.buf = make([]float32, r.keep+resamplerN)
	return r
}

// prototype is the low-pass filter: cut off at 0.97 of half the lower rate, symmetric, with the given gain.
func prototype(ratio int, gain float64) []float32 {
	const beta, cutoff = 6.5, 0.97
	n := phaseTaps * ratio
	h := make([]float64, n)
	sum := 0.0
	for i := range h {
		x := float64(i) - float64(n-1)/2
		w := 2 * x / float64(n)
		h[i] = sinc(x*cutoff/float64(ratio)) * bessel(beta*math.Sqrt(1-w*w))
		sum += h[i]
	}
	out := make([]float32, n)
	for i := range h {
		out[i] = float32(h[i] * gain / sum)
	}
	return out
}

// interpolator sorts the prototype by phase, each phase's taps in the order of the samples in the buffer.
func interpolator(ratio int) []float32 {
	h := prototype(ratio, float64(ratio))
	out := make([]float32, len(h))
	for p := range ratio {
		for i := range phaseTaps {
			out[p*phaseTaps+i] = h[p+(phaseTaps-1-i)*ratio]
		}
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel is the modified Bessel function of the first kind, order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; k < 30; k++ {
		term *= x / (2 * float64(k))
		sum += term * term
	}
	return sum
}

// Process resamples src into dst, which must have room for all that comes out, and returns how many samples
// those are: len(src) times the ratio, going down rounded to where the stream stands. dst and src may not overlap.
func (r *Resampler) Process(dst, src []int16) int {
	if r.taps == nil {
		return copy(dst, src)
	}
	n := 0
	for len(src) > 0 {
		part := src[:min(len(src), resamplerN)]
		src = src[len(part):]
		for i, s := range part {
			r.buf[r.keep+i] = float32(s)
		}
		if r.up > 1 {
			n += r.rise(dst[n:], len(part))
		} else {
			n += r.fall(dst[n:], len(part))
		}
		copy(r.buf[:r.keep], r.buf[len(part):len(part)+r.keep])
	}
	return n
}

func (r *Resampler) rise(dst []int16, in int) int {
	dst = dst[:in*r.up]
	for i := range in {
		window := r.buf[i : i+phaseTaps]
		for p := range r.up {
			dst[i*r.up+p] = round(dot(window, r.taps[p*phaseTaps:(p+1)*phaseTaps]))
		}
	}
	return len(dst)
}

func (r *Resampler) fall(dst []int16, in int) int {
	n := 0
	i := r.down - 1 - r.phase
	for ; i < in; i += r.down {
		dst[n] = round(dot(r.buf[i:i+len(r.taps)], r.taps))
		n++
	}
	r.phase = (r.phase + in) % r.down
	return n
}

// dot has four sums because one would wait for itself at each step. The length is a multiple of four.
func dot(x, h []float32) float32 {
	h = h[:len(x)]
	var a, b, c, d float32
	for i := 0; i+3 < len(x); i += 4 {
		a += x[i] * h[i]
		b += x[i+1] * h[i+1]
		c += x[i+2] * h[i+2]
		d += x[i+3] * h[i+3]
	}
	return a + b + c + d
}

func round(v float32) int16 {
	if v >= 0 {
		return int16(min(v+0.5, 32767))
	}
	return int16(max(v-0.5, -32768))
}
