package trunk

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"cordboard/server/inbox"
)

// packets is the UDP socket as sipgo sees it: strangers and what is malformed never reach it, and one failed read
// does not end it. What comes is taken off the socket at once and waits here, where there is room: while the machine is
// busy the system would throw it away.
type packets struct {
	net.PacketConn
	udp  *net.UDPConn // the same socket when it is a real one: reading from it allocates nothing
	edge *Edge

	begin   sync.Once
	started chan struct{} // closed when sipgo reads: from then on it also sends from here
	waiting *inbox.Inbox[received]
	bytes   atomic.Int64 // that wait
	taken   []received   // of what waited, not yet given to sipgo
	ended   chan struct{}
}

// received is what somebody who may send has sent.
type received struct {
	data []byte
	from netip.AddrPort
}

const mostWaiting = 32 << 20 // bytes of messages: half a minute of 1,000 a second

func newPackets(e *Edge, c net.PacketConn) *packets {
	udp, _ := c.(*net.UDPConn)
	return &packets{PacketConn: c, udp: udp, edge: e, started: make(chan struct{}), waiting: inbox.New[received](), ended: make(chan struct{})}
}

// drain takes what comes off the socket until that is closed.
func (p *packets) drain() {
	defer close(p.ended)
	b, failed := make([]byte, sip.TransportBufferReadSize), 0
	for {
		n, from, err := p.read(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if failed++; failed > 100 {
				<-time.After(10 * time.Millisecond)
			}
			continue
		}
		failed = 0
		if !p.edge.admits(from.Addr()) {
			p.edge.count.strangers.Add(1)
			continue
		}
		if n <= 4 {
			continue // keep-alive
		}
		if p.bytes.Add(int64(n)) > mostWaiting {
			p.bytes.Add(-int64(n))
			p.edge.count.overflown.Add(1)
			continue
		}
		p.waiting.Put(received{bytes.Clone(b[:n]), from})
	}
}

// next gives what has waited longest.
func (p *packets) next() (received, error) {
	for len(p.taken) == 0 {
		if p.taken = p.waiting.Take(); len(p.taken) > 0 {
			break
		}
		select {
		case <-p.waiting.Ready():
		case <-p.ended:
			return received{}, net.ErrClosed
		}
	}
	d := p.taken[0]
	p.taken[0] = received{} // so that the room is kept, not what was in it
	p.taken = p.taken[1:]
	p.bytes.Add(-int64(len(d.data)))
	return d, nil
}

// ReadFrom gives the next inspected message of somebody who may send.
func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	p.begin.Do(func() { close(p.started) })
	runtime.Gosched() // sipgo handles each message in a goroutine of its own: let the last one begin, so that order is kept
	for {
		d, err := p.next()
		if err != nil {
			return 0, nil, err
		}
		out, bad := inspect(d.data, origin{d.from.Addr(), p.edge.tagOf})
		addr := net.UDPAddrFromAddrPort(d.from)
		if bad == nil {
			if len(out) > len(b) {
				continue
			}
			return copy(b, out), addr, nil
		}
		p.edge.count.malformed.Add(1)
		p.edge.log.Debug("message not taken", "peer", d.from.String(), "err", bad)
		if bad.reply != nil {
			p.WriteTo(bad.reply, addr)
		}
	}
}

func (p *packets) read(b []byte) (int, netip.AddrPort, error) {
	if p.udp != nil {
		n, from, err := p.udp.ReadFromUDPAddrPort(b)
		return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), err
	}
	n, from, err := p.PacketConn.ReadFrom(b)
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	return n, addrPortOf(from), nil
}

func addrPortOf(a net.Addr) netip.AddrPort {
	switch v := a.(type) {
	case *net.UDPAddr:
		p := v.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	case *net.TCPAddr:
		p := v.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	}
	p, _ := netip.ParseAddrPort(a.String())
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

// acceptLoop accepts for a funnel. A stranger's connection is closed before a byte of it is read.
func (e *Edge) acceptLoop(f *funnel, secure bool) {
	shaking := make(chan struct{}, 256) // handshakes at once
	for {
		c, err := f.inner.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			e.log.Warn("a connection could not be accepted", "err", err)
			<-time.After(20 * time.Millisecond)
			continue
		}
		if !e.admits(addrPortOf(c.RemoteAddr()).Addr()) {
			e.count.strangers.Add(1)
			c.Close()
			continue
		}
		setTOS(c, e.o.TOS)
		select {
		case shaking <- struct{}{}:
		default:
			c.Close()
			continue
		}
		e.run("accept", func() {
			defer func() { <-shaking }()
			e.welcome(f, c, secure)
		})
	}
}

func (e *Edge) welcome(f *funnel, c net.Conn, secure bool) {
	s := &stream{Conn: c, edge: e, secure: secure, started: make(chan struct{})}
	if secure {
		t := tls.Server(c, e.serverTLS())
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := t.HandshakeContext(ctx)
		cancel()
		if err != nil {
			e.log.Info("a TLS connection failed", "peer", c.RemoteAddr().String(), "err", err)
			c.Close()
			return
		}
		s.Conn, s.names = t, certificateNames(t.ConnectionState())
	}
	e.remember(s)
	f.hand(s)
}

// run starts f in a goroutine of its own; a panic in it is logged and costs nothing else.
func (e *Edge) run(what string, f func()) {
	inbox.Go(func(p *inbox.Panic) {
		e.log.Error("fault", "in", what, "err", p, "stack", string(p.Stack))
	}, f)
}
