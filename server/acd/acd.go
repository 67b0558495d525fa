// Package acd is a tenant's arbiter: one goroutine that feeds the routing core in order, carries out what it
// decides, numbers the tenant's facts for the ledger, and tells calls and desks. Whatever ends an offer
// comes here as an event; the first one wins.
package acd

import (
	"log/slog"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/routing"
)

// Ledger keeps facts. Put never blocks.
type Ledger interface{ Put(e fact.Entry) }

// Desk shows the tenant's agents what changes around them. No method blocks.
type Desk interface {
	AgentIs(c routing.Changed, v routing.AgentView)
	Queues(q []QueueNow)
	InLine(id fact.AgentID, place, of int, ahead fact.AgentID)
}

// Options of a distributor.
type Options struct {
	Tenant   fact.TenantID
	Prefix   string // of reservation ids: unique for this start of this node
	Settings routing.Settings
	Level    map[fact.QueueID]time.Duration // a contact answered within this is in time
	Zone     *time.Location                 // of the tenant: its day begins there; nil: the machine's
	First    uint64                         // number of the last fact of the tenant that the ledger has
	Ledger   Ledger
	Desk     Desk
	Log      *slog.Logger
}

// boardEvery is how often at most the state of the queues is told to the desks.
const boardEvery = 300 * time.Millisecond

type event interface{ apply(*Distributor) }

// Distributor is the arbiter of one tenant. It implements call.Distributor.
type Distributor struct {
	o     Options
	inbox *inbox.Inbox[event]
	state *routing.State
	calls map[fact.ContactID]*call.Call
	n     uint64
	timer *time.Timer
	dirty bool
	board *time.Timer
	done  chan struct{}
	over  bool
	line  map[fact.AgentID]place
	tally tally
}

type place struct {
	at, of int
	ahead  fact.AgentID
}

// New starts a distributor. Close ends it.
func New(o Options) *Distributor {
	d := &Distributor{
		o: o, inbox: inbox.New[event](), state: routing.New(o.Prefix, o.Settings),
		calls: map[fact.ContactID]*call.Call{}, done: make(chan struct{}), n: o.First, line: map[fact.AgentID]place{}, tally: newTally(o.Level, o.Zone),
	}
	inbox.Go(func(p *inbox.Panic) {
		o.Log.Error("the distributor stopped by a fault of our own", "tenant", o.Tenant, "err", p, "stack", string(p.Stack))
	}, d.run)
	return d
}

func (d *Distributor) run() {
	defer close(d.done)
	for !d.over {
		<-d.inbox.Ready()
		for _, e := range d.inbox.Take() {
			d.safely(e)
		}
	}
}

// safely applies one event. A fault in one costs that event, not the tenant.
func (d *Distributor) safely(e event) {
	defer func() {
		if v := recover(); v != nil {
			d.o.Log.Error("an event was lost by a fault of our own", "tenant", d.o.Tenant, "err", v)
		}
	}()
	e.apply(d)
}

// Join lets decisions about the call's contact reach it.
func (d *Distributor) Join(c *call.Call) { d.inbox.Put(joined{c}) }

// Leave ends that.
func (d *Distributor) Leave(id fact.ContactID) { d.inbox.Put(left{id}) }

// Tell puts an event for routing.
func (d *Distributor) Tell(what routing.What) { d.inbox.Put(routed{what, nil}) }

// Configure replaces the settings, and within what time a contact is answered in time.
func (d *Distributor) Configure(s routing.Settings, level map[fact.QueueID]time.Duration) {
	d.inbox.Put(asked(func() { d.tally.within = level }))
	d.Tell(routing.Configure{Settings: s})
}

// Ask puts an event for routing and says whether it came in time: late gets nil, or why not. It runs on the
// distributor's goroutine and must not block.
func (d *Distributor) Ask(what routing.What, late func(*routing.TooLate)) {
	if !d.inbox.Put(routed{what, late}) {
		late(&routing.TooLate{Why: "closed"})
	}
}

