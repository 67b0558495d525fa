package ledger

import (
	"context"
	"fmt"
	"time"

	"cordboard/server/bus"
)

// wake has everybody who waits look again at what is done. p.mu is held.
func (p *projector) wake() {
	close(p.moved)
	p.moved = make(chan struct{})
}

// caughtUp waits until the tables have every event that is stored now.
func (p *projector) caughtUp(ctx context.Context) error {
	p.mu.Lock()
	streams := make(map[string]*bus.Stream, len(p.streams))
	for t, s := range p.streams {
		streams[t] = s
	}
	p.mu.Unlock()
	for t, s := range streams {
		last, err := s.Last(ctx)
		if err != nil {
			return err
		}
		if err := p.reach(ctx, t, last); err != nil {
			return err
		}
	}
	return nil
}

func (p *projector) reach(ctx context.Context, tenant string, seq uint64) error {
	p.wait(1)
	defer p.wait(-1)
	p.news.Put(news{hurry: true})
	return p.until(ctx, tenant, seq)
}

// settled waits until the tables have every event of a tenant that is known to be stored.
func (p *projector) settled(ctx context.Context, tenant string) error {
	p.mu.Lock()
	seq := p.target[tenant]
	p.mu.Unlock()
	return p.until(ctx, tenant, seq)
}

func (p *projector) until(ctx context.Context, tenant string, seq uint64) error {
	for {
		p.mu.Lock()
		p.target[tenant] = max(seq, p.target[tenant])
		done, moved := p.done[tenant], p.moved
		p.mu.Unlock()
		if done >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("tables of tenant %s stand at event %d of %d: %w", tenant, done, seq, ctx.Err())
		}
	}
}

func (p *projector) wait(n int) {
	p.mu.Lock()
	p.waiting += n
	p.mu.Unlock()
}

// pace is how long facts gather before they are committed.
func (p *projector) pace() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting > 0 {
		return commitSoon
	}
	return commitEvery
}

// behind is the number of events that are stored and not in the tables.
func (p *projector) behind() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := uint64(0)
	for t, seq := range p.target {
		n += seq - min(seq, p.done[t])
	}
	return n
}
