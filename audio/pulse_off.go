//go:build cgo && !headless && !linux

package audio

import "log/slog"

type pulseDevice struct {
	name, description string
	monitor           bool
}

type pulseState struct {
	mic            pulseDevice
	sources, sinks []pulseDevice
	source, sink   string
}

type pulseWatch struct {
	ch    chan pulseState
	close func()
}

func watchPulse(*slog.Logger) pulseWatch { return pulseWatch{close: func() {}} }
func pulseInfos() []Info                 { return nil }

func viaPulse(want choice, own []string) choice { return want }

// present is not known: every look is an attempt.
func present() string { return "" }
