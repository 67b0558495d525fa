package softphone

import (
	"sync/atomic"

	"cordboard/audio"
)

const loopFrames = 50 // the person hears himself after a second

// loop is the test of the headset before the shift: what is said comes back a second later, and does not leave.
type loop struct {
	on     atomic.Bool
	was    bool
	frames [loopFrames]audio.Frame
	at     int
}

// Loop begins or ends the test of the headset: the person hears himself a second later. Meanwhile the line hears
// nothing of the microphone.
func (p *Phone) Loop(on bool) { p.voice.loop.on.Store(on) }

// said takes a frame of the microphone and reports whether the test runs.
func (l *loop) said(f *audio.Frame) bool {
	on := l.on.Load()
	if on {
		l.frames[l.at] = *f
		l.at = (l.at + 1) % loopFrames
	} else if l.was {
		l.frames, l.at = [loopFrames]audio.Frame{}, 0
	}
	l.was = on
	return on
}

// back is what was said a second ago; nil without a test.
func (l *loop) back() *audio.Frame {
	if !l.was {
		return nil
	}
	return &l.frames[l.at]
}
