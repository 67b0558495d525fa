package server

import (
	"runtime"
	"testing"
	"time"
)

func TestASmallHeapIsCollectedSeldomAndALargeOneAsUsual(t *testing.T) {
	cases := []struct {
		name    string
		live    uint64
		percent int
	}{
		{"nothing yet", 0, highest},
		{"a few agents", 4 << 20, highest},
		{"a busy hour", 64 << 20, 300},
		{"a wide house", 128 << 20, 150},
		{"a large house", 500 << 20, usual},
	}
	for _, c := range cases {
		p := &heapPace{spare: 192 << 20}
		if got := p.percentFor(c.live); got != c.percent {
			t.Errorf("%s: %d %%, want %d", c.name, got, c.percent)
		}
	}
}

func TestTheHeapMayGrowByASixteenthOfTheMachineAtMost(t *testing.T) {
	if got := spareOf(1 << 30); got != 64<<20 {
		t.Errorf("%d bytes of a gibibyte", got)
	}
	if got := spareOf(64 << 30); got != mostSpare {
		t.Errorf("%d bytes of a large machine", got)
	}
	if got := machineMemory(); got < 256<<20 || got > 1<<46 {
		t.Errorf("this machine is said to have %d bytes", got)
	}
}

func TestThePaceIsSetAgainAfterEachCollection(t *testing.T) {
	set := make(chan int, 16)
	p := &heapPace{spare: 192 << 20, set: func(n int) int { set <- n; return 0 }, read: func() heapUse { return heapUse{live: 64 << 20} }}
	p.collected()
	for range 2 {
		if got := <-set; got != 300 {
			t.Fatalf("set to %d %%, want 300", got)
		}
		runtime.GC()
	}
	p.over.Store(true)
}

func TestMemoryIsGivenBackOnlyWhenTheHourIsOver(t *testing.T) {
	at := time.Unix(1_000_000, 0)
	cases := []struct {
		name  string
		since time.Duration
		use   heapUse
		want  bool
	}{
		{"collected a moment ago", time.Second, heapUse{live: 40 << 20, now: 200 << 20}, false},
		{"quiet, and much is held", calm + time.Second, heapUse{live: 40 << 20, now: 200 << 20}, true},
		{"quiet, and little is held", calm + time.Second, heapUse{live: 40 << 20, now: 60 << 20}, false},
	}
	for _, c := range cases {
		p := &heapPace{read: func() heapUse { return c.use }}
		p.last.Store(at.Add(-c.since).UnixNano())
		if got := p.wastes(at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
