package codec

import (
	"fmt"
	"math"
	"testing"
)

var ratePairs = [][2]int{{8000, 48000}, {16000, 48000}, {8000, 16000}, {48000, 8000}, {48000, 16000}, {16000, 8000}, {8000, 8000}, {48000, 48000}}

func resampled(from, to int, in []int16) []int16 {
	r := NewResampler(from, to)
	var out []int16
	frame := make([]int16, to/50)
	inFrames(in, from/50, func(f []int16) {
		out = append(out, frame[:r.Process(frame, f)]...)
	})
	return out
}

func TestResampledToneKeepsItsShapeAndLevel(t *testing.T) {
	for _, p := range ratePairs {
		t.Run(fmt.Sprintf("%d to %d", p[0], p[1]), func(t *testing.T) {
			in := sine(p[0], 1000.3, 10362, p[0])
			out := resampled(p[0], p[1], in)
			if len(out) != p[1] {
				t.Fatalf("a second became %d samples, want %d", len(out), p[1])
			}
			level, snr := fit(out[p[1]/10:], p[1], 1000.3)
			if snr < 75 {
				t.Errorf("SNR %.1f dB, want at least 75", snr)
			}
			if change := 20 * math.Log10(level/10362); math.Abs(change) > 0.1 {
				t.Errorf("level changed by %.2f dB", change)
			}
		})
	}
}

func TestResamplerKeepsTheVoiceBandAndNothingAboveIt(t *testing.T) {
	cases := []struct {
		name         string
		from, to     int
		hz           float64
		least, most  float64 // dB
		heardAt      float64 // where a tone above the band would fold to
		amplitudeIn  float64
		samplesTaken int
	}{
		{"3.4 kHz passes down to 8 kHz", 48000, 8000, 3400, -0.5, 0.1, 3400, 10000, 48000},
		{"3.4 kHz passes up from 8 kHz", 8000, 48000, 3400, -0.5, 0.1, 3400, 10000, 8000},
		{"7 kHz passes down to 16 kHz", 48000, 16000, 7000, -0.8, 0.1, 7000, 10000, 48000},
		{"4.6 kHz does not fold to 3.4 kHz", 48000, 8000, 4600, -200, -70, 3400, 10000, 48000},
		{"9.2 kHz does not fold to 6.8 kHz", 48000, 16000, 9200, -200, -70, 6800, 10000, 48000},
		{"3.4 kHz leaves no image at 4.6 kHz", 8000, 48000, 3400, -200, -70, 4600, 10000, 8000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := resampled(c.from, c.to, sine(c.from, c.hz, c.amplitudeIn, c.samplesTaken))
			level, _ := fit(out[c.to/10:], c.to, c.heardAt)
			got := 20 * math.Log10(max(level, 1e-3)/c.amplitudeIn)
			if got < c.least || got > c.most {
				t.Errorf("%.2f dB, want %.1f to %.1f", got, c.least, c.most)
			}
		})
	}
}

func TestResamplerDoesNotCareHowTheStreamIsCut(t *testing.T) {
	n := noise(7)
	in := make([]int16, 4800)
	for i := range in {
		in[i] = n.next() / 2
	}
	for _, p := range ratePairs {
		whole := resampled(p[0], p[1], in[:4800/(p[0]/50)*(p[0]/50)])
		r, cut := NewResampler(p[0], p[1]), []int16{}
		buf := make([]int16, 48000)
		for at, size := 0, 1; at < len(in); size = size*3%97 + 1 {
			end := min(at+size, len(in))
			cut = append(cut, buf[:r.Process(buf, in[at:end])]...)
			at = end
		}
		for i := range whole {
			if whole[i] != cut[i] {
				t.Fatalf("%v: sample %d is %d in frames and %d in pieces", p, i, whole[i], cut[i])
			}
		}
	}
}

func TestFullScaleSaturatesAndDoesNotWrap(t *testing.T) {
	in := make([]int16, 4800)
	for i := range in {
		in[i] = 32767
		if i/24%2 == 1 {
			in[i] = -32768
		}
	}
	out := resampled(8000, 48000, in)
	for i := 300; i < len(out)-1; i++ {
		if distance(out[i], out[i+1]) > 40000 {
			t.Fatalf("sample %d jumps from %d to %d", i, out[i], out[i+1])
		}
	}
}

func TestResamplerAllocatesNothing(t *testing.T) {
	up, down := NewResampler(8000, 48000), NewResampler(48000, 16000)
	small, big := make([]int16, 160), make([]int16, 960)
	mid := make([]int16, 320)
	if n := testing.AllocsPerRun(50, func() { up.Process(big, small); down.Process(mid, big) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkResample20ms(b *testing.B) {
	for _, p := range [][2]int{{8000, 48000}, {48000, 8000}, {16000, 48000}, {48000, 16000}} {
		b.Run(fmt.Sprintf("%d-%d", p[0], p[1]), func(b *testing.B) {
			r, in, out := NewResampler(p[0], p[1]), sine(p[0], 700, 9000, p[0]/50), make([]int16, p[1]/50)
			for b.Loop() {
				r.Process(out, in)
			}
		})
	}
}
