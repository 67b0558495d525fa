package ledger

import (
	"context"
	"database/sql"
	"errors"
	"maps"
)

// shelf has the books and agents at hand, reading what it lacks from the tables. One goroutine has it, in one transaction at a time.
type shelf struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	out   rowWriter
	open  bool // a transaction is

	books  map[[2]string]*book
	agents map[[2]string]*agent
	at     map[string]*position
	fresh  []change // rows that are written once
	dirty  map[*book]bool
	states map[row]*table
	newest int64 // time of the newest fact, ms
	full   int   // books at which those that are closed are put away
}

type change struct {
	t *table
	r row
}

// agent is what an agent does now.
type agent struct {
	state *AgentTime // nil: nothing known
	talk  *Talk      // nil: in no talk
	of    *book      // the book of talk
}

const (
	maxBooks  = 20_000
	someBooks = 128    // that come before closed ones are looked for
	keptFor   = 30_000 // ms after a contact's end: its code and note are still to come
)

func newShelf(c *sql.Conn) *shelf {
	s := &shelf{conn: c, stmts: map[string]*sql.Stmt{}}
	s.forget()
	return s
}

// forget drops what is at hand; it is read again from the tables.
func (s *shelf) forget() {
	s.books, s.agents, s.at = map[[2]string]*book{}, map[[2]string]*agent{}, map[string]*position{}
	s.fresh, s.dirty, s.states = nil, map[*book]bool{}, map[row]*table{}
	s.full = someBooks
}

// putAway lets go of the contacts that ended a while ago. What still comes for one of them is added to what the tables have.
func (s *shelf) putAway() {
	if len(s.books) <= s.full {
		return
	}
	used := map[*book]bool{}
	for _, a := range s.agents {
		used[a.of] = true
	}
	maps.DeleteFunc(s.books, func(_ [2]string, b *book) bool {
		c := b.contact
		return c != nil && c.Ended != 0 && s.newest-c.Ended > keptFor && !s.dirty[b] && !used[b]
	})
	s.full = len(s.books) + someBooks
}

func (s *shelf) stmt(query string) (*sql.Stmt, error) {
	if st := s.stmts[query]; st != nil {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), query)
	if err == nil {
		s.stmts[query] = st
	}
	return st, err
}

func (s *shelf) closeStatements() {
	for _, st := range s.stmts {
		st.Close()
	}
	clear(s.stmts)
	s.out.close()
}

func (s *shelf) exec(query string) error {
	_, err := s.conn.ExecContext(context.Background(), query)
	return err
}

// begin starts a transaction when none is open.
func (s *shelf) begin() error {
	if s.open {
		return nil
	}
	if err := s.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	s.open = true
	return nil
}

// commit writes all that changed, or nothing; after an error the shelf is empty and stands where the tables stand.
func (s *shelf) commit() error {
	err := s.flush()
	if err == nil {
		err = s.exec("COMMIT")
	}
	if err != nil {
		return errors.Join(err, s.abort())
	}
	s.open = false
	s.putAway()
	if len(s.books) > maxBooks || len(s.agents) > maxBooks {
		s.forget()
	}
	return nil
}

func (s *shelf) abort() error {
	s.forget()
	if !s.open {
		return nil
	}
	s.open = false
	s.exec("ROLLBACK") // which SQLite may have done itself: then there is nothing to roll back
	return nil
}

// flush writes the rows that changed, table by table.
func (s *shelf) flush() error {
	rows := map[*table][]row{}
	for b := range s.dirty {
		for r, t := range b.dirty {
			rows[t] = append(rows[t], r)
		}
		clear(b.dirty)
	}
	for r, t := range s.states {
		rows[t] = append(rows[t], r)
	}
	for _, c := range s.fresh {
		rows[c.t] = append(rows[c.t], c.r)
	}
	for _, p := range s.at {
		rows[positionTable] = append(rows[positionTable], p)
	}
	clear(s.dirty)
	clear(s.states)
	clear(s.fresh)
	s.fresh = s.fresh[:0]
	return s.conn.Raw(func(dc any) error {
		for _, t := range allTables {
			if err := s.out.write(dc, t, rows[t]); err != nil {
				return err
			}
		}
		return nil
	})
}

// rowOf is a pointer to a row type.
type rowOf[T any] interface {
	*T
	row
}

// rows reads rows of a table.
func rows[T any, P rowOf[T]](s *shelf, t *table, where string, args ...any) ([]*T, error) {
	st, err := s.stmt(t.of(where)) //nolint:sqlclosecheck // kept for the next time
	if err != nil {
		return nil, err
	}
	return scan[T, P](st.Query(args...))
}

func scan[T any, P rowOf[T]](rs *sql.Rows, err error) ([]*T, error) {
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []*T
	for rs.Next() {
		r := new(T)
		if err := rs.Scan(P(r).fields()...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rs.Err()
}

// agent gives what an agent does now.
func (s *shelf) agent(tenant, id string) (*agent, error) {
	key := [2]string{tenant, id}
	if a := s.agents[key]; a != nil {
		return a, nil
	}
	a := &agent{}
	last, err := rows[AgentTime](s, stateTable, "WHERE tenant = ? AND agent = ? AND until = 0 ORDER BY seq DESC LIMIT 1", tenant, id)
	if err != nil {
		return nil, err
	}
	if len(last) > 0 {
		a.state = last[0]
	}
	open, err := rows[Talk](s, talkTable, "WHERE tenant = ? AND agent = ? AND ended = 0 ORDER BY began DESC LIMIT 1", tenant, id)
	if err != nil {
		return nil, err
	}
	if len(open) > 0 {
		b, err := s.book(tenant, open[0].Contact, open[0].Began)
		if err != nil {
			return nil, err
		}
		for _, t := range b.talks {
			if t.No == open[0].No {
				a.talk, a.of = t, b
			}
		}
	}
	s.agents[key] = a
	return a, nil
}

// position gives how far a tenant is.
func (s *shelf) position(tenant string) (*position, error) {
	if p := s.at[tenant]; p != nil {
		return p, nil
	}
	found, err := rows[position](s, positionTable, "WHERE tenant = ?", tenant)
	if err != nil {
		return nil, err
	}
	p := &position{Tenant: tenant}
	if len(found) > 0 {
		p = found[0]
	}
	s.at[tenant] = p
	return p, nil
}
