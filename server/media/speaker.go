package media

import "math"

// speechSound is a sound of speech: the resonances of the mouth at its middle, how long it lasts, and how much of it is voice and noise.
// The figures are those of textbooks on acoustic phonetics for an adult speaker.
type speechSound struct {
	formants [3]float64 // Hz
	length   float64    // seconds
	voice    float64
	noise    float64
	hiss     float64 // Hz, where the noise is strongest
	stop     bool    // silence first, then a burst
}

var speechSounds = map[string]speechSound{
	"a": {[3]float64{750, 1200, 2500}, 0.11, 1, 0, 0, false}, "A": {[3]float64{640, 1190, 2390}, 0.13, 1, 0, 0, false},
	"O": {[3]float64{570, 840, 2410}, 0.15, 1, 0, 0, false}, "E": {[3]float64{530, 1840, 2480}, 0.12, 1, 0, 0, false},
	"I": {[3]float64{390, 2000, 2600}, 0.09, 1, 0, 0, false}, "i": {[3]float64{280, 2270, 3000}, 0.18, 1, 0, 0, false},
	"o": {[3]float64{500, 950, 2400}, 0.1, 1, 0, 0, false}, "u": {[3]float64{370, 900, 2250}, 0.1, 0.9, 0, 0, false},
	"U": {[3]float64{310, 950, 2250}, 0.19, 1, 0, 0, false}, "@": {[3]float64{500, 1450, 2450}, 0.06, 0.8, 0, 0, false},
	"r": {[3]float64{430, 1150, 1600}, 0.08, 0.75, 0, 0, false}, "l": {[3]float64{380, 900, 2600}, 0.1, 0.7, 0, 0, false},
	"w": {[3]float64{300, 650, 2200}, 0.08, 0.7, 0, 0, false}, "m": {[3]float64{270, 1050, 2200}, 0.11, 0.4, 0, 0, false},
	"n": {[3]float64{270, 1650, 2600}, 0.1, 0.4, 0, 0, false}, "v": {[3]float64{280, 1150, 2300}, 0.07, 0.4, 0.05, 2500, false},
	"z": {[3]float64{280, 1700, 2600}, 0.09, 0.35, 0.2, 3800, false}, "s": {[3]float64{320, 1700, 2600}, 0.13, 0, 0.5, 3900, false},
	"f": {[3]float64{320, 1150, 2300}, 0.11, 0, 0.2, 2400, false}, "T": {[3]float64{320, 1350, 2500}, 0.11, 0, 0.22, 3000, false},
	"t": {[3]float64{350, 1800, 2600}, 0.03, 0, 0.6, 3600, true}, "k": {[3]float64{350, 1500, 2300}, 0.04, 0, 0.6, 1700, true},
	"p": {[3]float64{350, 900, 2200}, 0.03, 0, 0.5, 900, true}, "b": {[3]float64{300, 900, 2200}, 0.03, 0.35, 0.2, 900, true},
	"d": {[3]float64{300, 1700, 2600}, 0.03, 0.35, 0.3, 3200, true}, "g": {[3]float64{300, 1700, 2200}, 0.035, 0.35, 0.3, 1700, true},
	"h": {[3]float64{500, 1500, 2450}, 0.06, 0.05, 0.15, 1500, false}, "j": {[3]float64{280, 2200, 2900}, 0.07, 0.8, 0, 0, false},
	"&": {[3]float64{690, 1660, 2490}, 0.15, 1, 0, 0, false},
}

// speaker is a voice made of a pulse, noise, and four resonances.
type speaker struct {
	out      []float64
	phase    float64
	seed     uint32
	now      [3]float64
	started  bool
	tracts   [3]pole
	hiss     pole
	voice    float64
	noise    float64
	sinceOne float64 // seconds since the word began; the pitch falls along it
}

func newSpeaker() *speaker { return &speaker{seed: 7} }

const glide = 0.035 // seconds in which a sound turns into the next

// say adds a sound; the last of a word is drawn out.
func (m *speaker) say(p speechSound, last bool) {
	if p.stop {
		m.voice, m.noise = 0, 0
		m.rest(0.05)
		m.noise = p.noise
	}
	if last {
		p.length *= 1.25
	}
	from, voice, noise := m.now, m.voice, m.noise
	if !m.started {
		from, m.started = p.formants, true
	}
	for i := range int(p.length * clipRate) {
		at := min(1, float64(i)/(glide*clipRate))
		quick := min(1, float64(i)/(0.012*clipRate))
		for f := range m.now {
			m.now[f] = from[f] + (p.formants[f]-from[f])*at
			if i%16 == 0 {
				m.tracts[f].tune(m.now[f], [3]float64{80, 110, 170}[f])
			}
		}
		m.voice = voice + (p.voice-voice)*at
		m.noise = noise + (p.noise-noise)*quick
		if i == 0 && p.hiss > 0 {
			m.hiss.tune(p.hiss, 900)
		}
		m.step()
	}
	if p.stop {
		m.noise = 0
	}
}

func (m *speaker) step() {
	m.sinceOne += 1.0 / clipRate
	m.phase += (128 - 28*min(m.sinceOne, 0.8)) / clipRate
	if m.phase >= 1 {
		m.phase--
	}
	pulse := 0.0 // the flow's derivative: a slow opening, a sharp closing
	switch {
	case m.phase < 0.4:
		pulse = math.Sin(math.Pi * m.phase / 0.8)
	case m.phase < 0.55:
		pulse = -2.6 * math.Sin(math.Pi*(m.phase-0.4)/0.15)
	}
	m.seed = m.seed*1664525 + 1013904223
	wind := float64(int32(m.seed)) / (1 << 31)
	x := m.voice*pulse + 0.01*m.voice*wind
	y := m.tracts[0].pass(x) + 0.55*m.tracts[1].pass(x) + 0.28*m.tracts[2].pass(x)
	m.out = append(m.out, y+0.9*m.hiss.pass(m.noise*wind))
}

func (m *speaker) rest(seconds float64) {
	for range int(seconds * clipRate) {
		m.out = append(m.out, 0)
	}
}

func (m *speaker) samples() []int16 {
	top := 1e-9
	for _, v := range m.out {
		top = max(top, math.Abs(v))
	}
	out := make([]int16, len(m.out))
	n := min(len(out), clipRate/100)
	for i, v := range m.out {
		out[i] = int16(v * 11000 / top)
	}
	for i := range n { // no click at either end
		out[i] = int16(int(out[i]) * i / n)
		out[len(out)-1-i] = int16(int(out[len(out)-1-i]) * i / n)
	}
	return out
}

// pole is one resonance.
type pole struct{ a, b, c, y1, y2 float64 }

func (p *pole) tune(hz, width float64) {
	e := math.Exp(-math.Pi * width / clipRate)
	p.c = -e * e
	p.b = 2 * e * math.Cos(2*math.Pi*hz/clipRate)
	p.a = 1 - p.b - p.c
}

func (p *pole) pass(x float64) float64 {
	y := p.a*x + p.b*p.y1 + p.c*p.y2
	p.y2, p.y1 = p.y1, y
	return y
}
