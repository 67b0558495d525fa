package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/acd"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/routing"
)

// burning is a process that uses a share (per cent) of two processors, in virtual time.
func burning(share *atomic.Int64) *processor {
	last, used := time.Now(), time.Duration(0)
	return &processor{cores: 2, used: func() time.Duration {
		now := time.Now()
		used += time.Duration(share.Load()) * 2 * now.Sub(last) / 100
		last = now
		return used
	}}
}

func TestTheProcessorsAreBusyAfterTwoSecondsAndFreeAfterTwoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var share atomic.Int64
		share.Store(30)
		p := burning(&share)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go p.watch(ctx)
		at := func(d time.Duration) int {
			time.Sleep(d)
			synctest.Wait()
			return p.percent()
		}
		if got := at(1900 * time.Millisecond); got != 0 {
			t.Errorf("%d %% before there were two seconds to judge", got)
		}
		if got := at(3 * time.Second); got < 29 || got > 30 {
			t.Errorf("%d %% of a process that uses 30", got)
		}
		share.Store(100)
		if got := at(time.Second); got > 85 {
			t.Errorf("%d %% after a second only", got)
		}
		if got := at(1100 * time.Millisecond); got < 99 {
			t.Errorf("%d %% after two seconds of all there is", got)
		}
		share.Store(10)
		if got := at(2100 * time.Millisecond); got > 10 {
			t.Errorf("%d %% two seconds after it was over", got)
		}
	})
}

func TestAProcessKnowsWhatItUses(t *testing.T) {
	before, n := processTime(), 0
	for began := time.Now(); time.Since(began) < 60*time.Millisecond; n++ {
		_ = fmt.Sprint(n)
	}
	if used := processTime() - before; used < 5*time.Millisecond || used > 10*time.Second {
		t.Errorf("used %v in 60 ms of work", used)
	}
}

type nobody struct{}

func (nobody) Put(fact.Entry)                                   {}
func (nobody) AgentIs(routing.Changed, routing.AgentView)       {}
func (nobody) Queues([]acd.QueueNow)                            {}
func (nobody) InLine(id fact.AgentID, a, b int, c fact.AgentID) {}

func TestEachLoadMarkRefusesNewCalls(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cordboard.yaml")
	if err := os.WriteFile(file, config.Starter(), 0o600); err != nil {
		t.Fatal(err)
	}
	holder, err := config.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	limits := holder.Now().Server.Limits
	if limits.CPU != 85 {
		t.Fatalf("the starter's mark is %d %%", limits.CPU)
	}
	s := &Server{o: Options{Config: holder}, cpu: &processor{}, tenants: map[string]*tenant{}}
	d := acd.New(acd.Options{Tenant: "contoso", Ledger: nobody{}, Desk: nobody{}, Log: slog.New(slog.DiscardHandler)})
	defer d.Close()
	s.tenants["contoso"] = &tenant{acd: d}
	want := func(what string, busy bool, after time.Duration) {
		t.Helper()
		if b, w := s.load(); b != busy || w != after {
			t.Errorf("%s: %v, %v; want %v, %v", what, b, w, busy, after)
		}
	}
	want("an idle server", false, 0)
	s.open.Store(int64(limits.OpenCalls) - 1)
	want("one call below the limit", false, 0)
	s.open.Store(int64(limits.OpenCalls))
	want("as many calls as may be", true, 5*time.Second)
	s.open.Store(0)
	s.cpu.average.Store(85)
	want("85 %", false, 0)
	s.cpu.average.Store(86)
	want("86 %", true, 2*time.Second)
	s.cpu.average.Store(0)
	stuck, free := make(chan struct{}), make(chan struct{})
	d.Agent("adele", func(routing.AgentView, bool) { close(stuck); <-free })
	<-stuck
	done := make(chan struct{})
	d.Agent("adele", func(routing.AgentView, bool) { close(done) }) // waits behind it
	want("routing a moment behind", false, 0)
	<-time.After(250 * time.Millisecond)
	want("routing 250 ms behind", true, time.Second)
	close(free)
	<-done
	want("routing that has caught up", false, 0)
	s.draining.Store(true)
	want("a server that drains", true, 30*time.Second)
}
