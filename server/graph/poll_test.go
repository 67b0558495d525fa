package graph

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/people"
)

// fetched notes what a poller asked for and when.
type fetched struct {
	mu    sync.Mutex
	start time.Time
	asks  []ask
	fail  func(n int) error
}

type ask struct {
	at  time.Duration
	ids []string
}

func (f *fetched) fetch(_ context.Context, ids []string) ([]people.Reading, error) {
	f.mu.Lock()
	f.asks = append(f.asks, ask{time.Since(f.start), ids})
	n := len(f.asks)
	f.mu.Unlock()
	if f.fail != nil {
		if err := f.fail(n); err != nil {
			return nil, err
		}
	}
	out := make([]people.Reading, len(ids))
	for i, id := range ids {
		out[i] = people.Reading{ID: id, At: time.Now()}
	}
	return out, nil
}

// inPoll runs a poller in virtual time; age gives how old each person's last reading is at most.
func inPoll(t *testing.T, fail func(int) error, f func(p *Poller, got *fetched, seen map[string]time.Time)) {
	synctest.Test(t, func(t *testing.T) {
		got := &fetched{start: time.Now(), fail: fail}
		seen := map[string]time.Time{}
		p := NewPoller(got.fetch, PollOptions{Sink: func(rs []people.Reading) {
			for _, r := range rs {
				seen[r.ID] = r.At
			}
		}})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx) }()
		defer func() { cancel(); <-done }()
		synctest.Wait()
		f(p, got, seen)
	})
}

// pass lets virtual time go by.
func pass(d time.Duration) { <-time.After(d) }

func manyIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%08d", i)
	}
	return out
}

func TestTenThousandPeopleAreReadEvenlyWithinHalfAMinute(t *testing.T) {
	inPoll(t, nil, func(p *Poller, got *fetched, seen map[string]time.Time) {
		ids := manyIDs(10_000)
		p.Everybody(ids)
		p.OnScreen(ids[:40])
		pass(2 * time.Minute)
		synctest.Wait()
		if n := len(got.asks); n > 2*60 || n < 2*40 {
			t.Errorf("%d requests in two minutes, want fewer than 60 a minute", n)
		}
		for i, id := range ids {
			limit := 31 * time.Second
			if i < 40 {
				limit = 6 * time.Second
			}
			if age := time.Since(seen[id]); age > limit {
				t.Fatalf("person %d was read %v ago, want %v at most", i, age, limit)
			}
		}
		largest := 0
		var gaps []time.Duration
		last := time.Duration(0)
		for _, a := range got.asks {
			largest = max(largest, len(a.ids))
			if len(a.ids) > 100 && a.at > time.Minute {
				if last > 0 {
					gaps = append(gaps, a.at-last)
				}
				last = a.at
			}
		}
		if largest > BatchIDs {
			t.Errorf("a request for %d ids", largest)
		}
		for _, g := range gaps {
			if g > 2500*time.Millisecond || g < 1500*time.Millisecond {
				t.Errorf("requests are not spread evenly: a gap of %v", g)
			}
		}
	})
}

func TestNewFaceOnAScreenIsReadAtOnce(t *testing.T) {
	inPoll(t, nil, func(p *Poller, got *fetched, seen map[string]time.Time) {
		p.Everybody(manyIDs(3))
		pass(12 * time.Second)
		p.OnScreen([]string{"NEW"})
		pass(time.Millisecond)
		synctest.Wait()
		if _, ok := seen["new"]; !ok {
			t.Error("not read")
		}
	})
}

// TestBusyScreensDoNotEatTheBudget: agents search and turn pages; new faces come every half second.
func TestBusyScreensDoNotEatTheBudget(t *testing.T) {
	inPoll(t, nil, func(p *Poller, got *fetched, seen map[string]time.Time) {
		ids := manyIDs(10_000)
		p.Everybody(ids)
		pass(time.Minute)
		synctest.Wait()
		before := len(got.asks)
		for n := range 240 {
			p.OnScreen(ids[n*20 : n*20+40])
			pass(500 * time.Millisecond)
		}
		synctest.Wait()
		if n := len(got.asks) - before; n >= 2*60 {
			t.Errorf("%d requests in two minutes, want fewer than 60 a minute", n)
		}
		for i, id := range ids {
			if age := time.Since(seen[id]); age > 35*time.Second {
				t.Fatalf("person %d was read %v ago", i, age)
			}
		}
		pass(3 * time.Second)
		synctest.Wait()
		for _, id := range ids[239*20 : 239*20+40] {
			if age := time.Since(seen[id]); age > 6*time.Second {
				t.Fatalf("a face on a screen was read %v ago", age)
			}
		}
	})
}

