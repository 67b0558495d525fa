package softphone

import (
	"math"
	"testing"
	"time"

	"cordboard/audio"
	"cordboard/audio/audiotest"
	"cordboard/audio/codec"
)

var epoch = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// shift is a voice in virtual time: 20 ms a turn, with a sender whose packets may be lost or late.
type shift struct {
	v    *voice
	desk *desk
	sent [][]byte
	pts  []uint8
	n    int
	seq  uint16
	ts   uint32
}

func newShift(d *desk) *shift {
	return &shift{v: newVoice(d, nil), desk: d}
}

func (s *shift) now() time.Time { return epoch.Add(time.Duration(s.n) * 20 * time.Millisecond) }

// turn brings a packet (nil: none comes) and moves the voice by 20 ms.
func (s *shift) turn(pt uint8, payload []byte) {
	if payload != nil {
		s.v.received(s.seq, s.ts, false, payload, pt, s.now().Add(-3*time.Millisecond))
	}
	s.seq++
	s.ts += 160
	s.v.turn(s.now(), func(pt uint8, p []byte) {
		s.pts = append(s.pts, pt)
		s.sent = append(s.sent, append([]byte(nil), p...))
	})
	s.n++
}

// said decodes what was sent from packet n on, to 48 kHz.
func (s *shift) said(n int) []int16 {
	d, up := codec.NewG722Decoder(), codec.NewResampler(16000, 48000)
	var out []int16
	wide, full := make([]int16, 320), make([]int16, 960)
	for _, p := range s.sent[n:] {
		d.Decode(wide, p)
		up.Process(full, wide)
		out = append(out, full...)
	}
	return out
}

func TestWhatTheMicrophoneHearsIsSentEveryTurn(t *testing.T) {
	s := newShift(newDesk(1000, 10362))
	for range 150 {
		s.turn(0, nil)
	}
	if len(s.sent) != 150 || s.pts[0] != ptG722 {
		t.Fatalf("%d packets in 150 turns, first of type %d", len(s.sent), s.pts[0])
	}
	m := audiotest.Measure(s.said(0), 1000)
	if m.SNR < 40 || math.Abs(20*math.Log10(m.Amplitude/10362)) > 0.5 || len(m.Gaps) > 0 {
		t.Errorf("sent tone: SNR %.1f dB, amplitude %.0f, gaps %v", m.SNR, m.Amplitude, m.Gaps)
	}
}

func TestWhatComesIsHeardInEveryCodec(t *testing.T) {
	for _, c := range []struct {
		name string
		pt   uint8
		snr  float64
	}{{"G.722", ptG722, 40}, {"µ-law", ptPCMU, 33}, {"A-law", ptPCMA, 33}} {
		t.Run(c.name, func(t *testing.T) {
			s := newShift(newDesk(0, 0))
			far := tone{hz: 1000, level: 10362, pt: c.pt}
			for range 150 {
				s.turn(c.pt, far.next())
			}
			m := audiotest.Measure(s.desk.heard, 1000)
			if m.SNR < c.snr || math.Abs(20*math.Log10(m.Amplitude/10362)) > 0.5 || len(m.Gaps) > 0 {
				t.Errorf("SNR %.1f dB, amplitude %.0f, gaps %v", m.SNR, m.Amplitude, m.Gaps)
			}
			if last := s.pts[len(s.pts)-1]; last != c.pt {
				t.Errorf("the answer is in payload type %d, want %d", last, c.pt)
			}
		})
	}
}

func TestLostPacketsAreConcealedAndCounted(t *testing.T) {
	s := newShift(newDesk(0, 0))
	far := tone{hz: 400, level: 8000, pt: ptG722}
	lost := 0
	for i := range 300 {
		p := far.next()
		if i > 50 && i%20 == 0 {
			p = nil
			lost++
		}
		s.turn(ptG722, p)
	}
	st := s.v.stats()
	if st.Lost != uint64(lost) || st.Concealed != time.Duration(lost)*20*time.Millisecond {
		t.Errorf("%d lost: counted %d, concealed %v", lost, st.Lost, st.Concealed)
	}
	if m := audiotest.Measure(s.desk.heard, 400); len(m.Gaps) > 0 {
		t.Errorf("a steady tone with 5 %% loss has holes: %v", m.Gaps)
	}
}

