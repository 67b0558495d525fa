package ledger

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cordboard/server/bus"
)

// TestMain also plays the processes that the tests kill and ask: CORDBOARD_TEST_CHILD is what they do.
func TestMain(m *testing.M) {
	var err error
	switch what, dir, _ := strings.Cut(os.Getenv("CORDBOARD_TEST_CHILD"), ":"); what {
	case "":
		os.Exit(m.Run())
	case "write":
		err = writeForEver(dir)
	case "cut":
		err = writeAndCut(dir)
	case "report":
		err = ContactsReport(context.Background(), os.Stdout, ReportOptions{Dir: dir, Format: "csv"}, Filter{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(what, dir string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "CORDBOARD_TEST_CHILD="+what+":"+dir)
	return c
}

// writeForEver puts facts at some 2,000 a second and says from time to time which number is certainly stored.
func writeForEver(dir string) error {
	ctx := context.Background()
	b, err := bus.Open(ctx, bus.Options{Dir: filepath.Join(dir, "events")})
	if err != nil {
		return err
	}
	l, err := Open(ctx, b, dir, nil)
	if err != nil {
		return err
	}
	n, _, err := l.Position(ctx, "contoso")
	if err != nil {
		return err
	}
	d := newDay("contoso", n, l.Put)
	d.n, d.ids = n, int(n)
	pace := time.NewTicker(20 * time.Millisecond)
	for i := 0; ; i++ {
		d.contact()
		if i%5 == 4 {
			<-pace.C
		}
		if i%10 == 9 {
			before := d.n
			if err := l.Sync(ctx); err != nil {
				return err
			}
			fmt.Fprintln(os.Stdout, before)
		}
	}
}

func TestAKilledServerLosesNothingThatWasStoredAndItsTablesAreTheSame(t *testing.T) {
	dir := t.TempDir()
	said := uint64(0)
	for round := range 2 {
		c := child("write", dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var complaints bytes.Buffer
		c.Stderr = &complaints
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 3 + round { // it is killed at another point each time
			if !lines.Scan() {
				t.Fatalf("the writer ended by itself: %s", complaints.String())
			}
			said, _ = strconv.ParseUint(lines.Text(), 10, 64)
		}
		if round == 1 {
			checkReport(t, dir)
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			said, _ = strconv.ParseUint(lines.Text(), 10, 64)
		}
		c.Wait()
		checkKilled(t, dir, said)
	}
}

func checkKilled(t *testing.T, dir string, said uint64) {
	t.Helper()
	l := ledgerIn(t, dir)
	n, _, err := l.Position(within(t), "contoso")
	if err != nil || n < said {
		t.Fatalf("the tables stand at fact %d (%v), and %d was stored", n, err, said)
	}
	got := dump(t, l.db())
	var gaps int
	s, err := l.bus.Stream(within(t), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.Last(within(t))
	if err != nil {
		t.Fatal(err)
	}
	next := uint64(1)
	s.Read(within(t), 1, func(m bus.Message) error {
		if e := decode("contoso", m).entry; e.N != 0 {
			if e.N != next {
				gaps++
			}
			next = e.N + 1
		}
		if m.Seq == last {
			return context.Canceled
		}
		return nil
	})
	if gaps != 0 || next != n+1 {
		t.Errorf("%d gaps in the numbers of the facts, next is %d, the tables stand at %d", gaps, next, n)
	}
	shut(t, l)
	if diff := cmp.Diff(got, rebuilt(t, dir)); diff != "" {
		t.Fatalf("the tables are not what the events make:\n%.3000s", diff)
	}
}

// checkReport asks for a report in another process while the writer runs.
func checkReport(t *testing.T, dir string) {
	t.Helper()
	out, err := child("report", dir).CombinedOutput()
	if n := bytes.Count(out, []byte("\n")); err != nil || n < 30 {
		t.Errorf("the report of another process has %d lines: %v %.300s", n, err, out)
	}
}

func TestAReportIsThereWhenTheServerDoesNotRun(t *testing.T) {
	dir := t.TempDir()
	l := ledgerIn(t, dir)
	newDay("contoso", 1, l.Put).contact()
	settle(t, l)
	shut(t, l)
	if out, err := child("report", dir).CombinedOutput(); err != nil || bytes.Count(out, []byte("\n")) != 2 {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := child("report", t.TempDir()).CombinedOutput(); err == nil || !strings.Contains(string(out), "has the server run?") {
		t.Errorf("a folder without a ledger: %v %s", err, out)
	}
}

// writeAndCut puts calls, hours apart, and cuts what is older than two days all the while. It says which cut comes next.
func writeAndCut(dir string) error {
	ctx := context.Background()
	b, err := bus.Open(ctx, bus.Options{Dir: filepath.Join(dir, "events")})
	if err != nil {
		return err
	}
	l, err := open(ctx, b, dir, nil) // without the fact of a start, which would be of today
	if err != nil {
		return err
	}
	l.await = func(context.Context, func() (uint64, error)) error { return nil }
	n, _, err := l.Position(ctx, "contoso")
	if err != nil {
		return err
	}
	var now atomic.Int64
	d := newDay("contoso", n, l.Put)
	d.n, d.ids = n, int(n)
	d.at = d.at.AddDate(-3, 0, int(n)/50) // later than before it was killed
	l.now = func() time.Time { return time.UnixMicro(now.Load()) }
	for range 60 {
		d.contact()
		d.at = d.at.Add(time.Hour)
	}
	cuts := make(chan time.Time, 1)
	failed := make(chan error, 1)
	go func() {
		for before := range cuts {
			fmt.Fprintln(os.Stdout, before.Format(time.RFC3339))
			if err := l.Cut(ctx, "contoso", before); err != nil {
				failed <- err
				return
			}
		}
	}()
	for {
		d.contact()
		d.at = d.at.Add(time.Hour)
		now.Store(d.at.UnixMicro())
		select {
		case cuts <- d.at.AddDate(0, 0, -2):
		case err := <-failed:
			return err
		default:
		}
		if err := l.Sync(ctx); err != nil {
			return err
		}
	}
}

func TestAServerKilledWhileItCutsLeavesALedgerThatHolds(t *testing.T) {
	dir := t.TempDir()
	for round := range 4 {
		c := child("cut", dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var complaints bytes.Buffer
		c.Stderr = &complaints
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		var before time.Time
		for range 4 {
			if !lines.Scan() {
				t.Fatalf("the writer ended by itself: %s", complaints.String())
			}
			if before, err = time.Parse(time.RFC3339, lines.Text()); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Process.Signal(syscall.Signal(0)); err != nil {
			t.Fatalf("it is gone: %v", err)
		}
		for range round * 20_000 { // at another point of the cut each time
			runtime.Gosched()
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.Wait()
		l := ledgerIn(t, dir)
		got := dump(t, l.db())
		shut(t, l)
		if diff := cmp.Diff(got, rebuilt(t, dir)); diff != "" {
			t.Fatalf("round %d: the tables are not what the events make:\n%.3000s", round, diff)
		}
		l = ledgerIn(t, dir)
		cutAt(t, l, before)
		s, err := l.bus.Stream(within(t), "contoso")
		if err != nil {
			t.Fatal(err)
		}
		if f, err := l.cutAt(within(t), "contoso"); err != nil || f == nil {
			t.Fatalf("no cut stands in the tables: %v", err)
		} else if first, err := s.First(within(t)); err != nil || first < f.First {
			t.Errorf("round %d: the stream begins at %d, not at %d: %v", round, first, f.First, err)
		}
		if n := count(t, l, "SELECT count(*) FROM contacts WHERE arrived < ?", before.Add(-cutWorth).UnixMicro()); n != 0 {
			t.Errorf("round %d: %d contacts are older than the cut", round, n)
		}
		shut(t, l)
	}
}
