package server

import (
	"os"
	"runtime"
	"sync/atomic"
)

// enough goroutines run at a time for what must not wait to pass what may.
const enough = 8

// ShareProcessors lets the system share few processors among the server's goroutines. Go itself takes a processor
// from a goroutine after 10 ms, and on two of them an offer, or a packet, waits behind two commits of the ledger for
// that long; the system, which knows of more threads than it has processors, lets it pass within a slice of its own.
// Measured on two processors at 100 calls a second, a goroutine that can run waits 1 ms for it in the worst of a
// hundred cases, not 4. Who runs a server alone in a process does it. An operator who sets GOMAXPROCS knows better.
func ShareProcessors() {
	if os.Getenv("GOMAXPROCS") == "" {
		n := processors()
		shared.Store(int64(n))
		runtime.GOMAXPROCS(shares(n))
	}
}

var shared atomic.Int64 // processors that there were when they were shared; 0: they are not

// processors is how many the process has, however many goroutines run at a time.
func processors() int {
	if n := shared.Load(); n > 0 {
		return int(n)
	}
	return min(runtime.GOMAXPROCS(0), runtime.NumCPU())
}

// shares is how many goroutines run at a time on so many processors: no more than two on each; with four the collector of
// garbage, which takes those that seem idle, is in everybody's way.
func shares(processors int) int { return max(processors, min(2*processors, enough)) }
