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

	"cordboard/server/people"
)

// PollOptions say how often presence is read.
type PollOptions struct {
	Every    time.Duration          // everybody within this time; 30 s when 0
	OnScreen time.Duration          // those on somebody's screen within this time; 5 s when 0
	Sink     func([]people.Reading) // gets what was read; must not block
	Log      *slog.Logger
}

// Poller reads the presence of a tenant's people over and over, its requests spread evenly over the time.
type Poller struct {
	o     PollOptions
	fetch func(context.Context, []string) ([]people.Reading, error)

	mu      sync.Mutex
	all     []string // sorted
	screen  []string // sorted
	changed chan struct{}
}

// NewPoller makes a poller that reads through the client; Run starts it.
func NewPoller(c *Client, o PollOptions) *Poller {
	return newPoller(c.Presences, o)
}

func newPoller(fetch func(context.Context, []string) ([]people.Reading, error), o PollOptions) *Poller {
	if o.Every == 0 {
		o.Every = 30 * time.Second
	}
	if o.OnScreen == 0 {
		o.OnScreen = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Poller{o: o, fetch: fetch, changed: make(chan struct{}, 1)}
}

// Everybody replaces the object ids that are read within PollOptions.Every.
func (p *Poller) Everybody(ids []string) { p.replace(&p.all, ids) }

// OnScreen replaces the object ids that somebody looks at.
func (p *Poller) OnScreen(ids []string) { p.replace(&p.screen, ids) }

// replace keeps ids sorted, so that a batch asks for the same people each time.
func (p *Poller) replace(to *[]string, ids []string) {
	next := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" {
			next = append(next, strings.ToLower(id))
		}
	}
	slices.Sort(next)
	next = slices.Compact(next)
	p.mu.Lock()
	same := slices.Equal(*to, next)
	*to = next
	p.mu.Unlock()
	if !same {
		select {
		case p.changed <- struct{}{}:
		default:
		}
	}
}

// sweep is one of the two rounds: its batches and when the next of them is due.
type sweep struct {
	every time.Duration
	at    int // next batch
	due   time.Time
}

// Run reads until ctx ends. Failures are told by the client's health; here they only mean to come again.
func (p *Poller) Run(ctx context.Context) error {
	now := time.Now()
	rounds := [2]*sweep{{every: p.o.OnScreen, due: now}, {every: p.o.Every, due: now}}
	for {
		ids := p.lists()
		next := rounds[0]
		if len(ids[0]) == 0 || len(ids[1]) > 0 && rounds[1].due.Before(rounds[0].due) {
			next = rounds[1]
		}
		if len(ids[0])+len(ids[1]) == 0 {
			next = nil
		}
		if err := p.sleep(ctx, next, rounds); err != nil {
			return err
		}
		if next == nil || time.Now().Before(next.due) {
			continue // the lists have changed
		}
		list := ids[0]
		if next == rounds[1] {
			list = ids[1]
		}
		p.step(ctx, next, list)
	}
}

// lists gives those on a screen, and the others.
func (p *Poller) lists() [2][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	others := make([]string, 0, len(p.all))
	for _, id := range p.all {
		if _, on := slices.BinarySearch(p.screen, id); !on {
			others = append(others, id)
		}
	}
	return [2][]string{p.screen, others}
}

// sleep waits until a round is due. When the lists change, both are due at once: a new face on a screen
// must not wait for the end of a round.
func (p *Poller) sleep(ctx context.Context, next *sweep, rounds [2]*sweep) error {
	wait := time.Hour
	if next != nil {
		wait = time.Until(next.due)
	}
	t := time.NewTimer(max(0, wait))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	case <-p.changed:
		for _, r := range rounds {
			r.due = time.Now()
		}
		return nil
	}
}

// step reads the next batch of a round and sets when the one after it is due.
func (p *Poller) step(ctx context.Context, r *sweep, ids []string) {
	n := (len(ids) + BatchIDs - 1) / BatchIDs
	if n == 0 {
		r.due = time.Now().Add(r.every)
		return
	}
	if r.at >= n {
		r.at = 0
	}
	size := (len(ids) + n - 1) / n
	batch := ids[r.at*size : min((r.at+1)*size, len(ids))]
	start := time.Now()
	rctx, cancel := context.WithTimeout(ctx, time.Minute)
	got, err := p.fetch(rctx, batch)
	cancel()
	if len(got) > 0 {
		p.o.Sink(got)
	}
	gap := r.every / time.Duration(n)
	r.due = start.Add(gap - time.Duration(rand.Int64N(int64(gap/20)+1)))
	if err == nil {
		r.at++
		return
	}
	if !errors.Is(err, context.Canceled) {
		p.o.Log.Debug("presence not read", "err", err)
	}
	// The budget keeps throttled requests back by itself; other failures wait out the gap here.
	if r.due.Before(time.Now()) {
		r.due = time.Now().Add(gap)
	}
}
