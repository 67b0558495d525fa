package ledger

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
)

// unpack lays a data folder out that an earlier version wrote.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(at, 0o755)
		} else if err = os.MkdirAll(filepath.Dir(at), 0o755); err == nil {
			var b []byte
			if b, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(at, b, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func versionOf(t *testing.T, dir string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, dbName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("PRAGMA user_version").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// testdata/folder-v2.tar.gz was written by the server whose tables had version 2: a contact that was answered, and one that came while
// it was closed. Version 3 keeps the queue of the second.
func TestAFolderOfAnEarlierVersionIsReadAndWrittenOn(t *testing.T) {
	dir := unpack(t, filepath.Join("testdata", "folder-v2.tar.gz"))
	if v := versionOf(t, dir); v != 2 || v == schemaVersion {
		t.Fatalf("the folder's tables have version %d", v)
	}
	l := ledgerIn(t, dir)
	first, _, err := l.Position(within(t), "contoso")
	if err != nil || first != 11 {
		t.Fatalf("it goes on from fact %d (%v)", first, err)
	}
	s := &script{t: t, l: l, n: first}
	s.at(200, "C3", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000"})
	s.at(201, "C3", "", fact.Ended{End: fact.Abandoned, By: "caller"})
	settle(t, l)
	if v := versionOf(t, dir); v != schemaVersion {
		t.Errorf("the tables have version %d", v)
	}
	var out bytes.Buffer
	if err := ContactsReport(within(t), &out, ReportOptions{Dir: dir, Zone: time.UTC}, Filter{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+15551230000 Nestor Wilke", "completed", "unanswered: closed", "3 contacts"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	var queue []string
	if err := l.Contacts(within(t), Filter{Tenant: "contoso", Queue: "support"}, func(c *Contact) error { queue = append(queue, c.ID); return nil }); err != nil || strings.Join(queue, " ") != "C1 C2" {
		t.Errorf("in the queue: %v (%v)", queue, err)
	}
	story, err := l.Contact(within(t), "contoso", "C1")
	if err != nil || len(story.Facts) != 8 || story.Contact.WrapCode != "vpn" || story.Notes[0].Text != "VPN" || story.Contact.TalkMS != 72_000 {
		t.Errorf("%v: %+v", err, story)
	}
}
