package ledger

import (
	"cmp"
	"slices"
	"strings"

	"cordboard/server/fact"
)

// apply puts one fact into the tables. What it does depends on the facts before and on nothing else: no
// clock, no chance, so that the same facts always make the same tables.
func (s *shelf) apply(r *record) error {
	e, seq, tenant := &r.entry, r.seq, r.tenant
	p, err := s.position(tenant)
	if err != nil {
		return err
	}
	at := e.At.UnixMicro()
	if e.Fact.Kind() == startedKind {
		return s.started(p, int64(seq), at)
	}
	if e.Fact.Kind() == cutKind {
		return s.cut(p, r, at)
	}
	if a, ok := e.Fact.(fact.AgentState); ok {
		if err := s.agentState(tenant, int64(seq), at, e, a); err != nil {
			return err
		}
	}
	if e.Contact != "" {
		b, err := s.book(tenant, string(e.Contact), at)
		if err != nil {
			return err
		}
		if err := s.applyContact(b, int64(seq), at, p.Died, e); err != nil {
			return err
		}
	}
	if _, state := e.Fact.(fact.AgentState); e.Contact != "" || !state {
		s.keep(r, at)
	}
	if e.N > 0 {
		p.N = int64(e.N)
	}
	p.Seq, p.At = int64(seq), max(at, p.At)
	s.newest = max(s.newest, at)
	return nil
}

// keep puts the fact itself on the contact's record, as it came.
func (s *shelf) keep(r *record, at int64) {
	e := &r.entry
	if e.Fact.Kind() == lostKind {
		s.keepLost(r.tenant, int64(r.seq), at, e)
	}
	s.fresh = append(s.fresh, change{factTable, &factRow{r.tenant, string(e.Contact), int64(r.seq), int64(e.N), at, string(e.Agent),
		e.Fact.Kind(), r.version, r.body, r.personal}})
}

func (s *shelf) applyContact(b *book, seq, at, died int64, e *fact.Entry) error {
	c := b.contact
	c.Facts++
	switch f := e.Fact.(type) {
	case fact.Arrived:
		arrived(c, at, e.Personal, f)
	case fact.Queued:
		b.queued(at, f)
	case fact.Left:
		b.leave(at, string(f.Queue), "left")
		if c.Queue == "" { // it was closed: nobody waited there
			c.Queue = string(f.Queue)
		}
	case fact.Offered:
		b.offered(at, string(e.Agent), f)
	case fact.OfferEnded:
		b.offerEnded(at, string(e.Agent), f)
	case fact.Connected:
		return s.connected(b, at, string(e.Agent), f)
	case fact.Held:
		c.Holds++
		b.hold(at, string(e.Agent))
	case fact.Resumed:
		b.resume(at, string(e.Agent))
	case fact.Moved:
		b.moved(at, e, f)
	case fact.Ended:
		b.ended(at, died, f)
	case fact.Wrapped:
		b.wrapped(string(e.Agent), f)
	case fact.Noted:
		b.noted(at, e, f)
	case fact.Measured:
		if f.MOS > 0 && (c.MOS == 0 || f.MOS < c.MOS) {
			c.MOS = f.MOS
		}
		s.fresh = append(s.fresh, change{legTable, &Leg{c.Tenant, c.ID, seq, at, string(e.Agent), f.Leg, f.Codec, f.MOS, f.Worst, f.Loss, f.JitterMS, int64(f.Packets)}})
	}
	return nil
}

func arrived(c *Contact, at int64, p *fact.Personal, f fact.Arrived) {
	c.Arrived, c.Direction, c.Trunk, c.Peer = at, string(f.Direction), f.Trunk, f.Peer
	c.Called, c.SIPCallID, c.Withheld, c.Internal = string(f.To), f.SIPCallID, f.Withheld, f.Internal
	if p != nil {
		c.Number, c.Name = string(p.Number), p.Name
		if n := len(p.Diverted); n > 0 {
			c.SentOn = cmp.Or(p.Diverted[n-1].Why, "unknown")
		}
	}
	if f.Withheld {
		c.Number = "" // a withheld number is never joined with others
	}
}

func (b *book) queued(at int64, f fact.Queued) {
	c := b.contact
	since := at
	if !f.Since.IsZero() {
		since = f.Since.UnixMicro()
	}
	if v := b.waiting(); v != nil {
		if v.Queue == string(f.Queue) {
			return
		}
		b.leave(at, v.Queue, "moved")
	}
	c.Queue, c.Priority, c.Path = string(f.Queue), f.Priority, strings.Join(f.Path, " > ")
	if f.Head {
		b.endTalks(at, "")
		if v := b.visit(string(f.Queue)); v != nil {
			v.Returns++
			b.touch(visitTable, v)
			return
		}
	}
	if c.Since == 0 {
		c.Since = since
	}
	v := &Visit{Tenant: c.Tenant, Contact: c.ID, No: len(b.visits) + 1, Queue: string(f.Queue), Since: since, How: "waiting"}
	b.visits = append(b.visits, v)
	b.touch(visitTable, v)
}

// waiting gives the visit that goes on, or nil.
func (b *book) waiting() *Visit {
	if n := len(b.visits); n > 0 && b.visits[n-1].How == "waiting" {
		return b.visits[n-1]
	}
	return nil
}

func (b *book) visit(queue string) *Visit {
	for _, v := range slices.Backward(b.visits) {
		if v.Queue == queue {
			return v
		}
	}
	return nil
}

// leave ends the wait in a queue. How it ended first is what counts: a contact that was answered stays answered.
func (b *book) leave(at int64, queue, how string) {
	v := b.waiting()
	if v == nil || queue != "" && v.Queue != queue {
		return
	}
	v.How, v.Left, v.WaitedMS = how, at, max(0, (at-v.Since)/1000)
	b.touch(visitTable, v)
}

func (b *book) offered(at int64, agent string, f fact.Offered) {
	b.contact.Offers++
	o := &Offer{Tenant: b.contact.Tenant, Contact: b.contact.ID, No: len(b.offers) + 1, Reservation: string(f.Reservation),
		Agent: agent, Queue: string(f.Queue), Offered: at, Deadline: micro(f.Deadline), Why: f.Why}
	b.offers = append(b.offers, o)
	b.touch(offerTable, o)
}

func (b *book) offerEnded(at int64, agent string, f fact.OfferEnded) {
	for _, o := range slices.Backward(b.offers) {
		if o.Reservation != string(f.Reservation) {
			continue
		}
		if o.Outcome != "" && (f.Outcome != fact.LineDown || o.Outcome != string(fact.Accepted)) {
			return
		}
		o.Ended, o.Outcome, o.Reason = at, string(f.Outcome), f.Reason
		switch f.Outcome {
		case fact.Missed:
			b.contact.Missed++
		case fact.Declined:
			b.contact.Declined++
		}
		b.touch(offerTable, o)
		return
	}
}
