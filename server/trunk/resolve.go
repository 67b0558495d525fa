package trunk

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Lookup is what is asked of DNS. *net.Resolver is one.
type Lookup interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// hop is one place a request may be sent to.
type hop struct {
	transport string // udp, tcp, tls
	addr      netip.AddrPort
	host      string // name that the peer's certificate must have
	target    string // URI of a telephone that registered
	flow      bool   // only by the connection that exists
	peer      *peer  // nil within a dialog when the place is no configured peer
}

func (h hop) String() string { return h.transport + ":" + h.addr.String() }

const resolveWithin = 3 * time.Second

// resolve gives the places of host: an address as it is; without a port the SRV records in their order, else every A
// and AAAA record, IPv4 first (RFC 3263 §4.2). srv is false for Direct Routing, which has no SRV records.
func (e *Edge) resolve(ctx context.Context, transport, host string, port int, srv bool) ([]hop, error) {
	switch transport {
	case "udp", "tcp", "tls":
	default:
		return nil, fmt.Errorf("transport %q is not spoken here", transport)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []hop{{transport: transport, addr: netip.AddrPortFrom(a.Unmap(), portOr(port, transport)), host: host}}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveWithin)
	defer cancel()
	if port == 0 && srv {
		if hops := e.resolveSRV(ctx, transport, host); len(hops) > 0 {
			return hops, nil
		}
	}
	addrs, err := e.lookup.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", host, err)
	}
	return hopsOf(addrs, transport, host, portOr(port, transport)), nil
}

func (e *Edge) resolveSRV(ctx context.Context, transport, host string) []hop {
	service, proto := "sip", transport
	if transport == "tls" {
		service, proto = "sips", "tcp"
	}
	_, records, err := e.lookup.LookupSRV(ctx, service, proto, host)
	if err != nil && transport == "tls" { // the older habit, and Microsoft's
		_, records, err = e.lookup.LookupSRV(ctx, "sip", "tls", host)
	}
	if err != nil {
		return nil
	}
	var out []hop
	for _, r := range records {
		addrs, err := e.lookup.LookupNetIP(ctx, "ip", r.Target)
		if err != nil {
			continue
		}
		out = append(out, hopsOf(addrs, transport, host, r.Port)...)
	}
	return out
}

func hopsOf(addrs []netip.Addr, transport, host string, port uint16) []hop {
	var four, six []hop
	for _, a := range addrs {
		h := hop{transport: transport, addr: netip.AddrPortFrom(a.Unmap(), port), host: host}
		if a.Unmap().Is4() {
			four = append(four, h)
		} else {
			six = append(six, h)
		}
	}
	return append(four, six...)
}

func portOr(port int, transport string) uint16 {
	switch {
	case port > 0 && port < 1<<16:
		return uint16(port)
	case transport == "tls":
		return 5061
	}
	return 5060
}
