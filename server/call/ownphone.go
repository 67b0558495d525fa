package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/trunk"
)

// DialFrom begins a call that an agent dials on the own telephone, in a goroutine of its own. It is that agent's call as if the console had
// dialled: the tenant's rules say whether and how it goes out, and what the called sees.
func DialFrom(d Deps, agent fact.AgentID, from Dialog) *Call {
	info := from.Info()
	to := Target{Kind: "number", Name: info.To, Number: fact.Number(info.To)}
	c := newCall(d, fact.Out, time.Now())
	c.caller = Caller{Name: to.Name, Number: to.Number}
	c.log = c.log.With("agent", agent, "sip_call_id", info.CallID)
	refuse := func(no *No) {
		if no != nil {
			from.Reject(403, no.Words, 0)
		}
	}
	inbox.Go(c.panicked, func() { c.run(dials{agent: agent, to: to, reply: refuse, from: from}) })
	return c
}

// ownLeg makes the leg of an agent whose own telephone has dialled; nil when its voice cannot be understood.
func (c *Call) ownLeg(id fact.AgentID, from Dialog) *agentLeg {
	leg, answer := c.ownVoice("own", from)
	if leg == nil {
		return nil
	}
	return &agentLeg{id: id, line: leg.voice, phone: leg, at: fact.AtSIP, answer: answer}
}

// answerOwn answers the agent's telephone when whom it called has answered.
func (c *Call) answerOwn(a *agentLeg) {
	if a.answer == nil {
		return
	}
	sdp := a.answer
	a.answer = nil
	if err := a.phone.dialog.Answer(sdp); err != nil {
		c.log.Info("the telephone that dialled is gone", "err", err)
	}
}

// ringsOwn rings the agent's own telephone first when the console has dialled and calls ring there. It reports whether that is so; the call goes
// out when the telephone is answered.
func (c *Call) ringsOwn(e dialGranted) bool {
	if e.at == fact.AtConsole || e.from != nil || c.deps.Rules.Telephone == nil {
		return false
	}
	tel, ok := c.deps.Rules.Telephone(e.agent, e.at)
	var leg *sipLeg
	if ok {
		leg = c.dialDesk("own", tel, c.deps.Rules.RingFor)
	}
	c.agent = &agentLeg{id: e.agent, at: e.at}
	if leg == nil {
		c.agent.line, _ = c.deps.Lines.Line(e.agent)
		e.reply.no("not_now", "telephone_gone", "Your telephone is not there. Look whether it is on and registered, or let calls ring at the console.")
		c.endBy(fact.Refused, "system", 480, "the agent's telephone")
		return true
	}
	c.agent.line, c.agent.phone, c.own = leg.voice, leg, &e
	c.tellStory("story_own_first", "ringing {who}'s telephone first", "who", c.deps.Rules.AgentName(e.agent))
	yes(e.reply)
	e.reply = nil
	return true
}

// fromOwn takes news of the telephone that is rung before an own call goes out; it reports whether the leg is that one.
func (c *Call) fromOwn(l *sipLeg, e trunk.Event) bool {
	if c.own == nil || l != c.phoneLeg() || l == nil {
		return false
	}
	switch v := e.(type) {
	case trunk.Answered:
		g := *c.own
		c.own = nil
		if err := l.voice.Accept(v.SDP); err != nil {
			c.log.Warn("the answer of an agent's telephone could not be used", "err", err)
			c.endBy(fact.Unanswered, "agent", 488, "no common media")
			return true
		}
		c.goesOut(g)
	case trunk.Rejected:
		l.gone = true
		c.endBy(fact.Unanswered, "agent", v.Code, "the agent's telephone: "+rejectedWhy(v.Code))
	case trunk.Unreachable:
		l.gone = true
		c.log.Warn("an agent's telephone could not be reached", "err", v.Err)
		c.endBy(fact.Unanswered, "agent", 480, "the agent's telephone cannot be reached")
	case trunk.Ringing:
	default:
		return false
	}
	return true
}
