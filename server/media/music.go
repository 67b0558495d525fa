package media

import (
	"math"
	"math/rand/v2"
)

const clipRate = 16000

// loopTape takes notes: what sounds beyond its end goes on at its beginning.
type loopTape []float64

// pluck adds a soft note: a sine with a little of its octave and twelfth, quick to come and slow to go.
func (t loopTape) pluck(at float64, note int, loud, fade float64) {
	const attack = 0.02
	slow, octave, twelfth := math.Exp(-1/(fade*clipRate)), math.Exp(-1/(0.3*clipRate)), math.Exp(-1/(0.15*clipRate))
	level, two, three := loud, 0.25, 0.08
	sin, cos, turn, tilt := spinner(pitch(note))
	start := int(at * clipRate)
	for i := range int(5 * fade * clipRate) {
		rise := min(float64(i)/(attack*clipRate), 1)
		v := sin + two*2*sin*cos + three*sin*(3-4*sin*sin)
		t[(start+i)%len(t)] += level * rise * v
		level, two, three = level*slow, two*octave, three*twelfth
		sin, cos = sin*tilt+cos*turn, cos*tilt-sin*turn
	}
}

// pad adds a chord's ground that swells and sinks.
func (t loopTape) pad(at, length float64, note int, loud float64) {
	start, n := int(at*clipRate), int(length*clipRate)
	sin, cos, turn, tilt := spinner(pitch(note))
	half, other, slow, lean := spinner(clipRate / 2 / float64(n)) // half a turn over the whole length
	for i := range n {
		t[(start+i)%len(t)] += loud * half * half * (sin + 0.6*sin*cos)
		sin, cos = sin*tilt+cos*turn, cos*tilt-sin*turn
		half, other = half*lean+other*slow, other*lean-half*slow
	}
}

// pitch is the frequency of a MIDI note.
func pitch(note int) float64 { return 440 * math.Pow(2, float64(note-69)/12) }

// spinner gives the start of a sine and cosine and what turns them by a sample.
func spinner(hz float64) (sin, cos, turn, tilt float64) {
	w := 2 * math.Pi * hz / clipRate
	return 0, 1, math.Sin(w), math.Cos(w)
}

// builtinMusic is our own music for those who wait: slow broken chords in F, a minute before it comes round, quiet
// (peak about −17 dBFS) and without anything that a narrow codec or a tired ear minds. Notes are MIDI numbers.
func builtinMusic() *Clip {
	const bar = 3.6
	chords := [][5]int{ // ground, and the notes that are broken
		{53, 60, 65, 69, 72}, {50, 57, 65, 69, 74}, {58, 62, 65, 70, 74}, {48, 60, 64, 67, 70},
		{53, 60, 65, 69, 76}, {57, 60, 64, 69, 72}, {58, 62, 65, 69, 74}, {48, 58, 62, 67, 72},
		{50, 57, 62, 65, 72}, {55, 58, 62, 65, 70}, {48, 58, 64, 67, 74}, {53, 57, 60, 65, 72},
		{58, 62, 65, 69, 72}, {57, 60, 64, 67, 72}, {55, 58, 62, 67, 70}, {48, 58, 60, 64, 67},
	}
	order := [][6]int{{1, 2, 3, 4, 3, 2}, {1, 3, 2, 4, 3, 2}, {1, 2, 4, 3, 2, 3}}
	t := make(loopTape, int(bar*float64(len(chords))*clipRate))
	for b, c := range chords {
		at := float64(b) * bar
		t.pad(at-0.3+bar*float64(len(chords)), bar+0.6, c[0], 0.28)
		t.pad(at-0.3+bar*float64(len(chords)), bar+0.6, c[1], 0.12)
		for n, k := range order[b%len(order)] {
			t.pluck(at+float64(n)*bar/6, c[k], 0.5-0.04*float64(n%3), 0.75)
		}
		if b%2 == 1 {
			t.pluck(at+bar*5.5/6, c[4]+12, 0.16, 0.5)
		}
	}
	return NewClip("builtin", t.samples(4600), clipRate)
}

// samples scales the tape so that its peak is as given.
func (t loopTape) samples(peak float64) []int16 {
	top := 1e-9
	for _, v := range t {
		top = max(top, math.Abs(v))
	}
	out := make([]int16, len(t))
	for i, v := range t {
		out[i] = int16(math.Round(v * peak / top))
	}
	return out
}

// silenceClip is what a party hears when there is nothing to hear: a breath of noise at about −70 dBFS, so that
// the line does not seem dead.
func silenceClip() *Clip {
	r := rand.New(rand.NewPCG(4, 33))
	out := make([]int16, 2*clipRate)
	low := 0.0
	for i := range out {
		low += 0.35 * (r.NormFloat64()*20 - low)
		out[i] = int16(low)
	}
	return NewClip("comfort", out, clipRate)
}
