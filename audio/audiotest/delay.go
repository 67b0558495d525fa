package audiotest

import (
	"math"
	"time"
)

// The test signal for delays: a chirp of 100 ms every second, which fits through G.711, and silence.
const (
	chirpLength = Rate / 10
	chirpEvery  = Rate
	thin        = 6 // chirps are looked for at 8 kHz
)

// Chirps gives n seconds of the test signal for Delays.
func Chirps(n int) []int16 {
	out := make([]int16, n*chirpEvery)
	for k := range n {
		copy(out[k*chirpEvery+chirpEvery/2:], chirp())
	}
	return out
}

func chirp() []int16 {
	out := make([]int16, chirpLength)
	for i := range out {
		t := float64(i) / Rate
		fade := min(1, float64(min(i, chirpLength-i))/480)
		out[i] = int16(12000 * fade * math.Sin(2*math.Pi*(500*t+12500*t*t)))
	}
	return out
}

// Delays finds the chirps of one recording in another and gives how much later each of them was heard there.
func Delays(from, to *Recording) []time.Duration {
	a, b := from.chirps(), to.chirps()
	var out []time.Duration
	for _, x := range a {
		for _, y := range b {
			if d := y.Sub(x); d > -50*time.Millisecond && d < 800*time.Millisecond {
				out = append(out, d)
				break
			}
		}
	}
	return out
}

// chirps gives the times at which a recording has chirps.
func (r *Recording) chirps() []time.Time {
	r.mu.Lock()
	zero := r.zero
	r.mu.Unlock()
	x, h := thinned(r.From(0)), thinned(chirp())
	var out []time.Time
	best, at, energy := 0.0, 0, 0.0
	for i := 0; i+len(h) < len(x); i++ {
		energy = max(0, energy) + x[i+len(h)]*x[i+len(h)] - x[i]*x[i]
		if energy > 1e8*float64(len(h)) { // only where there is sound at all
			if score := likeness(x[i:i+len(h)], h); score > best {
				best, at = score, i
			}
		}
		if best > 0 && i-at > len(h) {
			out = append(out, zero.Add(time.Duration(at*thin)*time.Second/Rate))
			best = 0
		}
	}
	return out
}

func thinned(pcm []int16) []float64 {
	out := make([]float64, len(pcm)/thin)
	for i := range out {
		for _, v := range pcm[i*thin : (i+1)*thin] {
			out[i] += float64(v)
		}
	}
	return out
}

// likeness is the normalised correlation where it is a chirp beyond doubt, else 0.
func likeness(x, h []float64) float64 {
	var xy, xx, yy float64
	for i, v := range h {
		xy += x[i] * v
		xx += x[i] * x[i]
		yy += v * v
	}
	if c := xy / math.Sqrt(xx*yy+1); c > 0.6 {
		return c
	}
	return 0
}
