//go:build cgo && !headless

package audio

import (
	"slices"
	"time"
)

const placeWait = time.Second // for the sound server to say where our stream hangs

// home is the microphone that the person speaks into, as far as we know: the first that was used since the last
// choice. Another one in its place is told, whether the system moved the stream or a lost device came back as
// another. Owned by the card's goroutine.
type home struct {
	want *choice // for which it was found
	mic  pulseDevice
	sure bool // the sound server said so, or there is none
	away bool
	near bool // the home microphone is there, though another is used
}

// arrive is called when the device has been opened. It gives the event to tell. What is not sure yet is put right by
// look.
func (h *home) arrive(want *choice, mic pulseDevice, sure bool) Event {
	if h.want != want || h.mic.name == "" || !h.sure {
		*h = home{want: want, mic: mic, sure: sure}
	}
	if !sure {
		h.away = false
		return Event{Kind: Opened, Device: mic.description}
	}
	return h.at(mic)
}

func (h *home) at(mic pulseDevice) Event {
	h.away = mic.name != h.mic.name
	if h.away {
		return Event{Kind: Moved, Device: mic.description, From: h.mic.description}
	}
	return Event{Kind: Opened, Device: mic.description}
}

// look takes what the sound server says while the device is open: the event to tell, if any, and whether to open
// the device again because the home microphone is back.
func (h *home) look(s pulseState) (e Event, tell, reopen bool) {
	if s.mic.name == "" {
		return Event{}, false, false
	}
	if !h.sure {
		h.mic, h.sure = s.mic, true
		return h.at(s.mic), true, false
	}
	here := slices.Contains(s.sources, h.mic)
	came := here && !h.near
	h.near = here
	if away := s.mic.name != h.mic.name; away != h.away {
		return h.at(s.mic), true, false
	}
	return Event{}, false, h.away && came
}

// place waits until the sound server says which microphone the freshly opened stream has; without a server it is
// the device as PortAudio names it. sure is false when the server has not said in time.
func place(w pulseWatch, input string) (mic pulseDevice, sure bool) {
	own := pulseDevice{name: input, description: input}
	if w.ch == nil {
		return own, true
	}
	t := time.NewTimer(placeWait)
	defer t.Stop()
	for {
		select {
		case s, open := <-w.ch:
			if !open {
				return own, false
			}
			if s.mic.name != "" {
				return s.mic, true
			}
		case <-t.C:
			return own, false
		}
	}
}
