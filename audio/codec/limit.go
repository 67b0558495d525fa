package codec

// The ear is kept from harm: peaks above −3 dBFS are held down at once, and a loud steady tone (a fax, a
// feedback howl, a stuck key) is lowered after 1.5 s.
const (
	limitPeak    = 23197 // −3 dBFS
	toneLoud     = 11626 // −9 dBFS: a steady tone with a larger amplitude is lowered …
	toneLowered  = 4125  // … to −18 dBFS
	toneFrames   = 75    // after 1.5 s
	releaseTime  = 0.150 // s until the limiter lets go
	toneDecimate = 8000  // Hz at which tones are looked for
)

// Limiter guards an ear. One limiter serves one stream at one rate, in frames of 20 ms or less.
type Limiter struct {
	gain    float32
	release float32
	tone    toneFinder
	lower   Ramp
	slow    int // samples of a 20 ms ramp
	loud    bool
}

// NewLimiter makes a limiter for a stream of the given rate (Hz).
func NewLimiter(rate int) *Limiter {
	return &Limiter{
		gain:    1,
		release: float32(1 / (releaseTime * float64(rate))),
		tone:    toneFinder{every: max(rate/toneDecimate, 1)},
		lower:   NewRamp(1),
		slow:    rate / 50,
	}
}

// Apply limits one frame in place. What comes out never exceeds −3 dBFS.
func (l *Limiter) Apply(pcm []int16) {
	if amplitude, steady := l.tone.look(pcm); steady >= toneFrames && amplitude > toneLoud {
		l.lower.To(toneLowered/amplitude, l.slow)
		l.loud = true
	} else if steady == 0 && l.loud {
		l.lower.To(1, l.slow)
		l.loud = false
	}
	l.lower.Apply(pcm)
	if l.gain == 1 && Peak(pcm) <= limitPeak {
		return
	}
	for i, s := range pcm {
		size := float32(max(s, -max(s, -32767)))
		l.gain = min(l.gain+l.release*(1-l.gain), 1)
		if size*l.gain > limitPeak {
			l.gain = limitPeak / size
		}
		pcm[i] = int16(float32(s) * l.gain)
	}
	if l.gain > 0.9995 {
		l.gain = 1
	}
}

// Lowering reports whether a loud steady tone is being lowered now.
func (l *Limiter) Lowering() bool { return l.loud }
