package codec

import (
	"fmt"
	"math"
	"testing"
)

// voice is a buzz of overtones over a fundamental, which is what the concealer sees of a vowel.
func voice(rate int, hz, amplitude float64, n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		v := 0.0
		for k := 1.0; k*hz < 3000; k++ {
			v += math.Sin(2*math.Pi*hz*k*float64(i)/float64(rate)+k*k) / k
		}
		out[i] = int16(amplitude / 2 * v)
	}
	return out
}

func TestALostFrameOfAVowelIsBridged(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		for _, hz := range []float64{100, 143, 210} {
			t.Run(fmt.Sprintf("%d Hz voice at %d", int(hz), rate), func(t *testing.T) {
				frame := rate / 50
				want := voice(rate, hz, 8000, 20*frame)
				got := append([]int16(nil), want...)
				c := NewConcealer(rate)
				for i := range 20 {
					f := got[i*frame : (i+1)*frame]
					if i == 10 {
						clear(f)
						c.Conceal(f)
					} else {
						c.Good(f)
					}
				}
				// Half a frame in: still at full level, and where the voice would have been.
				at := 10 * frame
				errorPower, power := 0.0, Power(want[at:at+frame/2])
				for i := at; i < at+frame/2; i++ {
					errorPower += math.Pow(float64(want[i])-float64(got[i]), 2) / float64(frame/2)
				}
				if errorPower > power/4 {
					t.Errorf("what was made up is off by %.1f dB", 10*math.Log10(errorPower/power))
				}
				if step, usual := steepest(got[9*frame:13*frame]), steepest(want); step > usual*3/2 {
					t.Errorf("steepest step %d, in the voice itself %d", step, usual)
				}
			})
		}
	}
}

func steepest(pcm []int16) int {
	top := 0
	for i := 1; i < len(pcm); i++ {
		top = max(top, distance(pcm[i], pcm[i-1]))
	}
	return top
}

func TestALongLossFadesToABreathOfNoise(t *testing.T) {
	c, frame := NewConcealer(8000), make([]int16, 160)
	inFrames(voice(8000, 120, 8000, 8000), 160, c.Good)
	before := Power(voice(8000, 120, 8000, 1600))
	var power [6]float64
	for i := range power {
		c.Conceal(frame)
		power[i] = Power(frame)
		if i > 0 && i < 4 && power[i] > power[i-1] {
			t.Errorf("frame %d is louder than the one before", i)
		}
	}
	if power[0] < before/2 {
		t.Errorf("the first frame is %.1f dB down already", 10*math.Log10(power[0]/before))
	}
	if power[4] > 100*100 {
		t.Errorf("after 80 ms the level is %.0f", math.Sqrt(power[4]))
	}
}

func TestSilenceStaysSilentWhenLost(t *testing.T) {
	c, frame := NewConcealer(16000), make([]int16, 320)
	for range 10 {
		c.Good(frame)
	}
	c.Conceal(frame)
	if top := Peak(frame); top > 8 {
		t.Errorf("silence became a level of %d", top)
	}
}

func TestLossAsTheVeryFirstThingIsHarmless(t *testing.T) {
	c, frame := NewConcealer(8000), make([]int16, 160)
	c.Conceal(frame)
	c.Good(frame)
	if top := Peak(frame); top > 100 {
		t.Errorf("level %d out of nothing", top)
	}
}

func TestConcealerAllocatesNothing(t *testing.T) {
	c, frame := NewConcealer(16000), sine(16000, 200, 8000, 320)
	if n := testing.AllocsPerRun(50, func() {
		c.Good(frame)
		c.Conceal(frame)
		c.Conceal(frame)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzConcealerTakesAnySequence(f *testing.F) {
	f.Add([]byte{1, 0, 0, 1, 0, 1}, int16(3000))
	f.Fuzz(func(t *testing.T, pattern []byte, level int16) {
		c := NewConcealer(8000)
		for _, p := range pattern {
			frame := make([]int16, int(p>>1)+1)
			for i := range frame {
				frame[i] = level * int16(i%7-3)
			}
			if p&1 == 1 {
				c.Good(frame)
			} else {
				c.Conceal(frame)
			}
		}
	})
}

func BenchmarkConceal20ms(b *testing.B) {
	c, frame := NewConcealer(16000), sine(16000, 200, 8000, 320)
	for b.Loop() {
		c.Good(frame)
		c.Conceal(frame)
	}
}
