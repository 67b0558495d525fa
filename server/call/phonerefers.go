package call

import (
	"cordboard/server/fact"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// handsOn reports whether the agent's own telephone is handing the caller on by a call that the other side's words are used for.
func (c *Call) handsOn() bool {
	return c.refer != nil && c.refer.agent != nil && c.refer.agent == c.agent
}

// phoneRefers: the agent hands the caller on by the transfer key of the own telephone. A number, a queue or a colleague is what the desk's key
// does; whom Teams names in its own words is rung by these.
func (c *Call) phoneRefers(a *agentLeg, v trunk.Referred, answer func(int)) {
	if a.ofOtherLine(a.phone, v.Replaces) {
		c.phoneJoins(a, a.phone, v)
		return
	}
	if c.refer != nil || c.transfer != nil || c.group != nil || len(c.adding) > 0 || c.left != nil || c.over || a.joined.IsZero() || a.refer != nil {
		c.log.Info("a transfer at an agent's telephone was refused: not now", "agent", a.id, "to", hostOf(v.URI))
		answer(603)
		return
	}
	to, known := c.referTarget(a, userOf(v.URI))
	switch {
	case a.at == fact.AtTeams && (!known || to.Kind == "number" || to.Kind == Help) && c.mayRefer(to):
		c.phoneHandsOn(a, v, to, answer)
		return
	case !known || v.Replaces != "": // names a call that is none of the telephone's here
		c.log.Info("a transfer at an agent's telephone was refused", "agent", a.id, "to", hostOf(v.URI), "replaces", v.Replaces != "")
		c.tellStory("story_to_nobody", "{who}'s telephone wanted to hand the caller on to nobody we know", "who", c.deps.Rules.AgentName(a.id))
		answer(603)
		return
	}
	id := v.RequestID
	a.refer, a.referAt = &id, nil
	Transfer{Agent: a.id, To: to, Reply: func(no *No) {
		if no != nil {
			c.tellPhone(a, 603)
		}
	}}.apply(c)
	if t := c.transfer; t != nil && t.from != nil { // a queue has the caller at once
		a.leaves = c.tellPhone(a, 200)
	}
}

// referTarget is whom the user part of a telephone's transfer means.
func (c *Call) referTarget(a *agentLeg, user string) (Target, bool) {
	r, via := c.deps.Rules, a.phone.dialog.Info().Trunk
	if user == "" {
		return Target{Kind: "person", Name: "a colleague"}, false
	}
	if help := c.help(Target{Kind: "number", Name: user, Number: fact.Number(user)}); help.Kind == Help {
		return help, true
	}
	if r.Extension != nil {
		if to, ok := r.Extension(via, user); ok {
			return to, to.ID != string(a.id)
		}
	}
	if to, ok := r.Number(via, fact.Number(user)); ok && (to.Kind == "queue" || to.Kind == "agent") {
		name := r.AgentName(fact.AgentID(to.ID))
		if q, is := r.Queue(fact.QueueID(to.ID)); is && to.Kind == "queue" {
			name = q.Name
		}
		return Target{Kind: to.Kind, ID: to.ID, Name: name}, true
	}
	full, _, ok := r.TrunkFor(fact.Number(user))
	return Target{Kind: "number", Name: string(full), Number: full}, ok
}

// mayRefer reports whether somebody whom Teams names may be rung: a person without a number, or a number that may be dialled.
func (c *Call) mayRefer(to Target) bool {
	if to.Kind != "number" {
		return true
	}
	_, _, ok := c.deps.Rules.TrunkFor(to.Number)
	return ok
}

// phoneHandsOn rings whom the agent's Teams client named.
func (c *Call) phoneHandsOn(a *agentLeg, v trunk.Referred, to Target, answer func(int)) {
	if c.ringReferred(a.phone, v, to, answer) == nil {
		return
	}
	c.unhold(a)
	c.stopTalk(a)
	c.leg.voice.Hear(c.deps.Media.Ringback())
	a.line.Hear(nil)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Transfers, By: routing.ByAgent})
	c.show()
}

// backFrom: nobody took the caller whom the agent handed on by the own telephone.
func (c *Call) backFrom(r *referral, why string, code int) {
	c.returnTo(r.agent, false)
	if why != "taken_back" {
		c.back = &Back{To: r.to.Name, ID: r.to.ID, Code: code, Why: why, At: r.leg.began}
		c.deps.Consoles.Say(r.agent.id, Said{
			Kind: "state", Key: "back_" + why, Args: map[string]string{"who": r.to.Name}, Words: backWords(r.to.Name, why) + " The caller is back with you.", Bad: true,
		})
	}
	c.show()
}

// tellPhone tells an agent's own telephone how the transfer that it asked for has ended. It reports whether one had asked; that one hangs up by
// itself when it went well.
func (c *Call) tellPhone(a *agentLeg, code int) bool {
	if a == nil || a.refer == nil {
		return false
	}
	id, l := *a.refer, a.referAt
	a.refer = nil
	if l == nil {
		l = a.phone
	}
	if code != 200 {
		a.referAt = nil
	}
	if !l.gone {
		l.dialog.ReferProgress(id, code, "")
	}
	return true
}
