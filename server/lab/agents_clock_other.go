//go:build !linux

package lab

import "time"

var monotonicStart = time.Now()

// monotonic counts from the start of the program: elsewhere than on Linux it compares within one program only.
func monotonic() int64 { return int64(time.Since(monotonicStart)) }
