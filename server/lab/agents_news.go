package lab

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"cordboard/session/wire"
)

// beReady asks for calls, once there is a line to hear them by.
func (g *agent) beReady(ctx context.Context) {
	if !g.lineUp && !g.all.o.NoLine {
		return
	}
	if g.state == wire.NotReady || g.state == wire.MissedCall || g.state == "" {
		g.do(ctx, wire.Command{Do: wire.DoReady})
	}
}

// news keeps up with the desk, and does what an agent does next.
func (g *agent) news(ctx context.Context, n *wire.News) {
	cleared := func(s wire.Section) bool { return slices.Contains(n.Clear, s) }
	if cleared(wire.ClearOffer) && g.offer != nil {
		g.event(AgentEvent{Event: "cleared", Contact: g.offer.Contact, Reservation: g.offer.Reservation})
		g.offer = nil
		g.answerAt.Stop()
	}
	if n.Offer != nil {
		g.offered(ctx, n.Offer)
	}
	if cleared(wire.ClearCall) && g.call != nil {
		g.callEnded()
	}
	if n.Call != nil {
		g.called(n.Call)
	}
	if cleared(wire.ClearWrap) {
		g.wrap = nil
		g.doneAt.Stop()
	}
	if n.Wrap != nil {
		g.wrapping(ctx, n.Wrap)
	}
	if g.line != nil {
		g.line.attend(g.offer != nil || g.call != nil)
	}
	if n.Me != nil && n.Me.State != g.state {
		g.state = n.Me.State
		g.event(AgentEvent{Event: "state", State: string(g.state)})
		switch g.state {
		case wire.Ready:
			g.all.up(g.user)
		case wire.NotReady, wire.MissedCall:
			g.beReady(ctx)
		}
	}
}

func (g *agent) offered(ctx context.Context, o *wire.Offer) {
	if g.offer != nil && g.offer.Reservation == o.Reservation {
		return
	}
	g.offer = o
	g.offers++
	g.event(AgentEvent{Event: "offer", Contact: o.Contact, Reservation: o.Reservation, Caller: o.Caller.Number, Queue: o.Queue})
	if m := g.all.o.Miss; m > 0 && g.offers%m == 0 {
		return
	}
	if g.all.o.AnswerAfter == 0 {
		g.answer(ctx)
		return
	}
	g.answerAt.Reset(g.all.o.AnswerAfter + rand.N(g.all.o.Hesitate+1))
}

func (g *agent) answer(ctx context.Context) {
	if g.offer == nil {
		return
	}
	if g.line != nil {
		g.line.begin()
	}
	g.event(AgentEvent{Event: "answer", Contact: g.offer.Contact, Reservation: g.offer.Reservation})
	g.do(ctx, wire.Command{Do: wire.DoAnswer, Reservation: g.offer.Reservation, Contact: g.offer.Contact})
}

func (g *agent) called(c *wire.Call) {
	began := g.call == nil || g.call.Contact != c.Contact
	g.call = c
	if !began {
		return
	}
	g.event(AgentEvent{Event: "call", Contact: c.Contact, Caller: c.Caller.Number, Queue: c.Queue})
	if g.line != nil {
		g.line.talk(true)
	}
	if g.all.o.Talk > 0 {
		g.hangAt.Reset(g.all.o.Talk)
	}
	g.pingAt.Reset(g.pingEvery())
}

// endCall is the end of talking: the caller is handed on or hung up.
func (g *agent) endCall(ctx context.Context) {
	if g.call == nil {
		return
	}
	c := wire.Command{Do: wire.DoHangup, Contact: g.call.Contact}
	if to := g.all.o.Transfer; to != nil {
		c.Do, c.To, c.Anyway = wire.DoTransfer, to, true
		if verb := g.all.o.HandOn; verb != "" {
			c.Do = verb
		}
		g.event(AgentEvent{Event: "transfer", Contact: g.call.Contact})
	}
	g.do(ctx, c)
}

func (g *agent) callEnded() {
	contact := g.call.Contact
	g.call = nil
	g.hangAt.Stop()
	if g.line != nil {
		g.line.talk(false)
		e := g.line.sum()
		e.Contact = contact
		g.event(e)
	}
}

func (g *agent) wrapping(ctx context.Context, w *wire.Wrap) {
	if g.wrap != nil && g.wrap.Contact == w.Contact {
		g.wrap = w
		return
	}
	if g.call != nil { // the call went without being cleared by name
		g.callEnded()
	}
	g.wrap = w
	g.event(AgentEvent{Event: "wrap", Contact: w.Contact, Words: w.Words})
	if g.all.o.Wrap == 0 {
		g.finish(ctx)
	} else if g.all.o.Wrap > 0 {
		g.doneAt.Reset(g.all.o.Wrap)
	}
}

// finish ends wrap-up with the first code.
func (g *agent) finish(ctx context.Context) {
	if g.wrap == nil {
		return
	}
	if len(g.wrap.Codes) > 0 && g.wrap.Code == "" {
		g.do(ctx, wire.Command{Do: wire.DoCode, Contact: g.wrap.Contact, Code: g.wrap.Codes[0].ID})
	}
	g.do(ctx, wire.Command{Do: wire.DoDone, Contact: g.wrap.Contact})
}

func (g *agent) replied(_ context.Context, r *wire.Reply) {
	s, ok := g.sent[r.ID]
	if !ok {
		return
	}
	delete(g.sent, r.ID)
	if s.verb == wire.DoAnswer || !r.OK {
		e := AgentEvent{Event: "reply", Code: string(s.verb), TookNs: int64(time.Since(s.at)), Words: r.Words}
		if !r.OK {
			e.Code += ":" + r.Code
		}
		g.event(e)
	}
}