func TestASwitchOfCodecDoesNotClick(t *testing.T) {
	s := newShift(newDesk(0, 0))
	a, b := tone{hz: 400, level: 8000, pt: ptG722}, tone{hz: 400, level: 8000, pt: ptPCMA}
	for i := range 200 {
		if pa, pb := a.next(), b.next(); i/50%2 == 0 {
			s.turn(ptG722, pa)
		} else {
			s.turn(ptPCMA, pb)
		}
	}
	natural := 8000 * 2 * math.Pi * 400 / audio.Rate
	if step := steepest(s.desk.heard[5*960:]); float64(step) > 1.6*natural {
		t.Errorf("steepest step %d, in the tone itself %.0f", step, natural)
	}
}

func TestAnotherSourceUnderTheSameCodecDoesNotClick(t *testing.T) {
	s := newShift(newDesk(0, 0))
	for i := range 100 {
		level := 9000.0 // the sine of another phase, from packet to packet out of step
		if i/10%2 == 1 {
			level = -9000
		}
		far := tone{hz: 400, level: level, pt: ptPCMA, at: i}
		s.v.received(s.seq, s.ts, i%10 == 0, far.next(), ptPCMA, s.now().Add(-3*time.Millisecond))
		s.turn(0, nil)
	}
	natural := 9000 * 2 * math.Pi * 400 / audio.Rate
	if step := steepest(s.desk.heard[5*960:]); float64(step) > 1.6*natural {
		t.Errorf("steepest step %d, in the tone itself %.0f", step, natural)
	}
}

func TestAMutedMicrophoneSendsSilenceAndItsOwnerIsWarned(t *testing.T) {
	d := newDesk(0, 0)
	s := newShift(d)
	speak := func(turns int) {
		for i := range turns { // words and pauses
			d.hz, d.level = 300, 4000
			if i%25 > 15 {
				d.level = 20
			}
			s.turn(0, nil)
		}
	}
	speak(100)
	s.v.mute(true)
	began := false
	for range 4 {
		speak(25)
		began = began || s.v.startedSpeaking()
	}
	if l := s.v.levels(); !l.Muted || !l.SpeakingMute || !began || l.Mic < 0.1 {
		t.Errorf("levels %+v, began %v", l, began)
	}
	for _, v := range s.said(0)[105*960:] {
		if v > 4 || v < -4 {
			t.Fatalf("a muted microphone was heard: %d", v)
		}
	}
	d.level = 0
	for range 200 {
		s.turn(0, nil)
	}
	if s.v.levels().SpeakingMute {
		t.Error("the warning stays after the last word")
	}
	s.v.mute(false)
	speak(50)
	if l := s.v.levels(); l.Muted || l.SpeakingMute {
		t.Errorf("after unmuting: %+v", l)
	}
	if top := codec.Peak(s.said(0)[len(s.said(0))-20*960:]); top < 3000 {
		t.Errorf("after unmuting the level is %d", top)
	}
}

func TestNoiseOfTheRoomIsNotSpeech(t *testing.T) {
	d := newDesk(120, 900) // an even hum
	s := newShift(d)
	for range 100 {
		s.turn(0, nil)
	}
	s.v.mute(true)
	for range 300 {
		s.turn(0, nil)
	}
	if s.v.levels().SpeakingMute || s.v.startedSpeaking() {
		t.Error("an even hum is taken for speech")
	}
}

