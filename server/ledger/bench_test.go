//go:build unix

package ledger

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cordboard/server/bus"
)

// cpu is the time that this process has computed so far, which is fair on a busy machine too.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func filled(b *testing.B, contacts int) (*Ledger, string, int) {
	dir := b.TempDir()
	st, err := bus.Open(context.Background(), bus.Options{Dir: filepath.Join(dir, "events")})
	if err != nil {
		b.Fatal(err)
	}
	l, err := open(context.Background(), st, dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	d := newDay("contoso", 1, l.Put)
	for i := range contacts {
		d.contact()
		if i%4000 == 3999 {
			if err := l.Sync(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := l.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	return l, dir, int(d.n)
}

// BenchmarkFacts: facts put, stored and in the tables.
func BenchmarkFacts(b *testing.B) {
	n, began := 0, cpu()
	for b.Loop() {
		l, _, facts := filled(b, 2000)
		n += facts
		b.StopTimer()
		shut(b, l)
		b.StartTimer()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "facts/s")
	b.ReportMetric(float64((cpu()-began).Microseconds())/float64(n), "cpu-µs/fact")
}

// BenchmarkReplay: tables made from the events alone.
func BenchmarkReplay(b *testing.B) {
	l, _, facts := filled(b, 3000)
	began := cpu()
	for b.Loop() {
		again, err := open(context.Background(), l.bus, b.TempDir(), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := again.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(facts*b.N)/b.Elapsed().Seconds(), "facts/s")
	b.ReportMetric(float64((cpu()-began).Microseconds())/float64(facts*b.N), "cpu-µs/fact")
	shut(b, l)
}

// BenchmarkPut is what a fact costs the goroutine that tells it.
func BenchmarkPut(b *testing.B) {
	l, _, _ := filled(b, 1)
	d := newDay("contoso", 2, l.Put)
	began := d.n
	for b.Loop() {
		d.contact()
		if l.Health().Behind > Limit/2 {
			b.StopTimer()
			if err := l.Sync(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(d.n-began), "ns/fact")
	shut(b, l)
}

// multiplied makes n days of the one that was played, a day apart, straight in the tables.
func multiplied(b *testing.B, dir string, n int) {
	db, err := openTables(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	const day = int64(24 * time.Hour / time.Microsecond)
	times := map[string]bool{"arrived": true, "since": true, "answered": true, "ended": true, "left": true, "began": true, "offered": true, "deadline": true}
	for _, t := range []*table{contactTable, visitTable, talkTable, offerTable} {
		var cells []string
		for i, c := range t.columns {
			switch {
			case i == 1:
				c = c + " || '-' || k"
			case times[c]:
				c = fmt.Sprintf("CASE %[1]s WHEN 0 THEN 0 ELSE %[1]s + k * %[2]d END", c, day)
			}
			cells = append(cells, c)
		}
		if _, err := db.Exec(fmt.Sprintf("WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d) INSERT INTO %s SELECT %s FROM n, %[2]s ORDER BY 1, 2",
			n-1, t.name, strings.Join(cells, ", "))); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReport: reports over 300,000 contacts, and one agent's desk.
func BenchmarkReport(b *testing.B) {
	l, dir, _ := filled(b, 3000)
	defer shut(b, l)
	multiplied(b, dir, 100)
	ctx := context.Background()
	for _, format := range []string{"table", "csv", "json"} {
		b.Run("contacts/"+format, func(b *testing.B) {
			for b.Loop() {
				if err := ContactsReport(ctx, io.Discard, ReportOptions{Dir: dir, Format: format}, Filter{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for name, f := range map[string]Filter{"agent": {Agent: "agent03"}, "number": {Number: "+442079400123"}, "queue-abandoned": {Queue: "sales", End: "abandoned"},
		"hour": {From: nine.Add(24 * time.Hour), To: nine.Add(25 * time.Hour)}} {
		b.Run("contacts/"+name, func(b *testing.B) {
			for b.Loop() {
				if err := ContactsReport(ctx, io.Discard, ReportOptions{Dir: dir}, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("queues", func(b *testing.B) {
		for b.Loop() {
			if err := QueuesReport(ctx, io.Discard, ReportOptions{Dir: dir}, QueuesOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("desk", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Last(ctx, "contoso", "agent03@contoso.com", 10); err != nil {
				b.Fatal(err)
			}
			if _, err := l.Today(ctx, "contoso", "agent03@contoso.com", nine.Add(99*24*time.Hour), nine.Add(99*24*time.Hour+10*time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
