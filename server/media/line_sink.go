package media

import (
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/transport/v2/packetio"
)

// buffer takes the place of pion's buffers behind SRTP: a packet that was proved and decrypted is handed on at once
// by the goroutine that did it, not queued for another.
func (c *lineConn) buffer(kind packetio.BufferPacketType, _ uint32) io.ReadWriteCloser {
	return &lineSink{conn: c, control: kind == packetio.RTCPBufferPacket, done: make(chan struct{})}
}

type lineSink struct {
	conn    *lineConn
	control bool
	once    sync.Once
	done    chan struct{}
}

// Write takes a packet from pion.
func (s *lineSink) Write(b []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.conn.leg.log.Error("a packet of a line failed", "err", v, "stack", string(debug.Stack()))
			n, err = len(b), nil
		}
	}()
	c := s.conn
	if !c.current.Load() {
		return len(b), nil
	}
	now := time.Now()
	if s.control {
		if c.leg.control.received(b, now) {
			c.leg.in.reported(now)
		}
		return len(b), nil
	}
	live := c.leg.live.Load()
	if live != c {
		return len(b), nil
	}
	if h, payload, ok := parseRTP(b); ok {
		c.leg.in.receive(h, payload, &c.types, now)
		if !c.heard.Swap(true) && c.leg.news != nil {
			c.leg.news(true)
		}
	}
	return len(b), nil
}

// Read waits until the end: nobody reads what Write has taken.
func (s *lineSink) Read([]byte) (int, error) {
	<-s.done
	return 0, io.EOF
}

// Close ends Read.
func (s *lineSink) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

func (c *lineConn) report(b []byte) {
	packets, err := rtcp.Unmarshal(b)
	if err == nil {
		c.pc.WriteRTCP(packets)
	}
}

// listens keeps candidates to the addresses that the port was opened on.
func (m *lineMux) listens(ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	return ok && m.bound[a.Unmap()]
}
