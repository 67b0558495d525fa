package trunk

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
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

// trunkFor finds the trunk of a new request: among those that its source belongs to, the one whose host name stands
// in the Request-URI, To or Contact, else the one whose peer the certificate names, else the narrowest access list.
func (e *Edge) trunkFor(req *sip.Request, source netip.AddrPort) (*trunk, *peer) {
	var of []*trunk
	for _, n := range e.table.Load().trunks {
		if n.allows(source.Addr()) {
			of = append(of, n)
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	best, score := of[0], -1
	certificate := ""
	if s := e.stream(source.String()); s != nil {
		certificate = s.names
	}
	_, contact, _ := splitAddress(header(req, "contact"))
	_, contactHost, _ := uriParts(contact)
	for _, n := range of {
		if p := n.score(req, contactHost, certificate, source.Addr()); p > score {
			best, score = n, p
		}
	}
	return best, best.peerAt(source.Addr(), contactHost)
}

func (n *trunk) score(req *sip.Request, contactHost, certificate string, source netip.Addr) int {
	ours := func(h string) bool {
		return h != "" && (strings.EqualFold(h, hostOnly(n.ContactHost)) || strings.EqualFold(h, n.FromHost))
	}
	points := 0
	if ours(req.Recipient.Host) {
		points += 4096
	} else if ours(req.To().Address.Host) {
		points += 2048
	}
	for _, p := range n.peers {
		if contactHost != "" && strings.EqualFold(contactHost, p.Host) {
			points |= 1024
		}
		if certificate != "" && strings.EqualFold(certificate, p.Host) {
			points |= 512
		}
		if p.has(source) {
			points |= 256
		}
	}
	narrow := 0
	for _, a := range n.Allow {
		if a.Contains(source) {
			narrow = max(narrow, a.Bits())
		}
	}
	return points + narrow
}

func (n *trunk) peerAt(a netip.Addr, contactHost string) *peer {
	for _, p := range n.peers {
		if p.has(a) && strings.EqualFold(contactHost, p.Host) {
			return p
		}
	}
	for _, p := range n.peers {
		if p.has(a) {
			return p
		}
	}
	return nil
}

// trunkByID finds a trunk to call out by.
func (e *Edge) trunkByID(id string) *trunk {
	for _, n := range e.table.Load().trunks {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// watchNames keeps the addresses of peers that are given by name.
func (e *Edge) watchNames(ctx context.Context, t *table) {
	var named []*peer
	for _, n := range t.trunks {
		for _, p := range n.peers {
			if _, err := netip.ParseAddr(p.Host); err != nil {
				named = append(named, p)
			}
		}
	}
	if len(named) == 0 {
		return
	}
	e.run("names", func() {
		for {
			all := map[netip.Addr]bool{}
			var mu sync.Mutex
			var wait sync.WaitGroup
			limit := make(chan struct{}, 8)
			for _, p := range named {
				wait.Add(1)
				e.run("name", func() {
					defer wait.Done()
					limit <- struct{}{}
					defer func() { <-limit }()
					p.lookUp(ctx, e)
					mu.Lock()
					for _, a := range p.addresses() {
						all[a] = true
					}
					mu.Unlock()
				})
			}
			wait.Wait()
			t.names.Store(&all)
			select {
			case <-time.After(30 * time.Second):
			case <-ctx.Done():
				return
			}
		}
	})
}

func hostOnly(hostport string) string {
	h, port, ok := strings.Cut(hostport, ":")
	if ok && strings.Contains(port, ":") { // IPv6
		return hostport
	}
	return h
}
