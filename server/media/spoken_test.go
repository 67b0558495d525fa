package media

import (
	"math"
	"strings"
	"testing"
)

// loudAt is how strong a frequency is among samples.
func loudAt(pcm []int16, hz float64) float64 {
	var re, im float64
	for i, v := range pcm {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(pcm)))
		re += w * float64(v) * math.Cos(2*math.Pi*hz*float64(i)/clipRate)
		im += w * float64(v) * math.Sin(2*math.Pi*hz*float64(i)/clipRate)
	}
	return re*re + im*im
}

// strongest is where the sound is strongest between two frequencies, by its voice's harmonics.
func strongest(pcm []int16, low, high float64) float64 {
	best, at := 0.0, 0.0
	for hz := low; hz < high; hz += 10 {
		if p := loudAt(pcm, hz); p > best {
			best, at = p, hz
		}
	}
	return at
}

func TestVowelsHaveTheResonancesOfSpeech(t *testing.T) {
	for name, want := range map[string][2]float64{"i": {280, 2270}, "O": {570, 840}, "E": {530, 1840}, "U": {310, 950}} {
		m := newSpeaker()
		m.say(speechSounds[name], true)
		m.say(speechSounds[name], true)
		pcm := m.samples()[800:]
		split := (want[0] + want[1]) / 2
		if got := strongest(pcm, 150, split); math.Abs(got-want[0]) > 110 {
			t.Errorf("%s: first resonance at %.0f Hz, want %.0f", name, got, want[0])
		}
		if got := strongest(pcm, split, 3500); math.Abs(got-want[1]) > 200 {
			t.Errorf("%s: second resonance at %.0f Hz, want %.0f", name, got, want[1])
		}
	}
}

func TestTheKeyIsAskedForBeforeTheNumberIsRead(t *testing.T) {
	p := &Plane{}
	short, long := p.Confirm(""), p.Confirm("+442079460042")
	if s := float64(short.Frames()) / 50; s < 1 || s > 3 {
		t.Errorf("without a number it takes %.1f s", s)
	}
	if s := float64(long.Frames()) / 50; s < 3 || s > 5.5 {
		t.Errorf("with a number it takes %.1f s", s)
	}
	for w := range spoken {
		if c := p.word(w); c.Frames() < 8 || c.Frames() > 45 {
			t.Errorf("%q takes %d frames", w, c.Frames())
		}
	}
	for name, text := range sentences {
		c := p.Announcement(name)
		if s := float64(c.Frames()) / 50; s < 1 || s > 9 {
			t.Errorf("%s takes %.1f s", name, s)
		}
		for _, w := range strings.Fields(text) {
			if w != "," && len(spoken[w]) == 0 {
				t.Errorf("%s: %q cannot be said", name, w)
			}
			for _, sound := range spoken[w] {
				if speechSounds[sound].length == 0 {
					t.Errorf("%q has no sound %q", w, sound)
				}
			}
		}
	}
	if p.Announcement("greeting") != nil {
		t.Error("there is a greeting that nobody made")
	}
	for d := range "0123456789" {
		if len(spoken[string(rune('0'+d))]) == 0 {
			t.Errorf("%d cannot be said", d)
		}
	}
}
