package ledger

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

// years plays days of calls, one in a month, the last of them with a call that goes on over the moment in its middle.
func years(t testing.TB, l *Ledger, tenant string, months, calls int) (last time.Time) {
	t.Helper()
	d := newDay(tenant, 7, l.Put)
	d.at = d.at.AddDate(0, -months, 0)
	for range months {
		for range calls {
			d.contact()
		}
		d.at = d.at.AddDate(0, 1, 0)
	}
	settle(t, l)
	return d.at
}

func cutAt(t testing.TB, l *Ledger, before time.Time) {
	t.Helper()
	l.await = func(context.Context, func() (uint64, error)) error { return nil }
	l.now = func() time.Time { return before.AddDate(0, 0, 2) }
	if err := l.Cut(within(t), "contoso", before); err != nil {
		t.Fatal(err)
	}
}

func count(t testing.TB, l *Ledger, query string, args ...any) (n int) {
	t.Helper()
	if err := l.db().QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsTooOldGoesFromTablesAndStreamAndTheRestStays(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	d := newDay("contoso", 3, l.Put)
	for range 60 {
		d.contact()
	}
	// A call that arrived before the moment and was heard of after it, a stranger's own tenant, and calls after.
	d.tell("Cover", "", fact.Arrived{Direction: fact.In, To: "+442079460018"}, &fact.Personal{Number: "+442079999999", Name: "Overlong"})
	d.pass(time.Second, time.Second)
	before := d.at
	d.tell("Cover", "agent01@contoso.com", fact.Noted{Chars: 3}, &fact.Personal{Note: "afterword"})
	d.pass(2*time.Hour, 2*time.Hour)
	kept := 0
	for range 25 {
		d.contact()
		kept++
	}
	other := newDay("fabrikam", 4, l.Put)
	other.contact()
	settle(t, l)

	cutAt(t, l, before)
	if n := count(t, l, "SELECT count(*) FROM contacts WHERE tenant = 'contoso'"); n != kept {
		t.Errorf("%d contacts are left of %d that are younger", n, kept)
	}
	for _, tab := range []*table{visitTable, talkTable, offerTable, transferTable, noteTable, legTable} {
		if n := count(t, l, "SELECT count(*) FROM "+tab.name+" WHERE tenant = 'contoso' AND contact NOT IN (SELECT id FROM contacts WHERE tenant = 'contoso')"); n != 0 {
			t.Errorf("%d rows of %s belong to contacts that are gone", n, tab.name)
		}
	}
	if n := count(t, l, "SELECT count(*) FROM agent_states WHERE tenant = 'contoso' AND at < ?", before.UnixMicro()); n != 0 {
		t.Errorf("%d states of agents are older", n)
	}
	if n := count(t, l, "SELECT count(*) FROM contacts WHERE tenant = 'fabrikam'"); n != 1 {
		t.Error("another tenant's contact is gone")
	}
	if n, _, err := l.Position(within(t), "contoso"); err != nil || n != d.n {
		t.Errorf("the facts are numbered to %d, not %d: %v", n, d.n, err)
	}
	s, err := l.bus.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if at, ok, err := firstFact(within(t), s, 0); err != nil || !ok || at.Before(before.Add(-overlap)) {
		t.Errorf("the stream begins at %s, %v: %v", at, ok, err)
	}
	if at, err := l.CutBefore(within(t), "contoso"); err != nil || !at.Equal(before) {
		t.Errorf("the ledger says that it begins at %s: %v", at, err)
	}
	// Another cut of the same finds nothing to do.
	first, _ := s.First(within(t))
	cutAt(t, l, before)
	if again, _ := s.First(within(t)); again != first {
		t.Errorf("cut twice: %d, then %d", first, again)
	}
	// The ledger goes on, and its tables are what is left of the stream.
	d.contact()
	settle(t, l)
	after := dump(t, l.db())
	shut(t, l)
	if diff := cmp.Diff(after, rebuilt(t, dir)); diff != "" {
		t.Fatalf("the tables are not what the events make:\n%.3000s", diff)
	}
}

func TestReportsOverWhatWasCutSaySo(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	last := years(t, l, "contoso", 2, 3)
	before := last.AddDate(0, 0, -40)
	o := ReportOptions{Dir: dir, Zone: time.UTC}
	said := func(from time.Time) string {
		t.Helper()
		var notes, out bytes.Buffer
		o.Notes = &notes
		if err := ContactsReport(within(t), &out, o, Filter{From: from}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "deleted") {
			t.Error("the note stands in the report, which programs read")
		}
		queues := notes.Len()
		if err := QueuesReport(within(t), &out, o, QueuesOptions{From: from}); err != nil {
			t.Fatal(err)
		}
		if queues*2 != notes.Len() {
			t.Errorf("the report of queues says something else: %q", notes.String())
		}
		return notes.String()
	}
	if s := said(time.Time{}); s != "" {
		t.Errorf("nothing was cut, and it says %q", s)
	}
	cutAt(t, l, before)
	want := "what happened before " + before.Format("2006-01-02 15:04") + " is not in this report"
	if s := said(time.Time{}); !strings.Contains(s, want) {
		t.Errorf("a report of everything says %q", s)
	}
	if s := said(before.AddDate(0, -6, 0)); !strings.Contains(s, want) {
		t.Errorf("a report that reaches back says %q", s)
	}
	if s := said(before.Add(time.Hour)); s != "" {
		t.Errorf("a report of what is left says %q", s)
	}
	err := ContactReport(within(t), io.Discard, o, "C000000000001")
	if !errors.Is(err, ErrNoContact) || !strings.Contains(err.Error(), "retention") {
		t.Errorf("asked for a contact that is gone: %v", err)
	}
}

func TestALongPastIsCutInSlices(t *testing.T) {
	l := ledgerIn(t, t.TempDir())
	l.atOnce = 20
	last := years(t, l, "contoso", 3, 10)
	cutAt(t, l, last.AddDate(0, 0, -20))
	if n := count(t, l, "SELECT count(*) FROM facts WHERE tenant = 'contoso' AND kind = ?", cutKind); n != 2 {
		t.Errorf("%d cuts, not 2", n)
	}
	if n := count(t, l, "SELECT count(*) FROM contacts"); n != 0 {
		t.Errorf("%d contacts are left", n)
	}
	// A tenant that has nothing left goes on with its numbers.
	if n, _, err := l.Position(within(t), "contoso"); err != nil || n == 0 {
		t.Errorf("the facts are numbered to %d: %v", n, err)
	}
}

// onDisk says in which files of a folder a text stands.
func onDisk(t testing.TB, dir, text string) (in []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			in = append(in, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestNumbersNamesAndNotesAreGoneFromTheDiskAfterACut(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	d := newDay("contoso", 5, l.Put)
	who := &fact.Personal{Number: "+442079123987", Name: "Marjorie Fenwick"}
	for i := range 3 {
		c := fact.ContactID(d.id("P"))
		d.tell(c, "", fact.Arrived{Direction: fact.In, To: "+442079460018"}, who)
		d.tell(c, "agent01@contoso.com", fact.Connected{Queue: "support"}, nil)
		for _, note := range []string{"a first wor", "a first word, unspeakable"}[:1+i%2] {
			d.tell(c, "agent01@contoso.com", fact.Noted{Chars: len(note)}, &fact.Personal{Note: note})
			settle(t, l)
		}
		d.tell(c, "", fact.Ended{End: fact.Completed, By: "caller"}, nil)
	}
	d.pass(48*time.Hour, 48*time.Hour)
	before := d.at.Add(-24 * time.Hour)
	for range 40 {
		d.contact()
	}
	settle(t, l)
	secrets := []string{string(who.Number), who.Name, "unspeakable", "a first wor"}
	for _, text := range secrets {
		if len(onDisk(t, dir, text)) == 0 {
			t.Fatalf("%q never was on the disk: the test looks at the wrong place", text)
		}
	}
	cutAt(t, l, before)
	shut(t, l)
	for _, text := range secrets {
		if in := onDisk(t, dir, text); len(in) > 0 {
			t.Errorf("%q still stands in %v", text, in)
		}
	}
	if got := rebuilt(t, dir); len(got["contacts"]) != 40 {
		t.Errorf("%d contacts are left of 40", len(got["contacts"]))
	}
}

func TestACutThatWasInterruptedIsFinished(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	last := years(t, l, "contoso", 2, 20)
	before := last.AddDate(0, 0, -40)
	s, err := l.bus.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.slice(within(t), "contoso", s, before)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.cutTables(within(t), "contoso", f); err != nil {
		t.Fatal(err)
	}
	want := dump(t, l.db())
	shut(t, l) // and here the power goes
	if diff := cmp.Diff(want, rebuilt(t, dir)); diff != "" {
		t.Fatalf("the tables are not what the uncut events make:\n%.3000s", diff)
	}

	l = ledgerIn(t, dir)
	cutAt(t, l, before)
	if s, err = l.bus.Stream(within(t), "contoso"); err != nil {
		t.Fatal(err)
	}
	if first, err := s.First(within(t)); err != nil || first != f.First {
		t.Errorf("the stream begins at %d, not %d: %v", first, f.First, err)
	}
	if diff := cmp.Diff(want, dump(t, l.db())); diff != "" {
		t.Errorf("the tables were cut twice:\n%.3000s", diff)
	}
}

func TestTablesAreMadeFromAStreamWithHoles(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	d := newDay("contoso", 1, l.Put)
	for range 20 {
		d.contact()
	}
	settle(t, l)
	hole := map[uint64]bool{1: true, 5: true, 6: true, 40: true}
	want := 20 - 1 // the first contact's arrival is in a hole, but other facts of it are not
	shut(t, l)

	b := openBus(t, dir)
	db, err := openTables(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := newProjector(b, db, slog.New(slog.DiscardHandler), func(error) {})
	p.read = func(ctx context.Context, s *bus.Stream, from uint64, each func(bus.Message) error) error {
		return s.Read(ctx, from, func(m bus.Message) error {
			if hole[m.Seq] {
				return nil
			}
			return each(m)
		})
	}
	s, err := b.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	p.follow("contoso", s)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { p.run(ctx); close(done) }()
	if err := p.caughtUp(within(t)); err != nil {
		t.Fatal(err)
	}
	stop()
	<-done
	n := 0
	if err := db.QueryRow("SELECT count(*) FROM contacts WHERE direction = 'in'").Scan(&n); err != nil || n != want {
		t.Errorf("%d contacts of %d: %v", n, want, err)
	}
	db.Close()
}

func TestACutWaitsForAMomentOfQuietButNotForEver(t *testing.T) {
	for name, test := range map[string]struct {
		busy time.Duration // how long facts come, one in 100 ms
		want time.Duration
	}{
		"nothing happens":         {0, quietFor},
		"calls end after a while": {5 * time.Second, 7 * time.Second},
		"a centre never at rest":  {time.Hour, quietAtMost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				stored := func() (uint64, error) {
					return uint64(min(time.Since(began), test.busy) / (100 * time.Millisecond)), nil
				}
				if err := awaitQuiet(t.Context(), stored); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > test.want || took < test.want-time.Second {
					t.Errorf("waited %s, not about %s", took, test.want)
				}
			})
		})
	}
	full := errors.New("no space left")
	if err := awaitQuiet(t.Context(), func() (uint64, error) { return 0, full }); !errors.Is(err, full) {
		t.Errorf("a store in trouble: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := awaitQuiet(ended, func() (uint64, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("ended while waiting: %v", err)
	}
}
