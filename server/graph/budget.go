package graph

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// budget is what a tenant may ask of Graph. All requests of the tenant go through it: when Graph says
// "too many", everybody waits.
type budget struct {
	now   func() time.Time
	mu    sync.Mutex
	until time.Time
	fails int // in a row
}

// longestWait limits what is waited when Graph says nothing, and longestSaid what it can make us wait by a header that cannot be meant.
const (
	longestWait = time.Minute
	longestSaid = 10 * time.Minute
)

// open says how long until the next request may go out; 0: now.
func (b *budget) open() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.until.Sub(b.now()))
}

// wait returns when a request may go out.
func (b *budget) wait(ctx context.Context) error {
	for d := b.open(); d > 0; d = b.open() {
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// slowDown keeps everybody waiting: as long as Graph said and a little, or 2, 4, 8 … 60 s when it said nothing.
func (b *budget) slowDown(said time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails++
	d := min(said, longestSaid)
	if d <= 0 {
		d = min(time.Second<<min(b.fails, 6), longestWait)
	}
	d += time.Duration(rand.Int64N(int64(d/10) + 1))
	if until := b.now().Add(d); until.After(b.until) {
		b.until = until
	}
	return d
}

// fine notes a good answer. Graph tells the share of the limit that is used from 0.8 on: then a breath is taken.
func (b *budget) fine(share string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = 0
	if v, err := strconv.ParseFloat(share, 64); err == nil && v >= 0.8 {
		b.until = b.now().Add(2 * time.Second)
	}
}
