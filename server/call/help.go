package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/routing"
)

// Help is the kind of a Target that is an emergency number: no rule of the tenant's numbers holds for it.
const Help = "emergency"

// helpRings is how long an emergency call rings.
const helpRings = 3 * time.Minute

// help makes a number that is an emergency number a call for help, by whichever road it was dialled.
func (c *Call) help(to Target) Target {
	if to.Kind == "number" && c.deps.Rules.Emergency != nil {
		if via, _ := c.deps.Rules.Emergency(to.Number); via != "" {
			to.Kind = Help
		}
	}
	return to
}

// ringsFor is how long a target rings at most.
func (c *Call) ringsFor(to Target) time.Duration {
	if to.Kind == Help {
		return helpRings
	}
	return c.deps.Rules.RingFor
}

// Parked: the agent of this call, which belongs to no queue, calls for help. Who is on the line waits on hold.
type Parked struct{ Agent fact.AgentID }

func (e Parked) apply(c *Call) {
	a, m := c.agent, c.mateOf(e.Agent)
	switch {
	case m != nil && !c.over: // only asked: no caller waits for this one
		m.parked = true
		c.mateGoes(m, "peer")
	case a == nil || a.id != e.Agent || c.over:
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: routing.ByServer})
	case a.joined.IsZero(): // nobody is on the line yet
		a.parked = true
		c.endBy(fact.Unanswered, "agent", 0, "an emergency call came first")
	case c.group != nil: // the others go on with each other
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: routing.ByServer})
		GraceOver{Agent: e.Agent, Help: true}.apply(c)
	default:
		c.park(a)
	}
}

// park puts the caller on hold. The agent's line belongs to the call for help already and is not touched.
func (c *Call) park(a *agentLeg) {
	c.stopAdding("an emergency call came first")
	if c.transfer != nil {
		c.dropTransfer(fact.TakenBack, "an emergency call came first")
	}
	c.stopTalk(a)
	a.parked = true
	if !a.held {
		a.held, a.heldSince = true, time.Now()
		c.recordOf(a.id, fact.Held{By: "agent"}, nil)
	}
	c.leg.voice.Hear(c.deps.Media.Music(c.queue))
	c.tellStory("story_help", "{who} places an emergency call; on hold", "who", c.deps.Rules.AgentName(a.id))
}

// Unparked: the call for help is over, and who waited on hold is the agent's again.
type Unparked struct {
	Agent fact.AgentID
	Lost  bool // the agent's console is away
}

func (e Unparked) apply(c *Call) {
	a := c.agent
	if a == nil || a.id != e.Agent || c.over {
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: routing.ByServer})
		return
	}
	a.parked, a.lost = false, e.Lost
	c.renewLine(a)
	a.line.Hear(nil)
	c.tellStory("story_back", "{who} is back", "who", c.deps.Rules.AgentName(a.id))
	who := c.lead().Name
	c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "still_held", Args: map[string]string{"who": who}, Words: who + " is still on hold."})
	c.show()
}
