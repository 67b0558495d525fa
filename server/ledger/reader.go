package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"cordboard/server/fact"
)

// Reader answers questions from the tables. Another process may have one while the server runs.
type Reader struct {
	db *sql.DB

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// OpenReader opens the tables in a data folder for reading only. Errors: ErrNoLedger.
func OpenReader(ctx context.Context, dir string) (*Reader, error) {
	db, err := openReading(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &Reader{db: db}, nil
}

// Close closes the tables.
func (r *Reader) Close() error { return r.db.Close() }

// query asks a question that is asked again and again: preparing it costs as much as answering it.
func (r *Reader) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	st, err := r.stmt(ctx, q) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// row asks for one row.
func (r *Reader) row(ctx context.Context, q string, args ...any) interface{ Scan(...any) error } {
	st, err := r.stmt(ctx, q) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return failedRow{err}
	}
	return st.QueryRowContext(ctx, args...)
}

type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }

func (r *Reader) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if st := r.prepared[q]; st != nil {
		return st, nil
	}
	st, err := r.db.PrepareContext(ctx, q) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return nil, err
	}
	if r.prepared == nil {
		r.prepared = map[string]*sql.Stmt{}
	}
	r.prepared[q] = st
	return st, nil
}

// Position gives the number of the last fact of a tenant in the tables, as its owner numbered it, and when
// it happened; zero when there is none.
func (r *Reader) Position(ctx context.Context, tenant fact.TenantID) (n uint64, at time.Time, err error) {
	var micros int64
	err = r.db.QueryRowContext(ctx, "SELECT coalesce(max(n), 0), coalesce(max(at), 0) FROM positions WHERE tenant = ?", string(tenant)).Scan(&n, &micros)
	return n, When(micros), err
}

// Tenants gives the tenants that have facts, in order.
func (r *Reader) Tenants(ctx context.Context) ([]fact.TenantID, error) {
	rs, err := r.db.QueryContext(ctx, "SELECT tenant FROM positions ORDER BY tenant")
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []fact.TenantID
	for rs.Next() {
		var t fact.TenantID
		if err := rs.Scan(&t); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rs.Err()
}

// When turns the time of a row into a time; 0 is no time.
func When(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros)
}

// Unfinished gives the contacts that never ended, oldest first: what a server that was killed left behind.
func (r *Reader) Unfinished(ctx context.Context, tenant fact.TenantID) ([]*Contact, error) {
	return scan[Contact](r.query(ctx, contactTable.of("WHERE tenant = ? AND ended = 0 ORDER BY arrived"), string(tenant)))
}

// Call is one line of an agent's history: a contact the agent had, or one that rang in vain.
type Call struct {
	Contact *Contact
	At      time.Time
	Talk    time.Duration // the agent's own, holds not counted
	Code    string        // the agent's wrap-up code
	Missed  bool
	Direct  bool // it came to the agent and not through a queue
}