func TestWithoutAMicrophoneSilenceKeepsTheLineWarm(t *testing.T) {
	d := newDesk(1000, 8000)
	s := newShift(d)
	for range 20 {
		s.turn(0, nil)
	}
	d.dead = true
	for range 100 {
		s.turn(0, nil)
	}
	if n := len(s.sent); n < 116 || n > 120 {
		t.Errorf("%d packets in 120 turns", n)
	}
	d.dead = false
	for range 20 {
		s.turn(0, nil)
	}
	pcm := s.said(0)
	if top := codec.Peak(pcm[40*960 : 110*960]); top > 8 {
		t.Errorf("without a microphone a level of %d was sent", top)
	}
	if top := codec.Peak(pcm[len(pcm)-10*960:]); top < 7000 {
		t.Errorf("the microphone is back, and its level is %d", top)
	}
}

func TestTheDevicesClockIsFollowed(t *testing.T) {
	s := newShift(newDesk(0, 0))
	s.desk.mic = 5
	s.turn(0, nil)
	if len(s.sent) != 2 {
		t.Errorf("five frames wait at the microphone, and %d were sent", len(s.sent))
	}
	s.desk.stats.Underruns = 1
	before := len(s.desk.heard)
	s.turn(0, nil)
	if n := (len(s.desk.heard) - before) / 960; n != 2 {
		t.Errorf("the ear ran dry, and %d frames were written", n)
	}
	s.desk.mic, s.desk.ear = 0, 1
	before = len(s.desk.heard)
	for range 3 * spareTurns {
		s.turn(0, nil)
	}
	if n := (len(s.desk.heard) - before) / 960; n < 3*spareTurns-2 || n >= 3*spareTurns {
		t.Errorf("a frame waits at the ear all the time, and %d of %d were written", n, 3*spareTurns)
	}
	s.desk.mic, s.desk.ear = 2, 0
	read := s.desk.at
	for range 3 * spareTurns {
		s.turn(0, nil)
	}
	if n := (s.desk.at - read) / 960; n < 3*spareTurns+2 {
		t.Errorf("a frame waits at the microphone all the time, and %d of %d were read", n, 3*spareTurns)
	}
}

func TestTheTestOfTheHeadsetGivesBackWhatIsSaidAndKeepsItFromTheLine(t *testing.T) {
	d := newDesk(600, 8000)
	s := newShift(d)
	s.v.loop.on.Store(true)
	for range 150 {
		s.turn(0, nil)
	}
	if early := codec.Peak(d.heard[:49*960]); early > 0 {
		t.Errorf("within the first second the ear's peak is %d", early)
	}
	if m := audiotest.Measure(d.heard[60*960:], 600); m.Amplitude < 7900 || m.SNR < 60 {
		t.Errorf("the person hears himself with amplitude %.0f, SNR %.1f dB", m.Amplitude, m.SNR)
	}
	if top := codec.Peak(s.said(0)[2*960:]); top > 8 {
		t.Errorf("the line hears a level of %d", top)
	}
	s.v.loop.on.Store(false)
	d.level = 0
	for range 20 {
		s.turn(0, nil)
	}
	if top := codec.Peak(d.heard[160*960:]); top > 0 {
		t.Errorf("after the test the ear's peak is %d", top)
	}
}

func TestAMicrophoneThatGivesNothingIsNoticedOnce(t *testing.T) {
	d := newDesk(500, 40)
	s := newShift(d)
	count := 0
	turns := func(n int) {
		for range n {
			s.turn(0, nil)
			if s.v.fellSilent() {
				count++
			}
		}
	}
	turns(300)
	if count != 0 {
		t.Error("a quiet microphone is taken for a silent one")
	}
	d.level = 0
	turns(240)
	if count != 0 {
		t.Error("it is told before five seconds have passed")
	}
	turns(20)
	if count != 1 {
		t.Errorf("after 5.2 s it is told %d times", count)
	}
	turns(600)
	if count != 1 {
		t.Errorf("told %d times of one silence", count)
	}
}

