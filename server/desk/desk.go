// Package desk is the consoles' side of the server: it lets persons in by their token and role, keeps one
// seat for each, with everything that their screen shows, carries their commands to calls and the arbiter, and
// the news back. A seat outlives connections: a console that comes back finds it.
package desk

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"cordboard/server/acd"
	"cordboard/server/call"
	"cordboard/server/entra"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// Validator checks an access token (server/entra).
type Validator interface {
	Validate(ctx context.Context, raw string) (entra.Identity, error)
}

// Line is an agent's voice line, as the desk needs it: it hands descriptions through.
type Line interface {
	Offer(console, sdp string) (answer string, err error)
	LastHeard() time.Time
}

// Tenant is what the desk must know of a tenant. Rules are replaced whole.
type Tenant struct {
	ID        fact.TenantID
	Name      string
	ACD       *acd.Distributor
	Roster    *people.Roster
	Presences *people.Presences
	Rules     Rules
	// Index finds whoever can be chosen, the company's directory included; made of the roster alone when nil or of another.
	Index  *people.Index
	Record *people.Record // how experts answered before; may be nil
	Zone   *time.Location // of the tenant's hours; nil: the machine's
	// Line gives the agent's line, and makes it if there is none.
	Line func(id fact.AgentID) Line
	// CloseLine ends it.
	CloseLine func(id fact.AgentID)
	// Dial begins an agent's own call.
	Dial func(id fact.AgentID, at fact.Endpoint, to call.Target, r call.Reply)
	// Fresh reads one person's presence again, 400 ms at most; nil when there is no Graph.
	Fresh func(ctx context.Context, p *people.Person) (people.Reading, bool)
	// OnScreen is told whom somebody looks at, when that changes; nil when there is no Graph.
	OnScreen func(who []*people.Person)
	History  History
	// Chat makes Teams chat as an agent of the agent's access token and object id; nil when there is no Graph.
	Chat func(token, oid string) (Chatter, error)
	// ChatBy is whose Chat it is, to compare: by another, chats are made anew.
	ChatBy any
}

// Rules of a tenant for the desk.
type Rules struct {
	Reasons     []wire.Reason // not ready
	Queues      []QueueRule
	ShowAs      []wire.ShownNumber // the tenant's numbers that may be shown
	PresenceOld time.Duration      // older than this is never shown as available
	Target      string             // service level in words
	Emergency   []string           // numbers, as dialled
	Helps       bool               // calls to them are placed
	ICE         []wire.ICEServer
}

// QueueRule is a queue as agents see it.
type QueueRule struct {
	ID       fact.QueueID
	Name     string
	Target   string
	More     int
	Coded    bool           // the work after a call ends only with a code
	Skills   map[string]int // that its calls ask for, with the least level
	ShowAs   string         // what its agents show when they call out; empty: the tenant's first
	Declines []wire.Reason  // why an offer may be declined; none: Rules.Reasons
	OnePress bool           // hanging up needs no second press
}

// History answers from the ledger. It may take time; the desk asks beside its loops.
type History interface {
	Last(t fact.TenantID, a fact.AgentID, n int) []wire.Row
	Today(t fact.TenantID, a fact.AgentID) wire.Today
	// Caller gives what is known of a number, and how many of today's contacts came from it.
	Caller(t fact.TenantID, n fact.Number) (known []wire.Fact, today int)
	Why(t fact.TenantID, c fact.ContactID) (steps []wire.Step, sum wire.Step)
}

// Options of a desk.
type Options struct {
	Validator Validator
	Bindings  *people.Bindings
	Program   string // "cordboard 0.1.0"
	Draining  func() bool
	Log       *slog.Logger
}

// Desk is all seats of all tenants. It implements call.Consoles and acd.Desk for each tenant by Of.
type Desk struct {
	o       Options
	mu      sync.Mutex
	tenants map[fact.TenantID]*room
}

// room is a tenant's seats.
type room struct {
	desk    *Desk
	mu      sync.Mutex
	t       *Tenant
	seats   map[fact.AgentID]*seat
	board   []wire.Queue
	graph   *wire.Graph // nil: none, or nothing is known of it yet
	mates   map[fact.AgentID]wire.Mate
	outs    map[fact.AgentID]time.Time // when people were put out: tokens from before are not taken
	teamDue bool                       // a change of the team is to be told
	looks   map[*seat][]fact.AgentID   // whom each console shows
	looked  []fact.AgentID             // as last told
	lookDue bool                       // a change is to be told
}

// New makes a desk without tenants.
func New(o Options) *Desk {
	if o.Draining == nil {
		o.Draining = func() bool { return false }
	}
	return &Desk{o: o, tenants: map[fact.TenantID]*room{}}
}

