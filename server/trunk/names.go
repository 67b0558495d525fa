package trunk

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"
)

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

// learn admits what a peer's name gave just now, before the next look-up of all does: its answers come from there.
func (e *Edge) learn(p *peer, hops []hop) {
	if _, err := netip.ParseAddr(p.Host); err == nil {
		return
	}
	for _, h := range hops {
		a := h.addr.Addr()
		if p.has(a) && e.admits(a) {
			continue
		}
		p.mu.Lock()
		p.addrs = append(slices.Clip(p.addrs), a)
		p.mu.Unlock()
		t := e.table.Load()
		for {
			old := t.names.Load()
			now := maps.Clone(*old)
			now[a] = true
			if t.names.CompareAndSwap(old, &now) {
				break
			}
		}
	}
}
