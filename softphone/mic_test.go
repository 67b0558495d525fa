package softphone

import (
	"testing"

	"cordboard/audio/codec"
)

// TestAVoiceAfterARestBeginsSoftlyInG711, which has no memory that would hide a step.
func TestAVoiceAfterARestBeginsSoftlyInG711(t *testing.T) {
	for pt, decode := range map[uint8]func([]int16, []byte){ptPCMU: codec.DecodeULaw, ptPCMA: codec.DecodeALaw} {
		s := newShift(newDesk(1000, 8000))
		s.v.hush.agreed = true
		s.v.hush.told.Store(true)
		s.turn(pt, make([]byte, 160))
		for range 50 {
			s.turn(ptCN, []byte{70})
		}
		if s.pts[len(s.pts)-1] != ptCN {
			t.Fatalf("type %d: the line does not rest", pt)
		}
		s.v.hush.busy.Store(true)
		from := len(s.sent)
		for range 10 {
			s.turn(ptCN, []byte{70})
		}
		voice := make([]int16, 160*10)
		for i, p := range s.sent[from:] {
			decode(voice[160*i:160*(i+1)], p)
		}
		if early, later := codec.Peak(voice[:8*3]), codec.Peak(voice[160*5:]); early > 3000 || later < 7000 {
			t.Errorf("type %d: the first 3 ms of a voice of 8000 are %d loud, later %d", pt, early, later)
		}
	}
}

// TestRumbleIsTakenOutOfTheMicrophone: what is below 100 Hz is breath and the building, what is above is voice.
func TestRumbleIsTakenOutOfTheMicrophone(t *testing.T) {
	for hz, want := range map[float64][2]int{30: {0, 1200}, 50: {0, 2600}, 200: {7000, 8600}, 1000: {7400, 8600}} {
		s := newShift(newDesk(hz, 8000))
		for range 50 {
			s.turn(0, nil)
		}
		if top := codec.Peak(s.said(0)[25*960:]); top < want[0] || top > want[1] {
			t.Errorf("%g Hz of 8000: %d, want %d to %d", hz, top, want[0], want[1])
		}
	}
}

// TestWhatPiledUpInAStallIsNotSaid: the caller would hear it late, and everything after it.
func TestWhatPiledUpInAStallIsNotSaid(t *testing.T) {
	d := newDesk(1000, 8000)
	s := newShift(d)
	for range 20 {
		s.turn(0, nil)
	}
	d.mu.Lock()
	d.mic = 12
	was := d.at
	d.mu.Unlock()
	sent := len(s.sent)
	s.turn(0, nil)
	d.mu.Lock()
	read := (d.at - was) / 960
	d.mu.Unlock()
	if n := len(s.sent) - sent; read != 12 || n != 1 {
		t.Errorf("of 12 frames that waited %d were taken and %d sent, want all and the last", read, n)
	}
}
