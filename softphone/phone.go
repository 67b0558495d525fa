// Package softphone is the console's end of a call: one permanent WebRTC connection to the server, over which the
// agent's microphone and ear are open whenever there may be something to hear; answering a call is a matter of the server alone.
// It sends a packet every 20 ms, muted or not, signs of life when nobody listens, and plays whatever of G.722, PCMU, PCMA and comfort noise comes.
package softphone

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/audio"
	"cordboard/session/wire"
)

// Options of New.
type Options struct {
	Device audio.Device // the headset; the phone starts it and closes it
	// Ringer is another device to ring on, such as the machine's loudspeakers; nil: the headset. The phone starts
	// it and closes it.
	Ringer audio.Device
	Log    *slog.Logger
	Now    func() time.Time // the clock of received packets and of what is due; time.Now when nil
	// Addresses gives the machine's own addresses; a change is a reason to restart ICE. The system's when nil.
	Addresses func() []string
}

// Phone is a line to the server. Its methods may be called from any goroutine and, but for Offer and Close, do
// not wait.
type Phone struct {
	log   *slog.Logger
	now   func() time.Time
	news  news
	voice *voice
	line  line

	stop  chan struct{}
	hurry chan struct{} // something begins
	once  sync.Once
	wg    sync.WaitGroup

	moved atomic.Bool // the device is another one than the person chose, and muted for that
	gone  atomic.Bool // no microphone
}

// Event tells what happened to the line or the device.
type Event struct {
	Kind   EventKind
	Device string // of device events: the microphone
	From   string // DeviceMoved: the one before
	Why    string // WantRestart and LineDown
	Err    error
}

// EventKind says what happened.
type EventKind string

// The kinds of Event.
const (
	LineUp       EventKind = "line_up"       // packets come from the server
	LineDown     EventKind = "line_down"     // none came for two seconds, or the connection has ended
	WantRestart  EventKind = "want_restart"  // make an Offer and bring it to the server
	DeviceOpened EventKind = "device_opened" // the headset works
	DeviceLost   EventKind = "device_lost"   // no headset; it is looked for
	DeviceMoved  EventKind = "device_moved"  // the system took another microphone: the phone is muted
	DeviceSilent EventKind = "device_silent" // the microphone has given nothing at all for 5 s: muted at the headset?
	Speaking     EventKind = "speaking"      // somebody speaks into a muted microphone
)

// ErrClosed is given by a phone that was closed.
var ErrClosed = errors.New("the phone is closed")

// New makes a phone and opens its device. There is no line yet: Offer makes it.
func New(o Options) (*Phone, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Addresses == nil {
		o.Addresses = systemAddresses
	}
	if o.Device == nil {
		o.Device, _ = audio.Open(audio.Options{Spec: "none"})
	}
	p := &Phone{log: o.Log, now: o.Now, news: newNews(), stop: make(chan struct{}), hurry: make(chan struct{}, 1)}
	p.voice = newVoice(o.Device, o.Ringer)
	p.voice.begins = p.hasten
	if d, ok := o.Device.(audio.Puller); ok {
		d.Pull(func(f *audio.Frame) { p.voice.pulled(f, p.now()) })
	}
	p.line = line{log: o.Log, now: o.Now, tell: p.news.tell, voice: p.voice, wait: restartWait}
	if err := o.Device.Start(); err != nil {
		return nil, err
	}
	if o.Ringer != nil {
		if err := o.Ringer.Start(); err != nil {
			o.Log.Warn("the ringing device does not start", "err", err)
		}
	}
	p.wg.Go(p.clock)
	p.wg.Go(func() { p.watchDevice(o.Device) })
	p.wg.Go(func() { p.watchNetwork(o.Addresses) })
	return p, nil
}

// Events tells of the line and of the device. It is closed by Close; when nobody listens the oldest is forgotten.
func (p *Phone) Events() <-chan Event { return p.news.ch }

// Mute silences the microphone at its source, or opens it again.
func (p *Phone) Mute(on bool) {
	p.moved.Store(false)
	p.voice.mute(on)
}

// Ring begins or ends the ring tone.
func (p *Phone) Ring(on bool) {
	p.voice.ring(on)
	p.hasten()
}

// Meter says whether a screen shows the microphone's level while there is no call: the headset does not rest then.
func (p *Phone) Meter(on bool) {
	p.voice.metered.Store(on)
	p.hasten()
}

// SetRinger lets the phone ring on another device, which it starts and closes; nil: on the headset. It waits for the
// device before to close.
func (p *Phone) SetRinger(d audio.Device) error {
	var next *audio.Device
	if d != nil {
		if err := d.Start(); err != nil {
			return err
		}
		next = &d
	}
	old := p.voice.ringer.Swap(next)
	if old == nil {
		return nil
	}
	<-time.After(2 * audio.FrameTime) // a turn that has begun may still write to it
	return (*old).Close()
}

// Zip plays the short tone into the ear that says: this call was answered for you, speak.
func (p *Phone) Zip() {
	p.voice.zip()
	p.hasten()
}

// Choose goes over to other devices, by (part of) their names; empty means the system's choice.
func (p *Phone) Choose(input, output string) { p.voice.device.Choose(input, output) }

// Levels gives the meters since the last reading, and what this end hears of the line.
func (p *Phone) Levels() wire.Levels {
	l := p.voice.levels()
	l.NoDevice = p.gone.Load()
	l.LineUp = p.line.isUp()
	l.Quality = p.line.quality()
	return l
}

// Close ends the line and closes the devices.
func (p *Phone) Close() error {
	var err error
	p.once.Do(func() {
		close(p.stop)
		p.line.close()
		p.wg.Wait()
		err = p.voice.device.Close()
		if r := p.voice.ringer.Swap(nil); r != nil {
			(*r).Close()
		}
		p.news.close()
	})
	return err
}

// news is the channel of events: who tells never waits.
type news struct {
	mu     *sync.Mutex
	closed *bool
	ch     chan Event
}

func newNews() news { return news{new(sync.Mutex), new(bool), make(chan Event, 32)} }

func (n news) tell(e Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for !*n.closed {
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

func (n news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	*n.closed = true
	close(n.ch)
}
