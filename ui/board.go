package ui

import (
	"slices"
	"time"

	"cordboard/session/wire"
)

// The sections that panels are drawn from; each has a version, so that a panel is drawn again only when its own changed.
const (
	secMe = iota
	secOffer
	secCall
	secWrap
	secMissed
	secQueues
	secExperts
	secTeam
	secToday
	secLast
	sections
)

// Board is what the desk knows: the server's sections as they stand, cleaned, and what happened last.
type Board struct {
	wire.Board
	Seq  uint64
	Said []Told // newest last, at most 50
	Out  *wire.Refused

	// Skew is what to add to this machine's clock to get the server's.
	Skew time.Duration

	ver     [sections]int
	digits  []wire.Person // experts before the last change of order, for the digit that was pressed just then
	changed time.Time     // when that was
}

// Told is one line of news with its moment.
type Told struct {
	At time.Time
	wire.Said
}

// Open is the board of a fresh welcome; a resumed session keeps the one it has.
func (b Board) Open(w wire.Welcome, now time.Time) Board {
	b.Skew = w.Now.Sub(now)
	if w.Now.IsZero() {
		b.Skew = 0
	}
	if w.Board == nil {
		return b
	}
	b.Board = scrub(*w.Board)
	b.Seq, b.Out = w.Seq, nil
	for i := range b.ver {
		b.ver[i]++
	}
	return b
}

// Apply is the board after one news: sections it carries replace the old ones whole. News already seen change nothing.
func (b Board) Apply(n wire.News) Board {
	if n.Seq != 0 && n.Seq <= b.Seq {
		return b
	}
	b.Seq = max(b.Seq, n.Seq)
	n = scrub(n)
	for _, s := range n.Clear {
		switch s {
		case wire.ClearOffer:
			b.Offer, b.ver[secOffer] = nil, b.ver[secOffer]+1
		case wire.ClearCall:
			b.Call, b.ver[secCall] = nil, b.ver[secCall]+1
		case wire.ClearWrap:
			b.Wrap, b.ver[secWrap] = nil, b.ver[secWrap]+1
		case wire.ClearMissed:
			b.Missed, b.ver[secMissed] = nil, b.ver[secMissed]+1
		}
	}
	if n.Me != nil {
		b.Me, b.ver[secMe] = *n.Me, b.ver[secMe]+1
	}
	set(&b.Offer, n.Offer, &b.ver[secOffer])
	set(&b.Call, n.Call, &b.ver[secCall])
	set(&b.Wrap, n.Wrap, &b.ver[secWrap])
	set(&b.Missed, n.Missed, &b.ver[secMissed])
	if n.Queues != nil {
		b.Queues, b.ver[secQueues] = n.Queues, b.ver[secQueues]+1
	}
	if n.Experts != nil {
		b.setExperts(n.Experts, n.At)
	}
	if n.Team != nil {
		b.Team, b.ver[secTeam] = n.Team, b.ver[secTeam]+1
	}
	if n.Today != nil {
		b.Today, b.ver[secToday] = *n.Today, b.ver[secToday]+1
	}
	if n.Last != nil {
		b.Last, b.ver[secLast] = n.Last, b.ver[secLast]+1
	}
	if set(&b.Graph, n.Graph, &b.ver[secExperts]); n.Graph != nil && n.Graph.State == "none" { // it stands in the title of the experts
		b.Graph = nil
	}
	if n.Said != nil {
		b.Said = append(slices.Clip(b.Said[max(0, len(b.Said)-49):]), Told{n.At, *n.Said})
	}
	if n.Out != nil {
		b.Out = n.Out
	}
	return b
}

func set[T any](section **T, news *T, version *int) {
	if news != nil {
		*section = news
		*version++
	}
}

// setExperts keeps the old list while it answers a digit that is already on its way.
func (b *Board) setExperts(list []wire.Person, at time.Time) {
	moved := false
	for _, p := range list {
		if p.Digit != 0 {
			if old := b.expert(p.Digit); old != nil && old.ID != p.ID {
				moved = true
			}
		}
	}
	if moved {
		b.digits, b.changed = b.Experts, at
	}
	b.Experts, b.ver[secExperts] = list, b.ver[secExperts]+1
}

// expert with that digit, nil when there is none.
func (b *Board) expert(digit int) *wire.Person {
	if i := slices.IndexFunc(b.Experts, func(p wire.Person) bool { return p.Digit == digit }); i >= 0 {
		return &b.Experts[i]
	}
	return nil
}

// meant is the expert whom a digit pressed at that moment (the server's clock) means: for 500 ms after the
// digits changed hands, the one who was on the screen before.
func (b *Board) meant(digit int, at time.Time) *wire.Person {
	if since := at.Sub(b.changed); since >= 0 && since < 500*time.Millisecond {
		if i := slices.IndexFunc(b.digits, func(p wire.Person) bool { return p.Digit == digit }); i >= 0 {
			return &b.digits[i]
		}
	}
	return b.expert(digit)
}

// caller is who the desk is about now: who rings, talks, or just left.
func (b *Board) caller() *wire.Caller {
	switch {
	case b.Call != nil:
		return &b.Call.Caller
	case b.Offer != nil:
		return &b.Offer.Caller
	case b.Wrap != nil:
		return &b.Wrap.Caller
	case b.Missed != nil:
		return &b.Missed.Caller
	}
	return nil
}

// contact the desk is about now.
func (b *Board) contact() string {
	switch {
	case b.Call != nil:
		return b.Call.Contact
	case b.Offer != nil:
		return b.Offer.Contact
	case b.Wrap != nil:
		return b.Wrap.Contact
	}
	return ""
}

// reason with that key or, in --plain, of that name or id.
func (b *Board) reason(key string) *wire.Reason { return reasonNamed(b.Reasons, key) }

func reasonNamed(all []wire.Reason, key string) *wire.Reason {
	for i := range all {
		if r := &all[i]; r.Key == key || equalFold(r.ID, key) || equalFold(r.Name, key) {
			return r
		}
	}
	return nil
}
