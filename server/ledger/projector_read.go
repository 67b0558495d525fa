package ledger

import (
	"context"
	"errors"
	"sync"

	"cordboard/server/bus"
	"cordboard/server/inbox"
)

// followers are the ways of all tenants' events into the tables. The projector's loop owns them.
type followers struct {
	p       *projector
	shelf   *shelf
	records chan *record // from the readers
	failed  chan error   // of the readers
	of      map[string]*follower
	wait    *sync.WaitGroup
}

// follower is the way of one tenant's events.
type follower struct {
	stream *bus.Stream
	next   uint64             // the event that comes next
	stop   context.CancelFunc // of the reader; nil: none runs, the writer hands over
}

// begin looks at every stream that is known.
func (f *followers) begin(ctx context.Context) error {
	for tenant, stream := range f.p.known() {
		if f.of[tenant] != nil {
			continue
		}
		f.of[tenant] = &follower{stream: stream}
		if err := f.look(ctx, tenant); err != nil {
			return err
		}
	}
	return nil
}

// look finds out what of a stream is not in the tables, and has it read.
func (f *followers) look(ctx context.Context, tenant string) error {
	t, p := f.of[tenant], f.p
	if t.stop != nil {
		return nil
	}
	if err := p.commit(f.shelf); err != nil {
		return err
	}
	from, last, err := p.from(ctx, f.shelf, tenant, t.stream)
	if err != nil {
		return err
	}
	t.next = from
	p.stand(tenant, from-1, last)
	if from > last {
		return nil
	}
	ctx, t.stop = context.WithCancel(ctx)
	f.wait.Add(1)
	inbox.Go(func(panicked *inbox.Panic) { f.failed <- panicked }, func() {
		defer f.wait.Done()
		err := p.read(ctx, t.stream, from, func(m bus.Message) error {
			select {
			case f.records <- decode(tenant, m):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if ctx.Err() == nil { // else it was told to stop
			f.failed <- err
		}
	})
	return nil
}

// news has streams looked at that are new, or of which the writer cannot say what they hold.
func (f *followers) news(ctx context.Context, n news) error {
	if err := f.begin(ctx); err != nil || !n.look {
		return err
	}
	return f.look(ctx, n.tenant)
}

// hear takes an event when it is the one that comes next, and says whether it was.
func (f *followers) hear(ctx context.Context, r *record) (bool, error) {
	t := f.of[r.tenant]
	switch {
	case r.given && t.stop != nil: // the reader comes to it
		return false, nil
	case r.seq < t.next:
		return false, nil
	case r.seq > t.next && !r.given: // read in order: what lies between was cut
		t.next = r.seq
	case r.seq > t.next:
		return false, f.look(ctx, r.tenant)
	}
	if err := f.p.take(f.shelf, r); err != nil {
		return false, err
	}
	t.next++
	if t.stop != nil && r.seq >= f.p.storedTo(r.tenant) {
		t.stop()
		t.stop = nil
	}
	return true, nil
}

func readStream(ctx context.Context, s *bus.Stream, from uint64, each func(bus.Message) error) error {
	return s.Read(ctx, from, each)
}

// from gives the first event that is not in the tables, and the last there is. Tables that are ahead of their stream come from
// another one, or the machine lost power before the stream was on the disk: then they are made anew.
func (p *projector) from(ctx context.Context, s *shelf, tenant string, stream *bus.Stream) (from, last uint64, err error) {
	pos, err := s.position(tenant)
	if err != nil {
		return 0, 0, err
	}
	if last, err = stream.Last(ctx); err != nil || uint64(pos.Seq) <= last {
		return uint64(pos.Seq) + 1, last, err
	}
	p.log.Warn("tables are made anew: they are ahead of the events", "tenant", tenant, "tables", pos.Seq, "events", last)
	if err := s.begin(); err != nil {
		return 0, 0, err
	}
	for _, t := range allTables {
		if _, err := s.conn.ExecContext(ctx, "DELETE FROM "+t.name+" WHERE tenant = ?", tenant); err != nil {
			return 0, 0, errors.Join(err, s.abort())
		}
	}
	s.forget()
	return 1, last, s.commit()
}
