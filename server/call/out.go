package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Dial begins a call of an agent to a number, in a goroutine of its own. When the agent's calls ring at a telephone of the own, that is rung first.
func Dial(d Deps, agent fact.AgentID, at fact.Endpoint, to Target, r Reply) *Call {
	c := newCall(d, fact.Out, time.Now())
	c.caller = Caller{Name: to.Name, Number: to.Number}
	inbox.Go(c.panicked, func() { c.run(dials{agent: agent, at: at, to: to, reply: r}) })
	return c
}

type dials struct {
	agent fact.AgentID
	at    fact.Endpoint // where the agent's calls ring
	to    Target
	reply Reply
	from  Dialog // the agent's own telephone has dialled; nil: the console
}

func (e dials) apply(c *Call) {
	c.leg = &sipLeg{role: "caller", gone: true}
	e.to = c.help(e.to)
	if to, ok := c.insideTo(e); ok {
		c.callsInside(e, to)
		return
	}
	c.deps.ACD.Ask(routing.Dial{Agent: e.agent, Contact: c.id, Emergency: e.to.Kind == Help}, func(late *routing.TooLate) {
		if g := (dialGranted{e, late == nil}); !c.Tell(g) {
			g.tooLate(c)
		}
	})
}

// dialGranted: the arbiter has said whether the agent may dial now.
type dialGranted struct {
	dials
	ok bool
}

// tooLate: the call has ended meanwhile; the agent must not stay bound to it.
func (e dialGranted) tooLate(c *Call) {
	e.reply.no("not_now", "not_placed", "The call could not be placed.")
	if e.ok {
		c.deps.ACD.Tell(routing.CallOver{Agent: e.agent, Contact: c.id, By: routing.ByServer})
	}
}

func (e dialGranted) apply(c *Call) {
	if c.over {
		e.tooLate(c)
		return
	}
	if !e.ok && (e.from == nil || e.to.Kind != Help) { // a telephone gets help also when nobody is signed in
		e.reply.no("not_now", "dial_when", "You can call out when you are ready or not ready, not in a call.")
		c.over = true
		return
	}
	if c.ringsOwn(e) {
		return
	}
	if e.from != nil {
		if c.agent = c.ownLeg(e.agent, e.from); c.agent == nil {
			c.deps.ACD.Tell(routing.CallOver{Agent: e.agent, Contact: c.id, By: routing.ByServer})
			c.over = true
			return
		}
	} else {
		line, _ := c.deps.Lines.Line(e.agent)
		c.agent = &agentLeg{id: e.agent, line: line}
	}
	c.goesOut(e)
}

// goesOut places the call.
func (c *Call) goesOut(e dialGranted) {
	full, via, ok := c.wayTo(e.to)
	c.caller.Number, c.trunk = full, via
	c.recordOf(e.agent, fact.Arrived{Direction: fact.Out, Trunk: via, To: e.to.ShowAs}, &fact.Personal{Number: full, Name: e.to.Name})
	if !ok {
		e.reply.no("not_allowed", "number_forbidden", "This number may not be dialled.")
		c.endBy(fact.Refused, "system", 403, "not allowed")
		return
	}
	one, no := c.dial(string(c.id), e.to, Caller{}) // the called must not see their own number
	if no != nil {
		e.reply.refuse(no)
		c.endBy(fact.Refused, "system", 503, "could not be dialled")
		return
	}
	c.leg = one.leg
	c.leg.role = "caller"
	c.dialled = c.after(c.ringsFor(e.to), dialOut{})
	c.agent.line.Hear(c.deps.Media.Ringback())
	c.tellStory("story_calling", "calling {who}", "who", e.to.Name)
	yes(e.reply)
	c.show()
}

// dialAnswered: who was called has answered.
func (c *Call) dialAnswered(sdp []byte) {
	if err := c.leg.voice.Accept(sdp); err != nil {
		c.log.Warn("the answer to an outgoing call could not be used", "err", err)
		c.hangup(c.leg, trunk.Reason{Code: 488, Text: "not acceptable here"})
		c.endBy(fact.Broken, "system", 488, "no common media")
		return
	}
	a := c.agent
	c.dialled.Stop()
	c.answerOwn(a)
	a.joined = time.Now()
	if a.lost {
		c.pause(a)
	} else {
		c.talk(a)
	}
	c.recordOf(a.id, fact.Connected{}, nil)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.DialAnswered, By: routing.ByServer})
	c.tellStory("story_answered", "answered")
	c.show()
	c.after(qualityEvery, qualityDue{a})
}

// dialFailed: who was called did not answer.
func (c *Call) dialFailed(why string, code int) {
	a := c.agent
	words := map[string]string{"busy": "The line is busy.", "declined": "The call was declined.", "no_answer": "Nobody answered.", "no_number": "This number does not exist."}[why]
	if words == "" {
		words = "The call could not be placed."
	}
	if a != nil {
		c.deps.Consoles.Say(a.id, Said{Kind: "state", Key: "dial_" + why, Words: words, Bad: true})
	}
	c.endBy(fact.Unanswered, "called", code, why)
}

// dialOut: nobody answers an outgoing call.
type dialOut struct{}

func (dialOut) apply(c *Call) {
	if !c.over && c.agent != nil && c.agent.joined.IsZero() {
		c.dialFailed("no_answer", 0)
	}
}
