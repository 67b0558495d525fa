// Package media carries the voice: RTP and SRTP legs towards SBCs, WebRTC legs towards agents' consoles, who hears
// whom, music, prompts, keypad tones, mixing, and what can be measured of all this.
//
// A packet goes from a leg's reader through the leg's routes to the Senders of those who hear it, untouched where
// they understand its codec. Nothing of ours is allocated on that way, and no lock is held by two legs' calls at once
// but for inlet before Sender, always in this order.
package media

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"cordboard/server/inbox"
)

// Options of a Plane.
type Options struct {
	Bind      netip.Addr // of the RTP ports; not valid: every address of IPv4
	Advertise netip.Addr // what peers are told to send to; not valid: Bind, else the first address of the machine
	PortLow   int        // RTP ports, inclusive; 0: any that the system gives
	PortHigh  int
	// WebRTCListen is host:port of the one UDP and TCP port of all agents' lines. Port 0: a free one.
	WebRTCListen string
	TOS          int // of the IP header's byte, for media; 0: EF (184); below 0: untouched
	Log          *slog.Logger
}

// Plane is everything media of one server: ports, recordings, and the 20 ms clock that all players share.
type Plane struct {
	o       Options
	log     *slog.Logger
	ports   *ports
	clock   *clock
	silence Source
	shelf   shelf
	lines   *lineMux
	cname   string
	tos     int

	mu     sync.Mutex
	legs   map[*core]func(now time.Time)
	closed chan struct{}
	done   chan struct{}
}

// NewPlane opens the port of the agents' lines and starts the clock.
func NewPlane(o Options) (*Plane, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if !o.Bind.IsValid() {
		o.Bind = netip.IPv4Unspecified()
	}
	public := o.Advertise
	if !o.Advertise.IsValid() {
		o.Advertise = advertised(o.Bind)
	}
	if o.TOS == 0 {
		o.TOS = 184
	}
	ports, err := newPorts(o.Bind, o.PortLow, o.PortHigh, o.TOS)
	if err != nil {
		return nil, err
	}
	var name [6]byte
	rand.Read(name[:])
	p := &Plane{
		o: o, log: o.Log, ports: ports, tos: o.TOS, cname: hex.EncodeToString(name[:]) + "@cordboard",
		silence: clipSource{kind: "silence", clip: silenceClip(), loop: true},
		legs:    map[*core]func(time.Time){}, closed: make(chan struct{}), done: make(chan struct{}),
	}
	if p.lines, err = newLineMux(o, public); err != nil {
		return nil, fmt.Errorf("port of the agents' lines %s: %w", o.WebRTCListen, err)
	}
	p.clock = newClock(o.Log)
	inbox.Go(func(e *inbox.Panic) { p.log.Error("the watch over the legs stopped", "err", e) }, p.keep)
	return p, nil
}

// Close ends every leg and gives all ports back.
func (p *Plane) Close() error {
	p.mu.Lock()
	select {
	case <-p.closed:
		p.mu.Unlock()
		return nil
	default:
	}
	close(p.closed)
	legs := make([]*core, 0, len(p.legs))
	for c := range p.legs {
		legs = append(legs, c)
	}
	p.mu.Unlock()
	for _, c := range legs {
		c.end()
	}
	<-p.done
	p.clock.close()
	return p.lines.close()
}

// WebRTCAddr is where the agents' lines come in.
func (p *Plane) WebRTCAddr() netip.AddrPort { return p.lines.addr() }

func (p *Plane) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// Health is how a Plane does.
type Health struct {
	Legs    int    // open
	Players int    // music, prompts, mixes and tones under way
	Skipped uint64 // times of 5 ms at which the clock came too late to play: the machine could not keep up
	Faults  uint64 // reads on the agents' port that failed
}

// Health tells how the Plane does.
func (p *Plane) Health() Health {
	h := Health{Faults: p.lines.faults()}
	p.clock.mu.Lock()
	h.Players, h.Skipped = p.clock.count, p.clock.skipped
	p.clock.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	h.Legs = len(p.legs)
	return h
}

const lookEvery = 500 * time.Millisecond

func (p *Plane) remember(c *core, beat func(time.Time)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.legs[c] = beat
}

func (p *Plane) forget(c *core) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.legs, c)
}

// keep looks after all legs, twice a second.
func (p *Plane) keep() {
	defer close(p.done)
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var beats []func(time.Time)
	for {
		select {
		case now := <-t.C:
			beats = beats[:0]
			p.mu.Lock()
			for _, b := range p.legs {
				beats = append(beats, b)
			}
			p.mu.Unlock()
			for _, b := range beats {
				p.safely(b, now)
			}
			clear(beats)
		case <-p.closed:
			return
		}
	}
}

func (p *Plane) safely(beat func(time.Time), now time.Time) {
	defer func() {
		if v := recover(); v != nil {
			p.log.Error("looking after a leg failed", "err", v)
		}
	}()
	beat(now)
}
