package operate

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// A collection of garbage takes a quarter of the machine while it runs, which callers and packets wait for. A small
// heap is collected often, at a busy hour every second; so the heap may grow by spare before it is collected, however
// little of it is in use.
const (
	spare   = 96 << 20
	usual   = 100 // percent, as GOGC
	highest = 400
)

// heapPace sets, after each collection, how far the heap may grow until the next.
type heapPace struct {
	set  func(percent int) int
	live func() uint64
	over atomic.Bool
}

// sentinel is garbage at once: its cleanup runs after the next collection.
type sentinel struct{ _ [16]byte }

// spareHeap begins to pace. An operator who sets GOGC knows better: then nothing is done.
func spareHeap(live func() uint64) *heapPace {
	p := &heapPace{set: debug.SetGCPercent, live: live}
	if os.Getenv("GOGC") != "" {
		p.over.Store(true)
	}
	p.next()
	return p
}

func (p *heapPace) next() {
	if p.over.Load() {
		return
	}
	p.set(percentFor(p.live()))
	runtime.AddCleanup(&sentinel{}, func(p *heapPace) { p.next() }, p)
}

func (p *heapPace) stop() { p.over.Store(true) }

// percentFor gives how far a heap of that many bytes may grow.
func percentFor(live uint64) int {
	if live == 0 {
		return highest
	}
	return int(min(max(spare*100/live, usual), highest))
}

// collections gives what the last collection found in use.
func collections() func() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	return func() uint64 {
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
}
