package media

import (
	"errors"
	"net"
	"net/netip"
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

// muxListener keeps one failed accept from ending ICE over TCP for all: too many open files, most likely.
type muxListener struct{ net.Listener }

// Accept waits for a connection; it fails only when the listener was closed.
func (l *muxListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return c, err
		}
		wait(50 * time.Millisecond)
	}
}
