package ledger

import (
	"context"
	"errors"
	"sync"

	"cordboard/server/bus"
	"cordboard/server/inbox"
)

func readStream(ctx context.Context, s *bus.Stream, from uint64, each func(bus.Message) error) error {
	return s.Read(ctx, from, each)
}

// follow adds a tenant's stream.
func (p *projector) follow(tenant string, s *bus.Stream) {
	p.mu.Lock()
	_, known := p.streams[tenant]
	p.streams[tenant] = s
	p.mu.Unlock()
	if !known {
		p.news.Put(struct{}{})
	}
}

// startReaders starts a reader for each stream that has none yet, from where the tables stand.
func (p *projector) startReaders(ctx context.Context, s *shelf, reading map[string]bool, records chan<- *record, failed chan<- error, wait *sync.WaitGroup) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for tenant, stream := range p.streams {
		if reading[tenant] {
			continue
		}
		from, err := p.from(ctx, s, tenant, stream)
		if err != nil {
			return err
		}
		reading[tenant] = true
		p.done[tenant] = from - 1
		p.wake() // the tables may have everything already, and then no commit says so
		wait.Add(1)
		inbox.Go(func(panicked *inbox.Panic) { failed <- panicked }, func() {
			defer wait.Done()
			err := p.read(ctx, stream, from, func(m bus.Message) error {
				select {
				case records <- decode(tenant, m):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			select {
			case failed <- err:
			case <-ctx.Done():
			}
		})
	}
	return nil
}

// from gives the first event that is not in the tables. Tables that are ahead of their stream come from
// another one, or the machine lost power before the stream was on the disk: then they are made anew.
func (p *projector) from(ctx context.Context, s *shelf, tenant string, stream *bus.Stream) (uint64, error) {
	pos, err := s.position(tenant)
	if err != nil {
		return 0, err
	}
	last, err := stream.Last(ctx)
	if err != nil || uint64(pos.Seq) <= last {
		return uint64(pos.Seq) + 1, err
	}
	p.log.Warn("tables are made anew: they are ahead of the events", "tenant", tenant, "tables", pos.Seq, "events", last)
	if err := s.begin(); err != nil {
		return 0, err
	}
	for _, t := range allTables {
		if _, err := s.conn.ExecContext(ctx, "DELETE FROM "+t.name+" WHERE tenant = ?", tenant); err != nil {
			return 0, errors.Join(err, s.abort())
		}
	}
	s.forget()
	return 1, s.commit()
}
