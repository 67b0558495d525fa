package graph

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"cordboard/server/inbox"
	"cordboard/server/people"
)

// PollOptions say how often presence is read.
type PollOptions struct {
	Every    time.Duration          // everybody within this time; 30 s when 0
	OnScreen time.Duration          // those on somebody's screen within this time; 5 s when 0
	Sink     func([]people.Reading) // gets what was read, one at a time; must not block
	Log      *slog.Logger
}

// Poller reads the presence of a tenant's people over and over, its requests spread evenly over the time.
// 10,000 people, up to 650 of them on screens, cost 44 requests a minute, and fewer than 60 however often the
// screens change.
type Poller struct {
	o     PollOptions
	fetch func(context.Context, []string) ([]people.Reading, error)
	sink  sync.Mutex

	mu     sync.Mutex
	screen round
	others round // everybody: who is on a screen for a moment only must not fall between the two
}

// soonGap is how long at least lies between two readings for the sake of new faces. Under it a busy night of
// searching would eat the budget; a new face shows what is known until then.
const soonGap = 2500 * time.Millisecond

// NewPoller makes a poller that reads by fetch, as Client.Presences does; Run starts it.
func NewPoller(fetch func(context.Context, []string) ([]people.Reading, error), o PollOptions) *Poller {
	if o.Every == 0 {
		o.Every = 30 * time.Second
	}
	if o.OnScreen == 0 {
		o.OnScreen = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Poller{o: o, fetch: fetch}
	p.screen, p.others = newRound(o.OnScreen), newRound(o.Every)
	return p
}

// Everybody replaces the object ids that are read within PollOptions.Every. New ones are read soon.
func (p *Poller) Everybody(ids []string) { p.replace(&p.others, ids) }

// OnScreen replaces the object ids that somebody looks at. New ones are read at once, or soonGap after the last
// time; the rest of a round keeps its time.
func (p *Poller) OnScreen(ids []string) { p.replace(&p.screen, ids) }

// replace keeps ids sorted, so that a batch asks for the same people each time.
func (p *Poller) replace(r *round, ids []string) {
	next := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" {
			next = append(next, strings.ToLower(id))
		}
	}
	slices.Sort(next)
	next = slices.Compact(next)
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Equal(r.ids, next) {
		return
	}
	r.take(next)
}

func has(sorted []string, id string) bool {
	_, found := slices.BinarySearch(sorted, id)
	return found
}

// Pace replaces the times of PollOptions.
func (p *Poller) Pace(every, onScreen time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.others.every, p.screen.every = every, onScreen
}

// Run reads until ctx ends. Failures are told by the client's health; here they only mean to come again.
func (p *Poller) Run(ctx context.Context) error {
	var both sync.WaitGroup
	for _, r := range []*round{&p.screen, &p.others} {
		both.Add(1)
		inbox.Go(func(e *inbox.Panic) { p.o.Log.Error("presence is no longer read, by a fault of our own", "err", e) }, func() {
			defer both.Done()
			p.read(ctx, r)
		})
	}
	both.Wait()
	return ctx.Err()
}

// read goes round and round. The two rounds do not wait for each other: a slow Graph would hold up the screens.
func (p *Poller) read(ctx context.Context, r *round) {
	for {
		p.mu.Lock()
		wait := r.wait(time.Now())
		p.mu.Unlock()
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-r.changed:
			t.Stop()
		case <-t.C:
			p.step(ctx, r)
		}
	}
}

// step reads the batch that is due.
func (p *Poller) step(ctx context.Context, r *round) {
	p.mu.Lock()
	batch := r.next(time.Now())
	p.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	rctx, cancel := context.WithTimeout(ctx, time.Minute)
	got, err := p.fetch(rctx, batch)
	cancel()
	if len(got) > 0 {
		p.sink.Lock()
		p.o.Sink(got)
		p.sink.Unlock()
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	if !errors.Is(err, context.Canceled) {
		p.o.Log.Debug("presence not read", "err", err)
	}
	p.mu.Lock()
	r.failed(batch, time.Now())
	p.mu.Unlock()
}

// round is one of the two lists on its way through the time. The poller's lock guards it.
type round struct {
	every   time.Duration
	ids     []string // sorted
	after   string   // the last id of the last batch: lists may change, and nobody is passed over
	due     time.Time
	fresh   []string // sorted: new in the list, not read yet
	soon    time.Time
	changed chan struct{}
}

func newRound(every time.Duration) round {
	return round{every: every, changed: make(chan struct{}, 1)}
}

// take puts another list in place. Who is new in it is read first.
func (r *round) take(ids []string) {
	was := r.ids
	r.ids = ids
	keep := r.fresh[:0]
	for _, id := range r.fresh {
		if has(ids, id) {
			keep = append(keep, id)
		}
	}
	r.fresh = keep
	for _, id := range ids {
		if !has(was, id) {
			r.fresh = append(r.fresh, id)
		}
	}
	slices.Sort(r.fresh)
	if len(r.fresh) > BatchIDs { // more than one request: the round itself brings them, spread
		r.fresh = nil
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// batches is in how many requests the list is read.
func (r *round) batches() int { return (len(r.ids) + BatchIDs - 1) / BatchIDs }

// wait says how long until a batch is due.
func (r *round) wait(now time.Time) time.Duration {
	if len(r.ids) == 0 {
		return time.Hour
	}
	at := r.due
	if len(r.fresh) > 0 && r.soon.Before(at) {
		at = r.soon
	}
	return max(0, at.Sub(now))
}

// next gives the batch that is due now, and sets when the one after it is.
func (r *round) next(now time.Time) []string {
	n := r.batches()
	if n == 0 {
		return nil
	}
	if now.Before(r.due) {
		if len(r.fresh) == 0 || now.Before(r.soon) {
			return nil
		}
		if n > 1 {
			batch := r.fresh
			r.fresh, r.soon = nil, now.Add(soonGap)
			return batch
		}
	}
	gap := r.every / time.Duration(n)
	r.soon = now.Add(soonGap)
	r.due = now.Add(gap - time.Duration(rand.Int64N(int64(gap/20)+1)))
	from, found := slices.BinarySearch(r.ids, r.after)
	if found {
		from++
	}
	batch := make([]string, (len(r.ids)+n-1)/n)
	for i := range batch {
		batch[i] = r.ids[(from+i)%len(r.ids)]
	}
	r.after = batch[len(batch)-1]
	r.fresh = slices.DeleteFunc(r.fresh, func(id string) bool { return slices.Contains(batch, id) })
	return batch
}

// failed puts a batch back to where it is read again. The budget keeps throttled requests back by itself; other
// failures wait out the gap here.
func (r *round) failed(batch []string, now time.Time) {
	if r.after != batch[len(batch)-1] {
		return // of new faces: the round brings them
	}
	r.after = ""
	if at, _ := slices.BinarySearch(r.ids, batch[0]); at > 0 {
		r.after = r.ids[at-1]
	}
	if gap := r.every / time.Duration(max(1, r.batches())); r.due.Before(now) {
		r.due = now.Add(gap)
	}
}