// Last gives an agent's last n calls, newest first, those that the agent missed included.
func (r *Reader) Last(ctx context.Context, tenant fact.TenantID, agent fact.AgentID, n int) ([]Call, error) {
	const q = `
		SELECT * FROM (
			SELECT contact, began AS at, max(0, (CASE ended WHEN 0 THEN began ELSE ended END - began) / 1000 - hold_ms), code, 0, queue = ''
			FROM talks WHERE tenant = ?1 AND agent = ?2 ORDER BY began DESC LIMIT ?3)
		UNION ALL
		SELECT * FROM (
			SELECT contact, offered, 0, '', 1, queue = '' FROM offers
			WHERE tenant = ?1 AND agent = ?2 AND outcome = 'missed' ORDER BY offered DESC LIMIT ?3)
		ORDER BY at DESC LIMIT ?3`
	rs, err := r.query(ctx, q, string(tenant), string(agent), n)
	if err != nil {
		return nil, err
	}
	var out []Call
	var ids []string
	err = each(rs, func() error {
		var c Call
		var id string
		var at, talk int64
		err := rs.Scan(&id, &at, &talk, &c.Code, &c.Missed, &c.Direct)
		c.At, c.Talk = When(at), time.Duration(talk)*time.Millisecond
		out, ids = append(out, c), append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	contacts, err := r.byID(ctx, tenant, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if out[i].Contact = contacts[id]; out[i].Contact == nil {
			return nil, fmt.Errorf("contact %s: %w", id, ErrNoContact)
		}
	}
	return out, nil
}

// byID gives several contacts in one question.
func (r *Reader) byID(ctx context.Context, tenant fact.TenantID, ids []string) (map[string]*Contact, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	found, err := scan[Contact](r.query(ctx, contactTable.of("WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))"), string(tenant), string(list)))
	out := map[string]*Contact{}
	for _, c := range found {
		out[c.ID] = c
	}
	return out, err
}

func each(rs *sql.Rows, f func() error) error {
	defer rs.Close()
	for rs.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rs.Err()
}

func (r *Reader) contact(ctx context.Context, tenant fact.TenantID, id string) (*Contact, error) {
	c, err := scan[Contact](r.query(ctx, contactTable.of("WHERE tenant = ? AND id = ?"), string(tenant), id))
	if err != nil {
		return nil, err
	}
	if len(c) == 0 {
		if before, err := r.CutBefore(ctx, tenant); err == nil && !before.IsZero() {
			return nil, fmt.Errorf("contact %s: %w; what happened before %s was deleted, as the tenant's retention says", id, ErrNoContact, before.Format("2006-01-02"))
		}
		return nil, fmt.Errorf("contact %s: %w", id, ErrNoContact)
	}
	return c[0], nil
}

// Day sums an agent's time since a moment.
type Day struct {
	Calls    int
	Talk     time.Duration // holds not counted
	Handle   time.Duration // talk, hold and wrap-up
	NotReady time.Duration
	Missed   int
}

// Today sums an agent's time from since to now.
func (r *Reader) Today(ctx context.Context, tenant fact.TenantID, agent fact.AgentID, since, now time.Time) (Day, error) {
	var d Day
	var talk, handle, off int64
	from, to := since.UnixMicro(), now.UnixMicro()
	err := r.row(ctx, `
		SELECT count(*), coalesce(sum(max(0, (CASE ended WHEN 0 THEN ?4 ELSE ended END - began) / 1000 - hold_ms)), 0),
		       coalesce(sum((CASE ended WHEN 0 THEN ?4 ELSE ended END - began) / 1000 + wrap_ms), 0)
		FROM talks WHERE tenant = ?1 AND agent = ?2 AND began >= ?3`, string(tenant), string(agent), from, to).Scan(&d.Calls, &talk, &handle)
	if err != nil {
		return d, err
	}
	err = r.row(ctx, `SELECT count(*) FROM offers WHERE tenant = ? AND agent = ? AND offered >= ? AND outcome = 'missed'`,
		string(tenant), string(agent), from).Scan(&d.Missed)
	if err != nil {
		return d, err
	}
	err = r.row(ctx, `
		SELECT coalesce(sum(max(0, min(CASE until WHEN 0 THEN ?4 ELSE until END, ?4) - max(at, ?3))), 0)
		FROM agent_states WHERE tenant = ?1 AND agent = ?2 AND state IN ('notready', 'missed') AND (until = 0 OR until > ?3)
		AND at >= coalesce((SELECT max(at) FROM agent_states WHERE tenant = ?1 AND agent = ?2 AND at < ?3), 0)`,
		string(tenant), string(agent), from, to).Scan(&off)
	d.Talk, d.Handle, d.NotReady = time.Duration(talk)*time.Millisecond, time.Duration(handle)*time.Millisecond, time.Duration(off)*time.Microsecond
	return d, err
}

// CallerToday counts the contacts that came from a number since a moment. A withheld number counts none.
func (r *Reader) CallerToday(ctx context.Context, tenant fact.TenantID, number fact.Number, since time.Time) (int, error) {
	if number == "" {
		return 0, nil
	}
	n := 0
	err := r.row(ctx, "SELECT count(*) FROM contacts WHERE tenant = ? AND number = ? AND arrived >= ?",
		string(tenant), string(number), since.UnixMicro()).Scan(&n)
	return n, err
}

// CallerLast gives the last n contacts from a number, newest first.
func (r *Reader) CallerLast(ctx context.Context, tenant fact.TenantID, number fact.Number, n int) ([]*Contact, error) {
	if number == "" {
		return nil, nil
	}
	return scan[Contact](r.query(ctx, contactTable.of("WHERE tenant = ? AND number = ? ORDER BY arrived DESC LIMIT ?"),
		string(tenant), string(number), n))
}
