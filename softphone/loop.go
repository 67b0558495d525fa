package softphone

import (
	"sync"
	"sync/atomic"

	"cordboard/audio"
	"cordboard/audio/codec"
)

const loopFrames = 50 // the person hears himself after a second

// loop is the test of the headset before the shift: what is said comes back a second later, and does not leave.
type loop struct {
	on     atomic.Bool
	mu     sync.Mutex // the microphone and the ear have a clock each
	was    bool
	frames [loopFrames]audio.Frame
	at     int
	gain   codec.Ramp
	frame  audio.Frame
}

// Loop begins or ends the test of the headset: the person hears himself a second later. Meanwhile the line hears
// nothing of the microphone.
func (p *Phone) Loop(on bool) {
	p.voice.loop.on.Store(on)
	p.hasten()
}

// said takes a frame of the microphone and reports whether the test runs.
func (l *loop) said(f *audio.Frame) bool {
	on := l.on.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	if on {
		if !l.was {
			l.frames, l.at = [loopFrames]audio.Frame{}, 0
		}
		l.frames[l.at] = *f
		l.at = (l.at + 1) % loopFrames
	}
	l.was = on
	return on
}

// back adds what was said a second ago to what the ear hears, while the test runs; it comes and goes within 20 ms.
func (l *loop) back(ear *audio.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.was {
		l.gain.To(1, audio.FrameSamples)
	} else {
		l.gain.To(0, audio.FrameSamples)
	}
	if gain, still := l.gain.Still(); still && gain == 0 {
		return
	}
	l.frame = l.frames[l.at]
	l.gain.Apply(l.frame[:])
	codec.Mix(ear[:], ear[:], l.frame[:])
}
