package lab

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"cordboard/server/inbox"
	"cordboard/session/wire"
)

// agentWire is one agent's WebSocket to the server.
type agentWire struct {
	ws   *websocket.Conn
	in   chan wire.FromServer
	gone chan struct{}
	err  error // valid when in is closed
}

func (a *Agents) dial(ctx context.Context) (*agentWire, error) {
	u, err := url.Parse(a.o.Server)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.o.CA, MinVersion: tls.VersionTLS12}}}
	dialing, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ws, res, err := websocket.Dial(dialing, u.JoinPath("desk").String(), &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", a.o.Server, err)
	}
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	ws.SetReadLimit(8 << 20)
	w := &agentWire{ws: ws, in: make(chan wire.FromServer, 64), gone: make(chan struct{})}
	inbox.Go(a.panicked, func() { w.read(ctx) })
	return w, nil
}

func (w *agentWire) read(ctx context.Context) {
	defer close(w.in)
	for {
		_, raw, err := w.ws.Read(ctx)
		if err != nil {
			w.err = err
			return
		}
		var f wire.FromServer
		if err := json.Unmarshal(raw, &f); err != nil {
			w.err = fmt.Errorf("a frame that is not ours: %w", err)
			return
		}
		select {
		case w.in <- f:
		case <-w.gone:
			w.err = net.ErrClosed
			return
		}
	}
}

func (w *agentWire) send(ctx context.Context, f wire.FromConsole) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return w.ws.Write(ctx, websocket.MessageText, raw)
}

func (w *agentWire) close() {
	close(w.gone)
	_ = w.ws.Close(websocket.StatusNormalClosure, "")
}

// nearby keeps the lines to loopback when the server is there: the other addresses of the machine would only be tried in vain.
func (a *Agents) nearby(ip net.IP) bool {
	u, err := url.Parse(a.o.Server)
	if err != nil {
		return true
	}
	host := u.Hostname()
	if at := net.ParseIP(host); host == "localhost" || at.IsLoopback() {
		return ip.IsLoopback()
	}
	return true
}
