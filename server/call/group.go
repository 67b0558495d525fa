package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Mix is a room in which everybody hears everybody else, as server/media gives it.
type Mix interface {
	Add(l media.Leg)
	Remove(l media.Leg)
	Source(l media.Leg) media.Source
	Close()
}

// group is a call of three: caller, agent, and who was asked.
type group struct {
	mix Mix
	leg *sipLeg
	to  Target
	id  fact.TransferID
}

var trunkOver = trunk.Reason{Code: 200, Text: "the call is over"}

// Join lets caller, agent and who was asked hear each other.
type Join struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Join) apply(c *Call) {
	t := c.asked(e.Agent, e.Reply)
	if t == nil {
		return
	}
	a := t.by
	g := &group{mix: c.deps.Media.NewMix(), leg: t.leg, to: t.to, id: t.id}
	all := []media.Leg{c.leg.voice, a.line, t.leg.voice}
	for _, l := range all {
		g.mix.Add(l)
	}
	for _, l := range all {
		l.Hear(g.mix.Source(l))
	}
	c.group, c.transfer = g, nil
	if a.talkingFrom.IsZero() {
		a.talkingFrom = time.Now()
	}
	c.recordMove(t, fact.Answered, "joined", 0, "")
	c.tellStory("group call with " + t.to.Name)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Joins, By: routing.ByAgent})
	yes(e.Reply)
	c.show()
}

// endGroup ends the room; the guest's leg hangs up unless it has already gone.
func (c *Call) endGroup(why trunk.Reason) {
	g := c.group
	c.group = nil
	g.mix.Close()
	c.measure("expert", g.leg.voice)
	c.hangup(g.leg, why)
}

// backToTwo leaves caller and agent alone with each other.
func (c *Call) backToTwo(a *agentLeg) {
	c.stopTalk(a)
	if a.lost {
		c.pause(a)
	} else {
		c.talk(a)
	}
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.ConsultOver, By: routing.ByServer})
	c.show()
}

// leaveGroup lets the agent go; caller and guest talk on.
func (c *Call) leaveGroup(id fact.AgentID, r Reply) {
	a := c.mine(id, r)
	if a == nil {
		return
	}
	g := c.group
	c.group = nil
	g.mix.Close()
	media.Join(c.leg.voice, g.leg.voice)
	c.partner, c.partnerTo = g.leg, g.to
	c.tellStory(c.deps.Rules.AgentName(a.id) + " left; " + g.to.Name + " and the caller go on")
	yes(r)
	c.handOver(a, g.to.Name)
	c.agent = nil
}

// guestLeft: the guest of a group hung up.
func (c *Call) guestLeft() {
	g := c.group
	c.tellStory(g.to.Name + " left")
	c.endGroup(trunkOver)
	if a := c.agent; a != nil {
		c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "guest_left", Args: map[string]string{"who": g.to.Name}, Words: g.to.Name + " left. You and the caller hear each other."})
		c.backToTwo(a)
	}
}
