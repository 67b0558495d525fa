package call

import (
	"slices"
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
	Mute(l media.Leg, on bool)
	Source(l media.Leg) media.Source
	Close()
}

// group is a call of three or more: the caller, the agent unless gone, and guests.
type group struct {
	mix    Mix
	guests []*guest
	muted  map[media.Leg]bool // by the agent
}

// guest is somebody in a group call, or on the way into it.
type guest struct {
	id    string
	to    Target
	leg   *sipLeg
	away  bool // has put us on hold: what that telephone plays is not for the others
	timer *time.Timer
	move  fact.TransferID // of the consult it began as
	asked bool            // answered, and asked for a key
}

// ours says whether a guest belongs to the company; a number does not, nor does who helps.
func (g *guest) ours() bool { return g.to.Kind != "number" && g.to.Kind != Help }

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
	c.transfer = nil
	c.recordMove(t, fact.Answered, "joined", 0, "")
	c.tellStory("story_group", "group call with {who}", "who", t.who.Name)
	c.seat(&guest{id: partyID(t.who), to: t.who, leg: t.leg, move: t.id})
	yes(e.Reply)
	c.show()
}

// partyID names somebody in the call.
func partyID(to Target) string {
	if to.ID != "" {
		return to.ID
	}
	return string(to.Number)
}

// seat lets somebody into the room; with the first guest there is one.
func (c *Call) seat(g *guest) {
	if c.group == nil {
		c.group = &group{mix: c.deps.Media.NewMix(), muted: map[media.Leg]bool{}}
		c.enter(c.leg.voice)
		if p := c.partner; p != nil { // the agent has left already
			c.group.guests = append(c.group.guests, &guest{id: partyID(c.partnerTo), to: c.partnerTo, leg: p})
			c.partner = nil
			c.enter(p.voice)
		}
		if a := c.agent; a != nil {
			c.enter(a.line)
			c.phoneMuted(a)
			if a.talkingFrom.IsZero() {
				a.talkingFrom = time.Now()
			}
			c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Joins, By: routing.ByAgent})
		}
	}
	c.group.guests = append(c.group.guests, g)
	c.enter(g.leg.voice)
	if m := c.mateAt(g.leg); m != nil {
		c.deps.ACD.Tell(routing.InCall{Agent: m.id, Contact: c.id, Cause: routing.Joins, By: routing.ByAgent})
	}
}

func (c *Call) enter(l media.Leg) {
	c.group.mix.Add(l)
	l.Hear(c.group.mix.Source(l))
}

// guestOf gives the guest of a leg, on the way or in the room.
func (c *Call) guestOf(l *sipLeg) *guest {
	if i := slices.IndexFunc(c.adding, func(g *guest) bool { return g.leg == l }); i >= 0 {
		return c.adding[i]
	}
	if c.group != nil {
		if i := slices.IndexFunc(c.group.guests, func(g *guest) bool { return g.leg == l }); i >= 0 {
			return c.group.guests[i]
		}
	}
	return nil
}

// endGroup ends the room; the guests hang up unless they have already gone.
func (c *Call) endGroup(why trunk.Reason) {
	g := c.group
	c.group = nil
	g.mix.Close()
	for _, x := range g.guests {
		c.measure("expert", x.leg.voice)
		c.hangup(x.leg, why)
	}
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
	c.holdsAgain(a)
	c.show()
}

// Leave lets the agent go; the others go on.
type Leave struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Leave) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	switch {
	case a == nil:
		return
	case c.group == nil:
		e.Reply.no("not_now", "no_group", "There is no group call.")
		return
	case !c.livesWithout(a):
		e.Reply.no("not_allowed", "nobody_left", "Nobody of ours would be left in the call. Let the others go, or hang up for all.")
		return
	}
	yes(e.Reply)
	c.leaves(a)
}

// leaves lets the agent go out of the room.
func (c *Call) leaves(a *agentLeg) {
	c.tellStory("story_agent_left", "{who} left; the others go on", "who", c.deps.Rules.AgentName(a.id))
	to := c.group.names()
	c.withoutAgent(a)
	c.handOver(a, to)
}

// names of the guests.
func (g *group) names() string {
	out := ""
	for i, x := range g.guests {
		switch {
		case i == 0:
		case i == len(g.guests)-1:
			out += " and "
		default:
			out += ", "
		}
		out += x.to.Name
	}
	return out
}

// livesWithout says whether the group goes on when the agent is gone: one of ours and one from outside remain. One guest alone
// has the caller then, as after a transfer.
func (c *Call) livesWithout(a *agentLeg) bool {
	return len(c.group.guests) == 1 || slices.ContainsFunc(c.group.guests, (*guest).ours)
}

// withoutAgent takes the agent out of the room; caller and guests go on.
func (c *Call) withoutAgent(a *agentLeg) {
	c.stopAdding("the agent left")
	c.group.mix.Remove(a.line)
	a.line.Hear(nil)
	for _, g := range c.group.guests {
		c.recordParty(g, fact.PartyStays, "", 0)
	}
	c.agent = nil
	if m := c.mate; m != nil { // a colleague has the caller now, at a console
		c.group.guests = slices.DeleteFunc(c.group.guests, func(g *guest) bool { return g.leg == m.leg })
		c.mateLeads(m)
		if len(c.group.guests) == 0 {
			c.endGroup(trunkOver)
			c.backToTwo(m.agentLeg)
			return
		}
		c.show()
		return
	}
	c.onlyPartner()
}

// onlyPartner makes the last guest the caller's partner when no agent is there.
func (c *Call) onlyPartner() {
	if len(c.group.guests) != 1 {
		return
	}
	g := c.group.guests[0]
	c.group.mix.Close()
	c.group = nil
	c.partner, c.partnerTo = g.leg, g.to
	c.withPartner()
}

// guestGone takes a guest out of the room.
func (c *Call) guestGone(g *guest, stage fact.PartyStage) {
	r := c.group
	r.guests = slices.DeleteFunc(r.guests, func(x *guest) bool { return x == g })
	r.mix.Remove(g.leg.voice)
	c.measure("expert", g.leg.voice)
	c.hangup(g.leg, trunkOver)
	c.recordParty(g, stage, "", 0)
	if stage == fact.PartyRemoved {
		c.tellStory("story_guest_removed", "{who} was let go", "who", g.to.Name)
	} else {
		c.tellStory("story_guest_left", "{who} left", "who", g.to.Name)
	}
	a := c.agent
	switch {
	case len(r.guests) == 0 && a != nil:
		c.endGroup(trunkOver)
		if stage == fact.PartyLeft {
			c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "guest_left", Args: map[string]string{"who": g.to.Name}, Words: g.to.Name + " left. You and the caller hear each other."})
		}
		c.backToTwo(a)
		return
	case len(r.guests) == 0:
		c.endBy(fact.Transferred, g.to.Kind, 0, "")
		return
	case a == nil && len(r.guests) > 1 && !slices.ContainsFunc(r.guests, (*guest).ours):
		c.endBy(fact.Transferred, g.to.Kind, 0, "nobody of ours was left")
		return
	case a == nil:
		c.onlyPartner()
		return
	}
	if stage == fact.PartyLeft {
		c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "guest_gone", Args: map[string]string{"who": g.to.Name}, Words: g.to.Name + " left the group call."})
	}
	c.show()
}
