package server_test

import (
	"fmt"
	"os"
	"runtime"
)

// state of the process.
type state struct {
	goroutines, files int
	heap              uint64
}

func (s state) String() string {
	return fmt.Sprintf("%d goroutines, %d KiB heap, %d descriptors", s.goroutines, s.heap>>10, s.files)
}

func stateNow() state {
	runtime.GC()
	runtime.GC() // what pools held is gone after the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	open, _ := os.ReadDir("/proc/self/fd")
	return state{runtime.NumGoroutine(), len(open), m.HeapAlloc}
}
