package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/people"
)

// pages is a directory that is told in pages of two, with links that are numbers of changes.
type pages struct {
	mu     sync.Mutex // the test has it but for the time that it lets pass
	all    []people.Change
	since  int // older links are forgotten
	fail   int // the next so many requests, after the first good one
	asked  []string
	served int
}

func (p *pages) Members(context.Context, string) ([]people.Member, error) { return nil, nil }

func (p *pages) Changes(_ context.Context, link string) (DirectoryPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, link)
	from, _ := strconv.Atoi(strings.TrimPrefix(link, "next"))
	if link != "" && from < p.since {
		return DirectoryPage{}, ErrForgotten
	}
	if p.served++; p.served > 1 && p.fail > 0 {
		p.fail--
		return DirectoryPage{}, errors.New("no answer")
	}
	to := min(from+2, len(p.all))
	if to < len(p.all) {
		return DirectoryPage{p.all[from:to], fmt.Sprintf("next%d", to), true}, nil
	}
	return DirectoryPage{p.all[from:to], strconv.Itoa(to), false}, nil
}

func (p *pages) add(oid, name string) { p.all = append(p.all, people.Change{OID: oid, Name: &name}) }

type following struct {
	*company
	p    *pages
	on   bool
	told int
}

func follow(t *testing.T, p *pages, dir string) *following {
	f := &following{p: p, on: true}
	f.company = newCompany(p, filepath.Join(dir, "directory.json"), slog.New(slog.DiscardHandler))
	f.company.wanted = func() (bool, time.Duration) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return f.on, 2 * time.Minute
	}
	f.company.told = func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		f.told++
	}
	p.mu.Lock()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { f.run(ctx); close(done) }()
	t.Cleanup(func() { p.mu.Unlock(); cancel(); <-done })
	return f
}

func (f *following) after(d time.Duration) string {
	f.p.mu.Unlock()
	time.Sleep(d)
	synctest.Wait()
	f.p.mu.Lock()
	var out []string
	for _, m := range f.all() {
		out = append(out, m.Name)
	}
	return strings.Join(out, " ")
}

func TestTheDirectoryIsReadOnceAndThenWhatChanged(t *testing.T) {
	dir := t.TempDir()
	p := &pages{}
	for _, n := range []string{"Ana", "Bo", "Cy", "Di", "Ed"} {
		p.add(n, n)
	}
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, p, dir)
		if got := f.after(time.Second); got != "Ana Bo Cy Di Ed" || f.told != 1 || len(p.asked) != 3 {
			t.Fatalf("%q, told %d times, asked %q", got, f.told, p.asked)
		}
		phone, name := "+44 1234", "Ana Diaz"
		p.all = append(p.all, people.Change{OID: "Ana", Phone: &phone}, people.Change{OID: "Bo", Gone: true}, people.Change{OID: "Ana", Name: &name})
		if got := f.after(2 * time.Minute); got != "Ana Diaz Cy Di Ed" || f.told != 2 || f.all()[0].Phone != phone {
			t.Errorf("after three changes on two pages: %q, told %d times, %+v", got, f.told, f.all()[0])
		}
		if f.after(time.Hour); f.told != 2 {
			t.Errorf("told %d times, though nothing changed", f.told)
		}
	})
	synctest.Test(t, func(t *testing.T) { // the next start asks for what changed since
		p.asked = nil
		p.add("Fay", "Fay")
		f := follow(t, p, dir)
		if got := f.after(0); got != "Ana Diaz Cy Di Ed Fay" || fmt.Sprint(p.asked) != "[8]" {
			t.Errorf("after a restart: %q, asked %q", got, p.asked)
		}
	})
}

func TestAReadingThatBreaksOffGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pages{fail: 1}
		for i := range 6 {
			p.add(strconv.Itoa(i), strconv.Itoa(i))
		}
		f := follow(t, p, t.TempDir())
		if got := f.after(time.Second); got != "" {
			t.Errorf("a part of the directory: %q", got)
		}
		if got := f.after(companyAgain); got != "0 1 2 3 4 5" || fmt.Sprint(p.asked) != "[ next2 next2 next4]" {
			t.Errorf("%q, asked %q", got, p.asked)
		}
		p.served, p.fail = 0, 1 // changes on two pages, and the second page fails
		for i := range 3 {
			p.add("n"+strconv.Itoa(i), "n"+strconv.Itoa(i))
		}
		if got := f.after(2 * time.Minute); got != "0 1 2 3 4 5" || f.told != 1 {
			t.Errorf("half of the changes: %q, told %d times", got, f.told)
		}
		if got := f.after(companyAgain); got != "0 1 2 3 4 5 n0 n1 n2" || f.told != 2 {
			t.Errorf("all of the changes: %q, told %d times", got, f.told)
		}
	})
}

func TestALinkThatIsForgottenBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pages{}
		p.add("1", "Ana")
		p.add("2", "Bo")
		f := follow(t, p, t.TempDir())
		f.after(time.Second)
		p.all, p.since = []people.Change{p.all[1], p.all[0]}, 3
		p.all[1].Gone = true
		if got := f.after(2 * time.Minute); got != "Bo" {
			t.Errorf("read anew: %q", got)
		}
		f.on = false
		if got := f.after(2 * time.Minute); got != "" {
			t.Errorf("no longer wanted: %q", got)
		}
	})
}

// round is a directory whose pages lead back to one that was read.
type round struct{ asked int }

func (*round) Members(context.Context, string) ([]people.Member, error) { return nil, nil }

func (r *round) Changes(context.Context, string) (DirectoryPage, error) {
	r.asked++
	return DirectoryPage{Link: strconv.Itoa(r.asked % 3), More: true}, nil
}

func TestPagesThatGoInACircleAreLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &round{}
		c := newCompany(r, filepath.Join(t.TempDir(), "directory.json"), slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.read(ctx); err == nil || errors.Is(err, context.DeadlineExceeded) || r.asked > 4 {
			t.Errorf("%d pages: %v", r.asked, err)
		}
	})
}
