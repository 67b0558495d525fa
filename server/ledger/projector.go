package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"cordboard/server/bus"
	"cordboard/server/inbox"
)

// projector writes the tables from the streams: what the writer stores it hands over, and what did not come that way,
// because it was stored before the start or an error lies between, is read from the stream. Each transaction holds the rows and the number of the
// last event in them, so that a process that is killed goes on exactly where the tables stand.
type projector struct {
	bus  *bus.Bus
	db   *sql.DB
	log  *slog.Logger
	tell func(error) // nil: all is well
	news *inbox.Inbox[news]
	read func(ctx context.Context, s *bus.Stream, from uint64, each func(bus.Message) error) error

	mu      sync.Mutex
	streams map[string]*bus.Stream
	done    map[string]uint64 // in the tables
	moved   chan struct{}     // closed and made anew whenever done has changed
	target  map[string]uint64 // stored, as last heard
	waiting int               // who waits for the tables
	given   int               // facts on their way from the writer
}

const (
	commitEvery = 250 * time.Millisecond
	commitSoon  = 2 * time.Millisecond // when somebody waits for it
	commitAfter = 4000                 // facts
	watchEvery  = 2 * time.Second
)

// errStalled says that events are stored and none came for a while: the readers are made anew.
var errStalled = errors.New("no events came from the store, though there are some")

func newProjector(b *bus.Bus, db *sql.DB, log *slog.Logger, tell func(error)) *projector {
	return &projector{bus: b, db: db, log: log, tell: tell, news: inbox.New[news](), read: readStream, streams: map[string]*bus.Stream{},
		done: map[string]uint64{}, target: map[string]uint64{}, moved: make(chan struct{})}
}

// run projects until ctx ends. After an error it begins again from where the tables stand.
func (p *projector) run(ctx context.Context) {
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		err := p.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > 10*time.Second {
			pause = 100 * time.Millisecond
		}
		p.tell(err)
		p.log.Debug("tables begin again", "err", err)
		sleep(ctx, pause)
		pause = min(2*pause, 2*time.Second)
	}
}

func (p *projector) session(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var readers sync.WaitGroup
	defer readers.Wait()
	defer cancel()
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := newShelf(conn)
	defer s.closeStatements()
	f := &followers{p: p, shelf: s, records: make(chan *record, 4096), failed: make(chan error, 64), of: map[string]*follower{}, wait: &readers}
	if err := f.begin(ctx); err != nil {
		return err
	}
	return p.loop(ctx, s, f)
}

func (p *projector) loop(ctx context.Context, s *shelf, f *followers) error {
	var due <-chan time.Time
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	count, heard := 0, 0
	commit := func() error {
		if due = nil; count == 0 {
			return nil
		}
		count = 0
		return p.commit(s)
	}
	hear := func(r *record) error {
		fresh, err := f.hear(ctx, r)
		if err != nil {
			return errors.Join(err, s.abort())
		}
		if !fresh {
			return nil
		}
		heard++
		if count++; count >= commitAfter {
			return commit()
		}
		if due == nil {
			due = time.After(p.pace())
		}
		return nil
	}
	for {
		select {
		case r := <-f.records:
			if err := hear(r); err != nil {
				return err
			}
		case <-p.news.Ready():
			all := p.news.Take()
			p.took(all)
			for _, n := range all {
				if err := f.news(ctx, n); err != nil {
					return errors.Join(err, s.abort())
				}
				for _, r := range n.facts {
					if err := hear(r); err != nil {
						return err
					}
				}
				if n.hurry && due != nil {
					due = time.After(commitSoon)
				}
			}
		case <-due:
			if err := commit(); err != nil {
				return err
			}
		case <-watch.C:
			if heard == 0 && count == 0 && p.behind() > 0 {
				return errStalled
			}
			heard = 0
			p.tell(nil)
		case err := <-f.failed:
			return errors.Join(err, s.abort())
		case <-ctx.Done():
			return errors.Join(ctx.Err(), s.abort())
		}
	}
}

func (p *projector) take(s *shelf, r *record) error {
	if err := s.begin(); err != nil {
		return err
	}
	if r.skip {
		at, err := s.position(r.tenant)
		if err == nil {
			at.Seq = int64(r.seq)
		}
		return err
	}
	if err := s.apply(r); err != nil {
		return fmt.Errorf("event %d of tenant %s: %w", r.seq, r.tenant, err)
	}
	return nil
}

func (p *projector) commit(s *shelf) error {
	if !s.open {
		return nil
	}
	at := map[string]uint64{}
	for t, pos := range s.at {
		at[t] = uint64(pos.Seq)
	}
	if err := s.commit(); err != nil {
		return err
	}
	p.mu.Lock()
	for t, seq := range at {
		p.done[t] = seq
	}
	p.wake()
	p.mu.Unlock()
	p.tell(nil)
	return nil
}
