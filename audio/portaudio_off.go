//go:build !cgo || headless

package audio

import "errors"

// ErrNoPortAudio says that this program was built without PortAudio.
var ErrNoPortAudio = errors.New("this cordboard was built without sound (CGO_ENABLED=0): use a build with PortAudio, or --audio none")

// openCard gives a silent device that says why.
func openCard(o Options) (Device, error) {
	s := newSilence()
	s.news.tell(Event{Kind: Lost, Err: ErrNoPortAudio})
	return s, nil
}

// Devices lists the system's devices. Without PortAudio there are none that we could use.
func Devices() ([]Info, error) { return nil, ErrNoPortAudio }
