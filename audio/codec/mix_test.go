package codec

import (
	"math"
	"testing"
)

func TestMixAddsAndSaturates(t *testing.T) {
	cases := []struct {
		name string
		srcs [][]int16
		want []int16
	}{
		{"two voices add up", [][]int16{{100, -200, 0}, {1, 2, 3}}, []int16{101, -198, 3}},
		{"loud voices saturate and do not wrap", [][]int16{{30000, -30000, 5}, {30000, -30000, 5}}, []int16{32767, -32768, 10}},
		{"a short source is silent at its end", [][]int16{{1, 1, 1}, {5}}, []int16{6, 1, 1}},
		{"nobody is silence", nil, []int16{0, 0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dst := []int16{9, 9, 9}
			Mix(dst, c.srcs...)
			for i := range dst {
				if dst[i] != c.want[i] {
					t.Fatalf("got %v, want %v", dst, c.want)
				}
			}
		})
	}
}

func TestRampMovesWithoutAStep(t *testing.T) {
	r := NewRamp(1)
	r.To(0, 960)
	pcm := make([]int16, 1920)
	for i := range pcm {
		pcm[i] = 10000
	}
	r.Apply(pcm[:500])
	r.Apply(pcm[500:])
	for i := 1; i < len(pcm); i++ {
		if d := distance(pcm[i], pcm[i-1]); d > 11 {
			t.Fatalf("sample %d steps by %d", i, d)
		}
	}
	if pcm[0] < 9900 || pcm[480] < 4900 || pcm[480] > 5100 || pcm[960] != 0 || pcm[1919] != 0 {
		t.Errorf("start %d, middle %d, end %d, after %d", pcm[0], pcm[480], pcm[960], pcm[1919])
	}
}

func TestLimiterHoldsPeaksAtMinusThreeDecibels(t *testing.T) {
	l := NewLimiter(48000)
	loud := sine(48000, 300, 32767, 48000)
	inFrames(loud, 960, l.Apply)
	if top := Peak(loud); top > 23198 { // 32767 · 10^(−3/20)
		t.Errorf("peak %d, want at most −3 dBFS", top)
	}
	if _, snr := fit(loud[24000:], 48000, 300); snr < 25 {
		t.Errorf("a held-down tone has SNR %.1f dB: it is clipped, not lowered", snr)
	}
}

func TestLimiterLeavesSpeechLevelsAlone(t *testing.T) {
	l, in := NewLimiter(48000), sine(48000, 700, 10362, 4*48000)
	want := append([]int16(nil), in...)
	inFrames(in, 960, l.Apply)
	for i := range in {
		if in[i] != want[i] {
			t.Fatalf("sample %d became %d, was %d", i, in[i], want[i])
		}
	}
}

func TestLoudSteadyTonesAreLoweredAfterASecondAndAHalf(t *testing.T) {
	cases := []struct {
		name    string
		signal  func(second float64) float64
		lowered bool
	}{
		{"a fax's 2100 Hz", func(s float64) float64 { return 20000 * math.Sin(2*math.Pi*2100*s) }, true},
		{"a howl at 440 Hz", func(s float64) float64 { return 15000 * math.Sin(2*math.Pi*440*s) }, true},
		{"a stuck key (two tones)", func(s float64) float64 {
			return 9000 * (math.Sin(2*math.Pi*770*s) + math.Sin(2*math.Pi*1336*s))
		}, true},
		{"a ringing tone, 1 s on and 4 s off", func(s float64) float64 {
			if math.Mod(s, 5) > 1 {
				return 0
			}
			return 20000 * math.Sin(2*math.Pi*425*s)
		}, false},
		{"a held vowel with its overtones", func(s float64) float64 {
			v := 0.0
			for k := 1.0; k < 25; k++ {
				v += math.Sin(2*math.Pi*(120*k*s+0.4*math.Sin(30*s))+k*k) / (1 + k/4)
			}
			return 5000 * v
		}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			pcm := make([]int16, 4*48000)
			for i := range pcm {
				pcm[i] = int16(c.signal(float64(i) / 48000))
			}
			before := math.Sqrt(Power(pcm[3*48000:]))
			early := math.Sqrt(Power(pcm[48000/2 : 48000]))
			l := NewLimiter(48000)
			inFrames(pcm, 960, l.Apply)
			if got := math.Sqrt(Power(pcm[48000/2 : 48000])); got < early*0.7 {
				t.Errorf("lowered from %.0f to %.0f within the first second", early, got)
			}
			if got := math.Sqrt(Power(pcm[48000*165/100 : 48000*175/100])); c.lowered && got > 3100 {
				t.Errorf("after 1.7 s the level is %.0f, want about −18 dBFS (2900)", got)
			}
			if got, want := math.Sqrt(Power(pcm[48000*130/100:48000*140/100])), early; c.lowered && got < want*0.7 {
				t.Errorf("before 1.5 s the level is %.0f, was %.0f", got, want)
			}
			got := math.Sqrt(Power(pcm[3*48000:]))
			if c.lowered && got > 3100 {
				t.Errorf("after 3 s the level is %.0f, want about −18 dBFS (2900)", got)
			}
			if !c.lowered && got < before*0.6 {
				t.Errorf("lowered from %.0f to %.0f", before, got)
			}
		})
	}
}
