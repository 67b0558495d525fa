package call

import (
	"errors"
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// mate is a colleague at a console who is asked, or in the group: an agent's line in the shape of a telephone's leg, so that what
// holds for somebody rung by telephone holds for a console too.
type mate struct {
	*agentLeg
	call *Call
	leg  *sipLeg
	over bool
}

// newMate makes the leg of a colleague who takes the offer, at the console or at a telephone of the own.
func (c *Call) newMate(e Connected) (m *mate, up bool) {
	a, up := c.legOf(e)
	m = &mate{call: c, agentLeg: a}
	m.leg = &sipLeg{role: "agent", dialog: m, voice: mateVoice{a.line}, began: time.Now(), rang: true}
	return m, up
}

// mateOf gives the colleague of that id, nil when it is none.
func (c *Call) mateOf(id fact.AgentID) *mate {
	if c.mate != nil && c.mate.id == id {
		return c.mate
	}
	return nil
}

// mateAt gives the colleague of a leg, nil when it is a telephone's.
func (c *Call) mateAt(l *sipLeg) *mate {
	if c.mate != nil && c.mate.leg == l {
		return c.mate
	}
	return nil
}

// asksMate: a colleague has taken the offer to be asked.
func (c *Call) asksMate(e Connected) {
	t := c.transfer
	if t == nil || t.reservation != e.Reservation {
		c.dropDesk(trunk.Reason{Text: "taken back"})
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: routing.ByServer})
		return
	}
	m, up := c.newMate(e)
	c.mate = m
	t.rings = []*rung{{to: t.to, leg: c.mate.leg}}
	switch {
	case m.phone != nil && m.phone.gone: // answered, and hung up at once
		c.mateGoes(m, "peer")
	case up:
		c.mateAnswers(m)
	default:
		m.waitsLine = c.after(c.deps.Rules.LineWait, mateWaited{m})
	}
}

// mateAnswers lets agent and colleague hear each other.
func (c *Call) mateAnswers(m *mate) {
	if m.waitsLine != nil {
		m.waitsLine.Stop()
	}
	m.joined = time.Now()
	c.deps.ACD.Tell(routing.InCall{Agent: m.id, Contact: c.id, Cause: routing.TakesDirect, By: routing.ByServer})
	t := c.transfer
	t.wins(c, t.rings[0])
	c.consulted(t)
}

// mateWaited: the colleague's voice line did not come up.
type mateWaited struct{ m *mate }

func (e mateWaited) apply(c *Call) {
	m := e.m
	if m.over || !m.joined.IsZero() || c.over {
		return
	}
	c.deps.ACD.Tell(routing.InCall{Agent: m.id, Contact: c.id, Cause: routing.MediaFails, By: routing.ByRule})
	c.mateGoes(m, "network")
}

// mateGoes: the colleague hangs up, or is lost for good.
func (c *Call) mateGoes(m *mate, by string) {
	c.letMateGo(m)
	c.legEnded(m.leg, trunk.Ended{By: by})
}

// letMateGo releases a colleague, once.
func (c *Call) letMateGo(m *mate) {
	if m.over {
		return
	}
	m.over = true
	if c.mate == m {
		c.mate = nil
	}
	if m.waitsLine != nil {
		m.waitsLine.Stop()
	}
	if !m.parked {
		m.line.Hear(nil)
	}
	c.hangPhone(m.agentLeg)
	c.deps.Consoles.CardGone(m.id, c.id)
	c.deps.ACD.Tell(routing.CallOver{Agent: m.id, Contact: c.id, By: routing.ByServer})
}

// mateTakes gives the caller to the colleague who was asked.
func (c *Call) mateTakes(m *mate, t *transfer) {
	c.transfer = nil
	c.recordMove(t, fact.Answered, "", 0, "")
	if t.by != nil {
		c.handOver(t.by, t.who.Name)
	}
	c.mateLeads(m)
	if !m.lost {
		media.Join(c.leg.voice, m.line)
	}
	c.show()
}

// mateLeads makes the colleague the agent of the call.
func (c *Call) mateLeads(m *mate) {
	a := m.agentLeg
	c.mate, c.agent, c.back, m.over = nil, a, nil, true
	if !a.lost {
		a.talkingFrom = time.Now()
	}
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.TakesCaller, Queue: c.queue, By: routing.ByAgent})
	c.recordOf(a.id, fact.Connected{Queue: c.queue, WaitedMS: c.waited.Milliseconds()}, nil)
	c.tellStory("story_talking", "talking to {who}", "who", c.deps.Rules.AgentName(a.id))
	c.after(qualityEvery, qualityDue{a})
}

// mateLost: the colleague's console is gone, for now.
func (c *Call) mateLost(m *mate) {
	if m.lost {
		return
	}
	m.lost = true
	name := c.deps.Rules.AgentName(m.id)
	c.tellStory("story_console_gone", "{who}'s console is gone", "who", name)
	if a := c.agent; a != nil {
		c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "mate_lost", Args: map[string]string{"who": name}, Words: name + "'s console is gone; it may come back.", Bad: true})
	}
	c.show()
}

