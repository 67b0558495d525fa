//go:build !linux

package ui

import "time"

func spent() time.Duration { return monotonic() }
