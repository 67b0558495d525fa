package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// endBy ends the contact, once: all legs hang up, whoever was rung or talked is released, and the ledger
// hears how and by whom.
func (c *Call) endBy(end fact.End, by string, code int, reason string) {
	if c.over {
		return
	}
	c.over = true
	if t := c.transfer; t != nil {
		c.transfer = nil
		c.endTransfer(t)
		c.recordMove(t, fact.TakenBack, "the caller hung up", 0, "")
	}
	if c.dialled != nil {
		c.dialled.Stop()
	}
	c.stopAdding("the call is over")
	c.dropReferral()
	if c.group != nil {
		c.endGroup(trunkOver)
	}
	a := c.agent
	if a == nil {
		outcome := fact.Withdrawn
		if by == "caller" {
			outcome = fact.CallerOff
		}
		c.deps.ACD.Tell(routing.Gone{Contact: c.id, Outcome: outcome})
	} else {
		if a.answer != nil { // a telephone that dialled hears why
			c.hangup(a.phone, trunk.Reason{Code: max(code, 480), Text: reason})
		}
		ended := by
		if by == "agent" {
			ended = "you"
		}
		c.release(a, ended, "", by)
		c.agent = nil
	}
	if c.offer != nil { // this goroutine may have ended when the arbiter says so
		c.stopRinging(c.offer.Reservation, fact.CallerOff, "")
	}
	c.dropDesk(trunk.Reason{Code: 487, Text: "the caller hung up"})
	c.insiderOver(by)
	if c.left == nil {
		c.measure("caller", c.leg.voice)
	}
	if c.partner != nil {
		c.measure("expert", c.partner.voice)
		c.hangup(c.partner, trunk.Reason{Text: "the call is over"})
	}
	c.hangup(c.leg, trunk.Reason{Code: 200, Text: "the call is over"})
	if c.left == nil {
		c.record(fact.Ended{End: end, By: by, Code: code, Reason: reason, TalkMS: c.talked.Milliseconds(), HoldMS: c.onHold.Milliseconds()})
	}
	c.ended()
	c.log.Info("call ended", "end", end, "by", by, "code", code)
}

// measure keeps what a leg's sound was like.
func (c *Call) measure(leg string, v media.Leg) {
	if _, console := v.(mateVoice); v == nil || console { // a line's figures are those of all its calls
		return
	}
	s := v.Stats()
	if s.PacketsReceived == 0 && s.PacketsSent == 0 {
		return
	}
	c.record(fact.Measured{
		Leg: leg, Codec: s.Codec.String(), MOS: s.MOS, Worst: s.WorstMOS, Loss: s.LossPercent, JitterMS: float64(s.Jitter) / float64(time.Millisecond), Packets: s.PacketsReceived,
	})
}

// wrapUp is an agent's work after the call.
type wrapUp struct {
	card  Wrap
	began time.Time
}

// release lets an agent go: the line is silent, the card goes, and there is work after it if the queue wants some.
func (c *Call) release(a *agentLeg, ended, to, by string) {
	c.stopTalk(a)
	c.unhold(a)
	if a.waitsLine != nil {
		a.waitsLine.Stop()
	}
	if !a.parked {
		a.line.Hear(nil)
	}
	c.hangPhone(a)
	q, _ := c.deps.Rules.Queue(c.queue)
	work := q.Wrap > 0 && !a.joined.IsZero() && c.direction == fact.In
	if work {
		now := time.Now()
		caller := c.caller
		if c.left != nil {
			caller = *c.left
		}
		w := &wrapUp{began: now, card: Wrap{
			Contact: c.id, Caller: caller, Queue: q.Name, Codes: q.Codes, Note: a.note, Saved: a.noteSaved,
			Ended: ended, To: to, Talk: a.talk, Hold: a.hold, Began: now, Until: now.Add(q.Wrap),
		}}
		c.wraps[a.id] = w
		c.deps.Consoles.Wrap(a.id, c, w.card)
	}
	c.deps.Consoles.CardGone(a.id, c.id)
	c.deps.ACD.Tell(routing.CallOver{Agent: a.id, Contact: c.id, Work: work, By: by})
}

