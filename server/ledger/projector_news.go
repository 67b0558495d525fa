package ledger

import (
	"maps"

	"cordboard/server/bus"
)

// news is what the projector's loop is told.
type news struct {
	tenant string
	facts  []*record // stored, in order, in this stream
	look   bool      // the stream may hold more than was handed over
	hurry  bool      // somebody waits for the tables
}

// maxGiven is how many facts may be on their way from the writer; beyond, the projector reads them from the stream
// when it comes to it.
const maxGiven = Limit

// follow adds a tenant's stream.
func (p *projector) follow(tenant string, s *bus.Stream) {
	p.mu.Lock()
	_, known := p.streams[tenant]
	p.streams[tenant] = s
	p.mu.Unlock()
	if !known {
		p.news.Put(news{tenant: tenant})
	}
}

func (p *projector) known() map[string]*bus.Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.streams)
}

// stored hears that facts are stored, the last of them at tail. After an error it is unknown where they stand.
func (p *projector) stored(tenant string, tail uint64, facts []*record, err error) {
	n := news{tenant: tenant, look: err != nil}
	p.mu.Lock()
	p.target[tenant] = max(tail, p.target[tenant])
	if err == nil && p.given+len(facts) <= maxGiven {
		n.facts = append(n.facts, facts...) // the writer goes on with its own slice
		p.given += len(facts)
	}
	p.mu.Unlock()
	for i, r := range n.facts {
		r.given, r.seq = true, tail-uint64(len(n.facts)-1-i)
	}
	if n.look || len(n.facts) > 0 {
		p.news.Put(n)
	}
}

func (p *projector) took(all []news) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range all {
		p.given -= len(n.facts)
	}
}

// stand says where the tables and the stream of a tenant stand.
func (p *projector) stand(tenant string, done, last uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[tenant] = done
	if p.target[tenant] = max(last, p.target[tenant]); done == 0 {
		p.target[tenant] = last // it may be another stream than before
	}
	p.wake() // the tables may have everything already, and then no commit says so
}

func (p *projector) storedTo(tenant string) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target[tenant]
}
