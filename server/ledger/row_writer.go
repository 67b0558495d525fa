package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// rowWriter writes rows by the driver itself, many with one statement: database/sql costs as much as the
// row does.
type rowWriter struct {
	stmts map[key]driver.Stmt
	args  []driver.NamedValue
}

type key struct {
	t *table
	n int
}

// One statement takes so many rows, or one.
const (
	many = 16
	some = 4
)

var errDriver = errors.New("the database driver cannot take prepared statements")

func (w *rowWriter) write(dc any, t *table, rows []row) error {
	for len(rows) > 0 {
		n := 1
		switch {
		case len(rows) >= many:
			n = many
		case len(rows) >= some:
			n = some
		}
		if err := w.some(dc, t, rows[:n]); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		rows = rows[n:]
	}
	return nil
}

func (w *rowWriter) some(dc any, t *table, rows []row) error {
	st, err := w.stmt(dc, t, len(rows))
	if err != nil {
		return err
	}
	w.args = w.args[:0]
	for _, r := range rows {
		for _, p := range r.fields() {
			w.args = append(w.args, driver.NamedValue{Ordinal: len(w.args) + 1, Value: value(p)})
		}
	}
	x, ok := st.(driver.StmtExecContext)
	if !ok {
		return errDriver
	}
	_, err = x.ExecContext(context.Background(), w.args)
	return err
}

func (w *rowWriter) stmt(dc any, t *table, n int) (driver.Stmt, error) {
	if st := w.stmts[key{t, n}]; st != nil {
		return st, nil
	}
	p, ok := dc.(driver.ConnPrepareContext)
	if !ok {
		return nil, errDriver
	}
	st, err := p.PrepareContext(context.Background(), t.put(n))
	if err != nil {
		return nil, err
	}
	if w.stmts == nil {
		w.stmts = map[key]driver.Stmt{}
	}
	w.stmts[key{t, n}] = st
	return st, nil
}

func (w *rowWriter) close() {
	for _, st := range w.stmts {
		st.Close()
	}
	w.stmts = nil
}

// value gives what a field points to.
func value(p any) driver.Value {
	switch p := p.(type) {
	case *string:
		return *p
	case *int64:
		return *p
	case *int:
		return int64(*p)
	case *bool:
		return *p
	case *float64:
		return *p
	}
	panic(fmt.Sprintf("ledger: no column holds a %T", p))
}
