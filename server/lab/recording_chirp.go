package lab

import (
	"math"
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
	out := make([]float64, len(x)-len(ref)+1)
	for i := range out {
		if power > floor {
			sum := 0.0
			for j, r := range ref {
				sum += r * x[i+j]
			}
			out[i] = math.Abs(sum) / math.Sqrt(power*refPower)
		}
		if i+len(ref) < len(x) {
			power += x[i+len(ref)]*x[i+len(ref)] - x[i]*x[i]
		}
	}
	return out
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
