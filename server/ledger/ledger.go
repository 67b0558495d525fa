// Package ledger keeps every fact. A fact is an event in the tenant's stream, stored in order and not awaited;
// the tables that desk and reports read are a projection of the streams, and can be made again from them.
package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cordboard/server/bus"
	"cordboard/server/fact"
	"cordboard/server/inbox"
)

// Limit is how many facts wait in memory while they cannot be stored. More are lost, and counted.
const Limit = 100_000

// Ledger keeps facts. Its methods may be called from any goroutine.
type Ledger struct {
	*Reader
	bus *bus.Bus
	dir string
	log *slog.Logger
	in  *inbox.Inbox[item]

	limit   int64
	atOnce  int          // contacts in one cut
	waiting atomic.Int64 // facts put and not stored
	oldest  atomic.Int64 // when the oldest of them was put, Unix nanoseconds; 0: none waits
	lost    losses
	trouble [2]atomic.Pointer[string]                                      // of the writer, of the projector
	await   func(ctx context.Context, stored func() (uint64, error)) error // a moment to cut in
	now     func() time.Time                                               // of a cut
	append  func(ctx context.Context, s *bus.Stream, messages [][]byte) (int, error)

	tables *projector
	stop   context.CancelFunc
	done   sync.WaitGroup
	closed atomic.Bool
}

// item is what the writer gets: a fact, or a question when all before it is stored.
type item struct {
	entry fact.Entry
	put   time.Time
	sync  chan<- struct{}
}

// Open opens the ledger: streams on the bus, tables in dir. It returns when the tables have every event
// that was stored before.
func Open(ctx context.Context, b *bus.Bus, dir string, log *slog.Logger) (*Ledger, error) {
	l, err := open(ctx, b, dir, log)
	if err != nil {
		return nil, err
	}
	return l, l.sayStarted(ctx)
}

// sayStarted puts a fact into every stream that there is: what was open before is over.
func (l *Ledger) sayStarted(ctx context.Context) error {
	tenants, err := l.bus.Tenants(ctx)
	for _, t := range tenants {
		l.Put(fact.Entry{Tenant: fact.TenantID(t), At: time.Now(), Fact: fact.Unknown{Name: startedKind, V: 1, Body: []byte("{}")}})
	}
	return err
}

func open(ctx context.Context, b *bus.Bus, dir string, log *slog.Logger) (*Ledger, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	db, err := openTables(dir)
	if err != nil {
		return nil, err
	}
	read, err := openReading(ctx, dir)
	if err != nil {
		db.Close()
		return nil, err
	}
	l := &Ledger{Reader: &Reader{db: read}, bus: b, dir: dir, log: log, in: inbox.New[item](), limit: Limit}
	l.append = func(ctx context.Context, s *bus.Stream, m [][]byte) (int, error) { return s.Append(ctx, bus.Facts, m) }
	l.await, l.now, l.atOnce = awaitQuiet, time.Now, cutContacts
	l.tables = newProjector(b, db, log, func(err error) { l.setTrouble(1, err) })
	life, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.start(func() { l.tables.run(life) })
	if err := l.catchUp(ctx); err != nil {
		stop()
		l.done.Wait()
		closeAll(read, db)
		return nil, err
	}
	l.start(func() { l.write(life) })
	return l, nil
}

// start runs f beside; a panic in it is a fault of ours, and said so.
func (l *Ledger) start(f func()) {
	l.done.Add(1)
	inbox.Go(func(p *inbox.Panic) {
		l.log.Error("ledger stopped", "err", p, "stack", string(p.Stack))
	}, func() { defer l.done.Done(); f() })
}

func (l *Ledger) catchUp(ctx context.Context) error {
	tenants, err := l.bus.Tenants(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	for _, t := range tenants {
		s, err := l.bus.Stream(ctx, t)
		if err != nil {
			return err
		}
		l.tables.follow(t, s)
	}
	if err := l.tables.caughtUp(ctx); err != nil {
		return err
	}
	l.log.Debug("ledger caught up", "took", time.Since(began))
	return nil
}

// Put stores a fact behind all facts put before. It never blocks: while the store is slow or full the fact
// waits in memory, and beyond Limit it is counted as lost.
func (l *Ledger) Put(e fact.Entry) {
	if l.waiting.Add(1) > l.limit || l.closed.Load() {
		l.waiting.Add(-1)
		l.lost.add(e)
		return
	}
	now := time.Now()
	l.oldest.CompareAndSwap(0, now.UnixNano())
	l.in.Put(item{entry: e, put: now})
}

// Sync waits until every fact put before is stored and in the tables.
func (l *Ledger) Sync(ctx context.Context) error {
	if err := l.stored(ctx); err != nil {
		return err
	}
	return l.tables.caughtUp(ctx)
}

// Settled waits until every fact of a tenant put before is in the tables, as Sync does, but hurries nobody: who
// wants figures a moment later costs no transaction of its own.
func (l *Ledger) Settled(ctx context.Context, tenant fact.TenantID) error {
	if err := l.stored(ctx); err != nil {
		return err
	}
	return l.tables.settled(ctx, string(tenant))
}

// stored waits until every fact put before is in the stream.
func (l *Ledger) stored(ctx context.Context) error {
	stored := make(chan struct{})
	if !l.in.Put(item{sync: stored}) {
		return context.Canceled
	}
	select {
	case <-stored:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Health says how the ledger is.
type Health struct {
	Behind int           // facts that wait to be stored
	Lag    time.Duration // how long the oldest of them has waited
	Lost   uint64        // facts that were dropped since the start
	Tables uint64        // stored facts that are not yet in the tables
	Err    string        // what the store or the tables complain of, empty when nothing
}

// late is how long a fact may wait before that is trouble: a disk can be slow without an error.
const late = 3 * time.Second

// Health says how the ledger is now.
func (l *Ledger) Health() Health {
	h := Health{Behind: int(l.waiting.Load()), Lost: l.lost.count(), Tables: l.tables.behind()}
	if since := l.oldest.Load(); since != 0 && h.Behind > 0 {
		h.Lag = time.Since(time.Unix(0, since))
	}
	for i := range l.trouble {
		if s := l.trouble[i].Load(); s != nil && h.Err == "" {
			h.Err = *s
		}
	}
	if h.Err == "" && h.Lag > late {
		h.Err = fmt.Sprintf("ledger behind: %d facts wait, the oldest for %s", h.Behind, h.Lag.Round(time.Second))
	}
	return h
}

func (l *Ledger) setTrouble(i int, err error) {
	before := l.trouble[i].Load()
	switch {
	case err == nil && before != nil:
		l.trouble[i].Store(nil)
		l.log.Info("ledger is well again")
	case err != nil:
		s := err.Error()
		l.trouble[i].Store(&s)
		if before == nil {
			l.log.Error("ledger behind: facts wait in memory", "err", err)
		}
	}
}

// Close stores what waits, as long as ctx allows, and closes the tables. The bus stays open.
func (l *Ledger) Close(ctx context.Context) error {
	if l.closed.Swap(true) {
		return nil
	}
	err := l.Sync(ctx)
	l.stop()
	l.done.Wait()
	closeAll(l.Reader.db, l.tables.db)
	return err
}

func closeAll(dbs ...*sql.DB) {
	for _, db := range dbs {
		db.Close()
	}
}