// CodeSet keeps the wrap-up code.
type CodeSet struct {
	Agent fact.AgentID
	Code  string
	Reply Reply
}

func (e CodeSet) apply(c *Call) {
	w := c.wraps[e.Agent]
	if w == nil {
		e.Reply.no("too_late", "call_closed", "This call is closed.")
		return
	}
	if e.Code == "" { // taken back
		w.card.Code = ""
		c.deps.ACD.Tell(routing.Coded{Agent: e.Agent, Contact: c.id})
		yes(e.Reply)
		c.deps.Consoles.Wrap(e.Agent, c, w.card)
		return
	}
	for _, k := range w.card.Codes {
		if k.ID == e.Code {
			w.card.Code = e.Code
			c.deps.ACD.Tell(routing.Coded{Agent: e.Agent, Contact: c.id, On: true})
			yes(e.Reply)
			c.deps.Consoles.Wrap(e.Agent, c, w.card)
			return
		}
	}
	e.Reply.no("unknown", "no_code", "There is no such code.")
}

// AgentIs tells of a new state of an agent who belongs, or belonged, to this contact.
type AgentIs struct{ routing.Changed }

func (e AgentIs) apply(c *Call) {
	if w := c.wraps[e.Agent]; w != nil {
		switch {
		case e.To == fact.Wrapup:
			w.card.Until = e.Until
			if e.Cause == "wrap_more" {
				w.card.Extended++
			}
			c.deps.Consoles.Wrap(e.Agent, c, w.card)
		case e.From == fact.Wrapup && e.To != fact.Wrapup, e.From == fact.Lost && e.Cause == routing.GraceEnds,
			e.Cause == routing.CallEndsBare: // the queue wants no work after its calls any more
			delete(c.wraps, e.Agent)
			if e.By == routing.ByAgent && e.From == fact.Wrapup {
				c.keepUndone(e.Agent, w)
			}
			c.recordOf(e.Agent, fact.Wrapped{
				Code: w.card.Code, WrapMS: time.Since(w.began).Milliseconds(), ByTimer: e.By == routing.ByRule, Extended: w.card.Extended,
			}, nil)
			c.deps.Consoles.WrapGone(e.Agent, c.id)
		}
	}
	if w := c.undone[e.Agent]; w != nil && e.Cause == routing.UndoDone {
		delete(c.undone, e.Agent)
		w.card.Until, w.began = e.Until, time.Now()
		c.wraps[e.Agent] = w
		c.deps.Consoles.Wrap(e.Agent, c, w.card)
	}
	switch {
	case e.To == fact.Lost && e.From != fact.Lost && e.Cause == routing.LosesConsole:
		ConsoleGone{e.Agent}.apply(c)
	case e.From == fact.Lost && e.Cause == routing.ConsoleBack:
		ConsoleBack{e.Agent}.apply(c)
	}
}

// keepUndone keeps finished work for as long as the agent may take it up again.
func (c *Call) keepUndone(id fact.AgentID, w *wrapUp) {
	if c.undone == nil {
		c.undone = map[fact.AgentID]*wrapUp{}
	}
	c.undone[id] = w
	c.after(routing.UndoFor+time.Second, doneForGood{id, w})
}

type doneForGood struct {
	id fact.AgentID
	w  *wrapUp
}

func (e doneForGood) apply(c *Call) {
	if c.undone[e.id] == e.w {
		delete(c.undone, e.id)
	}
}

// Stop ends the call because the server stops. The caller's SBC hears a BYE; work after calls is cut short.
type Stop struct{}

func (Stop) apply(c *Call) {
	c.endBy(fact.Broken, "system", 503, "the server stops")
	clear(c.undone)
	for id, w := range c.wraps {
		delete(c.wraps, id)
		c.recordOf(id, fact.Wrapped{Code: w.card.Code, WrapMS: time.Since(w.began).Milliseconds(), ByTimer: true, Extended: w.card.Extended}, nil)
	}
}
