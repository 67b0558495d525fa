package trunk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emiago/sipgo/sip"
)

var (
	errNoPeer = errors.New("the trunk has no peer")
	errGone   = errors.New("the connection is gone")
)

const (
	connectWithin = 5 * time.Second
	largestUDP    = 1300 // bytes of a message, beyond which it goes by TCP (RFC 3261 §18.1.1)
)

// connect sees to it that there is a connection to h. pinned: only one that exists will do.
func (e *Edge) connect(ctx context.Context, n *trunk, h hop, pinned bool) error {
	if h.transport == "udp" {
		if e.udp == nil {
			return errors.New("no UDP listener to send from")
		}
		return nil
	}
	remote := h.addr.String()
	for {
		e.mu.Lock()
		s, busy := e.streams[remote], e.dialing[remote]
		if s == nil && busy == nil && !pinned {
			busy = make(chan struct{})
			e.dialing[remote] = busy
			e.mu.Unlock()
			return e.dial(ctx, n, h, busy)
		}
		e.mu.Unlock()
		switch {
		case s != nil && s.secure != (h.transport == "tls"):
			return fmt.Errorf("%s is connected by another transport", remote)
		case s != nil:
			return e.join(ctx, s, n, h, pinned)
		case pinned:
			return errGone
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type trust struct {
	roots *x509.CertPool
	name  string
}

// join uses a connection that exists. One that another trunk made must be good for this one's peer too.
func (e *Edge) join(ctx context.Context, s *stream, n *trunk, h hop, pinned bool) error {
	if c, ok := s.Conn.(*tls.Conn); ok && !pinned {
		if _, ok := s.trusted.Load(trust{n.RootCAs, h.host}); !ok {
			if err := verifyChain(c.ConnectionState(), n.RootCAs, h.host); err != nil {
				return fmt.Errorf("the connection to %s: %w", h.addr, err)
			}
			s.trusted.Store(trust{n.RootCAs, h.host}, true)
		}
	}
	select {
	case <-s.started:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Edge) dial(ctx context.Context, n *trunk, h hop, busy chan struct{}) error {
	defer func() {
		e.mu.Lock()
		delete(e.dialing, h.addr.String())
		e.mu.Unlock()
		close(busy)
	}()
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", h.addr.String())
	if err != nil {
		return err
	}
	setTOS(c, e.o.TOS)
	s := &stream{Conn: c, edge: e, secure: h.transport == "tls", dialed: true, started: make(chan struct{})}
	f := e.tcp
	if s.secure {
		f = e.tls
		t := tls.Client(c, e.clientTLS(n, h))
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			return fmt.Errorf("TLS to %s: %w", h.host, err)
		}
		s.Conn, s.names = t, certificateNames(t.ConnectionState())
		s.trusted.Store(trust{n.RootCAs, h.host}, true)
	}
	if f == nil {
		c.Close()
		return errGone
	}
	e.remember(s)
	if !f.hand(s) {
		s.Close()
		return net.ErrClosed
	}
	select {
	case <-s.started:
		return nil
	case <-ctx.Done():
		s.Close()
		return ctx.Err()
	}
}

func (e *Edge) clientTLS(n *trunk, h hop) *tls.Config {
	c := &tls.Config{ServerName: h.host, RootCAs: n.RootCAs, MinVersion: tls.VersionTLS12}
	if e.o.Certificate != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return e.o.Certificate() }
	}
	return c
}

// begin sends a request that build makes for a hop, and gives its transaction. What is too large for UDP goes by TCP
// if the peer takes it there.
func (e *Edge) begin(ctx context.Context, n *trunk, h hop, pinned bool, build func(hop) *sip.Request) (*sip.ClientTx, hop, error) {
	req, h, err := e.way(ctx, n, h, pinned, build)
	if err != nil {
		return nil, h, err
	}
	tx, err := e.tx.Request(ctx, req)
	if err != nil {
		return nil, h, err
	}
	return tx, h, nil
}

// way connects and builds, without sending.
func (e *Edge) way(ctx context.Context, n *trunk, h hop, pinned bool, build func(hop) *sip.Request) (*sip.Request, hop, error) {
	if err := e.connect(ctx, n, h, pinned); err != nil {
		return nil, h, err
	}
	req := build(h)
	if h.transport == "udp" && e.tcp != nil && len(req.String()) > largestUDP {
		wide := h
		wide.transport = "tcp"
		short, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if err := e.connect(short, n, wide, false); err == nil {
			return build(wide), wide, nil
		}
	}
	return req, h, nil
}

// ask sends a request other than INVITE and waits for its final answer.
func (e *Edge) ask(ctx context.Context, n *trunk, h hop, within time.Duration, build func(hop) *sip.Request) (*sip.Response, error) {
	return e.askPinned(ctx, n, h, false, within, build)
}

func (e *Edge) askPinned(ctx context.Context, n *trunk, h hop, pinned bool, within time.Duration, build func(hop) *sip.Request) (*sip.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tx, h, err := e.begin(ctx, n, h, pinned, build)
	if err != nil {
		return nil, err
	}
	for {
		select {
		case res := <-tx.Responses():
			if res.StatusCode >= 200 {
				return res, nil
			}
		case <-tx.Done():
			return nil, fmt.Errorf("%s: %w", h, tx.Err())
		case <-ctx.Done():
			tx.Terminate()
			return nil, fmt.Errorf("%s: no answer", h)
		}
	}
}
