package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cordboard/server/fact"
)

// cutKind is the fact that the ledger writes when it cuts what is too old. The tables lose those rows when they come
// to it, so they are the same whether they were written before the cut or are made from what it left of the stream.
const cutKind = "ledger.cut"

// cutFact says what goes: all that happened before a moment.
type cutFact struct {
	Before time.Time `json:"before"`
	// First is the first event that is kept in the stream; a little more is kept than the tables have.
	First uint64 `json:"first"`
	// N is the last number of a fact, so that it is known when all the others are gone.
	N uint64 `json:"n"`
	// Over are contacts that arrived before and were heard of later.
	Over []string `json:"over,omitempty"`
}

// cut takes out of the tables what a fact says.
func (s *shelf) cut(p *position, r *record, at int64) error {
	var f cutFact
	u, ok := r.entry.Fact.(fact.Unknown)
	if !ok {
		return fmt.Errorf("%s is a %T", cutKind, r.entry.Fact)
	}
	if err := json.Unmarshal(u.Body, &f); err != nil {
		return fmt.Errorf("%s: %w", cutKind, err)
	}
	if f.Before.IsZero() {
		return errors.New(cutKind + ": without a moment")
	}
	before := f.Before.UnixMicro()
	if p.Died < before {
		p.Died = 0
	}
	p.N, p.Seq, p.At = max(p.N, int64(f.N)), int64(r.seq), max(at, p.At)
	s.keep(r, at)
	if err := s.flush(); err != nil {
		return err
	}
	if err := s.cutRows(r.tenant, before, f.Over); err != nil {
		return fmt.Errorf("cut: %w", err)
	}
	clear(s.books) // what was at hand may be gone
	clear(s.agents)
	return nil
}

// cutRows deletes, and has SQLite overwrite what it deletes.
func (s *shelf) cutRows(tenant string, before int64, over []string) error {
	if err := s.exec("PRAGMA secure_delete = ON"); err != nil {
		return err
	}
	defer s.exec("PRAGMA secure_delete = FAST")
	ids, err := json.Marshal(over)
	if err != nil {
		return err
	}
	const gone = `(SELECT id FROM contacts WHERE tenant = ?1 AND arrived < ?2 UNION ALL SELECT value FROM json_each(?3))`
	for _, t := range []*table{visitTable, talkTable, offerTable, transferTable, noteTable, legTable, factTable} {
		if err := s.del("DELETE FROM "+t.name+" WHERE tenant = ?1 AND contact IN "+gone, tenant, before, string(ids)); err != nil {
			return err
		}
	}
	for _, q := range []string{
		"DELETE FROM contacts WHERE tenant = ?1 AND id IN (SELECT value FROM json_each(?3)) AND ?2 = ?2",
		"DELETE FROM contacts WHERE tenant = ?1 AND arrived < ?2 AND ?3 = ?3",
		"DELETE FROM facts WHERE tenant = ?1 AND contact = '' AND at < ?2 AND ?3 = ?3",
		"DELETE FROM lost WHERE tenant = ?1 AND at < ?2 AND ?3 = ?3",
		// An agent at a time, by the index: an agent's states are many and the rows are not in the order of time.
		`DELETE FROM agent_states WHERE tenant = ?1 AND ?3 = ?3 AND (agent, seq) IN (
			WITH RECURSIVE who(a) AS (SELECT min(agent) FROM agent_states WHERE tenant = ?1
				UNION ALL SELECT (SELECT min(agent) FROM agent_states WHERE tenant = ?1 AND agent > a) FROM who WHERE a IS NOT NULL)
			SELECT x.agent, x.seq FROM who CROSS JOIN agent_states x WHERE a IS NOT NULL AND x.tenant = ?1 AND x.agent = a AND x.at < ?2)`,
	} {
		if err := s.del(q, tenant, before, string(ids)); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) del(query string, args ...any) error {
	_, err := s.conn.ExecContext(context.Background(), query, args...)
	return err
}

// cutAt gives the last cut of a tenant that the tables have heard of; nil when there was none.
func (r *Reader) cutAt(ctx context.Context, tenant string) (*cutFact, error) {
	rs, err := r.db.QueryContext(ctx, "SELECT body FROM facts WHERE tenant = ? AND contact = '' AND kind = ? ORDER BY seq DESC LIMIT 1", tenant, cutKind) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	var f *cutFact
	return f, each(rs, func() error {
		var body string
		if err := rs.Scan(&body); err != nil {
			return err
		}
		f = &cutFact{}
		return json.Unmarshal([]byte(body), f)
	})
}

// sayCut notes that a report reaches back to what was cut.
func (o *ReportOptions) sayCut(ctx context.Context, r *Reader, from time.Time) error {
	before, err := r.CutBefore(ctx, fact.TenantID(o.Tenant))
	if err != nil || o.Notes == nil || before.IsZero() || !from.Before(before) {
		return err
	}
	_, err = fmt.Fprintf(o.Notes, "what happened before %s is not in this report: it was deleted, as the tenant's retention says\n", before.In(o.Zone).Format("2006-01-02 15:04"))
	return err
}

// CutBefore says from when on the tenant's facts are kept; zero when all are.
func (r *Reader) CutBefore(ctx context.Context, tenant fact.TenantID) (time.Time, error) {
	f, err := r.cutAt(ctx, string(tenant))
	if f == nil {
		return time.Time{}, err
	}
	return f.Before, err
}
