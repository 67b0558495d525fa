package call

import (
	"errors"
	"net/netip"
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Telephone is where an agent's own telephone is rung: one of Number, Phone and Target is set.
type Telephone struct {
	Trunk  string
	Number fact.Number // of a Teams user
	Phone  string      // registers at the trunk by this name
	Target string      // a SIP URI, used as it is
	Source netip.Addr  // where its voice may come from beside what it describes; not valid: nowhere else
}

// deskRing is an agent's own telephone that rings for an offer.
type deskRing struct {
	reservation fact.ReservationID
	agent       fact.AgentID
	at          fact.Endpoint
	number      fact.Number
	leg         *sipLeg
	asked       bool // it was answered, and the arbiter asked whether in time
}

// ringDesk rings the agent's own telephone for an offer. When it will not take the call the arbiter hears why, and the caller keeps the place.
func (c *Call) ringDesk(e routing.Offer, o Offer) {
	d := &deskRing{reservation: e.Reservation, agent: e.Agent, at: e.Endpoint}
	no := func(why string) {
		c.deps.ACD.Tell(routing.Unanswered{Reservation: d.reservation, Agent: d.agent, Why: why})
	}
	tel, ok := c.deps.Rules.Telephone(e.Agent, e.Endpoint)
	if !ok {
		c.log.Error("an agent has no such telephone", "agent", e.Agent, "endpoint", string(e.Endpoint))
		no("unreachable")
		return
	}
	d.number = tel.Number
	if d.leg = c.dialDesk("desk/"+string(e.Reservation), tel, time.Until(e.Deadline)); d.leg == nil {
		no("unreachable")
		return
	}
	c.desk = d
}

// dialDesk calls an agent's own telephone for this caller; nil when there is no voice for it.
func (c *Call) dialDesk(id string, tel Telephone, ring time.Duration) *sipLeg {
	rules := c.deps.Rules
	opts := rules.voice(string(c.id)+"/"+id, tel.Trunk)
	opts.Peer = tel.Source
	voice, err := c.deps.Media.NewVoice(opts)
	if err != nil {
		c.log.Error("no voice for an agent's telephone", "err", err)
		return nil
	}
	sdp, err := voice.Offer()
	if err != nil {
		voice.Close()
		c.log.Error("no offer for an agent's telephone", "err", err)
		return nil
	}
	leg := &sipLeg{role: "agent", voice: voice, began: time.Now()}
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	show, assert := rules.CallerID(c.caller.Number, c.called)
	if tel.Number == "" && c.caller.Number != "" { // a telephone of the house: who calls, not what the world may see
		show = c.caller.Number
	}
	leg.dialog = c.deps.Dialer.Dial(trunk.Outgoing{
		Trunk: tel.Trunk, To: string(tel.Number), Phone: tel.Phone, Target: tel.Target, From: string(show), Asserted: string(assert), FromName: c.caller.Name,
		SDP: sdp, RingFor: ring + time.Second, // the offer's own deadline comes first
	}, func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	return leg
}

// fromDesk takes news of a telephone that rings for an offer; it reports whether the leg is that one.
func (c *Call) fromDesk(l *sipLeg, e trunk.Event) bool {
	d := c.desk
	if d == nil || d.leg != l {
		return false
	}
	switch v := e.(type) {
	case trunk.Ringing:
		l.rang = l.rang || v.Code == 180
	case trunk.Answered:
		c.deskAnswered(d, v.SDP)
	case trunk.Rejected:
		l.gone = true
		c.log.Info("an agent's telephone did not take the call", "agent", d.agent, "code", v.Code)
		c.deskOut(d, rejectedWhy(v.Code), trunk.Reason{})
	case trunk.Unreachable:
		l.gone = true
		c.log.Warn("an agent's telephone could not be reached", "agent", d.agent, "err", v.Err)
		why := "unreachable"
		if errors.Is(v.Err, trunk.ErrNotRegistered) {
			why = "not_registered"
		}
		c.deskOut(d, why, trunk.Reason{})
	case trunk.Ended:
		l.gone = true
		switch {
		case d.asked: // the arbiter's answer is on its way
		case l.key != nil:
			c.deskOut(d, "voicemail", trunk.Reason{})
		default:
			c.deskOut(d, "unreachable", trunk.Reason{})
		}
	default:
		return false
	}
	return true
}

// deskOut: the telephone will not take the offer.
func (c *Call) deskOut(d *deskRing, why string, bye trunk.Reason) {
	c.desk = nil
	c.hangup(d.leg, bye)
	c.tellStory("story_telephone", "{who}'s telephone: {why}", "who", c.deps.Rules.AgentName(d.agent), "why", why)
	c.deps.ACD.Tell(routing.Unanswered{Reservation: d.reservation, Agent: d.agent, Why: why})
}

// deskAnswered: somebody, or something, has picked up.
func (c *Call) deskAnswered(d *deskRing, sdp []byte) {
	if err := d.leg.voice.Accept(sdp); err != nil {
		c.log.Warn("the answer of an agent's telephone could not be used", "agent", d.agent, "err", err)
		c.deskOut(d, "unreachable", trunk.Reason{Code: 488, Text: "not acceptable here"})
		return
	}
	if d.at != fact.AtTeams || !c.doubts(d.leg, Target{Kind: "agent", ID: string(d.agent), Number: d.number}) {
		c.deskTakes(d)
		return
	}
	c.tellStory("story_teams_key", "{who}'s Teams answered; a key is asked for", "who", c.deps.Rules.AgentName(d.agent))
	c.confirm(d.leg, func() { c.deskTakes(d) }, func() { c.deskOut(d, "voicemail", voicemailReason) })
}

// deskTakes asks the arbiter whether the answer was in time.
func (c *Call) deskTakes(d *deskRing) {
	d.asked = true
	d.leg.voice.Hear(nil)
	c.deps.ACD.Ask(routing.Accept{Reservation: d.reservation, Agent: d.agent}, func(late *routing.TooLate) {
		if late != nil {
			c.Tell(deskTooLate{d})
		}
	})
}

// deskTooLate: the offer had ended before its telephone was answered.
type deskTooLate struct{ d *deskRing }

func (e deskTooLate) apply(c *Call) {
	if c.desk == e.d {
		c.dropDesk(elsewhere)
	}
}

// dropDesk lets the telephone of an offer stop.
func (c *Call) dropDesk(why trunk.Reason) {
	if d := c.desk; d != nil {
		c.desk = nil
		c.hangup(d.leg, why)
	}
}

// deskOver: an offer has ended; its telephone stops unless it is the one that took it.
func (c *Call) deskOver(r fact.ReservationID, o fact.Outcome) {
	if c.desk == nil || c.desk.reservation != r || o == fact.Accepted {
		return
	}
	why := trunk.Reason{Code: 480, Text: "no answer"}
	switch o {
	case fact.CallerOff:
		why = trunk.Reason{Code: 487, Text: "the caller hung up"}
	case fact.Declined:
		why = trunk.Reason{Code: 603, Text: "declined at the console"}
	case fact.Withdrawn:
		why = trunk.Reason{Code: 200, Text: "Call completed elsewhere"}
	}
	c.dropDesk(why)
}

// legOf makes the leg of an agent to whom routing gives the contact: the own telephone that answered, or the console's line.
func (c *Call) legOf(e Connected) (a *agentLeg, up bool) {
	d := c.desk
	c.desk = nil
	switch {
	case d != nil && d.reservation == e.Reservation && d.asked:
		return &agentLeg{id: e.Agent, line: d.leg.voice, phone: d.leg, at: d.at, reservation: e.Reservation}, true
	case d != nil: // the console was faster
		c.hangup(d.leg, elsewhere)
	}
	line, up := c.deps.Lines.Line(e.Agent)
	return &agentLeg{id: e.Agent, line: line, reservation: e.Reservation}, up
}

// hangPhone ends an agent's own telephone's part of the call.
func (c *Call) hangPhone(a *agentLeg) {
	l := a.phone
	if l == nil {
		return
	}
	if !l.gone {
		c.measure("agent", l.voice)
	}
	stays := l // which line hangs up by itself
	if a.referAt != nil {
		stays = a.referAt
	}
	if s := a.second; s != nil && a.leaves && stays == s.leg && !s.leg.gone {
		a.second = nil
		c.standAside(s.leg)
	}
	c.dropSecond(a, 480, "the call is over")
	if a.leaves && !l.gone && stays == l {
		c.standAside(l)
		return
	}
	c.hangup(l, trunkOver)
}

// phoneLeg is the own telephone of the agent who has the caller, nil when there is none.
func (c *Call) phoneLeg() *sipLeg {
	if c.agent == nil {
		return nil
	}
	return c.agent.phone
}

// phoneEnded: the agent's own telephone is out of the call. A BYE is the agent's wish; anything else must not cost the caller.
func (c *Call) phoneEnded(a *agentLeg, v trunk.Ended) {
	if v.By != "peer" {
		words := says("story_telephone_lost", "{who}'s telephone was lost", "who", c.deps.Rules.AgentName(a.id))
		c.hangPhone(a)
		c.deps.ACD.Tell(routing.CallOver{Agent: a.id, Contact: c.id, By: routing.ByServer})
		c.lostAgent(a, words)
		return
	}
	t := c.transfer
	switch {
	case c.handsOn(): // whom it named is still rung
		r := c.refer
		r.agent, c.agent = nil, nil
		c.release(a, "transferred", r.to.Name, "agent")
	case c.group != nil && c.livesWithout(a):
		c.leaves(a)
	case t == nil:
		end := fact.Completed
		if a.joined.IsZero() {
			end = fact.Unanswered
		}
		c.endBy(end, "agent", v.Code, v.Text)
	case t.from != nil:
		c.moved(t)
	case t.consult && t.leg != nil: // who was asked takes the caller
		c.handToPartner(t)
	default: // the transfer goes on without its agent
		c.ringsOn(t)
		t.consult, t.by, c.agent = false, nil, nil
		c.release(a, "transferred", t.to.Name, "agent")
	}
}

// ringsOn lets the caller hear how a transfer rings that the agent had begun by asking first.
func (c *Call) ringsOn(t *transfer) {
	if len(t.rings) == 1 && t.rings[0].leg.early {
		c.leg.voice.Hear(media.From(t.rings[0].leg.voice))
		return
	}
	c.leg.voice.Hear(c.deps.Media.Ringback())
}

// phoneHolds follows the hold key of the agent's own telephone.
func (c *Call) phoneHolds(a *agentLeg) {
	d := a.phone.voice.Direction()
	away := d == media.SendOnly || d == media.Inactive
	if away == a.away {
		return
	}
	a.away = away
	if a.second != nil {
		c.linesTurn(a)
		return
	}
	switch {
	case c.group != nil:
		c.quiet(a.line)
		c.show()
	case c.transfer != nil || c.refer != nil || a.joined.IsZero():
	case away && !a.held:
		c.hold(a)
		a.byPhone = true
	case !away && a.held && a.byPhone:
		c.resume(a)
	}
}

// holdsAgain keeps the caller on hold who comes back to an agent whose telephone still holds.
func (c *Call) holdsAgain(a *agentLeg) {
	if a.away && !a.held && !a.lost {
		c.hold(a)
		a.byPhone = true
	}
}

// with lets the agent and somebody hear each other. A console mutes at the source; for a telephone it is done here.
func (a *agentLeg) with(x media.Leg) {
	media.Join(x, a.line)
	if a.phone != nil && a.muted {
		x.Hear(nil)
	}
}

// phoneMuted puts the mute key of the desk into force at a telephone.
func (c *Call) phoneMuted(a *agentLeg) {
	t := c.transfer
	switch {
	case a.phone == nil:
	case c.group != nil:
		c.quiet(a.line)
	case t != nil && t.consult && t.leg != nil && !t.withCaller:
		a.with(t.leg.voice)
	case !a.talkingFrom.IsZero():
		a.with(c.leg.voice)
	}
}

// phoneMoves lets another telephone of the agent take the place of the one in the call (a Teams user who goes on at another device).
func (c *Call) phoneMoves(l *sipLeg) {
	a, t := c.agent, c.transfer
	if c.group != nil {
		c.group.mix.Remove(a.line)
		c.enter(l.voice)
	}
	a.phone, a.line, a.away = l, l.voice, false
	switch {
	case c.group != nil:
		c.quiet(a.line)
	case t != nil && t.consult && t.leg != nil && !t.withCaller:
		a.with(t.leg.voice)
	case t != nil && t.consult && t.leg == nil:
		a.line.Hear(c.deps.Media.Ringback())
	case a.held && a.byPhone:
		c.resume(a)
	case !a.talkingFrom.IsZero():
		a.with(c.leg.voice)
	}
}
