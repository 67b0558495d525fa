package media

import (
	"sync"
	"sync/atomic"
	"time"
)

// LineLeg is an agent's voice: a leg that stays while the WebRTC connections that carry it come and go.
type LineLeg struct {
	core
	news func(up bool)

	mu    sync.Mutex // of offers; media does not pass here
	conn  *lineConn
	owner string
	ended bool

	live atomic.Pointer[lineConn] // the connection that carries voice now
}

// NewLineLeg makes a line without a connection: it hears and says nothing until an Offer. news, which may be nil,
// is told when a connection's first packet was heard and when it is held for lost; it must not block.
func (p *Plane) NewLineLeg(id string, news func(up bool)) *LineLeg {
	l := &LineLeg{news: news}
	l.start(p, id)
	l.core.end = l.Close
	p.remember(&l.core, l.beat)
	return l
}

// Offer takes a console's offer and gives the answer, with all candidates in it. An offer of the same owner for the
// connection that stands restarts ICE on it; any other makes a new connection in the old one's place. It takes
// some milliseconds.
func (l *LineLeg) Offer(owner, sdp string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return "", ErrClosed
	}
	if !voiceAlone(sdp) {
		return "", &SDPError{What: "a line is one audio stream and nothing else"}
	}
	id := sessionOf(sdp)
	if l.conn != nil && l.owner == owner && l.conn.session == id && id != "" && !l.conn.isClosed() {
		answer, err := l.conn.answer(sdp)
		if err == nil {
			return answer, nil
		}
		l.log.Debug("a line could not be restarted and is made anew", "err", err)
	}
	c, err := l.connect()
	if err != nil {
		return "", err
	}
	c.session = id
	old := l.conn
	answer, err := c.answer(sdp)
	if err != nil {
		c.close()
		return "", err
	}
	l.conn, l.owner = c, owner
	if old != nil {
		old.close()
	}
	c.current.Store(true)
	c.bound()
	return answer, nil
}

// Owner is who made the offer of the connection that stands; empty without one.
func (l *LineLeg) Owner() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.owner
}

// Disconnect ends the connection of owner, if it is that one's; the leg stays.
func (l *LineLeg) Disconnect(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil && l.owner == owner {
		l.conn.close()
		l.conn, l.owner = nil, ""
	}
}

// Connected reports whether a connection is there that carries voice.
func (l *LineLeg) Connected() bool { return l.live.Load() != nil }

// Closed reports whether the leg was closed.
func (l *LineLeg) Closed() bool { return l.closed.Load() }

// LastHeard is when the last valid packet of the console came; zero when none did.
func (l *LineLeg) LastHeard() time.Time {
	l.in.mu.Lock()
	defer l.in.mu.Unlock()
	return l.in.rx.last
}

// Close ends the line and its connection.
func (l *LineLeg) Close() {
	if !l.stop() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.conn != nil {
		l.conn.close()
		l.conn = nil
	}
}

// Stats gives what has been counted and measured so far.
func (l *LineLeg) Stats() Stats {
	s := l.core.Stats()
	s.SRTP = true
	return s
}

// beat reports to the console how its voice arrives, and rates it.
func (l *LineLeg) beat(now time.Time) {
	s := l.Stats()
	for _, e := range l.watch.look(&s, now) {
		l.tell(e)
	}
	c := l.live.Load()
	if c == nil || !c.current.Load() {
		return
	}
	if b := l.due(now); b != nil {
		c.report(b)
	}
}
