package softphone

import (
	"sync/atomic"
	"time"

	"cordboard/audio"
	"cordboard/audio/codec"
	"cordboard/audio/jitter"
	"cordboard/session/wire"
)

// Payload types of the line; all have an 8 kHz RTP clock (RFC 3551 §6, RFC 3389, RFC 4733).
const (
	ptPCMU   = 0
	ptPCMA   = 8
	ptG722   = 9
	ptCN     = 13
	ptEvents = 101
)

// voice is the sound between the device and the line: no goroutine, no network. turn is called by the clock.
type voice struct {
	device  audio.Device
	ringer  atomic.Pointer[audio.Device] // nil: the headset rings
	mic     micPath
	ear     earPath
	bell    bell
	loop    loop
	meter   meter
	hush    hush
	muted   atomic.Bool
	spoken  atomic.Bool
	silent  atomic.Bool
	resting bool // nobody hears the headset; of the clock alone
	// A screen shows the microphone's level; the clock looks less often.
	metered, dozes atomic.Bool
	begins         func() // tells the clock that there is something to do
}

func newVoice(device, ringer audio.Device) *voice {
	v := &voice{device: device}
	if ringer != nil {
		v.ringer.Store(&ringer)
	}
	v.mic.init()
	v.ear.init()
	v.bell.init()
	return v
}

// turn is 20 ms: what the microphone has goes to send, and what is due goes to the ear.
func (v *voice) turn(now time.Time, send func(pt uint8, payload []byte)) {
	v.micTurn(now, send)
	v.earTurn(now)
}

func (v *voice) mute(on bool) { v.muted.Store(on) }

func (v *voice) levels() wire.Levels {
	return wire.Levels{
		Mic: v.meter.mic.read(), Ear: v.meter.ear.read(),
		Muted: v.muted.Load(), SpeakingMute: v.meter.speakingMuted(),
		Device: v.device.Name(),
	}
}

func (v *voice) startedSpeaking() bool { return v.spoken.Swap(false) }
func (v *voice) fellSilent() bool      { return v.silent.Swap(false) }

// received takes a packet of the line; it may be called while turn runs.
func (v *voice) received(seq uint16, ts uint32, marker bool, payload []byte, pt uint8, at time.Time) {
	switch pt {
	case ptG722, ptPCMU, ptPCMA:
		v.mic.follow.Store(uint32(pt))
		v.hush.voice.Store(at.UnixNano())
		if v.dozes.Load() && v.begins != nil {
			v.begins()
		}
	case ptCN:
	default:
		return
	}
	v.ear.jitter.Put(seq, ts, marker, payload, pt, at)
}

func (v *voice) stats() jitter.Stats { return v.ear.jitter.Stats() }

// micTurn sends what the microphone gave. Normally that is one frame; none when the device is a little late, two
// when many wait; and silence by the clock when the device has nothing at all, to keep the line warm.
func (v *voice) micTurn(now time.Time, send func(pt uint8, payload []byte)) {
	m := &v.mic
	if m.wakes {
		v.woken(now, send)
		if m.stood++; m.stood > patience {
			v.sayNothing(v.rests(now), send)
		}
		return
	}
	rests, waiting := v.rests(now), v.fresh()
	if m.spare.surplus(waiting-1) && codec.Power(m.frame[:]) < hushed {
		v.device.Read(&m.frame) // nobody hears that a frame of silence is missing
	}
	frames := 1
	if waiting > tooMany {
		frames = 2
	}
	for range frames {
		if v.device.Read(&m.frame) {
			m.stood, m.filled = 0, false
			v.say(rests, send)
			continue
		}
		if m.stood++; m.stood >= patience {
			v.sayNothing(rests, send)
		}
		return
	}
}

// sayNothing sends silence in place of what a microphone should have given.
func (v *voice) sayNothing(rests bool, send func(pt uint8, payload []byte)) {
	v.mic.frame, v.mic.filled = audio.Frame{}, true
	v.say(rests, send)
}

// woken sends what the microphone gave as soon as it has given it.
func (v *voice) woken(now time.Time, send func(pt uint8, payload []byte)) {
	m := &v.mic
	rests := v.rests(now)
	v.fresh()
	for v.device.Read(&m.frame) {
		m.stood, m.filled = 0, false
		v.say(rests, send)
	}
}

