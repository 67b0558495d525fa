//go:build cgo && !headless

package audio

import (
	"testing"
	"testing/synctest"
	"time"
)

// A headset whose microphone comes and goes with its use is not opened and closed all day.
func TestADeviceThatARestDisturbsRestsLessAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var u uneasy
		sum := time.Duration(0)
		for n := 1; n <= 12; n++ {
			if u.at(time.Now()) {
				t.Fatalf("before rest %d: uneasy still", n)
			}
			began := time.Now()
			time.Sleep(time.Second)
			u.disturbed(began)
			wait := time.Duration(0)
			for ; u.at(time.Now()); wait += time.Second {
				time.Sleep(time.Second)
			}
			if n == 1 && wait != uneasyLeast || n == 12 && wait != uneasyMost {
				t.Errorf("after disturbance %d it is kept awake for %v", n, wait)
			}
			sum += wait
		}
		if sum < 20*time.Minute {
			t.Errorf("twelve times within %v", sum)
		}
		began := time.Now()
		time.Sleep(time.Minute) // something else was plugged in
		if u.disturbed(began); u.at(time.Now()) {
			t.Error("a rest of a minute is held against it")
		}
	})
}

func TestWhatWouldBeChosenNowAsBefore(t *testing.T) {
	was := pulseState{sources: []pulseDevice{jabra, laptop}, sinks: []pulseDevice{{name: "ear"}}, source: jabra.name, sink: "ear"}
	if now := was; !was.likely(now) {
		t.Error("nothing has changed")
	}
	for name, change := range map[string]func(*pulseState){
		"the microphone has gone": func(s *pulseState) { s.sources = []pulseDevice{laptop} },
		"the ear has gone":        func(s *pulseState) { s.sinks = nil },
		"another microphone":      func(s *pulseState) { s.source = laptop.name },
		"another ear":             func(s *pulseState) { s.sink = "loudspeaker" },
	} {
		now := was
		if change(&now); was.likely(now) {
			t.Errorf("%s: not noticed", name)
		}
	}
}
