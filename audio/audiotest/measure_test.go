package audiotest

import (
	"testing"
	"time"
)

func TestMeasureFindsALevelANoiseAndAHole(t *testing.T) {
	tone := Tone(1000, 10000, 2*time.Second)
	seed := uint32(1)
	for i := range tone {
		seed = seed*1664525 + 1013904223
		tone[i] += int16(seed>>25) - 64 // uniform of 128 steps: 37 rms
	}
	clear(tone[48000 : 48000+960])
	pcm := append(make([]int16, 5000), append(tone, make([]int16, 5000)...)...)
	m := Measure(pcm, 1000)
	if m.Amplitude < 9950 || m.Amplitude > 10050 {
		t.Errorf("amplitude %.0f, want 10000", m.Amplitude)
	}
	if m.SNR < 45 || m.SNR > 47 {
		t.Errorf("SNR %.1f dB, want 45.6", m.SNR)
	}
	if len(m.Gaps) != 1 || m.Gaps[0] < 17*time.Millisecond || m.Gaps[0] > 20*time.Millisecond {
		t.Errorf("gaps %v, want one of 20 ms", m.Gaps)
	}
	if m.Heard < 1990*time.Millisecond || m.Heard > 2010*time.Millisecond {
		t.Errorf("heard for %v, want 2 s", m.Heard)
	}
	if m := Measure(make([]int16, 48000), 1000); m.Heard != 0 || m.Amplitude != 0 {
		t.Errorf("silence measured as %+v", m)
	}
}

func TestDelaysFindsHowMuchLaterChirpsAreHeard(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	said := &Recording{samples: Chirps(4), zero: at}
	late := append(make([]int16, 2400), Chirps(4)...) // 50 ms
	heard := &Recording{samples: late, zero: at.Add(10 * time.Millisecond)}
	got := Delays(said, heard)
	if len(got) != 4 {
		t.Fatalf("%d chirps found, want 4", len(got))
	}
	for _, d := range got {
		if d < 59*time.Millisecond || d > 61*time.Millisecond {
			t.Errorf("delay %v, want 60 ms", d)
		}
	}
}
