package softphone

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/audio"
	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
)

// rester is a card that may rest.
type rester struct {
	*card
	rests atomic.Bool
}

func (r *rester) Rest(on bool) { r.rests.Store(on) }

// While nobody listens the headset rests; whatever may be heard, said or shown wakes it within a turn.
func TestTheHeadsetRestsUntilThereIsSomethingToHearOrToSay(t *testing.T) {
	for name, one := range map[string]struct {
		begin, end func(p *Phone)
	}{
		"an offer or a call":       {func(p *Phone) { p.Busy(true) }, func(p *Phone) { p.Busy(false) }},
		"a ring":                   {func(p *Phone) { p.Ring(true) }, func(p *Phone) { p.Ring(false) }},
		"the tone before a call":   {func(p *Phone) { p.Zip() }, func(p *Phone) { p.voice.bell.zips.Store(0) }},
		"the test of the headset":  {func(p *Phone) { p.Loop(true) }, func(p *Phone) { p.Loop(false) }},
		"a level that is shown":    {func(p *Phone) { p.Meter(true) }, func(p *Phone) { p.Meter(false) }},
		"a voice out of the blue":  {func(p *Phone) { p.voice.received(1, 160, true, make([]byte, 160), ptPCMA, p.now()) }, nil},
		"a line that tells nobody": {func(p *Phone) { p.voice.hush.told.Store(false); p.hasten() }, func(p *Phone) { p.voice.hush.told.Store(true) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, loud := &rester{card: newCard(0, 0)}, &rester{card: newCard(0, 0)}
				p, err := New(Options{Device: d, Ringer: loud, Addresses: func() []string { return nil }})
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				k := newTrack() // as far as the clock is concerned there is a line
				k.to, k.agreed[ptCN], k.agreed[ptG722] = &written{}, true, true
				p.line.live.Store(&connection{track: k})
				p.Busy(false)
				time.Sleep(2 * time.Second)
				if d.rests.Load() {
					t.Fatal("it rests at once")
				}
				time.Sleep(time.Second)
				if !d.rests.Load() || !loud.rests.Load() {
					t.Fatal("after three idle seconds it does not rest")
				}
				one.begin(p)
				time.Sleep(time.Millisecond)
				if d.rests.Load() {
					t.Fatal("a millisecond later it rests still")
				}
				if loud.rests.Load() == (name == "a ring") {
					t.Errorf("the loudspeakers rest: %v", loud.rests.Load())
				}
				if one.end == nil {
					return
				}
				time.Sleep(time.Minute)
				if d.rests.Load() && name != "the tone before a call" {
					t.Fatal("it rests in the midst of it")
				}
				one.end(p)
				time.Sleep(3 * time.Second)
				if !d.rests.Load() || !loud.rests.Load() {
					t.Error("three seconds after the end it does not rest")
				}
			})
		})
	}
}

// A ring that nobody has heard the beginning of, for the headset was not there, begins when it is.
func TestARingBeginsWhenTheHeadsetIsThere(t *testing.T) {
	d := newCard(0, 0)
	v := newVoice(d, nil)
	now := epoch
	v.ring(true)
	for range 7 {
		now = now.Add(20 * time.Millisecond)
		v.turn(now, func(uint8, []byte) {})
	}
	var all []int16
	for range 20 {
		now = now.Add(20 * time.Millisecond)
		f := new(audio.Frame)
		v.pulled(f, now)
		all = append(all, f[:]...)
	}
	if codec.Peak(all[:48]) > 20 || codec.Peak(all[960*3/2:]) < 2000 {
		t.Errorf("in the first millisecond %d, then %d", codec.Peak(all[:48]), codec.Peak(all[960*3/2:]))
	}
	silent := 0
	for at := 0; at+960 <= len(all); at += 960 { // a stroke of 200 ms, another, then a pause
		if codec.Peak(all[at:at+960]) == 0 {
			silent++
		}
	}
	if silent > 0 {
		t.Errorf("the first 400 ms have %d silent frames: the ring did not begin at its beginning", silent)
	}
}

// A device for the ring that has gone does not swallow it.
func TestTheHeadsetRingsWhenTheLoudspeakersAreGone(t *testing.T) {
	headset, loud := newDesk(0, 0), &nameless{desk: newDesk(0, 0)}
	v := newVoice(headset, loud)
	turns := func() {
		for range 150 { // a whole period of the ring
			v.turn(epoch, func(uint8, []byte) {})
		}
	}
	loud.name = "Loudspeakers"
	v.ring(true)
	turns()
	if codec.Peak(headset.heard) != 0 || codec.Peak(loud.heard) < 2000 {
		t.Fatalf("headset %d, loudspeakers %d", codec.Peak(headset.heard), codec.Peak(loud.heard))
	}
	loud.name = ""
	turns()
	if codec.Peak(headset.heard) < 2000 {
		t.Error("nobody hears it ring")
	}
}

type nameless struct {
	*desk
	name string
}

func (n *nameless) Name() string { return n.name }

// Silence that nobody hears costs nothing; a voice in it is made as ever.
func TestWhileTheHeadsetRestsOnlySoundIsMade(t *testing.T) {
	s := newShift(newDesk(0, 0))
	s.v.resting = true
	for range 50 {
		s.turn(ptCN, []byte{70})
	}
	if codec.Peak(s.desk.heard) != 0 {
		t.Fatal("something is heard of nothing")
	}
	far, from := tone{hz: 600, level: 9000, pt: ptG722}, len(s.desk.heard)
	for range 60 {
		s.turn(ptG722, far.next())
	}
	if m := audiotest.Measure(s.desk.heard[from:], 600); m.Heard < time.Second || len(m.Gaps) > 0 || m.SNR < 35 {
		t.Errorf("heard %v, gaps %v, SNR %.1f dB", m.Heard, m.Gaps, m.SNR)
	}
	from = len(s.desk.heard)
	s.v.ring(true)
	for range 10 {
		s.turn(0, nil)
	}
	if codec.Peak(s.desk.heard[from:]) < 2000 {
		t.Error("it does not ring")
	}
}
