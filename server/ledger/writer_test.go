package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server/bus"
	"cordboard/server/fact"
)

// brokenStore stands between a ledger and its stream.
type brokenStore struct {
	mu    sync.Mutex
	err   error
	asked chan struct{}
}

func (b *brokenStore) set(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

func (b *brokenStore) between(l *Ledger) {
	real := l.append
	l.append = func(ctx context.Context, s *bus.Stream, m [][]byte) (int, error) {
		b.mu.Lock()
		err := b.err
		b.mu.Unlock()
		select {
		case b.asked <- struct{}{}:
		default:
		}
		if err != nil {
			return 0, err
		}
		return real(ctx, s, m)
	}
}

// wait waits until cond holds, looking again at each try of the store.
func (b *brokenStore) wait(t *testing.T, cond func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	for !cond() {
		select {
		case <-b.asked:
		case <-time.After(10 * time.Millisecond):
		case <-end:
			t.Fatal("did not come about within 20 s")
		}
	}
}

func newBroken(t *testing.T) (*Ledger, *brokenStore) {
	l := ledgerIn(t, t.TempDir())
	b := &brokenStore{asked: make(chan struct{}, 1)}
	b.between(l)
	return l, b
}

func putNumbered(l *Ledger, from, n int) {
	for i := from; i < from+n; i++ {
		l.Put(fact.Entry{Tenant: "contoso", N: uint64(i), At: nine.Add(time.Duration(i) * time.Millisecond), Contact: fact.ContactID(fmt.Sprintf("C%07d", i/10)), Fact: fact.Held{By: "agent"}})
	}
}

func TestFactsWaitInMemoryWhileTheDiskIsFullAndHealthSaysSo(t *testing.T) {
	l, b := newBroken(t)
	putNumbered(l, 1, 1)
	settle(t, l)
	b.set(errors.New("no space left on device"))
	putNumbered(l, 2, 500)
	b.wait(t, func() bool { return l.Health().Err != "" })
	h := l.Health()
	if h.Behind != 500 || h.Lost != 0 || !strings.Contains(h.Err, "no space") || h.Lag <= 0 {
		t.Errorf("health %+v", h)
	}
	b.set(nil)
	settle(t, l)
	b.wait(t, func() bool { return l.Health().Err == "" })
	if h := l.Health(); h.Behind != 0 || h.Lost != 0 || h.Lag != 0 || h.Tables != 0 {
		t.Errorf("health afterwards %+v", h)
	}
	if n, _, err := l.Position(within(t), "contoso"); n != 501 || err != nil {
		t.Errorf("the last fact is %d (%v), want 501", n, err)
	}
}

func TestBeyondTheLimitFactsAreLostCountedAndTheGapIsWrittenDown(t *testing.T) {
	l, b := newBroken(t)
	const limit = 2000
	l.limit = limit
	putNumbered(l, 1, 1)
	settle(t, l)
	b.set(errors.New("no space left on device"))
	putNumbered(l, 2, limit)
	began := time.Now()
	putNumbered(l, limit+2, 250)
	if took := time.Since(began); took > time.Second {
		t.Errorf("250 facts put into a full ledger took %v", took)
	}
	if h := l.Health(); h.Lost != 250 || h.Behind != limit {
		t.Errorf("health %+v", h)
	}
	b.set(nil)
	settle(t, l)
	var lost Lost
	if err := l.db().QueryRow(lostTable.of("")).Scan(lost.fields()...); err != nil {
		t.Fatal(err)
	}
	if lost.Count != 250 || lost.FirstN != limit+2 || lost.LastN != limit+251 {
		t.Errorf("written down: %+v", lost)
	}
	putNumbered(l, limit+252, 1)
	settle(t, l)
	if h := l.Health(); h.Lost != 250 || h.Behind != 0 {
		t.Errorf("health afterwards %+v", h)
	}
}

func TestPuttingNeverWaitsForASlowDisk(t *testing.T) {
	l, _ := newBroken(t)
	release := make(chan struct{})
	real := l.append
	l.append = func(ctx context.Context, s *bus.Stream, m [][]byte) (int, error) {
		<-release
		return real(ctx, s, m)
	}
	began := time.Now()
	putNumbered(l, 1, 3000)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("3,000 facts took %v", took)
	}
	if h := l.Health(); h.Behind != 3000 {
		t.Errorf("health %+v", h)
	}
	l.oldest.Store(time.Now().Add(-10 * time.Second).UnixNano())
	if h := l.Health(); h.Err != "ledger behind: 3000 facts wait, the oldest for 10s" {
		t.Errorf("health %+v", h)
	}
	close(release)
	settle(t, l)
}

func TestAFactThatCannotBeWrittenDoesNotStopTheOthers(t *testing.T) {
	l, _ := newBroken(t)
	l.Put(fact.Entry{Tenant: "contoso", N: 1, At: nine, Contact: "C1"})
	l.Put(fact.Entry{Tenant: "contoso", N: 2, At: nine, Contact: "C1", Fact: fact.Unknown{Name: "x", Body: []byte("{broken")}})
	putNumbered(l, 3, 1)
	settle(t, l)
	if n, _, err := l.Position(within(t), "contoso"); n != 3 || err != nil {
		t.Errorf("position %d %v", n, err)
	}
	if h := l.Health(); h.Lost != 2 || h.Behind != 0 {
		t.Errorf("health %+v", h)
	}
}
