package lab

import (
	"math"
	"math/cmplx"
	"time"
)

// chirpRate is the rate at which chirps are looked for; they lie below 3.2 kHz.
const chirpRate = 8000

// FindChirps finds a SpeechChirp by a normalised matched filter: where each one begins. A chirp is found when the correlation
// is above 0.5; that of another number stays below 0.35.
func FindChirps(pcm []int16, rate, number int) []time.Duration {
	x := downTo(pcm, rate, chirpRate)
	ref := chirpTemplate(number)
	var found []time.Duration
	best, at := 0.0, -1
	for i, c := range correlate(x, ref) {
		if c > 0.5 && c > best {
			best, at = c, i
		}
		if at >= 0 && i-at > len(ref)/2 {
			found = append(found, time.Duration(at)*time.Second/chirpRate)
			best, at = 0, -1
		}
	}
	if at >= 0 {
		found = append(found, time.Duration(at)*time.Second/chirpRate)
	}
	return found
}

// bestChirp is the highest correlation with a chirp anywhere in pcm.
func bestChirp(pcm []int16, rate, number int) float64 {
	best := 0.0
	for _, c := range correlate(downTo(pcm, rate, chirpRate), chirpTemplate(number)) {
		best = max(best, c)
	}
	return best
}

func chirpTemplate(number int) []float64 {
	pcm := SpeechChirp(number).PCM(chirpRate)
	ref := make([]float64, len(pcm))
	for i, s := range pcm {
		ref[i] = float64(s)
	}
	return ref
}

// correlate gives the magnitude of the normalised correlation at each offset, 0 to 1.
func correlate(x, ref []float64) []float64 {
	if len(x) < len(ref) {
		return nil
	}
	refPower, power := 0.0, 0.0
	for i, r := range ref {
		refPower += r * r
		power += x[i] * x[i]
	}
	floor := quiet * quiet * float64(len(ref)) / 4
	out := slide(x, ref)
	for i := range out {
		if power > floor {
			out[i] = math.Abs(out[i]) / math.Sqrt(power*refPower)
		} else {
			out[i] = 0
		}
		if i+len(ref) < len(x) {
			power += x[i+len(ref)]*x[i+len(ref)] - x[i]*x[i]
		}
	}
	return out
}

// slide is the plain correlation of ref with x at each offset, by Fourier transforms of blocks.
func slide(x, ref []float64) []float64 {
	const block = 8192
	r := make([]complex128, block)
	for i, v := range ref {
		r[i] = complex(v, 0)
	}
	fourier(r, false)
	out := make([]float64, len(x)-len(ref)+1)
	step := block - len(ref) + 1
	buf := make([]complex128, block)
	for at := 0; at < len(out); at += step {
		clear(buf)
		for i := range min(block, len(x)-at) {
			buf[i] = complex(x[at+i], 0)
		}
		fourier(buf, false)
		for i := range buf {
			buf[i] *= cmplx.Conj(r[i])
		}
		fourier(buf, true)
		for i := range min(step, len(out)-at) {
			out[at+i] = real(buf[i]) / block
		}
	}
	return out
}

// fourier transforms in place; the length is a power of two. The inverse is not scaled.
func fourier(a []complex128, inverse bool) {
	n := len(a)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for size := 2; size <= n; size <<= 1 {
		angle := -2 * math.Pi / float64(size)
		if inverse {
			angle = -angle
		}
		turn := cmplx.Rect(1, angle)
		for start := 0; start < n; start += size {
			w := complex(1, 0)
			for k := start; k < start+size/2; k++ {
				u, v := a[k], a[k+size/2]*w
				a[k], a[k+size/2] = u+v, u-v
				w *= turn
			}
		}
	}
}

// downTo averages down to a lower rate that divides rate: enough of a filter for a matched filter.
func downTo(pcm []int16, rate, to int) []float64 {
	k := max(1, rate/to)
	out := make([]float64, len(pcm)/k)
	for i := range out {
		sum := 0.0
		for _, s := range pcm[i*k : i*k+k] {
			sum += float64(s)
		}
		out[i] = sum / float64(k)
	}
	return out
}
