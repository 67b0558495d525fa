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
	s *Server
	t *config.Tenant
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
	h.ask("today", func(ctx context.Context) error {
		if err := h.s.ledger.Settled(ctx, t); err != nil {
			return err
		}
		d, err := h.s.ledger.Today(ctx, t, a, h.today(), time.Now())
		out = wire.Today{Calls: d.Calls, Talk: d.Talk.Milliseconds(), Handle: d.Handle.Milliseconds(), NotReady: d.NotReady.Milliseconds(), Missed: d.Missed}
		return err
	})
	return out
}

// Last gives an agent's last calls.
func (h history) Last(t fact.TenantID, a fact.AgentID, n int) (out []wire.Row) {
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

// CallerToday counts today's contacts of a number.
func (h history) CallerToday(t fact.TenantID, n fact.Number) (out int) {
	h.ask("caller today", func(ctx context.Context) (err error) {
		out, err = h.s.ledger.CallerToday(ctx, t, n, h.today())
		return err
	})
	return out
}

// Known says what the ledger knows of a caller: the last contacts before this one.
func (h history) Known(t fact.TenantID, n fact.Number) (out []wire.Fact) {
	h.ask("known", func(ctx context.Context) error {
		last, err := h.s.ledger.CallerLast(ctx, t, n, 4)
		for _, k := range last {
			if k.Ended == 0 || len(out) == 3 {
				continue
			}
			at := ledger.When(k.Arrived).In(h.t.Zone())
			words := at.Format("Mon 2 Jan 15:04")
			if k.With != "" {
				words += "  " + k.With + "  " + fmt.Sprintf("%d:%02d", k.TalkMS/60000, k.TalkMS/1000%60)
			} else {
				words += "  " + endWords(k)
			}
			out = append(out, wire.Fact{Label: "Last", Text: words})
		}
		return err
	})
	return out
}

// Why tells the story of a contact, a step a fact, and its sum.
func (h history) Why(t fact.TenantID, c fact.ContactID) (steps []wire.Step, sum string) {
	h.ask("why", func(ctx context.Context) error {
		if err := h.s.ledger.Sync(ctx); err != nil {
			return err
		}
		s, err := h.s.ledger.Contact(ctx, t, c)
		if err == nil {
			for _, l := range s.Lines(h.t.Zone()) {
				steps = append(steps, wire.Step{At: l.At, What: l.What, Words: l.Text})
			}
			sum = s.Sum()
		}
		return err
	})
	return steps, sum
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
