//go:build !linux

package ui

import "time"

// monotonic is the time since this program began: other systems have no such clock in common through the standard library.
func monotonic() time.Duration { return time.Since(began) }
