package media

import (
	"math"
	"math/rand/v2"
)

const clipRate = 16000

// voice plays notes into a loop of samples: what sounds beyond the end goes on at the beginning.
type loopTape []float64

// pluck adds a soft note: a sine with a little of its octave and twelfth, quick to come and slow to go.
func (t loopTape) pluck(at float64, note int, loud, fade float64) {
	f := 440 * math.Pow(2, float64(note-69)/12)
	start, length := int(at*clipRate), int(6*fade*clipRate)
	for i := range length {
		s := float64(i) / clipRate
		level := loud * min(s/0.02, 1) * math.Exp(-s/fade)
		w := 2 * math.Pi * f * s
		t[(start+i)%len(t)] += level * (math.Sin(w) + 0.25*math.Sin(2*w)*math.Exp(-s/0.3) + 0.08*math.Sin(3*w)*math.Exp(-s/0.15))
	}
}

// pad adds a chord's ground that swells and sinks.
func (t loopTape) pad(at, length float64, note int, loud float64) {
	f := 440 * math.Pow(2, float64(note-69)/12)
	start, n := int(at*clipRate), int(length*clipRate)
	for i := range n {
		s := float64(i) / clipRate
		level := loud * math.Pow(math.Sin(math.Pi*float64(i)/float64(n)), 2)
		t[(start+i)%len(t)] += level * (math.Sin(2*math.Pi*f*s) + 0.3*math.Sin(2*math.Pi*2.003*f*s))
	}
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
