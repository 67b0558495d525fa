package lab

import (
	"math"
	"strings"
	"time"
)

// Speech is something that a party in the lab says. It is made when it is needed, at the rate of the codec in use, so that
// nothing but arithmetic lies in the repository.
type Speech struct {
	Name string
	make func(rate int) []int16
}

// Empty reports whether there is nothing to say.
func (s Speech) Empty() bool { return s.make == nil }

// PCM gives the samples at a rate in Hz; at most 16384 in amplitude.
func (s Speech) PCM(rate int) []int16 {
	if s.make == nil {
		return nil
	}
	return s.make(rate)
}

// SpeechTone is a steady tone, found again by Recording.Tone. Use 300 to 3400 Hz, which every codec carries.
func SpeechTone(hz float64, d time.Duration) Speech {
	return Speech{Name: "tone", make: func(rate int) []int16 {
		out := make([]int16, samplesIn(d, rate))
		for i := range out {
			out[i] = int16(9000 * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
		}
		smoothEnds(out, rate)
		return out
	}}
}

// SpeechQuiet is silence.
func SpeechQuiet(d time.Duration) Speech {
	return Speech{Name: "quiet", make: func(rate int) []int16 { return make([]int16, samplesIn(d, rate)) }}
}

// SpeechChirps is how many different chirps there are.
const SpeechChirps = 8

// SpeechChirp is a sweep of 200 ms that a matched filter finds to the sample (Recording.Chirps). Each of the numbers 0 to
// SpeechChirps-1 is unlike the others, so every party of a call can have its own.
func SpeechChirp(number int) Speech {
	return Speech{Name: "chirp", make: func(rate int) []int16 {
		from, to := chirpBand(number)
		n := samplesIn(200*time.Millisecond, rate)
		out := make([]int16, n)
		for i := range out {
			t := float64(i) / float64(rate)
			phase := 2 * math.Pi * (from*t + (to-from)*t*t/(2*0.2))
			out[i] = int16(12000 * math.Sin(phase))
		}
		smoothEnds(out, rate)
		return out
	}}
}

// chirpBand spreads the chirps over the band that G.711 carries; even numbers rise, odd ones fall.
func chirpBand(number int) (from, to float64) {
	number = ((number % SpeechChirps) + SpeechChirps) % SpeechChirps
	low := 400 + float64(number/2)*720
	high := low + 650
	if number%2 == 1 {
		return high, low
	}
	return low, high
}

// SpeechOf says parts one after the other.
func SpeechOf(parts ...Speech) Speech {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return Speech{Name: strings.Join(names, " "), make: func(rate int) []int16 {
		var out []int16
		for _, p := range parts {
			out = append(out, p.PCM(rate)...)
		}
		return out
	}}
}

func samplesIn(d time.Duration, rate int) int { return int(d * time.Duration(rate) / time.Second) }

// smoothEnds takes the click out of the first and last 5 ms.
func smoothEnds(pcm []int16, rate int) {
	n := min(rate/200, len(pcm)/2)
	for i := range n {
		g := float64(i) / float64(n)
		pcm[i] = int16(float64(pcm[i]) * g)
		pcm[len(pcm)-1-i] = int16(float64(pcm[len(pcm)-1-i]) * g)
	}
}
