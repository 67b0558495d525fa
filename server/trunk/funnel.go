package trunk

import (
	"net"
	"sync"
)

// funnel is the listener that sipgo serves: connections that were accepted, admitted and, with TLS, shaken hands
// with, and the ones that we made ourselves.
type funnel struct {
	addr  net.Addr
	ready chan net.Conn
	done  chan struct{}
	once  sync.Once
	inner net.Listener // nil: nothing is accepted, but we may still connect
}

func newFunnel(inner net.Listener, network string) *funnel {
	f := &funnel{ready: make(chan net.Conn), done: make(chan struct{}), inner: inner}
	if inner != nil {
		f.addr = inner.Addr()
	} else {
		f.addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}
	}
	return f
}

// Accept gives the next connection.
func (f *funnel) Accept() (net.Conn, error) {
	select {
	case c := <-f.ready:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

func (f *funnel) hand(c net.Conn) bool {
	select {
	case f.ready <- c:
		return true
	case <-f.done:
		c.Close()
		return false
	}
}

// Addr is the listening address.
func (f *funnel) Addr() net.Addr { return f.addr }

// Close ends accepting.
func (f *funnel) Close() error {
	f.once.Do(func() { close(f.done) })
	if f.inner != nil {
		return f.inner.Close()
	}
	return nil
}