// Record numbers a fact and puts it into the ledger.
func (d *Distributor) Record(e fact.Entry) { d.inbox.Put(recorded{e}) }

// Age is how long the oldest event has waited.
func (d *Distributor) Age(now time.Time) time.Duration { return d.inbox.Age(now) }

// Agent gives an agent's state to f, on the distributor's goroutine.
func (d *Distributor) Agent(id fact.AgentID, f func(routing.AgentView, bool)) {
	d.inbox.Put(asked(func() { f(d.state.Agent(id)) }))
}

// Call gives the call of a contact to f (nil: none), on the distributor's goroutine.
func (d *Distributor) Call(id fact.ContactID, f func(*call.Call)) {
	d.inbox.Put(asked(func() { f(d.calls[id]) }))
}

// Board gives the queues' state to f, on the distributor's goroutine.
func (d *Distributor) Board(f func([]QueueNow)) {
	d.inbox.Put(asked(func() { f(d.queues()) }))
}

// Close ends the distributor after what has been put before.
func (d *Distributor) Close() {
	d.inbox.Put(asked(func() {
		d.over = true
		d.inbox.Close()
		for _, t := range []*time.Timer{d.timer, d.board} {
			if t != nil {
				t.Stop()
			}
		}
	}))
	<-d.done
}

type asked func()

func (a asked) apply(*Distributor) { a() }

type joined struct{ c *call.Call }

func (e joined) apply(d *Distributor) { d.calls[e.c.ID()] = e.c }

type left struct{ id fact.ContactID }

func (e left) apply(d *Distributor) { delete(d.calls, e.id) }

type recorded struct{ e fact.Entry }

func (r recorded) apply(d *Distributor) {
	d.n++
	r.e.Tenant, r.e.N = d.o.Tenant, d.n
	d.tally.count(r.e)
	d.o.Ledger.Put(r.e)
}

func (d *Distributor) fact(at time.Time, c fact.ContactID, a fact.AgentID, f fact.Fact) {
	recorded{fact.Entry{At: at, Contact: c, Agent: a, Fact: f}}.apply(d)
}

type routed struct {
	what routing.What
	late func(*routing.TooLate)
}

func (e routed) apply(d *Distributor) {
	now := time.Now()
	late := &routing.TooLate{Why: "fault"} // whoever asked is answered, also when a fault of ours comes between
	defer func() {
		if e.late != nil {
			e.late(late)
		}
	}()
	decisions, next := d.state.Step(routing.Event{At: now, What: e.what})
	late = nil
	for _, x := range decisions {
		if l, ok := x.(routing.TooLate); ok {
			late = &l
			continue
		}
		d.carryOut(now, x)
	}
	d.wake(now, next)
	d.boardSoon()
}

// wake keeps exactly one timer for the routing core.
func (d *Distributor) wake(now, next time.Time) {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if !next.IsZero() {
		d.timer = time.AfterFunc(next.Sub(now), func() { d.Tell(routing.Tick{}) })
	}
}

func (d *Distributor) boardSoon() {
	if d.dirty {
		return
	}
	d.dirty = true
	d.board = time.AfterFunc(boardEvery, func() { d.inbox.Put(asked(d.tellBoard)) })
}

func (d *Distributor) tellBoard() {
	d.dirty = false
	d.o.Desk.Queues(d.queues())
	best := map[fact.AgentID]place{}
	var order []fact.AgentID
	d.state.Idle(func(id fact.AgentID, at, of int, ahead fact.AgentID) {
		was, seen := best[id]
		if !seen {
			order = append(order, id)
		}
		if !seen || at < was.at {
			best[id] = place{at, of, ahead}
		}
	})
	for _, id := range order {
		if p := best[id]; d.line[id] != p {
			d.o.Desk.InLine(id, p.at, p.of, p.ahead)
		}
	}
	d.line = best
}
