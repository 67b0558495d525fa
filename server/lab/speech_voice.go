package lab

import (
	"math"
	"strings"
	"unicode"
)

// SpeechVoice says words in a simple formant voice: not a reader, but plainly somebody speaking, with a pitch of its own for every
// name. It needs no recordings and no program.
func SpeechVoice(name, words string) Speech {
	pitch := 105.0
	for _, r := range name {
		pitch = 95 + math.Mod(pitch*1.7+float64(r)*7, 110)
	}
	return Speech{Name: words, make: func(rate int) []int16 {
		v := newVoice(rate, pitch)
		runes := []rune(strings.ToLower(words))
		for i, r := range runes {
			last := i+1 == len(runes) || !unicode.IsLetter(runes[i+1])
			v.letter(r, last)
		}
		v.rest(0.15)
		return v.out
	}}
}

// vowel formants in Hz, after the averages for adult speakers found in phonetics textbooks.
var vowels = map[rune][3]float64{
	'a': {730, 1090, 2440}, 'e': {530, 1840, 2480}, 'i': {300, 2250, 3010},
	'o': {570, 840, 2410}, 'u': {320, 900, 2240}, 'y': {390, 1990, 2550},
}

type voice struct {
	rate      float64
	pitch     float64
	out       []int16
	phase     float64
	level     float64
	hiss      uint32
	resonance [3]resonator
	at        [3]float64 // where the formants are now; they glide
	word      float64    // seconds since the word began: pitch falls along it
}

func newVoice(rate int, pitch float64) *voice {
	return &voice{rate: float64(rate), pitch: pitch, hiss: 1, at: [3]float64{500, 1500, 2500}}
}

func (v *voice) letter(r rune, last bool) {
	long := 1.0
	if last {
		long = 1.4
	}
	switch {
	case vowels[r] != [3]float64{}:
		v.sound(vowels[r], 0.11*long, 1, 0)
	case strings.ContainsRune("mn", r):
		v.sound([3]float64{260, 1300, 2300}, 0.07*long, 0.45, 0)
	case strings.ContainsRune("lrwj", r):
		v.sound([3]float64{360, 1100, 2400}, 0.06*long, 0.6, 0)
	case strings.ContainsRune("vzgdb", r):
		v.sound([3]float64{280, 1500, 2500}, 0.05, 0.35, 0.15)
	case strings.ContainsRune("sxcfh", r):
		v.sound(v.at, 0.08*long, 0, 0.35)
	case strings.ContainsRune("tkpq", r):
		v.rest(0.04)
		v.sound(v.at, 0.02, 0, 0.5)
	case r >= '0' && r <= '9':
		v.sound(vowels[rune("aeiouyaeio"[r-'0'])], 0.16, 1, 0)
	case r == ' ':
		v.rest(0.06)
		v.word = 0
	default:
		v.rest(0.28)
		v.word = 0
	}
}

// sound voices (pulses of the larynx) and hisses (noise) for a time, while the formants glide to where this sound has them.
func (v *voice) sound(formants [3]float64, seconds, voiced, noise float64) {
	n := int(seconds * v.rate)
	width := [3]float64{70, 100, 160}
	gain := [3]float64{1, 0.6, 0.3}
	for i := range n {
		if i%int(v.rate/200) == 0 {
			for f := range v.at {
				v.at[f] += (formants[f] - v.at[f]) * 0.25
				v.resonance[f].tune(v.at[f], width[f], v.rate)
			}
		}
		v.level += ((voiced+noise)*envelope(i, n) - v.level) * 40 / v.rate
		x := voiced*v.pulse() + noise*v.noise()*0.5
		y := 0.0
		for f := range v.resonance {
			y += gain[f] * v.resonance[f].step(x)
		}
		v.put(y * v.level)
	}
}

func (v *voice) rest(seconds float64) {
	for range int(seconds * v.rate) {
		v.put(0)
	}
}

func (v *voice) put(y float64) {
	v.word += 1 / v.rate
	v.out = append(v.out, int16(max(-16000, min(16000, y*5200))))
}

// pulse is the flow through the larynx: a sharp closing once a period, the pitch falling a little along the word.
func (v *voice) pulse() float64 {
	hz := v.pitch * (1 - 0.12*min(v.word, 1) + 0.02*math.Sin(2*math.Pi*5*v.word))
	v.phase += hz / v.rate
	if v.phase >= 1 {
		v.phase--
	}
	if v.phase < 0.6 {
		return math.Sin(math.Pi * v.phase / 0.6)
	}
	return -1.2 * math.Sin(math.Pi*(v.phase-0.6)/0.4)
}

func (v *voice) noise() float64 {
	v.hiss = v.hiss*1664525 + 1013904223
	return float64(int32(v.hiss)) / (1 << 31)
}

// envelope rises and falls at the ends of a sound.
func envelope(i, n int) float64 {
	edge := max(1, n/5)
	return min(1, float64(i+1)/float64(edge), float64(n-i)/float64(edge))
}

// resonator is one formant: a pole pair.
type resonator struct{ a, b, c, y1, y2 float64 }

func (r *resonator) tune(hz, width, rate float64) {
	hz = min(hz, rate*0.45)
	e := math.Exp(-math.Pi * width / rate)
	r.c = -e * e
	r.b = 2 * e * math.Cos(2*math.Pi*hz/rate)
	r.a = 1 - r.b - r.c
}

func (r *resonator) step(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}