func TestNewExpertsAreReadSoonAndNobodyIsPassedOver(t *testing.T) {
	inPoll(t, nil, func(p *Poller, got *fetched, seen map[string]time.Time) {
		ids := manyIDs(3000)
		p.Everybody(ids)
		pass(time.Minute)
		p.Everybody(append(ids, "7", "9"))
		pass(3 * time.Second)
		synctest.Wait()
		if seen["7"].IsZero() || seen["9"].IsZero() {
			t.Error("new experts are not read within 3 s")
		}
		for n := range 60 { // a group from which people go
			ids = ids[1:]
			p.Everybody(ids)
			pass(time.Second)
			synctest.Wait()
			for _, id := range ids {
				if age := time.Since(seen[id]); age > 37*time.Second { // a round and a batch
					t.Fatalf("after %d s: %s was read %v ago", n, id, age)
				}
			}
		}
	})
}

// TestSlowGraphDoesNotHoldUpTheScreens: every answer takes a second and a half.
func TestSlowGraphDoesNotHoldUpTheScreens(t *testing.T) {
	inPoll(t, func(int) error { <-time.After(1500 * time.Millisecond); return nil }, func(p *Poller, got *fetched, seen map[string]time.Time) {
		ids := manyIDs(10_000)
		p.Everybody(ids)
		p.OnScreen(ids[:40])
		for range 60 {
			pass(time.Second)
			synctest.Wait()
		}
		if age := time.Since(seen[ids[0]]); age > 8*time.Second {
			t.Errorf("a face on a screen was read %v ago", age)
		}
	})
}

func TestNobodyToReadMeansNoRequest(t *testing.T) {
	inPoll(t, nil, func(p *Poller, got *fetched, _ map[string]time.Time) {
		pass(2 * time.Hour)
		synctest.Wait()
		if len(got.asks) != 0 {
			t.Errorf("%d requests", len(got.asks))
		}
		p.Everybody([]string{"a", "", "a"})
		pass(time.Millisecond)
		synctest.Wait()
		if len(got.asks) != 1 || len(got.asks[0].ids) != 1 {
			t.Errorf("asked %v", got.asks)
		}
		p.Everybody(nil)
		pass(time.Hour)
		synctest.Wait()
		if len(got.asks) > 2 {
			t.Errorf("%d requests for nobody", len(got.asks))
		}
	})
}

func TestFailedBatchIsReadAgainNextTime(t *testing.T) {
	fail := func(n int) error {
		if n == 2 {
			return errors.New("unreachable")
		}
		return nil
	}
	inPoll(t, fail, func(p *Poller, got *fetched, _ map[string]time.Time) {
		p.Everybody(manyIDs(1300))
		pass(31 * time.Second)
		synctest.Wait()
		if len(got.asks) < 3 || got.asks[1].ids[0] != got.asks[2].ids[0] || got.asks[0].ids[0] == got.asks[1].ids[0] {
			t.Errorf("the failed batch was passed over")
		}
	})
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &budget{now: time.Now}
		if b.open() != 0 {
			t.Error("closed at the start")
		}
		if d := b.slowDown(3 * time.Second); d < 3*time.Second || d > 3300*time.Millisecond {
			t.Errorf("Graph said 3 s, we wait %v", d)
		}
		start := time.Now()
		if err := b.wait(context.Background()); err != nil || time.Since(start) < 3*time.Second {
			t.Errorf("waited %v: %v", time.Since(start), err)
		}
		b.fine("")
		for i, seconds := range []int{2, 4, 8, 16, 32, 60, 60} {
			want := time.Duration(seconds) * time.Second
			if d := b.slowDown(0); d < want || d > want*11/10 {
				t.Errorf("failure %d: wait %v, want %v", i+1, d, want)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := b.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait with a deadline: %v", err)
		}
		b.until = time.Time{}
		b.fine("0.85")
		if b.open() == 0 {
			t.Error("near the limit no breath is taken")
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		header string
		want   time.Duration
	}{{"2.128", 3 * time.Second}, {"0.5", time.Second}, {"7", 7 * time.Second}, {"", 0}, {"-1", 0}, {"soon", 0}, {"NaN", 0}, {"1e99", 0}} {
		if got := retryAfter(c.header); got != c.want {
			t.Errorf("%q: got %v, want %v", c.header, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{"<p>Back at&nbsp;3 &amp; free</p>": "Back at 3 & free", " a \n b ": "a b", "": ""} {
		if got := plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
