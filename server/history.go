package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cordboard/server/acd"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/ledger"
	"cordboard/session/wire"
)

// lookUp bounds one question of a desk to the ledger.
const lookUp = 2 * time.Second

// history answers the desk from the ledger (desk.History).
type history struct {
	s     *Server
	t     *config.Tenant
	turns turns
}

// turns lets one desk at a time read its day. All desks of a busy hour find their calls in the ledger at the same
// moment, when it has committed; sixty that read together take every processor for 20 ms, and an offer waits for that.
type turns chan struct{}

// between is for others, after each turn.
const between = time.Millisecond

func newTurns() turns { return make(turns, 1) }

func (t turns) take() (done func()) {
	t <- struct{}{}
	return func() { time.AfterFunc(between, func() { <-t }) }
}

// ask runs a question. A ledger that does not answer costs the desk a figure, never a call.
func (h history) ask(what string, f func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookUp)
	defer cancel()
	if err := f(ctx); err != nil && !errors.Is(err, ledger.ErrNoContact) {
		h.s.log.Warn("the ledger did not answer a desk", "tenant", h.t.ID, "code", what, "err", err)
	}
}

func (h history) today() time.Time {
	now := time.Now().In(h.t.Zone())
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

// Today sums an agent's day.
func (h history) Today(t fact.TenantID, a fact.AgentID) (out wire.Today) {
	settled := false
	h.ask("today", func(ctx context.Context) error {
		err := h.s.ledger.Settled(ctx, t)
		settled = err == nil
		return err
	})
	if !settled {
		return out
	}
	defer h.turns.take()()
	h.ask("today", func(ctx context.Context) error {
		d, err := h.s.ledger.Today(ctx, t, a, h.today(), time.Now())
		out = wire.Today{Calls: d.Calls, Talk: d.Talk.Milliseconds(), Handle: d.Handle.Milliseconds(), NotReady: d.NotReady.Milliseconds(), Missed: d.Missed}
		return err
	})
	return out
}

// Last gives an agent's last calls.
func (h history) Last(t fact.TenantID, a fact.AgentID, n int) (out []wire.Row) {
	defer h.turns.take()()
	h.ask("last", func(ctx context.Context) error {
		calls, err := h.s.ledger.Last(ctx, t, a, n)
		for _, c := range calls {
			out = append(out, h.row(c))
		}
		return err
	})
	return out
}

func (h history) row(c ledger.Call) wire.Row {
	k := c.Contact
	r := wire.Row{
		Contact: k.ID, At: c.At, Caller: wire.Caller{Name: k.Name, Number: k.Number, Withheld: k.Withheld}, Queue: h.queueName(k.Queue), Direction: k.Direction,
		Waited: k.WaitedMS, Talk: c.Talk.Milliseconds(), Code: c.Code, End: endWords(k),
	}
	if c.Missed {
		r.End = "missed"
	}
	return r
}

func (h history) queueName(id string) string {
	if q := h.t.Queue(id); q != nil {
		return q.Name
	}
	return id
}

func endWords(k *ledger.Contact) string {
	switch {
	case k.Ended == 0:
		return "open"
	case fact.End(k.End) == fact.Transferred:
		return "transferred"
	case k.EndedBy == "caller":
		return "caller hung up"
	case k.EndedBy == "agent":
		return "you hung up"
	}
	return strings.ReplaceAll(k.End, "_", " ")
}

// Caller says what the ledger knows of a caller: the last contacts before this one, and how many came today.
func (h history) Caller(t fact.TenantID, n fact.Number) (known []wire.Fact, today int) {
	const most = 4
	h.ask("caller", func(ctx context.Context) error {
		last, err := h.s.ledger.CallerLast(ctx, t, n, most)
		if err != nil {
			return err
		}
		since := h.today()
		for _, k := range last {
			if !ledger.When(k.Arrived).Before(since) {
				today++
			}
			if k.Ended != 0 && len(known) < 3 {
				known = append(known, wire.Fact{Label: "Last", Text: h.lastTime(k)})
			}
		}
		if today == most { // there may be more
			today, err = h.s.ledger.CallerToday(ctx, t, n, since)
		}
		return err
	})
	return known, today
}

func (h history) lastTime(k *ledger.Contact) string {
	words := ledger.When(k.Arrived).In(h.t.Zone()).Format("Mon 2 Jan 15:04")
	if k.With != "" {
		return words + "  " + k.With + "  " + fmt.Sprintf("%d:%02d", k.TalkMS/60000, k.TalkMS/1000%60)
	}
	return words + "  " + endWords(k)
}

// Why tells the story of a contact, a step a fact, and its sum.
func (h history) Why(t fact.TenantID, c fact.ContactID) (steps []wire.Step, sum wire.Step) {
	h.ask("why", func(ctx context.Context) error {
		if err := h.s.ledger.Sync(ctx); err != nil {
			return err
		}
		s, err := h.s.ledger.Contact(ctx, t, c)
		if err == nil {
			for _, l := range s.Lines(h.t.Zone()) {
				steps = append(steps, wire.Step{At: l.At, What: l.What, Words: l.Text, Parts: wireParts(l.Said)})
			}
			sum = wire.Step{Words: s.Sum(), Parts: wireParts(s.SumPhrases())}
		}
		return err
	})
	return steps, sum
}

func wireParts(in []ledger.Phrase) []wire.Part {
	out := make([]wire.Part, len(in))
	for i, p := range in {
		out[i] = wire.Part{Key: p.Key, Args: p.Args, Code: p.Code, Before: p.Before, Words: p.Words}
	}
	return out
}

// closeOpen ends, in the ledger, what a server that was killed left open: every contact ends exactly once.
func (s *Server) closeOpen(ctx context.Context, id fact.TenantID, d *acd.Distributor) error {
	open, err := s.ledger.Unfinished(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range open {
		d.Record(fact.Entry{At: time.Now(), Contact: fact.ContactID(c.ID), Fact: fact.Ended{
			End: fact.Broken, By: "system", Reason: "the server had stopped", TalkMS: c.TalkMS, HoldMS: c.HoldMS,
		}})
	}
	if len(open) > 0 {
		s.log.Warn("contacts were open when the server had stopped; they are closed in the ledger", "tenant", id, "calls", len(open))
	}
	return nil
}
