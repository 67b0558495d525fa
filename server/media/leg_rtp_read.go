package media

import (
	"errors"
	"net"
	"net/netip"
	"runtime/debug"
	"time"
)

// datagram takes what came on the RTP port.
func (l *RTPLeg) datagram(b []byte, from netip.AddrPort, now time.Time) {
	p := l.peer.Load()
	if p == nil {
		return
	}
	if isSTUN(b) {
		l.checked(p, b, from, false)
		return
	}
	if isRTCP(b) {
		if p.agreed.mux {
			l.reported(p, b, from, now)
		}
		return
	}
	if p.opens == nil && !p.mayCome(from, now) {
		return
	}
	if p.opens != nil {
		plain, ok := p.opens.open(b)
		if !ok {
			return
		}
		b = plain
	}
	h, payload, ok := parseRTP(b)
	if !ok {
		return
	}
	if c, cn, event := p.receive.find(h.pt); c == NoCodec && !cn && !event {
		return
	}
	p.follow(from, now)
	if p.agreed.theirs.Sends() {
		l.in.receive(h, payload, &p.receive, now)
	}
}

// reported takes a control packet.
func (l *RTPLeg) reported(p *peer, b []byte, from netip.AddrPort, now time.Time) {
	if p.opensRTCP != nil {
		p.openMu.Lock()
		plain, err := p.opensRTCP.DecryptRTCP(nil, b, nil)
		p.openMu.Unlock()
		if err != nil {
			return
		}
		b = plain
	} else if a := from.Addr(); a != p.agreed.control.Addr() && a != p.remote.Load().Addr() {
		return
	}
	if l.control.received(b, now) {
		l.in.reported(now)
	}
}

// report sends a control packet.
func (p *peer) report(b []byte) {
	if !p.agreed.control.IsValid() {
		return
	}
	if p.sealsRTCP != nil {
		p.sealMu.Lock()
		sealed, err := p.sealsRTCP.EncryptRTCP(nil, b, nil)
		p.sealMu.Unlock()
		if err != nil {
			return
		}
		b = sealed
	}
	if p.agreed.mux {
		p.leg.rtp.WriteToUDPAddrPort(b, *p.remote.Load())
		return
	}
	to := p.agreed.control
	if p.ice != nil {
		if chosen := p.ice.control.Load(); chosen != nil {
			to = *chosen
		}
	}
	p.leg.rtcp.WriteToUDPAddrPort(b, to)
}

func (l *RTPLeg) readRTP() {
	l.read(l.rtp, func(b []byte, from netip.AddrPort, now time.Time) { l.datagram(b, from, now) })
}

func (l *RTPLeg) readRTCP() {
	l.read(l.rtcp, func(b []byte, from netip.AddrPort, now time.Time) {
		switch p := l.peer.Load(); {
		case p == nil:
		case isSTUN(b):
			l.checked(p, b, from, true)
		case isRTCP(b):
			l.reported(p, b, from, now)
		}
	})
}

// read hands on what comes until the socket is closed.
func (l *RTPLeg) read(c *net.UDPConn, take func([]byte, netip.AddrPort, time.Time)) {
	buf := make([]byte, 1600)
	for faults := 0; ; {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err == nil {
			faults = 0
			l.safely(take, buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
			continue
		}
		if errors.Is(err, net.ErrClosed) || l.closed.Load() {
			return
		}
		if faults++; faults > 16 {
			wait(5 * time.Millisecond)
		}
	}
}

// safely keeps one packet that upsets us from ending the leg.
func (l *RTPLeg) safely(take func([]byte, netip.AddrPort, time.Time), b []byte, from netip.AddrPort) {
	defer func() {
		if v := recover(); v != nil {
			l.log.Error("a packet failed", "peer", from, "err", v, "stack", string(debug.Stack()))
		}
	}()
	take(b, from, time.Now())
}
