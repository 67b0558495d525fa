package softphone

import (
	"time"

	"cordboard/audio"
)

const (
	frameTime  = audio.FrameTime
	catchUp    = 10              // frames behind after which the clock starts anew instead of running after
	lineSilent = 2 * time.Second // without a packet the line is down
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
	for turn := 0; ; {
		select {
		case <-p.stop:
			return
		case <-wake:
			p.voice.woken(p.now(), p.line.send)
			continue
		case <-timer.C:
		}
		now := time.Now()
		if now.Sub(next) > catchUp*frameTime {
			next = now
		}
		for !next.After(now) {
			// A late turn is of the time when it was due: else the jitter buffer would see our lateness as the network's.
			p.turn(turn, p.now().Add(next.Sub(now)))
			next = next.Add(frameTime)
			turn++
		}
		timer.Reset(time.Until(next))
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
