package softphone

import (
	"time"

	"cordboard/audio"
)

const (
	frameTime  = audio.FrameTime
	catchUp    = 10              // frames behind after which the clock starts anew instead of running after
	lineSilent = 2 * time.Second // without a packet the line is down
	dozeAfter  = 100             // turns of idleness after which the headset may rest, and the clock looks less often
	dozeTurns  = catchUp - 2     // turns that are then made up for at once
)

// clock moves the voice every 20 ms. A late turn is made up for, so that as many frames are sent and played as
// time has passed.
func (p *Phone) clock() {
	next := time.Now().Add(frameTime)
	timer := time.NewTimer(frameTime)
	defer timer.Stop()
	var wake <-chan struct{} // nil: the microphone is asked at every turn
	if d, ok := p.voice.device.(audio.Waker); ok {
		wake = d.Wake()
	}
	p.voice.mic.wakes = wake != nil
	quiet, unrung := 0, 0 // turns in which nobody listened or spoke, and in which it did not ring
	for turn := 0; ; {
		select {
		case <-p.stop:
			return
		case <-wake:
			p.voice.woken(p.now(), p.line.send)
			continue
		case <-p.hurry:
		case <-timer.C:
		}
		now := time.Now()
		if !p.idle() {
			quiet = 0
		}
		if p.voice.bell.ringing.Load() {
			unrung = 0
		}
		p.voice.restDevices(quiet > dozeAfter, unrung > dozeAfter)
		if now.Sub(next) > catchUp*frameTime {
			next = now
			if quiet > dozeAfter { // as many signs of life as ever
				next = now.Add(-(catchUp - 1) * frameTime)
			}
		}
		for !next.After(now) {
			// A late turn is of the time when it was due: else the jitter buffer would see our lateness as the network's.
			p.turn(turn, p.now().Add(next.Sub(now)))
			next = next.Add(frameTime)
			turn++
			quiet++
			unrung++
		}
		wait, doze := time.Until(next), quiet > dozeAfter && p.voice.stands()
		if doze {
			wait += dozeTurns * frameTime
		}
		p.voice.dozes.Store(doze)
		timer.Reset(wait)
	}
}

// idle says that nobody listens to the line, and nothing is to be heard, tried or shown here.
func (p *Phone) idle() bool {
	v := p.voice
	if v.bell.ringing.Load() || v.bell.zips.Load() > 0 || v.loop.on.Load() || v.metered.Load() {
		return false
	}
	return !p.line.exists() || v.rests(p.now())
}

// restDevices lets the devices rest that are not needed.
func (v *voice) restDevices(headset, ringer bool) {
	v.resting = false
	if d, ok := v.device.(audio.Rester); ok {
		d.Rest(headset)
		v.resting = headset
	}
	if loud := v.ringer.Load(); loud != nil {
		if d, ok := (*loud).(audio.Rester); ok {
			d.Rest(ringer)
		}
	}
}

// stands says that the microphone gives nothing that would be missed between two turns.
func (v *voice) stands() bool { return !v.mic.wakes || v.mic.stood > patience }

// hasten ends a rest within a frame: something begins.
func (p *Phone) hasten() {
	select {
	case p.hurry <- struct{}{}:
	default:
	}
}

func (p *Phone) turn(n int, now time.Time) {
	p.voice.hush.agreed = p.line.takesComfort()
	p.voice.turn(now, p.line.send)
	if p.voice.startedSpeaking() {
		p.news.tell(Event{Kind: Speaking, Device: p.voice.device.Name()})
	}
	if p.voice.fellSilent() {
		p.news.tell(Event{Kind: DeviceSilent, Device: p.voice.device.Name()})
	}
	if n%10 == 0 {
		p.line.watch(now)
	}
}
