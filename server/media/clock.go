package media

import (
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"cordboard/server/inbox"
)

const (
	frameTime = 20 * time.Millisecond
	slots     = 4 // the players are spread over the 20 ms, so that a thousand packets do not leave in one burst
	slotTime  = frameTime / slots
)

// ticker is what the clock moves: a player, a mix, keypad tones. frame counts frames of 20 ms; it goes up by one,
// by more when the machine could not keep up. false: not any more.
type ticker interface {
	tick(now time.Time, frame uint64) bool
}

// clock is the one clock of a Plane. It stands still while nothing is to be played.
type clock struct {
	log    *slog.Logger
	mu     sync.Mutex
	slots  [slots][]ticker
	count  int
	turn   uint64 // slots since start
	wake   chan struct{}
	closed chan struct{}
	done   chan struct{}

	skipped uint64 // of turn: came too late
}

func newClock(log *slog.Logger) *clock {
	c := &clock{log: log, wake: make(chan struct{}, 1), closed: make(chan struct{}), done: make(chan struct{})}
	inbox.Go(func(p *inbox.Panic) { log.Error("the media clock stopped", "err", p) }, c.run)
	return c
}

// add lets t tick from the next slot on.
func (c *clock) add(t ticker) {
	c.mu.Lock()
	n := (c.turn + 1) % slots
	c.slots[n] = append(c.slots[n], t)
	c.count++
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// drop takes t out; it may tick once more meanwhile.
func (c *clock) drop(t ticker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n, s := range c.slots {
		if i := slices.Index(s, t); i >= 0 {
			c.slots[n] = slices.Concat(s[:i], s[i+1:]) // a copy: the clock may be walking the old one
			c.count--
			return
		}
	}
}

func (c *clock) close() {
	close(c.closed)
	<-c.done
}

func (c *clock) run() {
	defer close(c.done)
	timer := time.NewTimer(slotTime)
	defer timer.Stop()
	next := time.Now()
	for {
		if c.idle() {
			select {
			case <-c.wake:
				next = time.Now()
			case <-c.closed:
				return
			}
			continue
		}
		next = next.Add(slotTime)
		if behind := time.Since(next); behind > 3*frameTime {
			lost := behind / slotTime
			next = next.Add(behind - behind%slotTime)
			c.skip(uint64(lost))
		}
		timer.Reset(time.Until(next))
		select {
		case now := <-timer.C:
			c.step(now)
		case <-c.closed:
			return
		}
	}
}

func (c *clock) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count == 0
}

func (c *clock) skip(n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn += n
	c.skipped += n
}

// step moves on by one slot.
func (c *clock) step(now time.Time) {
	c.mu.Lock()
	c.turn++
	turn := c.turn
	due := c.slots[turn%slots]
	c.mu.Unlock()
	for _, t := range due {
		if !c.safely(t, now, turn/slots) {
			c.drop(t)
		}
	}
}

// safely keeps one player's fault from stopping all others.
func (c *clock) safely(t ticker, now time.Time, frame uint64) (more bool) {
	defer func() {
		if v := recover(); v != nil {
			c.log.Error("a player failed", "err", v, "stack", string(debug.Stack()))
			more = false
		}
	}()
	return t.tick(now, frame)
}
