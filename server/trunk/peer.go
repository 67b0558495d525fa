package trunk

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// peer is a configured SBC with what is known of it.
type peer struct {
	Peer
	*health
}

// health is what is known of an SBC. It outlives configurations.
type health struct {
	mu      sync.Mutex
	addrs   []netip.Addr // of its name, as last looked up
	down    bool         // by its OPTIONS
	known   bool         // an OPTIONS has ended one way or the other
	blocked time.Time    // Retry-After of a 503
	failed  time.Time    // until when it is left alone after a call could not reach it
}

func (p *peer) with(c Peer) *peer { return &peer{Peer: c, health: p.health} }

func (p *peer) has(a netip.Addr) bool {
	if own, err := netip.ParseAddr(p.Host); err == nil {
		return own.Unmap() == a
	}
	for _, x := range p.addresses() {
		if x == a {
			return true
		}
	}
	return false
}

func (p *peer) addresses() []netip.Addr {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addrs
}

// lookUp finds the peer's addresses anew; a failed look-up keeps the former.
func (p *peer) lookUp(ctx context.Context, e *Edge) {
	hops, err := e.resolve(ctx, p.Transport, p.Host, p.Port, true)
	if err != nil {
		e.log.Warn("an SBC's name is not found", "peer", p.Host, "err", err)
		return
	}
	var addrs []netip.Addr
	for _, h := range hops {
		addrs = append(addrs, h.addr.Addr())
	}
	p.mu.Lock()
	p.addrs = addrs
	p.mu.Unlock()
}

// usable says whether the peer should be tried before those that are not.
func (p *peer) usable(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.down && !now.Before(p.blocked) && !now.Before(p.failed)
}

// unreachable: a call could not reach the peer. The next ones try others first for a while, unless it answers an OPTIONS.
func (p *peer) unreachable(now time.Time) {
	p.mu.Lock()
	p.failed = now.Add(30 * time.Second)
	p.mu.Unlock()
}

func (p *peer) block(until time.Time) {
	p.mu.Lock()
	p.blocked = until
	p.mu.Unlock()
}

// hopsTo gives the places of a URI.
func (e *Edge) hopsTo(ctx context.Context, n *trunk, uri string) ([]hop, error) {
	transport := "udp"
	if t, ok := uriParam(uri, "transport"); ok {
		transport = strings.ToLower(t)
	}
	if strings.HasPrefix(strings.ToLower(uri), "sips:") {
		transport = "tls"
	}
	_, host, port := uriParts(uri)
	number, _ := strconv.Atoi(port)
	return e.resolve(ctx, transport, host, number, n.Kind != "teams")
}

// hops gives the places of a trunk's peers (of the target, when it has none) in the order they should be tried: as configured, those last that do not
// answer their OPTIONS or asked for time.
func (e *Edge) hops(ctx context.Context, n *trunk, target string) ([]hop, error) {
	var first, last []hop
	var failed error
	now := time.Now()
	for _, p := range n.peers {
		got, err := e.resolve(ctx, p.Transport, p.Host, p.Port, n.Kind != "teams")
		if err != nil {
			failed = err
			continue
		}
		got = got[:min(len(got), 4)]
		e.learn(p, got)
		for i := range got {
			got[i].peer = p
		}
		if p.usable(now) {
			first = append(first, got...)
		} else {
			last = append(last, got...)
		}
	}
	all := append(first, last...)
	if len(n.peers) == 0 && target != "" {
		all, failed = e.hopsTo(ctx, n, target)
	}
	if len(all) == 0 && failed == nil {
		failed = errNoPeer
	}
	if len(all) > 0 {
		failed = nil
	}
	return all, failed
}
