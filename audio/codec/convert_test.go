package codec

import (
	"fmt"
	"math"
	"testing"
)

func TestRecordingsOfAnyRateKeepTheirTone(t *testing.T) {
	for _, p := range [][2]int{{44100, 48000}, {22050, 8000}, {11025, 48000}, {24000, 16000}, {32000, 48000}, {96000, 48000}, {48000, 8000}} {
		t.Run(fmt.Sprintf("%d to %d", p[0], p[1]), func(t *testing.T) {
			out := Convert(sine(p[0], 1000.3, 10000, 2*p[0]), p[0], p[1])
			if len(out) != 2*p[1] {
				t.Fatalf("two seconds became %d samples, want %d", len(out), 2*p[1])
			}
			level, snr := fit(out[p[1]/2:p[1]*3/2], p[1], 1000.3)
			if change := 20 * math.Log10(level/10000); snr < 65 || math.Abs(change) > 0.1 {
				t.Errorf("SNR %.1f dB, level changed by %.2f dB", snr, change)
			}
		})
	}
}

func TestARecordingsTooHighTonesDoNotFold(t *testing.T) {
	out := Convert(sine(44100, 5000, 10000, 44100), 44100, 8000)
	if level, _ := fit(out[800:7200], 8000, 3000); level > 10 {
		t.Errorf("5 kHz is heard at 3 kHz with a level of %.0f", level)
	}
}
