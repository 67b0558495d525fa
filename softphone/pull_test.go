package softphone

import (
	"math"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
)

// card is a headset that pulls what it plays and tells when its microphone has something.
type card struct {
	*desk
	has  int
	pull func(*audio.Frame)
	wake chan struct{}
}

func newCard(hz, level float64) *card {
	return &card{desk: newDesk(hz, level), wake: make(chan struct{}, 1)}
}

func (c *card) Pull(next func(*audio.Frame)) { c.pull = next }
func (c *card) Wake() <-chan struct{}        { return c.wake }
func (c *card) Backlog() (mic, ear int)      { return c.has, 0 }

func (c *card) Read(f *audio.Frame) bool {
	if c.has == 0 {
		return false
	}
	c.has--
	return c.desk.Read(f)
}

func TestTheEarsDeviceTakesItsFramesWhenItNeedsThemAndTheClockWhenItIsGone(t *testing.T) {
	d := newCard(0, 0)
	v := newVoice(d, nil)
	far, seq := tone{hz: 700, level: 8000, pt: ptG722}, uint16(0)
	now := epoch
	var heard []int16
	step := func(pulls bool) {
		now = now.Add(20 * time.Millisecond)
		v.received(seq, uint32(seq)*160, false, far.next(), ptG722, now)
		seq++
		if pulls {
			var f audio.Frame
			v.pulled(&f, now.Add(7*time.Millisecond))
			heard = append(heard, f[:]...)
		}
		v.turn(now.Add(9*time.Millisecond), func(uint8, []byte) {})
	}
	for range 100 {
		step(true)
	}
	m := audiotest.Measure(heard, 700)
	if m.Heard < 1900*time.Millisecond || len(m.Gaps) > 0 || m.SNR < 40 {
		t.Errorf("pulled: heard %v, gaps %v, SNR %.1f dB", m.Heard, m.Gaps, m.SNR)
	}
	if len(d.heard) != 0 {
		t.Errorf("%d samples were written to a device that pulls", len(d.heard))
	}
	// The device goes: what comes is played to nobody, the meter goes on and no delay builds up.
	v.levels()
	for range 100 {
		step(false)
	}
	if l := v.levels(); l.Ear < 0.2 {
		t.Errorf("without a device the ear's meter shows %.2f", l.Ear)
	}
	heard = nil
	for range 50 {
		step(true)
	}
	if m := audiotest.Measure(heard, 700); len(m.Gaps) > 0 || m.Heard < 900*time.Millisecond {
		t.Errorf("the device is back: heard %v, gaps %v", m.Heard, m.Gaps)
	}
	if s := v.stats(); s.Delay > 60*time.Millisecond || s.Lost > 0 {
		t.Errorf("after a device came and went: %+v", s)
	}
}

func TestAMicrophoneThatTellsIsHeardAtOnceAndASilentOneByTheClock(t *testing.T) {
	d := newCard(1000, 8000)
	v := newVoice(d, nil)
	v.mic.wakes = true
	var at []time.Time
	now := epoch
	send := func(uint8, []byte) { at = append(at, now) }
	for range 50 {
		now = now.Add(13 * time.Millisecond)
		d.has++
		v.woken(now, send)
		if len(at) == 0 || !at[len(at)-1].Equal(now) {
			t.Fatal("a frame of the microphone waited")
		}
		now = now.Add(7 * time.Millisecond)
		v.turn(now, send)
	}
	if len(at) != 50 {
		t.Fatalf("%d packets of 50 frames", len(at))
	}
	// A card that gives three frames at once is heard whole.
	now = now.Add(40 * time.Millisecond)
	v.turn(now, send)
	v.turn(now, send)
	d.has = 3
	v.woken(now, send)
	if len(at) != 53 {
		t.Errorf("%d packets of 53 frames", len(at))
	}
	for range 100 { // the device has gone
		now = now.Add(20 * time.Millisecond)
		v.turn(now, send)
	}
	if n := len(at) - 53; n < 95 || n > 100 {
		t.Errorf("%d packets in two seconds without a microphone", n)
	}
	before := len(at)
	d.has = 5
	v.woken(now, send)
	if len(at) != before+1 {
		t.Errorf("after a stall of two seconds %d frames are said that are too old", len(at)-before-1)
	}
}

func TestWhatTheEarHearsOfThePhoneItselfComesAndGoesSoftly(t *testing.T) {
	d := newDesk(400, 12000)
	s := newShift(d)
	natural := 12000 * 2 * math.Pi * 400 / audio.Rate
	s.v.loop.on.Store(true)
	for range 77 {
		s.turn(0, nil)
	}
	s.v.loop.on.Store(false)
	for range 10 {
		s.turn(0, nil)
	}
	if codec.Peak(d.heard) < 11000 || codec.Peak(d.heard[79*960:]) != 0 {
		t.Fatalf("the test of the headset is not heard, or does not end")
	}
	if step := steepest(d.heard); float64(step) > 1.1*natural {
		t.Errorf("the test of the headset clicks: a step of %d, the sound's own are %.0f at most", step, natural)
	}
	for _, c := range []struct {
		name    string
		on, off func()
		top     float64 // the steepest step of the sound itself
	}{
		{"ring", func() { s.v.ring(true) }, func() { s.v.ring(false) }, ringLevel * 1.5 * 2 * math.Pi * 784 / audio.Rate},
		{"zip", func() { s.v.zip() }, func() {}, zipLevel * 2 * math.Pi * 1000 / audio.Rate},
	} {
		for turns := 1; turns < 40; turns += 3 {
			from := len(d.heard)
			c.on()
			for range turns {
				s.turn(0, nil)
			}
			c.off()
			for range 30 {
				s.turn(0, nil)
			}
			pcm := d.heard[from:]
			if step := steepest(pcm); float64(step) > c.top {
				t.Fatalf("%s of %d frames: a step of %d, the tone's own are %.0f at most", c.name, turns, step, c.top)
			}
			if early := codec.Peak(pcm[:audio.Rate/1000]); early > ringLevel/8 {
				t.Fatalf("%s: within a millisecond the level is %d", c.name, early)
			}
		}
	}
}

func TestASteadyToneOfTheLineIsLoweredInTheEarAfterASecondAndAHalf(t *testing.T) {
	s := newShift(newDesk(0, 0))
	far := tone{hz: 1100, level: 16000, pt: ptPCMA} // a fax calls
	for range 150 {
		s.turn(ptPCMA, far.next())
	}
	if before := codec.Peak(s.desk.heard[30*960 : 70*960]); before < 14000 {
		t.Errorf("in the first second the tone is at %d", before)
	}
	if after := codec.Peak(s.desk.heard[90*960:]); after > 5000 || after < 3000 {
		t.Errorf("after 1.8 s the tone is at %d", after)
	}
	if step := steepest(s.desk.heard[30*960:]); float64(step) > 1.1*16000*2*math.Pi*1100/audio.Rate {
		t.Errorf("the tone is lowered with a step of %d", step)
	}
}
