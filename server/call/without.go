package call

import (
	"slices"
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// lead draws who is on the caller's leg: the caller, or who stands there since the caller has left.
func (c *Call) lead() Party {
	if c.instead != nil {
		return *c.instead
	}
	return Party{ID: "caller", Name: c.caller.Name, Role: "caller", State: "talking"}
}

// goOn lets those who are left talk on when the caller hangs up: agent and who is asked, as a direct call; in a group those of whom
// one is ours and one from outside. It reports false when nobody stays.
func (c *Call) goOn(v trunk.Ended) bool {
	t, g := c.transfer, c.group
	switch {
	case c.left != nil || c.direction == fact.Out:
		return false
	case t != nil && t.consult && t.leg != nil && t.by != nil && !t.by.lost:
		c.closeContact(v)
		c.direct(t)
		return true
	case g != nil:
		out := slices.IndexFunc(g.guests, func(x *guest) bool { return !x.ours() })
		if out < 0 || c.agent == nil && !slices.ContainsFunc(g.guests, (*guest).ours) {
			return false
		}
		old := c.leg.voice
		c.closeContact(v)
		g.mix.Remove(old)
		c.promote(g.guests[out])
		return true
	}
	return false
}

// closeContact ends the contact in the ledger while the call goes on among those who are left.
func (c *Call) closeContact(v trunk.Ended) {
	left := c.caller
	c.left = &left
	c.insiderOver("caller")
	end := fact.Completed
	if a := c.agent; a == nil {
		end = fact.Transferred
	} else if !a.talkingFrom.IsZero() {
		c.stopTalk(a)
		a.talkingFrom = time.Now()
	}
	c.measure("caller", c.leg.voice)
	c.hangup(c.leg, trunkOver)
	c.record(fact.Ended{End: end, By: "caller", Code: v.Code, Reason: v.Text, TalkMS: c.talked.Milliseconds(), HoldMS: c.onHold.Milliseconds()})
	c.ended()
	c.tellStory("story_caller_off", "the caller hung up; the others go on")
	c.log.Info("caller left, the others go on")
}

// direct makes a call of agent and who was asked.
func (c *Call) direct(t *transfer) {
	c.transfer = nil
	c.recordMove(t, fact.TakenBack, "the caller hung up", 0, "")
	c.takesLead(t.who, t.leg)
	a := t.by
	c.onlySecond(a)
	a.with(c.leg.voice)
	if a.talkingFrom.IsZero() {
		a.talkingFrom = time.Now()
	}
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.TakesDirect, By: routing.ByServer})
	c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "caller_left_direct", Args: map[string]string{"who": t.who.Name}, Words: "The caller hung up. You and " + t.who.Name + " talk on."})
	c.show()
}

// takesLead puts somebody where the caller was.
func (c *Call) takesLead(to Target, l *sipLeg) {
	c.leg = l
	c.caller = Caller{Name: to.Name, Number: to.Number}
	role := "expert"
	if to.Kind == "number" || to.Kind == Help {
		role = "guest"
	}
	c.instead = &Party{ID: partyID(to), Name: to.Name, Role: role, State: "talking"}
}

// promote puts a guest where the caller was; the group goes on.
func (c *Call) promote(g *guest) {
	r := c.group
	r.guests = slices.DeleteFunc(r.guests, func(x *guest) bool { return x == g })
	c.takesLead(g.to, g.leg)
	a := c.agent
	if a == nil {
		c.onlyPartner()
		return
	}
	c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "caller_left_group", Words: "The caller hung up. The others go on."})
	if len(r.guests) == 0 {
		c.endGroup(trunkOver)
		c.backToTwo(a)
		return
	}
	c.show()
}