// Close ends every session, when the server stops: the consoles' connections, which the HTTP server has handed over
// and does not close, and what each seat keeps going.
func (d *Desk) Close() {
	d.mu.Lock()
	rooms := slices.Collect(maps.Values(d.tenants))
	d.mu.Unlock()
	for _, r := range rooms {
		r.mu.Lock()
		seats := r.all()
		r.mu.Unlock()
		for _, s := range seats {
			s.tell(serverStops{})
		}
	}
}

// Room gives what calls and the arbiter of a tenant talk to. Its Tenant is given by Set before the first
// console comes.
func (d *Desk) Room(id fact.TenantID) *Room {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.tenants[id]
	if r == nil {
		r = &room{desk: d, seats: map[fact.AgentID]*seat{}, mates: map[fact.AgentID]wire.Mate{}, outs: map[fact.AgentID]time.Time{}, looks: map[*seat][]fact.AgentID{}}
		d.tenants[id] = r
	}
	return &Room{r}
}

// Room is one tenant's part of the desk.
type Room struct{ r *room }

// Set gives, or replaces, what the desk knows of the tenant.
func (r *Room) Set(t Tenant) {
	if t.Index == nil || t.Index.Roster() != t.Roster {
		t.Index = people.NewIndex(t.Roster, nil)
	}
	r.r.mu.Lock()
	r.r.t, r.r.looked = &t, nil // a new source of presence has heard nothing yet
	r.r.lookSoon()
	seats := r.r.all()
	r.r.mu.Unlock()
	for _, s := range seats {
		s.tell(rulesChanged{})
	}
}

func (d *Desk) room(id fact.TenantID) *room {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tenants[id]
}

func (r *room) tenant() *Tenant {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.t
}

func (r *room) all() []*seat {
	out := make([]*seat, 0, len(r.seats))
	for _, s := range r.seats {
		out = append(out, s)
	}
	return out
}

func (r *room) seat(id fact.AgentID) *seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seats[id]
}

// tell puts an event to an agent's seat, if there is one.
func (r *room) tell(id fact.AgentID, e event) {
	if s := r.seat(id); s != nil {
		s.tell(e)
	}
}

// Out puts a person out at once. It reports whether the person was in.
func (r *Room) Out(id fact.AgentID, why string) bool {
	r.r.mu.Lock()
	r.r.outs[id] = time.Now()
	r.r.mu.Unlock()
	s := r.r.seat(id)
	if s != nil {
		s.tell(putOut{wire.Refused{Code: "out", Key: "door_put_out", Words: why}})
	}
	return s != nil
}

// In gives who is in, in order of their names.
func (r *Room) In() []wire.Mate {
	r.r.mu.Lock()
	defer r.r.mu.Unlock()
	var out []wire.Mate
	for id := range r.r.seats {
		m, ok := r.r.mates[id]
		if !ok {
			m = wire.Mate{ID: string(id), Name: string(id), State: wire.NotReady}
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b wire.Mate) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out
}

// States counts who is at work, with a console or without, by state.
func (r *Room) States() map[wire.State]int {
	r.r.mu.Lock()
	defer r.r.mu.Unlock()
	out := map[wire.State]int{}
	for _, m := range r.r.mates {
		if m.State != wire.Offline {
			out[m.State]++
		}
	}
	return out
}

// putOut reports whether a token was issued before its person was put out.
func (r *room) putOut(id fact.AgentID, issued time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.outs[id]
	return ok && !issued.After(at)
}

// Signed gives how many persons are in.
func (r *Room) Signed() int {
	r.r.mu.Lock()
	defer r.r.mu.Unlock()
	return len(r.r.seats)
}

// What calls tell (call.Consoles).

// Offer rings.
func (r *Room) Offer(to fact.AgentID, c *call.Call, o call.Offer) { r.r.tell(to, offered{c, o}) }

// OfferGone stops the ringing.
func (r *Room) OfferGone(to fact.AgentID, o call.OfferGone) { r.r.tell(to, offerGone{o}) }

// Card shows the call.
func (r *Room) Card(to fact.AgentID, c *call.Call, k call.Card) { r.r.tell(to, carded{c, k}) }

// CardGone takes it away.
func (r *Room) CardGone(to fact.AgentID, id fact.ContactID) { r.r.tell(to, cardGone{id}) }

// Wrap shows the work after a call.
func (r *Room) Wrap(to fact.AgentID, c *call.Call, w call.Wrap) { r.r.tell(to, wrapped{c, w}) }

// WrapGone takes it away.
func (r *Room) WrapGone(to fact.AgentID, id fact.ContactID) { r.r.tell(to, wrapGone{id}) }

// Say tells one line.
func (r *Room) Say(to fact.AgentID, s call.Said) {
	r.r.tell(to, said{wire.Said{Kind: s.Kind, Key: s.Key, Args: s.Args, Words: s.Words, Bad: s.Bad}})
}

// queueNamed gives what the desk knows of the queue that agents read by this name; empty when there is none.
func (t *Tenant) queueNamed(name string) QueueRule {
	for _, q := range t.Rules.Queues {
		if q.Name == name {
			return q
		}
	}
	return QueueRule{}
}
