package desk

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"cordboard/server/inbox"
	"cordboard/session/wire"
)

// Bounds of a connection.
const (
	sendQueue  = 512
	maxFrame   = 256 << 10
	writeLimit = 10 * time.Second
)

// conn is one WebSocket: one reader, one writer with a bounded queue. A console too slow to read is closed; it
// resumes.
type conn struct {
	ws      *websocket.Conn
	console string
	log     *slog.Logger
	ctx     context.Context
	cancel  context.CancelFunc
	out     chan []byte
	last    atomic.Int64 // when the last frame came, Unix nanoseconds
	once    sync.Once
	begun   chan struct{}
	seat    *seat
	token   func(ctx context.Context, raw string) (time.Time, error)
}

func newConn(ctx context.Context, ws *websocket.Conn, console string, log *slog.Logger) *conn {
	ctx, cancel := context.WithCancel(ctx)
	c := &conn{ws: ws, console: console, log: log, ctx: ctx, cancel: cancel, out: make(chan []byte, sendQueue), begun: make(chan struct{})}
	c.last.Store(time.Now().UnixNano())
	return c
}

func (c *conn) heard() time.Time { return time.Unix(0, c.last.Load()) }

// start lets the reader hand frames to the seat.
func (c *conn) start(s *seat) {
	c.once.Do(func() {
		c.seat = s
		close(c.begun)
	})
}

// send queues a frame. It reports false when the queue is full.
func (c *conn) send(f wire.FromServer) bool {
	b, err := json.Marshal(f)
	if err != nil {
		c.log.Error("a frame could not be written", "err", err)
		return true
	}
	select {
	case c.out <- b:
		return true
	default:
		return false
	}
}

// refuse says why and closes. It waits for nothing: the writer sends what is queued before it ends.
func (c *conn) refuse(r wire.Refused) {
	c.send(wire.FromServer{Refused: &r})
	c.close(r.Code)
}

// close ends the connection after what is queued.
func (c *conn) close(why string) {
	select {
	case c.out <- nil:
	default:
		c.cancel()
	}
	c.once.Do(func() { close(c.begun) })
	c.log.Debug("console connection closes", "err", why)
}

func (c *conn) write() {
	defer c.cancel()
	for {
		select {
		case <-c.ctx.Done():
			return
		case b := <-c.out:
			if b == nil {
				c.ws.Close(websocket.StatusNormalClosure, "")
				return
			}
			ctx, cancel := context.WithTimeout(c.ctx, writeLimit)
			err := c.ws.Write(ctx, websocket.MessageText, b)
			cancel()
			if err != nil {
				return
			}
		}
	}
}

// read runs until the connection ends.
func (c *conn) read() {
	defer c.cancel()
	select {
	case <-c.begun:
	case <-c.ctx.Done():
		return
	}
	if c.seat == nil {
		<-c.ctx.Done()
		return
	}
	defer c.seat.tell(disconnected{c})
	for {
		_, b, err := c.ws.Read(c.ctx)
		if err != nil {
			return
		}
		c.last.Store(time.Now().UnixNano())
		var f wire.FromConsole
		if err := json.Unmarshal(b, &f); err != nil {
			c.log.Info("a console sent a frame that could not be read", "err", err)
			return
		}
		c.take(f)
	}
}

func (c *conn) take(f wire.FromConsole) {
	switch {
	case f.Ping != nil:
		c.send(wire.FromServer{Pong: &wire.Ping{Sent: f.Ping.Sent, Now: time.Now().UnixMilli()}})
	case f.Do != nil:
		c.seat.tell(commanded{c, *f.Do})
	case f.Line != nil:
		c.seat.tell(sdpCame{c, *f.Line})
	case f.Token != nil:
		raw := f.Token.Token
		inbox.Go(func(p *inbox.Panic) { c.log.Error("a token could not be checked", "err", p) }, func() {
			expires, err := c.token(c.ctx, raw)
			c.seat.tell(renewed{c, raw, expires, err})
		})
	}
}
