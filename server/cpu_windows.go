package server

import (
	"syscall"
	"time"
)

// processTime is what the process has used of the processors, in user and system mode.
func processTime() time.Duration {
	h, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0
	}
	var made, gone, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(h, &made, &gone, &kernel, &user) != nil {
		return 0
	}
	whole := func(f syscall.Filetime) time.Duration { // in steps of 100 ns
		return time.Duration(int64(f.HighDateTime)<<32|int64(f.LowDateTime)) * 100
	}
	return whole(kernel) + whole(user)
}
