package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
)

// Ask rings somebody while the caller hears music: the agent asks first, then hands on, joins, or comes back.
type Ask struct {
	Agent fact.AgentID
	To    Target
	Reply Reply
}

func (e Ask) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	e.To = c.help(e.To)
	switch {
	case a == nil:
		return
	case c.left != nil:
		e.Reply.no("not_now", "caller_off", "The caller has hung up.")
		return
	case a.joined.IsZero() || c.handsOn() || c.transfer != nil || c.group != nil || len(c.adding) > 0:
		e.Reply.no("not_now", "not_while_asked", "Not while somebody else is being rung or asked.")
		return
	case e.To.Kind == "queue":
		e.Reply.no("not_now", "ask_whom", "A queue cannot be asked; hand the call on instead.")
		return
	}
	now := time.Now()
	t := &transfer{id: fact.TransferID(fact.NewID(now)), by: a, to: e.To, consult: true, state: "starting", since: now, until: now.Add(c.ringsFor(e.To))}
	if e.To.Kind != "agent" && !c.ring(t, e.Reply) {
		return
	}
	c.transfer, c.back = t, nil
	c.unhold(a)
	c.pause(a)
	a.line.Hear(c.deps.Media.Ringback())
	c.recordMove(t, fact.Started, "", 0, "")
	c.tellStory("story_asking", "asking {who}", "who", e.To.Name)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Consults, By: routing.ByAgent})
	if e.To.Kind == "agent" {
		c.reserve(t)
	}
	yes(e.Reply)
	c.show()
}

// consulted: who is asked has answered; agent and expert hear each other.
func (c *Call) consulted(t *transfer) {
	t.state, t.since, t.until = "answered", time.Now(), time.Time{}
	c.tellStory("story_asked_answers", "{who} answers; the caller hears music", "who", t.who.Name)
	c.answerSecond(t.by)
	if t.completes || !t.consult { // whoever asked has handed on, or hung up, meanwhile
		c.handToPartner(t)
		return
	}
	if t.by != nil && !t.by.lost {
		t.by.with(t.leg.voice)
	} else {
		t.leg.voice.Hear(c.deps.Media.Music(c.queue))
	}
	c.show()
}

// asked gives the consult whose other side is on the line, or answers no.
func (c *Call) asked(id fact.AgentID, r Reply) *transfer {
	if c.mine(id, r) == nil {
		return nil
	}
	if t := c.transfer; t != nil && t.consult && t.state == "answered" {
		return t
	}
	r.no("not_now", "nobody_asked", "Nobody who was asked is on the line.")
	return nil
}

// Swap exchanges whom the agent talks with: the caller, or who is asked.
type Swap struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Swap) apply(c *Call) {
	t := c.asked(e.Agent, e.Reply)
	if t == nil {
		return
	}
	t.withCaller = !t.withCaller
	if t.withCaller {
		c.talk(t.by)
		t.leg.voice.Hear(c.deps.Media.Music(c.queue))
	} else {
		c.stopTalk(t.by)
		c.leg.voice.Hear(c.deps.Media.Music(c.queue))
		t.by.with(t.leg.voice)
	}
	yes(e.Reply)
	c.show()
}

// Complete hands the caller to who was asked, and lets the agent go. In a group the agent leaves and the others go on.
type Complete struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Complete) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil && c.pressed(m.leg, takeKey) { // who asked is lost, and this one takes the caller
		yes(e.Reply)
		return
	}
	if c.group != nil {
		Leave(e).apply(c)
		return
	}
	t := c.asked(e.Agent, e.Reply)
	if t == nil {
		return
	}
	yes(e.Reply)
	c.handToPartner(t)
}

// Drop lets who was asked go; the caller is back with the agent.
type Drop struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Drop) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	switch {
	case a == nil:
	case c.group != nil:
		c.stopAdding("taken back")
		for _, g := range c.group.guests {
			c.recordParty(g, fact.PartyRemoved, "", 0)
		}
		c.endGroup(trunkOver)
		c.backToTwo(a)
		yes(e.Reply)
	case c.transfer != nil && c.transfer.consult:
		c.takeBack()
		yes(e.Reply)
	default:
		e.Reply.no("not_now", "asking_nobody", "Nobody is being asked.")
	}
}
