//go:build unix

package server

import (
	"syscall"
	"time"
)

// processTime is what the process has used of the processors, in user and system mode.
func processTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