func TestTheBellRingsSoftlyAndStops(t *testing.T) {
	s := newShift(newDesk(0, 0))
	s.v.ring(true)
	for range 150 {
		s.turn(0, nil)
	}
	s.v.ring(false)
	for range 50 {
		s.turn(0, nil)
	}
	heard := s.desk.heard
	if top := codec.Peak(heard[:150*960]); top < 2000 || top > 6000 {
		t.Errorf("the ring tone peaks at %d", top)
	}
	if top := codec.Peak(heard[155*960:]); top > 0 {
		t.Errorf("after the ring there still is a level of %d", top)
	}
	if step := steepest(heard); step > 1200 {
		t.Errorf("the ring tone clicks: a step of %d", step)
	}
	s.v.zip()
	before := len(heard)
	for range 40 {
		s.turn(0, nil)
	}
	zip := s.desk.heard[before:]
	if codec.Peak(zip) < 2000 || codec.Peak(zip[25*960:]) > 0 {
		t.Errorf("the zip tone peaks at %d and at %d after half a second", codec.Peak(zip), codec.Peak(zip[25*960:]))
	}
}

func TestTheRingCanHaveADeviceOfItsOwn(t *testing.T) {
	headset, speakers := newDesk(0, 0), newDesk(0, 0)
	v := newVoice(headset, speakers)
	v.ring(true)
	for range 50 {
		v.turn(epoch, func(uint8, []byte) {})
	}
	if codec.Peak(headset.heard) != 0 || codec.Peak(speakers.heard) < 2000 {
		t.Errorf("headset %d, speakers %d", codec.Peak(headset.heard), codec.Peak(speakers.heard))
	}
	other := newDesk(0, 0)
	p := &Phone{voice: v}
	turns := func() {
		for range 150 { // a whole period of the ring
			v.turn(epoch, func(uint8, []byte) {})
		}
	}
	if err := p.SetRinger(other); err != nil {
		t.Fatal(err)
	}
	had := len(speakers.heard)
	turns()
	if codec.Peak(other.heard) < 2000 || len(speakers.heard) != had || codec.Peak(headset.heard) != 0 {
		t.Errorf("another device: %d; the first heard %d samples more", codec.Peak(other.heard), len(speakers.heard)-had)
	}
	if _, open := <-speakers.events; open {
		t.Error("the device before is not closed")
	}
	if err := p.SetRinger(nil); err != nil {
		t.Fatal(err)
	}
	turns()
	if codec.Peak(headset.heard) < 2000 {
		t.Error("without a device of its own the headset does not ring")
	}
}

func TestTheEarNeverGetsMoreThanMinusThreeDecibels(t *testing.T) {
	s := newShift(newDesk(0, 0))
	far := tone{hz: 700, level: 32767, pt: ptPCMU}
	for range 100 {
		s.turn(ptPCMU, far.next())
	}
	if top := codec.Peak(s.desk.heard); top > 23200 || top < 15000 {
		t.Errorf("the ear's peak is %d", top)
	}
}

func TestATurnAllocatesNothing(t *testing.T) {
	d := newDesk(500, 8000)
	d.heard = make([]int16, 0, 960*5000)
	ringer := newDesk(0, 0)
	ringer.heard = make([]int16, 0, 960*5000)
	v := newVoice(d, ringer)
	far := tone{hz: 400, level: 8000, pt: ptG722}
	payload, n := far.next(), uint16(0)
	var pulled audio.Frame
	if a := testing.AllocsPerRun(200, func() {
		at := epoch.Add(time.Duration(n) * 20 * time.Millisecond)
		v.received(n, uint32(n)*160, false, payload, ptG722, at)
		if n%2 == 0 { // by the clock and by the card
			v.ear.asked = time.Time{}
		} else {
			v.pulled(&pulled, at)
		}
		v.turn(at, func(uint8, []byte) {})
		n++
	}); a != 0 {
		t.Errorf("%v allocations a turn", a)
	}
}

func BenchmarkTurn(b *testing.B) {
	d := newDesk(500, 8000)
	v := newVoice(d, nil)
	far := tone{hz: 400, level: 8000, pt: ptG722}
	payload, n := far.next(), uint16(0)
	for b.Loop() {
		at := epoch.Add(time.Duration(n) * 20 * time.Millisecond)
		v.received(n, uint32(n)*160, false, payload, ptG722, at)
		v.turn(at, func(uint8, []byte) {})
		d.heard = d.heard[:0]
		n++
	}
}
