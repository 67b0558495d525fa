package softphone

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/audio"
	"cordboard/session/wire"

	"github.com/pion/webrtc/v3"
)

const (
	gatherMost  = 3 * time.Second        // waiting for candidates; a dead STUN server must not keep the agent
	gatherAgain = 800 * time.Millisecond // the same in a restart, while the caller waits
	gatherRest  = 200 * time.Millisecond // for the other candidates once there is a way out
	restartWait = 4 * time.Second        // after which a restart that brought no packet is followed by a new connection
)

// line is the connection to the server: what is made, made anew and restarted. Offers are one at a time.
type line struct {
	log   *slog.Logger
	now   func() time.Time
	tell  func(Event)
	voice *voice

	offering sync.Mutex
	mu       sync.Mutex
	conn     *connection
	asked    string // id of the offer that has no answer yet
	answered time.Time
	wished   time.Time // when a restart was last asked for
	wait     time.Duration
	rebuild  bool
	closed   bool

	live    atomic.Pointer[connection] // for the clock, which never waits
	heard   atomic.Int64               // when the last valid packet came, Unix nanoseconds
	up      atomic.Bool
	rewound atomic.Bool // the device has been told of the first time that the line was up
	known   atomic.Pointer[wire.Quality]
}

// Offer describes the line for the server, with all candidates in it. The first call makes the connection, later
// ones restart ICE on it, or make it anew when it has ended, when the last restart brought nothing, or after
// Rebuild. ctx bounds the search for candidates; what has been found by then is offered. Errors: ErrClosed, or
// pion's.
func (p *Phone) Offer(ctx context.Context, ice []wire.ICEServer) (wire.LineSDP, error) {
	return p.line.offer(ctx, ice)
}

// Answer takes the server's answer to the last Offer. Errors: ErrOldAnswer; ErrAnew when the server has made a new
// connection of its own, so that ours is of no use and another Offer is needed.
func (p *Phone) Answer(a wire.LineSDP) error { return p.line.answer(a) }

// Rebuild lets the next Offer make a new connection: the server is another one than before.
func (p *Phone) Rebuild() {
	p.line.mu.Lock()
	p.line.rebuild = true
	p.line.mu.Unlock()
}

// Errors of Answer.
var (
	ErrOldAnswer = errors.New("the answer belongs to an offer that was replaced")
	ErrAnew      = errors.New("the server has begun a new connection: offer again")
)

func (l *line) offer(ctx context.Context, ice []wire.ICEServer) (wire.LineSDP, error) {
	l.offering.Lock()
	defer l.offering.Unlock()
	c, fresh, err := l.connection(ice)
	if err != nil {
		return wire.LineSDP{}, err
	}
	sdp, err := c.offer(ctx, !fresh)
	if err != nil && !fresh {
		// A connection that cannot be restarted is no use.
		l.mu.Lock()
		l.rebuild = true
		l.mu.Unlock()
		if c, _, err = l.connection(ice); err == nil {
			sdp, err = c.offer(ctx, false)
		}
	}
	if err != nil {
		return wire.LineSDP{}, fmt.Errorf("offer the voice line: %w", err)
	}
	id := rand.Text()
	l.mu.Lock()
	l.asked = id
	l.mu.Unlock()
	return wire.LineSDP{ID: id, Type: "offer", SDP: sdp}, nil
}

// connection gives the one there is, or a fresh one in its place.
func (l *line) connection(ice []wire.ICEServer) (c *connection, fresh bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, false, ErrClosed
	}
	if l.conn != nil && !l.rebuild && !l.conn.ended() && !l.fruitless() {
		l.conn.servers(ice)
		return l.conn, false, nil
	}
	old := l.conn
	c, err = newConnection(l, ice)
	if err != nil {
		return nil, false, fmt.Errorf("make the voice line: %w", err)
	}
	l.conn, l.rebuild, l.answered = c, false, time.Time{}
	l.live.Store(c)
	if old != nil {
		go old.close()
	}
	return c, true, nil
}

// fruitless: an answer was taken a while ago, and nothing has been heard since.
func (l *line) fruitless() bool {
	return !l.answered.IsZero() && l.now().Sub(l.answered) > l.wait && l.heard.Load() < l.answered.UnixNano()
}

func (l *line) answer(a wire.LineSDP) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if a.ID != l.asked || l.asked == "" || l.conn == nil {
		return ErrOldAnswer
	}
	l.asked = ""
	if a.Type != "answer" {
		return fmt.Errorf("the server refused the voice line: %s", a.Why)
	}
	id := sessionOf(a.SDP)
	if l.conn.peer != "" && l.conn.peer != id {
		l.rebuild = true
		return ErrAnew
	}
	if err := l.conn.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: a.SDP}); err != nil {
		l.rebuild = true
		return fmt.Errorf("take the answer for the voice line: %w", err)
	}
	l.conn.peer = id
	l.answered = l.now()
	return nil
}

// sessionOf is the session id of the description's origin (RFC 8866 §5.2): it stays over ICE restarts and is
// another one when the peer has made a new connection.
func sessionOf(sdp string) string {
	for row := range strings.Lines(sdp) {
		if f := strings.Fields(row); len(f) > 1 && strings.HasPrefix(row, "o=") {
			return f[1]
		}
	}
	return ""
}

func (l *line) exists() bool { return l.live.Load() != nil }
func (l *line) isUp() bool   { return l.up.Load() }

// packetHeard notes a valid packet.
func (l *line) packetHeard(at time.Time) {
	l.heard.Store(at.UnixNano())
	if !l.up.Swap(true) {
		if r, ok := l.voice.device.(audio.Rewinder); ok && !l.rewound.Swap(true) {
			r.Rewind()
		}
		l.tell(Event{Kind: LineUp})
	}
}

// watch looks for a line that has fallen silent.
func (l *line) watch(now time.Time) {
	c := l.live.Load()
	if c == nil {
		return
	}
	c.report(now)
	silent := now.Sub(time.Unix(0, l.heard.Load()))
	if silent > lineSilent && l.up.Swap(false) {
		l.log.Warn("no packet on the voice line", "since", silent.Round(100*time.Millisecond))
		l.tell(Event{Kind: LineDown, Why: "no packet for 2 s"})
		l.tell(Event{Kind: WantRestart, Why: "no packet for 2 s"})
		return
	}
	if !l.up.Load() && l.overdue(now) {
		l.tell(Event{Kind: WantRestart, Why: "the answer brought no packet"})
	}
}

// overdue: the last answer should have brought packets by now, and nobody has been told for as long.
func (l *line) overdue(now time.Time) bool {
	if !l.mu.TryLock() {
		return false // an offer or an answer is on its way
	}
	defer l.mu.Unlock()
	if l.asked != "" || !l.fruitless() || now.Sub(l.wished) < l.wait {
		return false
	}
	l.wished = now
	return true
}

func (l *line) send(pt uint8, payload []byte) {
	if c := l.live.Load(); c != nil {
		c.track.send(pt, payload)
	}
}

// takesComfort reports whether the server takes comfort noise.
func (l *line) takesComfort() bool {
	c := l.live.Load()
	return c != nil && c.track.takes(ptCN)
}

func (l *line) quality() wire.Quality {
	if q := l.known.Load(); q != nil && l.up.Load() {
		return *q
	}
	return wire.Quality{}
}

func (l *line) close() {
	l.mu.Lock()
	c := l.conn
	l.closed, l.conn = true, nil
	l.live.Store(nil)
	l.mu.Unlock()
	if c != nil {
		c.close()
	}
}
