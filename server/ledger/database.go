package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const dbName = "ledger.db"

func dsn(path string, pragmas ...string) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(5000)")
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// openTables opens the tables for writing, making them when they are missing, damaged, or of another version.
func openTables(dir string) (*sql.DB, error) {
	path := filepath.Join(dir, dbName)
	db, err := tryTables(path)
	if err == nil {
		return db, nil
	}
	var old *outdated
	if !errors.As(err, &old) && !damaged(err) {
		return nil, fmt.Errorf("tables %s: %w", path, err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("tables: %w", err)
		}
	}
	if db, err = tryTables(path); err != nil {
		return nil, fmt.Errorf("tables %s: %w", path, err)
	}
	return db, nil
}

// outdated says that tables have another version than this program.
type outdated struct{ version int }

// Error says which.
func (o *outdated) Error() string { return fmt.Sprintf("tables of version %d", o.version) }

func tryTables(path string) (*sql.DB, error) {
	// Callers' numbers are nobody else's business; SQLite gives its other files the rights of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(NORMAL)", "temp_store(MEMORY)", "secure_delete(FAST)", "cache_size(-32000)", "wal_autocheckpoint(2000)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := prepare(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func prepare(db *sql.DB) error {
	var version, tables int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if tables == 0 {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(schema()); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}
	if version != schemaVersion {
		return &outdated{version}
	}
	return nil
}

// damaged says whether the file is no database any more (SQLITE_CORRUPT, SQLITE_NOTADB).
func damaged(err error) bool {
	var code interface{ Code() int }
	if !errors.As(err, &code) {
		return false
	}
	c := code.Code() & 0xff
	return c == 11 || c == 26
}

// ErrNoLedger says that there are no tables in the folder.
var ErrNoLedger = errors.New("no ledger in this folder; has the server run?")

// readers is how many questions are answered at a time; more wait.
const readers = 4

// openReading opens the tables for reading, while the server writes them or while it does not run.
func openReading(ctx context.Context, dir string) (*sql.DB, error) {
	path := filepath.Join(dir, dbName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoLedger)
	}
	db, err := sql.Open("sqlite", dsn(path, "query_only(1)", "cache_size(-16000)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers) // opening one costs more than a hundred questions
	var version int
	if err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err == nil && version != schemaVersion {
		err = fmt.Errorf("%w; start the server once with this version", &outdated{version})
	}
	if err != nil {
		return nil, fmt.Errorf("tables %s: %w", path, errors.Join(err, db.Close()))
	}
	return db, nil
}
