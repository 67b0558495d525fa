package ui

import (
	"syscall"
	"time"
	"unsafe"
)

// monotonic is CLOCK_MONOTONIC of the machine: one clock for every program on it (clock_gettime(2)).
func monotonic() time.Duration {
	var ts syscall.Timespec
	const clockMonotonic = 1
	if _, _, e := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		return time.Since(began)
	}
	return time.Duration(ts.Nano())
}
