package trunk

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"cordboard/server/inbox"
)

// packets is the UDP socket as sipgo sees it: strangers and what is malformed never reach it, and one failed read
// does not end it.
type packets struct {
	net.PacketConn
	udp  *net.UDPConn // the same socket when it is a real one: reading from it allocates nothing
	edge *Edge

	begin   sync.Once
	started chan struct{} // closed when sipgo reads: from then on it also sends from here
}

// ReadFrom gives the next inspected message of somebody who may send.
func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	p.begin.Do(func() { close(p.started) })
	runtime.Gosched() // sipgo handles each message in a goroutine of its own: let the last one begin, so that order is kept
	failed := 0
	for {
		n, from, err := p.read(b)
		if errors.Is(err, net.ErrClosed) {
			return 0, nil, net.ErrClosed
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
		out, bad := inspect(b[:n], origin{from.Addr(), p.edge.tagOf})
		addr := net.UDPAddrFromAddrPort(from)
		if bad == nil {
			if len(out) > len(b) {
				continue
			}
			return copy(b, out), addr, nil
		}
		p.edge.count.malformed.Add(1)
		p.edge.log.Debug("message not taken", "peer", from.String(), "err", bad)
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
