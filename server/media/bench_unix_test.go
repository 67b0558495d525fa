//go:build unix

package media

import (
	"syscall"
	"time"
)

// processTime is what this process has used of the processors.
func processTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
