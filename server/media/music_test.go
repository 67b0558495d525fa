package media

import (
	"math"
	"testing"

	"cordboard/audio/codec"
)

func TestOurMusicIsQuietAndComesRoundWithoutAClick(t *testing.T) {
	c := testMusic()
	if s := float64(c.Frames()) / 50; s < 45 || s > 90 {
		t.Errorf("%.0f s", s)
	}
	if p := codec.Peak(c.pcm); p > 5000 || p < 3000 {
		t.Errorf("peak %d", p)
	}
	quietest, loudest := math.Inf(1), 0.0
	for at := 0; at+clipRate <= len(c.pcm); at += clipRate {
		rms := math.Sqrt(codec.Power(c.pcm[at : at+clipRate]))
		quietest, loudest = min(quietest, rms), max(loudest, rms)
	}
	t.Logf("%d frames, loudness %.0f to %.0f", c.Frames(), quietest, loudest)
	if quietest < loudest/8 {
		t.Errorf("a second of %.0f beside one of %.0f", quietest, loudest)
	}
	biggest := 0
	for i := 1; i < len(c.pcm); i++ {
		biggest = max(biggest, abs(int(c.pcm[i])-int(c.pcm[i-1])))
	}
	if edge := abs(int(c.pcm[0]) - int(c.pcm[len(c.pcm)-1])); edge > biggest {
		t.Errorf("a step of %d where it comes round, else %d at most", edge, biggest)
	}
}

func abs(v int) int { return max(v, -v) }

func TestItRingsAsInEachCountry(t *testing.T) {
	for region, want := range map[string]struct {
		seconds float64
		hz      []float64
	}{"us": {6, []float64{440, 480}}, "GB": {3, []float64{400, 450}}, "de": {5, []float64{425}}, "": {5, []float64{425}}, "fr": {5, []float64{440}}} {
		c := ringing(region).clip(region)
		if got := float64(c.Frames()) / 50; math.Abs(got-want.seconds) > 0.03 {
			t.Errorf("%q: comes round in %.2f s, want %.2f", region, got, want.seconds)
		}
		narrow := make([]int16, 1600)
		for i := range narrow {
			narrow[i] = c.pcm[2*(i+800)]
		}
		for _, hz := range want.hz {
			if p := power(narrow, hz); p < 1000 {
				t.Errorf("%q: %.0f of %.0f Hz", region, p, hz)
			}
		}
	}
}

func TestBuiltinSoundsHaveNames(t *testing.T) {
	pl := newTestPlane(t)
	for _, name := range []string{"beep", "zip", "busy", "joined", "left", "sorry"} {
		if c := pl.BuiltinPrompt(name); c == nil || codec.Peak(c.pcm) < 1000 || c != pl.BuiltinPrompt(name) {
			t.Errorf("%s: %v", name, c)
		}
	}
	if pl.BuiltinPrompt("aria") != nil {
		t.Error("a sound that nobody made")
	}
}
