//go:build cgo && !headless

package audio

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	watchEvery = 50 * time.Millisecond
	lostAfter  = 5               // looks in time without a callback: 250 ms
	lostAtLast = 20              // the same while the sound server still has our stream: 1 s
	reprobe    = 2 * time.Second // between attempts to open while there is no device, or looks whether there may be one
	firstTries = 10              // attempts before it is looked first: what has failed so often fails for a while
	mostLooks  = 15              // looks between two attempts where nothing has changed
)

// card is the sound card by PortAudio. One goroutine opens, watches and re-opens it; the callback and the
// softphone meet in rings only.
type card struct {
	log   *slog.Logger
	news  news
	rings atomic.Pointer[rings] // nil while there is no device
	name  atomic.Pointer[string]
	want  atomic.Pointer[choice]
	home  home         // owned by run
	mute  bool         // no microphone: an ear only
	next  func(*Frame) // gives the ear's frames when they are pulled; nil: they are written

	wake   chan struct{}
	choose chan struct{}
	doze   chan struct{} // rest has changed
	stop   chan struct{}
	done   chan struct{}
	start  sync.Once
	close  sync.Once
	begun  atomic.Bool
	rest   atomic.Bool
	uneasy uneasy // owned by run

	micN, earN, under, over, opened atomic.Uint64
}

type choice struct{ input, output string }

func openCard(o Options) (Device, error) {
	c := &card{
		log: o.Log, news: newNews(), mute: o.EarOnly,
		wake: make(chan struct{}, 1), choose: make(chan struct{}, 1), doze: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	c.name.Store(new(string))
	c.want.Store(&choice{o.Input, o.Output})
	return c, nil
}

func (c *card) Start() error {
	c.start.Do(func() {
		c.begun.Store(true)
		go c.run()
	})
	return nil
}

func (c *card) Wake() <-chan struct{} { return c.wake }

func (c *card) Pull(next func(*Frame)) { c.next = next }

func (c *card) Read(f *Frame) bool {
	r := c.rings.Load()
	if r == nil || !r.mic.take(f) {
		return false
	}
	c.micN.Add(1)
	return true
}

func (c *card) Write(f *Frame) {
	if r := c.rings.Load(); r != nil && r.ear.put(f) {
		r.primed.Store(true)
		c.earN.Add(1)
	}
}

func (c *card) Backlog() (mic, ear int) {
	r := c.rings.Load()
	if r == nil {
		return 0, 0
	}
	return r.mic.len(), r.ear.len()
}

func (c *card) Stats() Stats {
	return Stats{Mic: c.micN.Load(), Ear: c.earN.Load(), Underruns: c.under.Load(), Overruns: c.over.Load(), Opened: c.opened.Load()}
}

func (c *card) Events() <-chan Event { return c.news.ch }
func (c *card) Name() string         { return *c.name.Load() }

func (c *card) Choose(input, output string) {
	c.want.Store(&choice{input, output})
	select {
	case c.choose <- struct{}{}:
	default:
	}
}

func (c *card) Close() error {
	c.close.Do(func() {
		close(c.stop)
		if c.begun.Load() {
			<-c.done
		}
		close(c.news.ch)
	})
	return nil
}

// run opens the device, watches it, and opens it again when it is lost or another one is chosen.
func (c *card) run() {
	defer close(c.done)
	lost, name := false, "" // told already; what is missed
	for tries := 0; ; tries++ {
		want, there := c.want.Load(), present()
		s, err := c.open(*want)
		if err == nil {
			c.opened.Add(1)
			lost, tries = false, 0
			err = c.use(want, s)
			c.rings.Store(nil)
			name = c.Name()
		}
		if err != nil && !lost {
			lost = true
			c.log.Warn("audio device lost", "device", name, "err", err)
			c.news.tell(Event{Kind: Lost, Device: name, Err: err})
		}
		if c.want.Load() != want {
			name = ""
		}
		c.name.Store(new(string))
		s.close()
		if err == nil { // stopped, or another device is chosen
			select {
			case <-c.stop:
				return
			default:
				continue
			}
		}
		if !c.pause(tries, there) {
			return
		}
	}
}

// pause waits for the next attempt; false: the device is being closed. An attempt costs a twentieth of a second and many lines of the
// log, so after some it waits until the system has other devices than at the last.
func (c *card) pause(tries int, there string) bool {
	t := time.NewTicker(reprobe)
	defer t.Stop()
	for look := 0; look < mostLooks; look++ {
		select {
		case <-c.stop:
			return false
		case <-c.choose:
			return true
		case <-t.C:
		}
		if tries < firstTries || there == "" || present() != there {
			return true
		}
	}
	return true
}

// use tells of the open device and watches it. It returns nil when it is asked to end or to open the device again,
// an error when it is gone.
func (c *card) use(want *choice, s *streams) error {
	if c.mute {
		c.log.Info("audio device open", "output", s.output)
		c.say(Event{Kind: Opened, Device: s.output})
		return c.watch(s, pulseWatch{})
	}
	w := watchPulse(c.log)
	defer w.close()
	mic, sure := place(w, s.input)
	e := c.home.arrive(want, mic, sure)
	c.log.Info("audio device open", "input", e.Device, "output", s.output)
	c.say(e)
	return c.watch(s, w)
}

func (c *card) say(e Event) {
	c.name.Store(&e.Device)
	if e.Kind == Moved {
		c.log.Warn("another microphone is used now", "before", e.From, "device", e.Device)
	}
	c.news.tell(e)
}

// watch looks for callbacks that have ceased: PortAudio tells nobody of a device that is gone. Looks that were
// themselves late prove nothing and are not counted; and while the sound server still has our stream, it may only be
// that the machine is too busy.
func (c *card) watch(s *streams, w pulseWatch) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	r := s.rings
	mic, ear, silent, last := uint64(0), uint64(0), -lostAfter, time.Now()
	limit, seen := lostAfter, pulseState{}
	for {
		select {
		case <-c.stop:
			return nil
		case <-c.choose:
			return nil
		case st, open := <-w.ch:
			if !open {
				w.ch, limit = nil, lostAfter
				continue
			}
			if limit = lostAfter; st.mic.name != "" {
				limit = lostAtLast
			}
			seen = st
			e, tell, reopen := c.home.look(st)
			if tell {
				c.say(e)
			}
			if reopen {
				return nil
			}
			continue
		case <-tick.C:
		}
		now := time.Now()
		if c.mayRest(w, seen, now) {
			if awake, err := c.standStill(s, w, seen); !awake {
				return err
			}
			r, mic, ear, silent, last, seen = s.rings, 0, 0, -lostAfter, time.Now(), pulseState{}
			continue
		}
		late := now.Sub(last) > 2*watchEvery
		last = now
		m, e := r.calls.Load(), r.earCalls.Load()
		if (m != mic || s.in == nil) && (e != ear || s.out == nil) {
			mic, ear, silent = m, e, 0
			continue
		}
		if late {
			continue
		}
		if silent++; silent >= limit {
			return fmt.Errorf("no sound for %v: the device is gone", time.Duration(silent)*watchEvery)
		}
	}
}
