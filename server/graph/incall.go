package graph

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"cordboard/server/inbox"
	"cordboard/server/people"
)

// InCall keeps the agents who talk “in a call” in Teams: set at once, renewed every two minutes, cleared
// after. If this server dies, Teams forgets it within five.
type InCall struct {
	set     func(ctx context.Context, oid string) error
	clear   func(ctx context.Context, oid string) error
	log     *slog.Logger
	changed chan struct{}

	mu     sync.Mutex
	agents map[string]*talking // by object id
	closed time.Time           // the permission is missing: nobody is told before
}

// talking is one agent's presence as we want it and as we left it.
type talking struct {
	on      bool
	due     time.Time // when to tell Graph the next time; zero: nothing to tell
	tries   int
	telling bool      // Graph is being told now
	setAt   time.Time // last told “in a call”
	cleared time.Time // when the call ended
}

const (
	inCallRetry = 5 * time.Second
	// consentRetry is when a tenant without the permission is tried again, with one agent.
	consentRetry = 15 * time.Minute
	// clearAtOnce is how many are cleared at the same time when the server stops: there are two seconds for all.
	clearAtOnce = 16
	// oursFor is how long after a call Teams may still show what we set.
	oursFor = 3 * time.Minute
)

// ErrNotShown says that agents who talk are not to be shown in a call. NewInCall's set returns it.
var ErrNotShown = errors.New("agents who talk are not shown in a call")

// NewInCall makes one for a tenant; Run does the work. set and clear tell Graph of a person, by object id, as
// Client.SetInCall and Client.ClearInCall do.
func NewInCall(set, clear func(context.Context, string) error, log *slog.Logger) *InCall {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &InCall{set: set, clear: clear, log: log, changed: make(chan struct{}, 1), agents: map[string]*talking{}}
}

// Talking says that an agent, by object id, talks or has stopped. It never blocks.
func (i *InCall) Talking(oid string, on bool) {
	i.mu.Lock()
	t := i.agents[oid]
	if t == nil {
		t = &talking{}
		i.agents[oid] = t
	}
	if t.on != on {
		t.on, t.due, t.tries = on, time.Now(), 0
		if !on {
			t.cleared = t.due
			if t.setAt.IsZero() && !t.telling {
				t.due = time.Time{} // Graph was never told
			}
		}
	}
	i.mu.Unlock()
	select {
	case i.changed <- struct{}{}:
	default:
	}
}

// Ours says whether a reading may only show what we have set ourselves: while the agent talks, while our session
// stands at Graph, and after that until a reading differs, three minutes at most. Such a reading must not keep calls
// from the agent.
func (i *InCall) Ours(r people.Reading) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.agents[r.ID]
	if t == nil || r.Availability != "Busy" || r.Activity != "InACall" {
		if t != nil && !t.on && !t.cleared.IsZero() && r.At.After(t.cleared) {
			t.cleared = time.Time{} // Teams has taken ours away: what comes now is the person's own
		}
		return false
	}
	stands := !t.setAt.IsZero() && time.Since(t.setAt) < BusyFor // clearing it has failed so far
	return t.on || stands || !t.cleared.IsZero() && time.Since(t.cleared) < oursFor
}

// Run tells Graph until ctx ends; then it clears what is set.
func (i *InCall) Run(ctx context.Context) error {
	for {
		oid, wait := i.next()
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			i.clearAll(context.WithoutCancel(ctx))
			return ctx.Err()
		case <-i.changed:
			timer.Stop()
		case <-timer.C:
			if oid != "" {
				i.tell(ctx, oid)
			}
		}
	}
}

// next gives the agent who is due first, and when.
func (i *InCall) next() (oid string, wait time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var first time.Time
	for id, t := range i.agents {
		if !t.due.IsZero() && (first.IsZero() || t.due.Before(first)) {
			oid, first = id, t.due
		}
	}
	if oid == "" {
		return "", time.Hour
	}
	if i.closed.After(first) {
		first = i.closed
	}
	return oid, max(0, time.Until(first))
}

func (i *InCall) tell(ctx context.Context, oid string) {
	i.mu.Lock()
	on := i.agents[oid].on
	i.agents[oid].telling = true
	i.mu.Unlock()
	what := i.clear
	if on {
		what = i.set
	}
	rctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	err := what(rctx, oid)
	cancel()
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.agents[oid]
	t.telling = false
	now := time.Now()
	e, _ := errors.AsType[*Error](err)
	refused := e != nil && e.Kind == NoConsent
	switch {
	case errors.Is(err, ErrNotShown):
		t.due = time.Time{}
		return
	case refused:
		i.refused(now, err)
		if !t.on { // nothing of ours can stand
			t.setAt, t.due = time.Time{}, time.Time{}
		}
		return
	case on:
		t.setAt = now // also after a failure: Graph may have heard it, and be asked to forget it
	}
	if err == nil {
		i.closed = time.Time{}
	}
	if t.on != on {
		return // changed meanwhile: it is due again
	}
	switch {
	case err != nil:
		t.tries++
		t.due = now.Add(min(inCallRetry<<min(t.tries-1, 4), time.Minute))
		if !on && now.Sub(t.setAt) > BusyFor {
			t.due = time.Time{} // it has run out by itself
		}
		i.log.Debug("presence of an agent not told", "err", err) // the client's health has said why
	case on:
		t.tries, t.due = 0, now.Add(RenewBusy)
	default:
		t.tries, t.setAt, t.due = 0, time.Time{}, time.Time{}
		if !t.cleared.IsZero() { // nothing else was read since the call
			t.cleared = now
		}
	}
}

// refused: the tenant gives no consent. It is said once, not for every agent; the caller holds the lock.
func (i *InCall) refused(now time.Time, err error) {
	if i.closed.IsZero() {
		i.log.Warn("agents who talk are not shown in a call in Teams, for want of a permission; tried again every quarter of an hour", "err", err)
	}
	i.closed = now.Add(consentRetry)
}

// clearAll takes back what is set, two seconds long: the rest runs out by itself.
func (i *InCall) clearAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	i.mu.Lock()
	var set []string
	for id, t := range i.agents {
		if !t.setAt.IsZero() {
			set = append(set, id)
		}
	}
	i.mu.Unlock()
	var all sync.WaitGroup
	few := make(chan struct{}, clearAtOnce)
	for _, id := range set {
		all.Add(1)
		few <- struct{}{}
		inbox.Go(func(p *inbox.Panic) { i.log.Error("presence of an agent not cleared by a fault of our own", "err", p) }, func() {
			defer func() { <-few; all.Done() }()
			if err := i.clear(ctx, id); err != nil {
				i.log.Info("presence of an agent not cleared; it runs out by itself", "err", err)
			}
		})
	}
	all.Wait()
}
