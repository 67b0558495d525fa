package trunk

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
)

// trunk is a configured trunk at work. A dialog keeps the one it began with.
type trunk struct {
	Trunk
	peers []*peer
	live  atomic.Int64 // dialogs
}

// table is one configuration, made once and replaced whole.
type table struct {
	trunks   []*trunk
	retained []*trunk // of former configurations, as long as they have dialogs: no new calls
	stop     func()
	names    atomic.Pointer[map[netip.Addr]bool] // addresses of peers that are given by name
	ranges   []netip.Prefix
	single   map[netip.Addr]bool
}

// Configure replaces all trunks at once. Calls in progress keep what they began with; peers that stay keep their
// health.
func (e *Edge) Configure(all []Trunk) {
	old := e.table.Load()
	t := &table{single: map[netip.Addr]bool{}}
	for _, c := range all {
		n := &trunk{Trunk: c}
		if n.FromHost == "" {
			n.FromHost = n.ContactHost
		}
		for _, p := range c.Peers {
			p.Transport = strings.ToLower(p.Transport)
			if p.Transport == "" {
				p.Transport = "udp"
			}
			n.peers = append(n.peers, old.peerOf(c.ID, p))
		}
		t.trunks = append(t.trunks, n)
	}
	for _, o := range slices.Concat(old.trunks, old.retained) {
		if o.live.Load() > 0 {
			t.retained = append(t.retained, o)
		}
	}
	for _, n := range slices.Concat(t.trunks, t.retained) {
		t.admit(n)
	}
	empty := map[netip.Addr]bool{}
	t.names.Store(&empty)
	if n := old.names.Load(); n != nil {
		t.names.Store(n)
	}
	ctx, cancel := context.WithCancel(e.stop)
	t.stop = cancel
	e.table.Store(t)
	if old.stop != nil {
		old.stop()
	}
	e.watchNames(ctx, t)
	e.watchPeers(ctx, t)
	e.onlyPhones(t)
	e.watchPhones(ctx, t)
}

func (t *table) peerOf(id string, p Peer) *peer {
	for _, n := range t.trunks {
		for _, o := range n.peers {
			if n.ID == id && o.Host == p.Host && o.Port == p.Port && o.Transport == p.Transport {
				return o.with(p)
			}
		}
	}
	return &peer{Peer: p, health: &health{}}
}

func (t *table) admit(n *trunk) {
	for _, p := range n.Allow {
		if p.IsSingleIP() {
			t.single[p.Addr().Unmap()] = true
		} else {
			t.ranges = append(t.ranges, p.Masked())
		}
	}
	for _, p := range n.Peers {
		if a, err := netip.ParseAddr(p.Host); err == nil {
			t.single[a.Unmap()] = true
		}
	}
}

// admits says whether an address may send at all. It runs for each packet, before anything of it is read.
func (e *Edge) admits(a netip.Addr) bool {
	t := e.table.Load()
	a = a.Unmap()
	if t.single[a] {
		return true
	}
	for _, p := range t.ranges {
		if p.Contains(a) {
			return true
		}
	}
	n := t.names.Load()
	return n != nil && (*n)[a]
}

// allows says whether an address belongs to this trunk.
func (n *trunk) allows(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range n.Allow {
		if p.Contains(a) {
			return true
		}
	}
	for _, p := range n.peers {
		if p.has(a) {
			return true
		}
	}
	return false
}
