package operate

import (
	"runtime"
	"testing"
)

func TestASmallHeapIsCollectedSeldomAndALargeOneAsUsual(t *testing.T) {
	cases := []struct {
		name    string
		live    uint64
		percent int
	}{
		{"nothing yet", 0, highest},
		{"a few agents", 10 << 20, highest},
		{"a busy hour", 64 << 20, 150},
		{"a large house", 500 << 20, usual},
	}
	for _, c := range cases {
		if got := percentFor(c.live); got != c.percent {
			t.Errorf("%s: %d %%, want %d", c.name, got, c.percent)
		}
	}
}

func TestThePaceIsSetAgainAfterEachCollection(t *testing.T) {
	set := make(chan int, 16)
	p := &heapPace{set: func(n int) int { set <- n; return 0 }, live: func() uint64 { return 64 << 20 }}
	p.next()
	for range 2 {
		if got := <-set; got != 150 {
			t.Fatalf("set to %d %%, want 150", got)
		}
		runtime.GC()
	}
	p.stop()
}