// mateBack: it came back in time, perhaps with another line.
func (c *Call) mateBack(m *mate) {
	m.lost = false
	c.tellStory("story_back", "{who} is back", "who", c.deps.Rules.AgentName(m.id))
	old := m.leg.voice
	if m.phone == nil {
		m.line, _ = c.deps.Lines.Line(m.id)
		m.leg.voice = mateVoice{m.line}
	}
	switch t := c.transfer; {
	case c.group != nil && c.guestOf(m.leg) != nil:
		c.group.mix.Remove(old)
		c.enter(m.leg.voice)
	case m.leg == c.leg:
		c.rehear()
	case t != nil && t.leg == m.leg:
		c.rejoin(t, m.leg)
	}
	c.show()
}

// mateCard draws the call for the colleague: who asks is on the line, the caller stands beside.
func (c *Call) mateCard(m *mate) Card {
	k := Card{
		Contact: c.id, Caller: Caller{Internal: true}, Queue: c.queueName(), Path: c.path, Direction: fact.Direct, Arrived: c.arrived, Answered: m.joined,
		Muted: m.muted, Endpoint: m.at, Note: "", Story: append([]Line(nil), c.story...),
	}
	if a := c.agent; a != nil {
		k.Caller.Name = c.deps.Rules.AgentName(a.id)
	} else if c.left == nil {
		k.Caller = c.caller
	}
	k.Parties = c.mateParties(m)
	return k
}

func (c *Call) mateParties(m *mate) []Party {
	me := Party{ID: string(m.id), Name: c.deps.Rules.AgentName(m.id), Role: "agent", State: "talking", Muted: m.muted}
	var asks *Party
	if a := c.agent; a != nil {
		asks = &Party{ID: string(a.id), Name: c.deps.Rules.AgentName(a.id), Role: "agent", State: "talking", Muted: a.muted}
		if a.lost {
			asks.State = "gone"
		}
	}
	caller := c.lead()
	t := c.transfer
	switch {
	case c.group != nil:
		return c.mateInGroup(me, asks, caller)
	case c.leg == m.leg: // the caller has left
		return together(me, asks)
	case t != nil && t.withCaller && asks != nil:
		me.State, me.Music = "held", true
		asks.Hears, caller.Hears = []string{caller.ID}, []string{asks.ID}
		return []Party{me, *asks, caller}
	}
	caller.State, caller.Music = "held", true
	return append(together(me, asks), caller)
}

// together are two who hear each other.
func together(me Party, other *Party) []Party {
	if other == nil || other.State == "gone" {
		me.Music = true
		if other == nil {
			return []Party{me}
		}
		return []Party{me, *other}
	}
	me.Hears, other.Hears = []string{other.ID}, []string{me.ID}
	return []Party{me, *other}
}

func (c *Call) mateInGroup(me Party, asks *Party, caller Party) []Party {
	all := []Party{me, caller}
	if asks != nil {
		all = append(all, *asks)
	}
	for _, g := range c.group.guests {
		if g.id != me.ID {
			all = append(all, g.party("talking"))
		}
	}
	for i := range all {
		for k := range all {
			if k != i && all[i].State == "talking" && all[k].State == "talking" && !all[k].Muted {
				all[i].Hears = append(all[i].Hears, all[k].ID)
			}
		}
	}
	return all
}

// mateVoice is an agent's line that the call may not close.
type mateVoice struct{ media.Leg }

// Stands gives the line that is heard in its place (media.Leg).
func (v mateVoice) Stands() media.Leg { return v.Leg }

// Close does nothing: the line outlives calls.
func (mateVoice) Close() {}

var errNoSIP = errors.New("a console has no description to exchange")

// Offer is for telephones.
func (mateVoice) Offer() ([]byte, error) { return nil, errNoSIP }

// Answer is for telephones.
func (mateVoice) Answer([]byte) ([]byte, error) { return nil, errNoSIP }

// Accept is for telephones.
func (mateVoice) Accept([]byte) error { return errNoSIP }

// Direction is always both ways.
func (mateVoice) Direction() media.Direction { return media.SendRecv }

// What follows makes a colleague a Dialog. Only Hangup and Probe happen.

// Info is empty: there is no SIP dialog.
func (m *mate) Info() trunk.Info { return trunk.Info{} }

// Sink is for telephones.
func (m *mate) Sink(func(trunk.Event)) {}

// Progress is for telephones.
func (m *mate) Progress(int, []byte) error { return errNoSIP }

// Answer is for telephones.
func (m *mate) Answer([]byte, ...func()) error { return errNoSIP }

// Reject is for telephones.
func (m *mate) Reject(int, string, time.Duration) error { return errNoSIP }

// Hangup lets the colleague go.
func (m *mate) Hangup(trunk.Reason) { m.call.letMateGo(m) }

// Reoffer is for telephones.
func (m *mate) Reoffer([]byte) {}

// AnswerReoffer is for telephones.
func (m *mate) AnswerReoffer([]byte, int) {}

// ReferProgress is for telephones.
func (m *mate) ReferProgress(int, int, string) {}

// Probe: whether a console is there is told by its agent's state.
func (m *mate) Probe() { m.call.Tell(fromDialog{m.leg, trunk.Probed{Alive: true}}) }
