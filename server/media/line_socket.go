package media

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// muxSocket keeps one failed read from ending every agent's sound: its reader gives up at the first error that is
// no timeout, so it never sees one while the socket is open.
type muxSocket struct {
	*net.UDPConn
	closed atomic.Bool
	faults atomic.Uint64
	known  map[netip.AddrPort]*net.UDPAddr // addresses in pion's form, so that not every packet makes one; reader only
}

const maxKnown = 4096

// ReadFrom reads a datagram; it fails only when the socket was closed by us.
func (s *muxSocket) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.UDPConn.ReadFromUDPAddrPort(b)
		if err == nil {
			return n, s.address(from), nil
		}
		if s.closed.Load() || errors.Is(err, net.ErrClosed) {
			return 0, nil, net.ErrClosed
		}
		if s.faults.Add(1)%16 == 0 { // a socket that only fails must not cost a core
			wait(5 * time.Millisecond)
		}
	}
}

func (s *muxSocket) address(from netip.AddrPort) *net.UDPAddr {
	if a := s.known[from]; a != nil {
		return a
	}
	if s.known == nil || len(s.known) >= maxKnown { // strangers, mostly: begin anew
		s.known = map[netip.AddrPort]*net.UDPAddr{}
	}
	a := net.UDPAddrFromAddrPort(from)
	s.known[from] = a
	return a
}

// WriteTo sends a datagram.
func (s *muxSocket) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, net.InvalidAddrError("not a UDP address")
	}
	return s.UDPConn.WriteToUDPAddrPort(b, u.AddrPort())
}

// Close ends the socket.
func (s *muxSocket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.UDPConn.Close()
}

func wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	<-t.C
}

// muxListener keeps one failed accept from ending ICE over TCP for all: too many open files, most likely. It knows
// its connections, so that one on which nothing was said yet does not hold up the end.
type muxListener struct {
	net.Listener
	tos    int
	mu     sync.Mutex
	conns  map[*muxConn]bool
	closed bool
}

type muxConn struct {
	net.Conn
	l *muxListener
}

// Accept waits for a connection; it fails only when the listener was closed.
func (l *muxListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err == nil {
			return l.keep(c)
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		wait(50 * time.Millisecond)
	}
}

func (l *muxListener) keep(c net.Conn) (net.Conn, error) {
	mark(c, l.tos, c.RemoteAddr().(*net.TCPAddr).IP.To4() == nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		c.Close()
		return nil, net.ErrClosed
	}
	if l.conns == nil {
		l.conns = map[*muxConn]bool{}
	}
	m := &muxConn{Conn: c, l: l}
	l.conns[m] = true
	return m, nil
}

// Close ends the listener and what came through it.
func (l *muxListener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.conns {
		c.Conn.Close()
	}
	l.conns = nil
	return err
}

// Close ends the connection.
func (c *muxConn) Close() error {
	c.l.mu.Lock()
	delete(c.l.conns, c)
	c.l.mu.Unlock()
	return c.Conn.Close()
}
