package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// ports gives out pairs: an even port for RTP and the odd one above it for RTCP (RFC 3550 §11).
type ports struct {
	bind      netip.Addr
	low, high int // even numbers of the first and the last pair; 0: any
	tos       int
	mu        sync.Mutex
	next      int // so that a port just given back rests as long as it can
}

func newPorts(bind netip.Addr, low, high, tos int) (*ports, error) {
	if low == 0 && high == 0 {
		return &ports{bind: bind, tos: tos}, nil
	}
	if low < 1 || high > 65535 || low > high {
		return nil, fmt.Errorf("media ports %d to %d: not a range of ports", low, high)
	}
	low += low & 1
	high -= (high + 1) & 1
	if high-1 < low {
		return nil, fmt.Errorf("media ports: not one pair of an even port and the next in the range")
	}
	return &ports{bind: bind, low: low, high: high - 1, next: low, tos: tos}, nil
}

// pair opens two neighbouring ports.
func (p *ports) pair() (rtp, rtcp *net.UDPConn, err error) {
	if p.low == 0 {
		for range 50 {
			if rtp, rtcp, err = p.anyPair(); err == nil {
				return rtp, rtcp, nil
			}
		}
		return nil, nil, errors.Join(ErrNoPorts, err)
	}
	for range (p.high-p.low)/2 + 1 {
		if rtp, rtcp, err = p.open(p.take()); err == nil {
			return rtp, rtcp, nil
		}
	}
	return nil, nil, errors.Join(ErrNoPorts, err)
}

func (p *ports) take() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.next
	p.next += 2
	if p.next > p.high {
		p.next = p.low
	}
	return n
}

func (p *ports) anyPair() (rtp, rtcp *net.UDPConn, err error) {
	probe, err := p.listen(0)
	if err != nil {
		return nil, nil, err
	}
	port := portOf(probe)
	if port&1 == 0 {
		if rtcp, err = p.listen(port + 1); err != nil {
			probe.Close()
			return nil, nil, err
		}
		return probe, rtcp, nil
	}
	if rtp, err = p.listen(port - 1); err != nil {
		probe.Close()
		return nil, nil, err
	}
	return rtp, probe, nil
}

func (p *ports) open(port int) (rtp, rtcp *net.UDPConn, err error) {
	if rtp, err = p.listen(port); err != nil {
		return nil, nil, err
	}
	if rtcp, err = p.listen(port + 1); err != nil {
		rtp.Close()
		return nil, nil, err
	}
	return rtp, rtcp, nil
}

func (p *ports) listen(port int) (*net.UDPConn, error) {
	network := "udp4"
	if p.bind.Is6() {
		network = "udp6"
	}
	c, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.bind, uint16(port))))
	if err == nil {
		mark(c, p.tos, p.bind.Is6())
	}
	return c, err
}

// mark sets the byte of the IP header by which networks tell voice from the rest (RFC 3246). Where the system does
// not let us, the voice goes unmarked.
func mark(c net.Conn, tos int, six bool) {
	switch {
	case tos < 0:
	case six:
		ipv6.NewConn(c).SetTrafficClass(tos)
	default:
		ipv4.NewConn(c).SetTOS(tos)
	}
}

func portOf(c *net.UDPConn) int { return c.LocalAddr().(*net.UDPAddr).Port }

// advertised is the address that peers can send to when bound to bind: itself, or the machine's first one.
func advertised(bind netip.Addr) netip.Addr {
	if !bind.IsUnspecified() {
		return bind
	}
	if found := machineAddrs(bind.Is6()); len(found) > 0 {
		return found[0]
	}
	if bind.Is6() {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// machineAddrs is every address of the machine of one family but loopback and link-local ones.
func machineAddrs(six bool) []netip.Addr {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, _ := netip.AddrFromSlice(n.IP)
		ip = ip.Unmap()
		if ip.Is6() == six && ip.IsGlobalUnicast() {
			out = append(out, ip)
		}
	}
	return out
}
