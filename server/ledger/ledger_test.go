package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func openBus(t testing.TB, dir string) *bus.Bus {
	t.Helper()
	b, err := bus.Open(within(t), bus.Options{Dir: filepath.Join(dir, "events")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func ledgerIn(t testing.TB, dir string) *Ledger {
	t.Helper()
	b := openBus(t, dir)
	l, err := open(within(t), b, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, l) })
	return l
}

// shut closes a ledger and its bus.
func shut(t testing.TB, l *Ledger) {
	if err := l.Close(within(t)); err != nil {
		t.Error(err)
	}
	l.bus.Close()
}

func settle(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Sync(within(t)); err != nil {
		t.Fatal(err)
	}
}

// dump gives every table, row by row.
func dump(t testing.TB, db *sql.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, tab := range allTables {
		rs, err := db.Query(tab.of("ORDER BY " + strings.Join(tab.columns[:tab.keys], ", "))) //nolint:sqlclosecheck // each closes them
		if err != nil {
			t.Fatal(err)
		}
		err = each(rs, func() error {
			cells := make([]any, len(tab.columns))
			at := make([]any, len(cells))
			for i := range cells {
				at[i] = &cells[i]
			}
			err := rs.Scan(at...)
			out[tab.name] = append(out[tab.name], fmt.Sprint(cells...))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// rebuilt gives the tables as they are when they are made from the events alone.
func rebuilt(t testing.TB, dir string) map[string][]string {
	t.Helper()
	b := openBus(t, dir)
	l, err := open(within(t), b, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, l)
	return dump(t, l.db())
}

func (l *Ledger) db() *sql.DB { return l.Reader.db }

func TestTheTablesAreTheSameAfterARestartAndMadeFromScratch(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	days := []*day{newDay("contoso", 1, l.Put), newDay("fabrikam", 2, l.Put)}
	for i := range 120 {
		days[i%2].contact()
	}
	settle(t, l)
	before := dump(t, l.db())
	if n := len(before["contacts"]); n != 120 {
		t.Fatalf("%d contacts, want 120", n)
	}
	for _, tab := range allTables {
		if len(before[tab.name]) == 0 && tab != lostTable {
			t.Errorf("table %s is empty", tab.name)
		}
	}
	shut(t, l)

	l = ledgerIn(t, dir)
	if diff := cmp.Diff(before, dump(t, l.db())); diff != "" {
		t.Fatalf("after the restart:\n%s", diff)
	}
	d := days[0]
	d.put = l.Put
	d.contact()
	settle(t, l)
	after := dump(t, l.db())
	shut(t, l)
	if diff := cmp.Diff(after, rebuilt(t, dir)); diff != "" {
		t.Fatalf("made from scratch:\n%s", diff)
	}
}

func TestDamagedTablesAreMadeAnew(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	d := newDay("contoso", 3, l.Put)
	for range 20 {
		d.contact()
	}
	settle(t, l)
	before := dump(t, l.db())
	shut(t, l)
	for name, damage := range map[string]func(path string) error{
		"no database": func(p string) error {
			return os.WriteFile(p, []byte("this is no database at all, not even a small one"), 0o600)
		},
		"another version": func(p string) error { return setVersion(p, 999) },
		"gone":            os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			if err := damage(filepath.Join(dir, dbName)); err != nil {
				t.Fatal(err)
			}
			l := ledgerIn(t, dir)
			defer shut(t, l)
			if diff := cmp.Diff(before, dump(t, l.db())); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func setVersion(path string, v int) error {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(fmt.Sprintf("PRAGMA user_version = %d", v))
	return err
}

func TestTablesAheadOfTheirEventsAreMadeAnew(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	newDay("contoso", 4, l.Put).contact()
	settle(t, l)
	shut(t, l)
	if err := os.RemoveAll(filepath.Join(dir, "events")); err != nil {
		t.Fatal(err)
	}
	l = ledgerIn(t, dir)
	d := newDay("contoso", 5, l.Put)
	d.tell("C2", "", fact.Arrived{Direction: fact.In}, nil)
	settle(t, l)
	if got := dump(t, l.db()); len(got["contacts"]) != 1 || len(got["talks"]) != 0 {
		t.Fatalf("contacts %v", got["contacts"])
	}
}

func TestAFactOfANewerVersionIsKeptAsItCame(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	s, err := l.bus.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{
		`{"kind":"contact.arrived","v":1,"tenant":"contoso","n":1,"at":"2026-11-25T09:00:00Z","contact":"C1","fact":{"direction":"in"}}`,
		`{"kind":"contact.smelled","v":7,"tenant":"contoso","n":2,"at":"2026-11-25T09:00:01Z","contact":"C1","fact":{"nose":"good"}}`,
		`{"kind":"contact.held","v":9,"tenant":"contoso","n":3,"at":"2026-11-25T09:00:02Z","contact":"C1","fact":{"by":"agent","music":"jazz"}}`,
		`not a fact at all`,
		`{"kind":"contact.ended","v":1,"tenant":"contoso","n":4,"at":"2026-11-25T09:00:03Z","contact":"C1","fact":{"end":"abandoned","by":"caller"}}`,
	} {
		if _, err := s.Append(within(t), bus.Facts, [][]byte{[]byte(m)}); err != nil {
			t.Fatal(err)
		}
	}
	l.tables.follow("contoso", s)
	settle(t, l)
	story, err := l.Contact(within(t), "contoso", "C1")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := story.Facts[1].Fact.(fact.Unknown); !ok || got.V != 7 || string(got.Body) != `{"nose":"good"}` {
		t.Errorf("unknown kind: %+v", story.Facts[1].Fact)
	}
	var held, odd string
	if err := l.db().QueryRow("SELECT body FROM facts WHERE kind = 'contact.held' AND v = 9").Scan(&held); err != nil || !strings.Contains(held, "jazz") {
		t.Errorf("newer version: %q %v", held, err)
	}
	if err := l.db().QueryRow("SELECT body FROM facts WHERE kind = ?", unreadable).Scan(&odd); err != nil || odd != `"not a fact at all"` {
		t.Errorf("unreadable: %q %v", odd, err)
	}
	if n, at, err := l.Position(within(t), "contoso"); n != 4 || at.IsZero() || err != nil {
		t.Errorf("position %d %v %v", n, at, err)
	}
}
