package ui

import (
	"syscall"
	"time"
	"unsafe"
)

// spent is the processor time of this thread (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID): what others do on the machine
// meanwhile does not count.
func spent() time.Duration {
	var ts syscall.Timespec
	const threadTime = 3
	if _, _, e := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadTime, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		return monotonic()
	}
	return time.Duration(ts.Nano())
}
