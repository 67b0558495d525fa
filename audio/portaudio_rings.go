//go:build cgo && !headless

package audio

import (
	"sync/atomic"

	"github.com/gordonklaus/portaudio"
)

// rings belong to one opening of the device, so that a late callback of the one before cannot disturb them.
type rings struct {
	mic, ear ring
	calls    atomic.Uint64 // of the microphone's callback
	earCalls atomic.Uint64
	primed   atomic.Bool

	micPart, earPart Frame // of the callbacks alone
	micAt, earAt     int
}

// callbackPanics counts frames that a fault in the callback has cost.
var callbackPanics atomic.Uint64

// heard is the microphone's callback: it waits for nobody, allocates and logs nothing. Buffers come in any length.
func (c *card) heard(r *rings, in []int16) {
	r.calls.Add(1)
	for len(in) > 0 {
		n := copy(r.micPart[r.micAt:], in)
		in = in[n:]
		if r.micAt += n; r.micAt == FrameSamples {
			r.micAt = 0
			if !r.mic.put(&r.micPart) {
				c.over.Add(1)
			}
			select {
			case c.wake <- struct{}{}:
			default:
			}
		}
	}
}

// play is the ear's callback.
func (c *card) play(r *rings, out []int16) {
	r.earCalls.Add(1)
	for len(out) > 0 {
		if r.earAt == FrameSamples {
			r.earAt = 0
			if c.next != nil {
				c.next(&r.earPart)
				c.earN.Add(1)
			} else if !r.ear.take(&r.earPart) {
				r.earPart = Frame{}
				if r.primed.Load() {
					c.under.Add(1)
				}
			}
		}
		n := copy(out, r.earPart[r.earAt:])
		out = out[n:]
		r.earAt += n
	}
}

// streams are what is open: one for each direction that there is a device for.
type streams struct {
	rings         *rings
	in, out       *portaudio.Stream
	input, output string
}

// close ends the use of the device.
func (s *streams) close() {
	if s == nil {
		return
	}
	host.Lock()
	defer host.Unlock()
	s.halt()
	portaudio.Terminate()
}

// halt closes what is open; PortAudio stays ready. The caller has the host.
func (s *streams) halt() {
	for _, one := range []*portaudio.Stream{s.in, s.out} {
		if one != nil {
			one.Abort()
			one.Close()
		}
	}
	s.in, s.out = nil, nil
}
