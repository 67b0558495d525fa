package media

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// core is what every leg of ours is made of: what comes in, what goes out, and what is known of both.
type core struct {
	id      string
	plane   *Plane
	log     *slog.Logger
	in      inlet
	out     Sender
	watch   watch
	control control
	closed  atomic.Bool
	end     func() // the leg's Close

	sinkMu sync.Mutex
	sink   func(Event)
	first  bool // FirstPacket came before there was a sink
}

func (c *core) start(p *Plane, id string) {
	c.plane, c.id = p, id
	c.log = p.log.With("leg", id)
	c.in.tell = c.tell
	c.out.types = noPayloads()
	c.out.hearSource(p, nil, nil)
}

// ID is what the leg was made with.
func (c *core) ID() string { return c.id }

func (c *core) inlet() *inlet { return &c.in }

func (c *core) speaks() Codec { return c.out.speaks() }

// Hear sets what this leg hears from now on; nil is silence.
func (c *core) Hear(s Source) {
	if !c.closed.Load() {
		c.out.hearSource(c.plane, s, nil)
	}
}

// Tones sends keypad digits towards the party.
func (c *core) Tones(keys string) error {
	if c.closed.Load() {
		return ErrClosed
	}
	return c.out.press(c.plane.clock, keys)
}

// Sink takes the leg's events.
func (c *core) Sink(f func(Event)) {
	c.sinkMu.Lock()
	c.sink = f
	first := c.first && f != nil
	if first {
		c.first = false
	}
	c.sinkMu.Unlock()
	if first {
		f(FirstPacket{})
	}
}

func (c *core) tell(e Event) {
	c.sinkMu.Lock()
	f := c.sink
	if _, first := e.(FirstPacket); first && f == nil {
		c.first = true
	}
	c.sinkMu.Unlock()
	if f == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			c.log.Error("who was told of a leg's event failed", "err", v)
		}
	}()
	f(e)
}

// stop ends the sound; it reports false when that was done before.
func (c *core) stop() bool {
	if !c.closed.CompareAndSwap(false, true) {
		return false
	}
	c.plane.forget(c)
	old, _ := c.out.hear(nil, nil)
	if old != nil {
		old.end()
	}
	c.out.shut()
	return true
}

// Stats gives what has been counted and measured so far.
func (c *core) Stats() Stats {
	var s Stats
	var sending Codec
	s.PacketsSent, s.BytesSent, s.LastSent, _, sending = c.out.counts()
	c.in.mu.Lock()
	r := &c.in.rx
	expected, got := r.total()
	s.Codec, s.PacketsReceived, s.BytesReceived = c.in.codec, got, r.bytes
	s.Lost = expected - min(got, expected)
	if expected > 0 {
		s.LossPercent = 100 * float64(s.Lost) / float64(expected)
	}
	s.Jitter, s.LastReceived, s.LastReport = r.jitterTime(), r.last, c.in.report
	c.in.mu.Unlock()
	if s.Codec == NoCodec {
		s.Codec = sending
	}
	c.control.stats(&s)
	c.watch.stats(&s)
	return s
}
