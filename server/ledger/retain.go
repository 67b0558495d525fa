package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

const (
	// cutContacts is how many contacts one cut takes out of the tables: some tens of milliseconds of their writer.
	cutContacts = 1000
	// overlap is how much older than the tables the stream is kept: facts of one moment may stand in it in another
	// order than they happened.
	overlap = 10 * time.Minute
	// cutWorth is what must be too old before anything is cut.
	cutWorth = time.Hour

	quietFor    = time.Second      // nothing was stored for so long
	quietAtMost = 30 * time.Second // a centre that is never quiet is cut all the same, a little at a time
)

// Cut forgets what happened before a moment: contacts that arrived before it, with all that was heard of them, and agents' states.
// It goes a little at a time, each when the ledger has nothing else to do, and may take long; what it was doing when it was ended, by ctx or with
// the process, the next Cut goes on with. One Cut of a tenant runs at a time.
func (l *Ledger) Cut(ctx context.Context, tenant fact.TenantID, before time.Time) error {
	s, err := l.bus.Stream(ctx, string(tenant))
	if err != nil {
		return err
	}
	if err := l.cutStream(ctx, tenant, s); err != nil {
		return err
	}
	for n := 0; ; n++ {
		oldest, ok, err := firstFact(ctx, s, 0)
		if err != nil || !ok || !oldest.Before(before.Add(-cutWorth)) {
			return err
		}
		if err := l.quiet(ctx, string(tenant)); err != nil {
			return err
		}
		f, err := l.slice(ctx, tenant, s, before)
		if err != nil {
			return err
		}
		if err := l.cutOnce(ctx, tenant, s, f); err != nil {
			return err
		}
		if f.Before.Equal(before) {
			return nil
		}
	}
}

// cutOnce takes a slice out of the tables, and then out of the stream: a process that is killed between the two has a
// stream that is longer than need be, and cuts it when it comes back.
func (l *Ledger) cutOnce(ctx context.Context, tenant fact.TenantID, s *bus.Stream, f *cutFact) error {
	if err := l.cutTables(ctx, tenant, f); err != nil {
		return err
	}
	if err := l.cutStream(ctx, tenant, s); err != nil {
		return err
	}
	l.log.Info("facts are cut", "tenant", tenant, "before", f.Before.Format(time.RFC3339))
	return l.emptyWAL(ctx)
}

func (l *Ledger) cutTables(ctx context.Context, tenant fact.TenantID, f *cutFact) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	l.Put(fact.Entry{Tenant: tenant, At: l.now(), Fact: fact.Unknown{Name: cutKind, V: 1, Body: body}})
	return l.Sync(ctx)
}

// cutStream cuts the stream to what the tables have heard of.
func (l *Ledger) cutStream(ctx context.Context, tenant fact.TenantID, s *bus.Stream) error {
	f, err := l.cutAt(ctx, string(tenant))
	if err != nil || f == nil {
		return err
	}
	first, err := s.First(ctx)
	if err != nil || first >= f.First {
		return err
	}
	return s.Cut(ctx, f.First, func(data []byte) bool { return bytes.Contains(data, []byte(`"personal":`)) })
}

// slice says what is cut next.
func (l *Ledger) slice(ctx context.Context, tenant fact.TenantID, s *bus.Stream, before time.Time) (*cutFact, error) {
	f := &cutFact{Before: before}
	var at int64
	err := l.Reader.db.QueryRowContext(ctx, "SELECT arrived FROM contacts WHERE tenant = ? AND arrived < ? ORDER BY arrived LIMIT 1 OFFSET ?",
		string(tenant), before.UnixMicro(), l.atOnce).Scan(&at)
	switch {
	case err == nil:
		f.Before = When(at + 1)
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	if f.First, err = firstSince(ctx, s, f.Before.Add(-overlap)); err != nil {
		return nil, err
	}
	if f.N, _, err = l.Position(ctx, tenant); err != nil {
		return nil, err
	}
	rs, err := l.Reader.db.QueryContext(ctx, `SELECT id FROM contacts c WHERE tenant = ?1 AND arrived < ?2
		AND EXISTS (SELECT 1 FROM facts WHERE tenant = ?1 AND contact = c.id AND seq < ?3)
		AND EXISTS (SELECT 1 FROM facts WHERE tenant = ?1 AND contact = c.id AND seq >= ?3) ORDER BY id`, string(tenant), f.Before.UnixMicro(), int64(f.First))
	if err != nil {
		return nil, err
	}
	return f, each(rs, func() error {
		var id string
		err := rs.Scan(&id)
		f.Over = append(f.Over, id)
		return err
	})
}

// firstFact gives when the first fact from a sequence on happened.
func firstFact(ctx context.Context, s *bus.Stream, from uint64) (at time.Time, ok bool, err error) {
	for {
		m, ok, err := s.Next(ctx, from, bus.Facts)
		if err != nil || !ok {
			return time.Time{}, false, err
		}
		var e struct {
			At time.Time `json:"at"`
		}
		if json.Unmarshal(m.Data, &e) == nil && !e.At.IsZero() {
			return e.At, true, nil
		}
		from = m.Seq + 1
	}
}

// firstSince finds the first event that is not older than a moment. Facts stand in the order of their time but for moments.
func firstSince(ctx context.Context, s *bus.Stream, since time.Time) (uint64, error) {
	low, err := s.First(ctx)
	if err != nil {
		return 0, err
	}
	high, err := s.Last(ctx)
	if err != nil {
		return 0, err
	}
	for high++; low < high; {
		mid := low + (high-low)/2
		at, ok, err := firstFact(ctx, s, mid)
		switch {
		case err != nil:
			return 0, err
		case ok && at.Before(since):
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, nil
}

// quiet waits for a moment in which nothing is stored, though not for ever. Errors: what the ledger complains of; a store in
// trouble is not given more to do.
func (l *Ledger) quiet(ctx context.Context, tenant string) error {
	err := l.await(ctx, func() (uint64, error) {
		if h := l.Health(); h.Err != "" {
			return 0, errors.New(h.Err)
		}
		return l.tables.storedTo(tenant), nil
	})
	if err != nil {
		return fmt.Errorf("old facts of tenant %s are not cut now: %w", tenant, err)
	}
	return nil
}

// awaitQuiet waits until what stored says stands still for quietFor, at most quietAtMost.
func awaitQuiet(ctx context.Context, stored func() (uint64, error)) error {
	began := time.Now()
	for {
		before, err := stored()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(quietFor):
		}
		now, err := stored()
		if err != nil || now == before || time.Since(began) >= quietAtMost {
			return err
		}
	}
}

// emptyWAL has SQLite put its log into the file and empty it: what was cut stands in it still.
func (l *Ledger) emptyWAL(ctx context.Context) error {
	db, err := sql.Open("sqlite", dsn(filepath.Join(l.dir, dbName)))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
