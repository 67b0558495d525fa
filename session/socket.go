package session

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"cordboard/session/wire"
)

// socket is a link over WebSocket (RFC 6455): one reader, one writer, a bounded queue.
type socket struct {
	conn *websocket.Conn
	out  chan wire.FromConsole
	once sync.Once
	gone chan struct{}
}

const (
	socketQueue = 256
	writeWithin = 5 * time.Second
	largest     = 8 << 20 // bytes of one frame: a Board of a large floor
)

func (s *Session) dialWebSocket(ctx context.Context, n int) (link, error) {
	u, err := url.Parse(s.o.Server)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "https":
		u.Scheme = "wss"
	case "http":
		u.Scheme = "ws"
	default:
		return nil, fmt.Errorf("server %q: want an address that begins with https://", s.o.Server)
	}
	hc, err := httpClient(s.o.CAFile)
	if err != nil {
		return nil, err
	}
	hc.Timeout = 0
	conn, _, err := websocket.Dial( //nolint:bodyclose // the answer has a body only when Dial fails, and then it is read
		ctx, u.JoinPath("desk").String(), &websocket.DialOptions{HTTPClient: hc})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(largest)
	k := &socket{conn: conn, out: make(chan wire.FromConsole, socketQueue), gone: make(chan struct{})}
	go k.read(s.ctx, n, s.box)
	go k.write(s.ctx)
	return k, nil
}

func (k *socket) send(f wire.FromConsole) bool {
	select {
	case k.out <- f:
		return true
	default:
		return false
	}
}

func (k *socket) close() {
	k.once.Do(func() { close(k.gone) })
}

func (k *socket) read(ctx context.Context, n int, box *mailbox) {
	for {
		_, b, err := k.conn.Read(ctx)
		if err != nil {
			box.put(broken{n, err})
			k.close()
			return
		}
		var f wire.FromServer
		if err := json.Unmarshal(b, &f); err != nil {
			box.put(broken{n, fmt.Errorf("frame of the server: %w", err)})
			k.close()
			return
		}
		box.put(heard{n, f})
	}
}

// write sends until the link is closed, and what was queued before that too.
func (k *socket) write(ctx context.Context) {
	defer k.conn.CloseNow()
	for {
		select {
		case f := <-k.out:
			if k.put(ctx, f) != nil {
				return
			}
		case <-ctx.Done():
			return
		case <-k.gone:
			for len(k.out) > 0 {
				if k.put(ctx, <-k.out) != nil {
					return
				}
			}
			k.conn.Close(websocket.StatusNormalClosure, "")
			return
		}
	}
}

func (k *socket) put(ctx context.Context, f wire.FromConsole) error {
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, b)
}
