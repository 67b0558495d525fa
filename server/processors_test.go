package server

import (
	"runtime"
	"testing"
)

func TestFewProcessorsAreShared(t *testing.T) {
	for processors, want := range map[int]int{1: 2, 2: 4, 3: 6, 4: 8, 8: 8, 12: 12, 64: 64} {
		if got := shares(processors); got != want {
			t.Errorf("%d processors: %d goroutines at a time, want %d", processors, got, want)
		}
	}
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	t.Setenv("GOMAXPROCS", "3")
	ShareProcessors()
	if got := runtime.GOMAXPROCS(0); got != was {
		t.Errorf("what the operator chose became %d", got)
	}
	t.Setenv("GOMAXPROCS", "")
	defer shared.Store(0)
	before := newProcessor().cores
	ShareProcessors()
	ShareProcessors()
	if got := newProcessor().cores; got != before { // else the load mark could not be reached
		t.Errorf("the load is a share of %d processors, and there are %d", got, before)
	}
	if got := runtime.GOMAXPROCS(0); got != shares(was) {
		t.Errorf("%d goroutines at a time", got)
	}
}
