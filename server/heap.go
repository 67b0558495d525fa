package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"cordboard/server/inbox"
)

// A collection of garbage takes a quarter of the machine while it runs, which callers and packets wait for. A small
// heap is collected often, at a busy hour every second; so the heap may grow by a sixteenth of the machine's memory, at
// most mostSpare, before it is collected, however little of it is in use. Much more than that was measured to cost more
// than it gains: memory that is new to the processor, and one long collection instead of several short ones. When the
// hour is over, what was spared is given back to the system.
const (
	mostSpare = 192 << 20
	usual     = 100 // percent, as GOGC
	highest   = 400
	calm      = 20 * time.Second // without a collection: the hour is over
	little    = 32 << 20         // not worth giving back
)

// heapPace sets, after each collection, how far the heap may grow until the next.
type heapPace struct {
	spare uint64 // bytes
	set   func(percent int) int
	read  func() heapUse
	last  atomic.Int64 // when a collection was seen, Unix nanoseconds
	over  atomic.Bool
}

// heapUse is what the heap holds, in bytes.
type heapUse struct {
	live uint64 // found in use by the last collection
	now  uint64 // with the garbage made since
}

// PaceHeap paces the process's heap until ctx ends; who runs a server alone in a process does it. An operator who
// sets GOGC knows better: then nothing is done.
func PaceHeap(ctx context.Context, log *slog.Logger) {
	if os.Getenv("GOGC") != "" {
		return
	}
	p := &heapPace{spare: spareOf(machineMemory()), set: debug.SetGCPercent, read: readHeap}
	p.collected()
	inbox.Go(func(panicked *inbox.Panic) { log.Error("the heap is not paced any more", "err", panicked) }, func() {
		defer p.over.Store(true)
		tick := time.NewTicker(calm / 4)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				if p.wastes(now) {
					debug.FreeOSMemory()
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

// sentinel is garbage at once: its cleanup runs after the next collection.
type sentinel struct{ _ [16]byte }

func (p *heapPace) collected() {
	if p.over.Load() {
		return
	}
	p.last.Store(time.Now().UnixNano())
	p.set(p.percentFor(p.read().live))
	runtime.AddCleanup(&sentinel{}, func(p *heapPace) { p.collected() }, p)
}

// wastes says that much is held and nothing has made garbage for a while.
func (p *heapPace) wastes(now time.Time) bool {
	use := p.read()
	return now.Sub(time.Unix(0, p.last.Load())) > calm && use.now > use.live+little
}

// percentFor gives how far a heap of that many bytes may grow.
func (p *heapPace) percentFor(live uint64) int {
	if live == 0 {
		return highest
	}
	return int(min(max(p.spare*100/live, usual), highest))
}

func spareOf(memory uint64) uint64 { return min(memory/16, mostSpare) }

// machineMemory is what the process may use, in bytes: the machine's memory, or less where a container says so. Where
// neither can be read it is taken for a gibibyte.
func machineMemory() uint64 {
	memory := uint64(1 << 30)
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib uint64
		if _, err := fmt.Sscanf(string(b), "MemTotal: %d kB", &kib); err == nil {
			memory = kib << 10
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64); err == nil {
			memory = min(memory, limit)
		}
	}
	return memory
}

func readHeap() heapUse {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return heapUse{live: s[0].Value.Uint64(), now: s[1].Value.Uint64()}
}