func (v *voice) rests(now time.Time) bool { return v.hush.due(now, v.bell.ringing.Load()) }

// fresh gives how many frames of the microphone wait. After a stall, what piled up is too old to be said.
func (v *voice) fresh() (waiting int) {
	m := &v.mic
	waiting, _ = v.device.Backlog()
	if m.filled || waiting > stale {
		for ; waiting > 1 && v.device.Read(&m.frame); waiting-- {
		}
	}
	return waiting
}

const (
	patience = 3         // turns without a frame before silence is sent instead
	tooMany  = 4         // frames that wait before two are sent at once
	stale    = 8         // frames that wait before all but one are thrown away
	hushed   = 300 * 300 // power below which nobody speaks
)

// spare watches how many frames wait without need: what has waited at every turn for a while is only delay.
type spare struct {
	least, turns, window int
}

const (
	spareTurns = 100  // 2 s
	spareMost  = 3000 // 1 min
)

// surplus takes how many frames more than needed wait at this turn and reports whether to be rid of one.
func (s *spare) surplus(waiting int) bool {
	if s.window == 0 {
		s.window = spareTurns
	}
	if s.turns == 0 || waiting < s.least {
		s.least = waiting
	}
	if s.turns++; s.turns < s.window {
		return false
	}
	s.turns = 0
	return s.least > 0
}

// short is told that too few frames were kept: the next look takes longer.
func (s *spare) short() {
	s.turns, s.window = 0, min(2*max(s.window, spareTurns), spareMost)
}

func (v *voice) say(rests bool, send func(pt uint8, payload []byte)) {
	m := &v.mic
	muted := v.muted.Load()
	if v.meter.listen(m.frame[:], muted) {
		v.spoken.Store(true)
	}
	if v.meter.fellSilent(m.frame[:]) && m.stood == 0 {
		v.silent.Store(true)
	}
	if rests {
		v.loop.said(&m.frame)
		v.rest(send)
		return
	}
	v.wake()
	m.encode(muted || v.loop.said(&m.frame))
	send(m.pt, m.payload[:])
}

const earAlone = 100 * time.Millisecond // without a pull: the ear's device has gone, and the clock takes its place

// pulled gives the ear's device the frame that it plays next.
func (v *voice) pulled(f *audio.Frame, now time.Time) {
	e := &v.ear
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.asked) > earAlone && v.ringer.Load() == nil {
		v.bell.again()
	}
	e.asked = now
	v.hear(now, false)
	*f = e.out
}

// earTurn is the clock's part in what is heard: all of it, unless the device itself asks for its frames.
func (v *voice) earTurn(now time.Time) {
	e := &v.ear
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.asked) < earAlone {
		return
	}
	for range v.earFrames() {
		v.hear(now, v.resting)
		v.device.Write(&e.out)
	}
}

// earFrames is how many frames are to be written: one; two when the device ran dry, none when one has waited there for
// long without need.
func (v *voice) earFrames() int {
	e := &v.ear
	_, waiting := v.device.Backlog()
	dry := v.device.Stats().Underruns
	was := e.dry
	e.dry = dry
	switch {
	case dry > was:
		e.spare.short()
		return 2
	case e.spare.surplus(waiting):
		return 0
	}
	return 1
}

// hear makes the next frame of the ear: the line, and what the phone itself has to say. When nobody hears it, silence is
// not made at the cost of sound.
func (v *voice) hear(now time.Time, unheard bool) {
	e := &v.ear
	if sounds := e.next(now, unheard && v.bell.still()); !sounds {
		e.out = audio.Frame{}
		return
	}
	v.meter.ear.note(codec.Peak(e.out[:]))
	ring := v.bell.next()
	loud := v.ringer.Load()
	if loud != nil && (*loud).Name() == "" { // it has gone
		loud = nil
	}
	if ring != nil && loud == nil {
		codec.Mix(e.out[:], e.out[:], ring[:])
	}
	v.loop.back(&e.out)
	e.limiter.Apply(e.out[:])
	if loud != nil {
		if ring == nil {
			ring = &v.bell.silence
		}
		(*loud).Write(ring)
	}
}
