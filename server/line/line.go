// Package line owns the agents' lines: one voice line an agent, which outlives the calls it carries and the consoles
// it comes from.
package line

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/media"
)

// Event is news of a line: Up or Down.
type Event interface{ lineEvent() }

// Up says that a console's voice goes both ways now.
type Up struct{ Console string }

// Down says that the line carries no voice any more: its console's connection ended or had no valid packet for 2 s.
type Down struct {
	Console string
	Since   time.Time // the last valid packet
}

func (Up) lineEvent()   {}
func (Down) lineEvent() {}

// ErrClosed is given for offers on a line that is closed.
var ErrClosed = errors.New("the line is closed")

const (
	silentAfter = 2 * time.Second // without a valid packet a line is down
	lookEvery   = 500 * time.Millisecond
)

// Line is one agent's voice line. Its methods may be called from any goroutine; only Offer takes time, a few
// milliseconds.
type Line struct {
	agent fact.AgentID
	log   *slog.Logger
	leg   *media.LineLeg
	box   *inbox.Inbox[func(*Line)]

	offers  sync.Mutex // one offer at a time
	mu      sync.Mutex
	sink    func(Event)
	console string

	up bool // owned by run
}

// New makes an agent's line, which is silent until a console's offer.
func New(p *media.Plane, agent fact.AgentID, log *slog.Logger) *Line {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l := &Line{agent: agent, log: log.With("agent", agent), box: inbox.New[func(*Line)]()}
	l.leg = p.NewLineLeg("line "+string(agent), func(bool) { l.box.Put((*Line).look) })
	inbox.Go(func(e *inbox.Panic) { l.log.Error("a line's goroutine failed", "err", e, "stack", string(e.Stack)) }, l.run)
	return l
}

// Offer takes a console's offer and gives the answer. The same console's next offer restarts ICE, or makes the
// connection anew when the console did; another console's takes its place at once.
func (l *Line) Offer(console, offerSDP string) (answerSDP string, err error) {
	l.offers.Lock()
	defer l.offers.Unlock()
	answer, err := l.leg.Offer(console, offerSDP)
	if errors.Is(err, media.ErrClosed) {
		return "", ErrClosed
	}
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	before := l.console
	l.console = console
	l.mu.Unlock()
	if before != "" && before != console {
		l.log.Info("the line moved to another console")
		l.box.Put(func(l *Line) { l.turn(false, before) })
	}
	return answer, nil
}

// Release ends the connection of a console that signed off; it does nothing when another has the line.
func (l *Line) Release(console string) {
	l.leg.Disconnect(console)
	l.box.Put((*Line).look)
}

// Leg is the line as a call sees it. It stays the same for the line's life.
func (l *Line) Leg() media.Leg { return l.leg }

// LastHeard is when the last valid packet of a console came; zero when none did.
func (l *Line) LastHeard() time.Time { return l.leg.LastHeard() }

// Console is whose offer made the connection that stands; empty before the first.
func (l *Line) Console() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.console
}

// Sink takes the line's events, from the line's goroutine; f must not block.
func (l *Line) Sink(f func(Event)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink = f
}

// Close ends the line and its connection.
func (l *Line) Close() {
	l.box.Put(func(l *Line) {
		l.box.Close()
		l.leg.Close()
	})
}

// run owns whether the line is up.
func (l *Line) run() {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-l.box.Ready():
			for _, f := range l.box.Take() {
				f(l)
				if l.leg.Closed() {
					l.turn(false, l.Console())
					return
				}
			}
		case <-t.C:
			l.look()
		}
	}
}

// look judges the line by what was heard last.
func (l *Line) look() {
	heard := l.leg.LastHeard()
	l.turn(!heard.IsZero() && time.Since(heard) < silentAfter && l.leg.Connected(), l.Console())
}

func (l *Line) turn(up bool, console string) {
	if up == l.up {
		return
	}
	l.up = up
	l.mu.Lock()
	f := l.sink
	l.mu.Unlock()
	var e Event = Up{Console: console}
	if !up {
		e = Down{Console: console, Since: l.leg.LastHeard()}
	}
	l.log.Debug("line", "up", up)
	if f != nil {
		f(e)
	}
}
