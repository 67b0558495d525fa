package ledger

import (
	"context"
	"time"

	"cordboard/server/fact"
)

// Handed gives the transfers and consults to experts since a moment that came to an end, oldest first: by whom, and
// how they ended. It reads the whole table, so it is asked once, at the start.
func (r *Reader) Handed(ctx context.Context, tenant fact.TenantID, since time.Time, each func(by fact.AgentID, at time.Time, m fact.Moved)) error {
	rs, err := r.db.QueryContext(ctx, `SELECT agent, consult, to_id, ended, stage, why FROM transfers
		WHERE tenant = ? AND to_kind = 'expert' AND ended > ? ORDER BY ended`, string(tenant), since.UnixMicro())
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		m := fact.Moved{ToKind: "expert"}
		var by string
		var at int64
		if err := rs.Scan(&by, &m.Consult, &m.To, &at, &m.Stage, &m.Why); err != nil {
			return err
		}
		each(fact.AgentID(by), When(at), m)
	}
	return rs.Err()
}
