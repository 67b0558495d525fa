// Package audio is the headset: PortAudio, a pair of WAV files, or nothing at all, behind one interface of
// 20 ms frames at 48 kHz. A device that goes away comes back by itself; the program runs without one.
package audio

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// The frames of a Device.
const (
	Rate         = 48000 // Hz, mono
	FrameSamples = 960   // 20 ms
	FrameTime    = 20 * time.Millisecond
)

// Frame is 20 ms of sound.
type Frame = [FrameSamples]int16

// Device is a headset: a microphone and an ear. Read and Write never block; they are called by the
// softphone's 20 ms clock, from one goroutine.
type Device interface {
	// Start begins to capture and to play. It returns at once; what becomes of the device is told by Events.
	Start() error
	// Read gives the next frame of the microphone; false: there is none yet, or no microphone.
	Read(f *Frame) bool
	// Write takes the next frame for the ear. Without a device it is thrown away.
	Write(f *Frame)
	// Backlog is the number of frames that wait in each direction.
	Backlog() (mic, ear int)
	// Stats counts what went through and what did not.
	Stats() Stats
	// Events tells of devices lost, back, and moved. It is closed by Close. Nobody has to listen.
	Events() <-chan Event
	// Name of the microphone, as the system has it; empty while there is none.
	Name() string
	// Choose goes over to other devices, by (part of) their names; empty means the system's choice.
	Choose(input, output string)
	Close() error
}

// Puller is a Device whose ear asks for each frame at the moment when it is needed, so that none waits in between. Pull
// is called before Start; Write is of no use then. next is called by the card's own thread, must be quick, and gives
// every frame in f; it is not called while there is no device.
type Puller interface{ Pull(next func(f *Frame)) }

// Waker is a Device that tells when its microphone has a frame, so that none waits for a clock. What is told while nobody
// listens is told once.
type Waker interface{ Wake() <-chan struct{} }

// Rester is a Device that can let go of the system's devices while nobody listens and nobody speaks, which is most of a shift: what
// is open keeps the machine, the headset and the system's sign of a microphone in use awake. Rest does not wait; after Rest(false)
// sound comes and goes within some 50 ms. While it rests it has no sound to give or to take, but tells as ever when it is unplugged
// or back. A Device that would not notice goes on as before.
type Rester interface{ Rest(on bool) }

// Rewinder is a Device that says the same every time: it is rewound when the line comes up, so that its beginning
// is heard.
type Rewinder interface{ Rewind() }

// Stats of a Device since it was opened.
type Stats struct {
	Mic, Ear  uint64 // frames
	Underruns uint64 // frames that the ear wanted and nobody had written
	Overruns  uint64 // frames of the microphone that nobody had read
	Opened    uint64 // how often the device was opened
}

// Event is something that happened to a device.
type Event struct {
	Kind   EventKind
	Device string // Opened and Moved: the microphone that is used now. Lost: the one that is gone
	From   string // Moved: the microphone before
	Err    error  // Lost: why it could not be opened, when that is known
}

// EventKind says what happened.
type EventKind string

// The kinds of Event.
const (
	Opened EventKind = "opened" // the device works, for the first time or again
	Lost   EventKind = "lost"   // no device, or it stopped giving sound
	Moved  EventKind = "moved"  // the system has put another microphone in the place of ours
)

// Options of Open.
type Options struct {
	// Spec is "portaudio", "none", or "file:IN.wav,OUT.wav": IN is the microphone (any rate; empty: silent),
	// OUT gets what the ear hears (empty: nothing is written). "file:IN.wav,OUT.wav,loop" repeats IN.
	Spec string
	// Input and Output are (parts of) device names; empty is the system's default.
	Input, Output string
	// EarOnly opens no microphone: a loudspeaker to ring on.
	EarOnly bool
	Log     *slog.Logger
}

// Info describes a device of the system.
type Info struct {
	Name, API       string
	Inputs, Outputs int // channels
	Default         bool
}

// Open makes the device that o asks for. It fails on a wrong Spec or an unreadable file, never for want of a
// sound card: that is told by an Event, and the device is looked for again every two seconds.
func Open(o Options) (Device, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	spec, rest, _ := strings.Cut(o.Spec, ":")
	switch spec {
	case "", "portaudio":
		return openCard(o)
	case "none":
		return newSilence(), nil
	case "file":
		return openFiles(rest)
	}
	return nil, fmt.Errorf("audio %q: there is portaudio, none, and file:IN.wav,OUT.wav", o.Spec)
}

// news is a channel of events that never blocks who tells: when nobody listens, the oldest is forgotten.
type news struct{ ch chan Event }

func newNews() news { return news{make(chan Event, 16)} }

func (n news) tell(e Event) {
	for {
		select {
		case n.ch <- e:
			return
		default:
		}
		select {
		case <-n.ch:
		default:
		}
	}
}
