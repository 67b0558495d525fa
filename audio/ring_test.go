package audio

import (
	"runtime"
	"sync"
	"testing"
)

func TestRingCarriesFramesInOrderBetweenTwoGoroutines(t *testing.T) {
	const n = 5000
	var r ring
	var wg sync.WaitGroup
	wg.Go(func() {
		var f Frame
		for i := 0; i < n; {
			f[0], f[FrameSamples-1] = int16(i), int16(i)
			if r.put(&f) {
				i++
			} else {
				runtime.Gosched()
			}
		}
	})
	var f Frame
	for i := 0; i < n; {
		if !r.take(&f) {
			runtime.Gosched()
			continue
		}
		if f[0] != int16(i) || f[FrameSamples-1] != int16(i) {
			t.Fatalf("frame %d has %d and %d", i, f[0], f[FrameSamples-1])
		}
		i++
	}
	wg.Wait()
}

func TestAFullRingLosesTheNewestAndSaysSo(t *testing.T) {
	var r ring
	var f Frame
	for i := range ringFrames {
		f[0] = int16(i)
		if !r.put(&f) {
			t.Fatalf("full after %d frames", i)
		}
	}
	if r.put(&f) || r.len() != ringFrames {
		t.Error("a full ring took a frame")
	}
	if r.take(&f); f[0] != 0 {
		t.Errorf("the oldest frame is %d", f[0])
	}
}

func TestDevicesAreMatchedByNameAcrossReplugging(t *testing.T) {
	names := []string{"HDA Intel PCH: ALC257 Analog (hw:0,0)", "Jabra Engage 65: USB Audio (hw:2,0)", "pulse", "default"}
	for want, index := range map[string]int{
		"pulse":                               2,
		"Jabra Engage 65: USB Audio (hw:1,0)": 1,
		"jabra":                               1,
		"jabra engage 65: usb audio":          1,
		"Plantronics":                         -1,
	} {
		if got := match(want, names); got != index {
			t.Errorf("%q matched %d, want %d", want, got, index)
		}
	}
}
