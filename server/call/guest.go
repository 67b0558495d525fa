package call

import (
	"slices"
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// maxGuests is how many may be in a group call beside caller and agent, or on the way into it.
const maxGuests = 8

// Add rings one more for the call. The others go on with each other meanwhile; who answers is heard by all.
type Add struct {
	Agent fact.AgentID
	To    Target
	Reply Reply
}

func (e Add) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	e.To = c.help(e.To)
	switch {
	case a == nil:
		return
	case c.left != nil:
		e.Reply.no("not_now", "caller_off", "The caller has hung up.")
		return
	case a.joined.IsZero() || a.held || c.transfer != nil || c.handsOn():
		e.Reply.no("not_now", "not_while_held", "Not while the caller is on hold, or somebody is being rung or asked.")
		return
	case e.To.Kind != "expert" && e.To.Kind != "number" && e.To.Kind != Help:
		e.Reply.no("not_now", "add_whom", "Only an expert or a number can be added.")
		return
	case c.guests() >= maxGuests:
		e.Reply.no("not_now", "group_full", "The group call is full.")
		return
	case c.party(partyID(e.To)) != nil:
		e.Reply.no("not_now", "already_in", "{who} is in this call, or being rung, already.", "who", e.To.Name)
		return
	}
	one, no := c.dial("guest/"+fact.NewID(time.Now()), e.To, c.caller)
	if no != nil {
		e.Reply.refuse(no)
		return
	}
	g := &guest{id: partyID(e.To), to: one.to, leg: one.leg}
	g.timer = c.after(c.ringsFor(e.To), guestRangOut{g})
	c.adding = append(c.adding, g)
	c.recordParty(g, fact.PartyRinging, "", 0)
	c.tellStory("story_adding", "ringing {who} for the group call", "who", g.to.Name)
	yes(e.Reply)
	c.show()
}

func (c *Call) guests() int {
	n := len(c.adding)
	if c.group != nil {
		n += len(c.group.guests)
	}
	return n
}

// party finds a guest by id, on the way or in the room.
func (c *Call) party(id string) *guest {
	for _, g := range c.adding {
		if g.id == id {
			return g
		}
	}
	if c.group != nil {
		for _, g := range c.group.guests {
			if g.id == id {
				return g
			}
		}
	}
	return nil
}

func (c *Call) isAdding(g *guest) bool { return slices.Contains(c.adding, g) }

// guestAnswered: somebody added has answered.
func (c *Call) guestAnswered(g *guest, sdp []byte) {
	if err := g.leg.voice.Accept(sdp); err != nil {
		c.log.Warn("the answer of a guest could not be used", "err", err)
		c.notAdded(g, "unreachable", 488)
		return
	}
	g.timer.Stop()
	if !c.doubts(g.leg, g.to) {
		c.joins(g)
		return
	}
	g.asked = true
	c.confirm(g.leg, func() { c.joins(g) }, func() { c.notAdded(g, "voicemail", 200) })
}

func (c *Call) joins(g *guest) {
	c.adding = slices.DeleteFunc(c.adding, func(x *guest) bool { return x == g })
	c.seat(g)
	c.recordParty(g, fact.PartyJoined, "", 0)
	c.tellStory("story_joined", "{who} is in the group call", "who", g.to.Name)
	if a := c.agent; a != nil {
		c.deps.Consoles.Say(a.id, Said{Kind: "hears", Key: "guest_joined", Args: map[string]string{"who": g.to.Name}, Words: g.to.Name + " is in the group call."})
	}
	c.show()
}

// notAdded: somebody rung for the group will not come.
func (c *Call) notAdded(g *guest, why string, code int) {
	c.drop(g, trunk.Reason{Text: "not needed any more"})
	c.recordParty(g, fact.PartyFailed, why, code)
	c.tellBack(g.to.Name, why)
	if a := c.agent; a != nil && why != "taken_back" {
		c.deps.Consoles.Say(a.id, Said{Kind: "state", Key: "add_" + why, Args: map[string]string{"who": g.to.Name}, Words: backWords(g.to.Name, why), Bad: true})
	}
	c.show()
}

func (c *Call) drop(g *guest, why trunk.Reason) {
	c.adding = slices.DeleteFunc(c.adding, func(x *guest) bool { return x == g })
	g.timer.Stop()
	c.hangup(g.leg, why)
}

// stopAdding takes back everybody who still rings for the group.
func (c *Call) stopAdding(why string) {
	for _, g := range slices.Clone(c.adding) {
		c.drop(g, trunk.Reason{Text: "taken back"})
		c.recordParty(g, fact.PartyFailed, why, 0)
	}
}

type guestRangOut struct{ g *guest }

func (e guestRangOut) apply(c *Call) {
	if c.isAdding(e.g) && e.g.leg.key == nil {
		c.notAdded(e.g, "no_answer", 0)
	}
}

// Remove lets one go, or stops ringing for one.
type Remove struct {
	Agent fact.AgentID
	Party string
	Reply Reply
}

func (e Remove) apply(c *Call) {
	if c.mine(e.Agent, e.Reply) == nil {
		return
	}
	g := c.party(e.Party)
	switch {
	case g == nil:
		e.Reply.no("unknown", "not_added", "Nobody of that name was added to this call.")
	case c.isAdding(g):
		yes(e.Reply)
		c.notAdded(g, "taken_back", 0)
	default:
		yes(e.Reply)
		c.guestGone(g, fact.PartyRemoved)
	}
}

// MuteParty lets the others not hear one of a group call, or hear it again. Party is that of the card: a guest, or caller.
type MuteParty struct {
	Agent fact.AgentID
	Party string
	On    bool
	Reply Reply
}

func (e MuteParty) apply(c *Call) {
	if c.mine(e.Agent, e.Reply) == nil {
		return
	}
	if c.group == nil {
		e.Reply.no("not_now", "no_group", "There is no group call.")
		return
	}
	var l media.Leg
	name := c.caller.Name
	if g := c.party(e.Party); g != nil && !c.isAdding(g) {
		l, name = g.leg.voice, g.to.Name
	} else if e.Party == c.lead().ID {
		l = c.leg.voice
	}
	if l == nil {
		e.Reply.no("unknown", "not_in_group", "Nobody of that name is in the group call.")
		return
	}
	c.group.muted[l] = e.On
	c.quiet(l)
	if e.On {
		c.tellStory("story_muted", "{who} is muted for the others", "who", name)
	} else {
		c.tellStory("story_heard", "{who} can be heard again", "who", name)
	}
	if g := c.party(e.Party); g != nil {
		stage := fact.PartyHeard
		if e.On {
			stage = fact.PartyMuted
		}
		c.recordParty(g, stage, "", 0)
	}
	yes(e.Reply)
	c.show()
}

// quiet lets the others hear a leg, or not: not when it is muted, nor while its telephone has us on hold and plays music.
func (c *Call) quiet(l media.Leg) {
	away := slices.ContainsFunc(c.group.guests, func(g *guest) bool { return g.leg.voice == l && g.away })
	if a := c.agent; a != nil && a.phone != nil && a.line == l {
		away = a.holdsLine() || a.muted
	}
	c.group.mix.Mute(l, away || c.group.muted[l])
}

// holds: the telephone of a guest, or of who has the caller, has put us on hold, or is back.
func (c *Call) holds(l *sipLeg) {
	switch l {
	case c.phoneLeg():
		c.phoneHolds(c.agent)
		return
	case c.secondLeg():
		c.linesTurn(c.agent)
		return
	case c.partner:
		c.partnerHolds(l)
		return
	}
	g := c.guestOf(l)
	if g == nil || c.group == nil || c.isAdding(g) {
		return
	}
	if away := l.away(); away != g.away {
		g.away = away
		c.quiet(l.voice)
		c.show()
	}
}

// partnerHolds: who has the caller after a transfer holds, or is back. While the caller is on the way to somebody else it is the ringing that
// is heard.
func (c *Call) partnerHolds(l *sipLeg) {
	if l.away() == l.holding || c.leg == nil || c.leg.gone {
		return
	}
	if c.refer != nil && c.refer.stead == nil {
		l.holding = l.away()
		return
	}
	c.withPartner()
}

// withPartner lets the caller and who has the caller hear each other. While that telephone holds the caller hears our music, for
// many telephones send none.
func (c *Call) withPartner() {
	l, who := c.partner, c.partnerTo.Name
	was := l.holding
	if l.holding = l.away(); !l.holding {
		media.Join(c.leg.voice, l.voice)
		if was {
			c.tellStory("story_back", "{who} is back", "who", who)
		}
		return
	}
	l.voice.Hear(nil)
	c.leg.voice.Hear(c.deps.Media.Music(c.queue))
	if !was {
		c.tellStory("story_partner_holds", "{who} has the caller on hold; music", "who", who)
	}
}

// away reports whether the other side has put us on hold.
func (l *sipLeg) away() bool {
	d := l.voice.Direction()
	return d == media.SendOnly || d == media.Inactive
}

func (c *Call) recordParty(g *guest, s fact.PartyStage, why string, code int) {
	var by fact.AgentID
	if c.agent != nil {
		by = c.agent.id
	}
	f := fact.Party{ToKind: g.to.Kind, To: g.to.ID, Stage: s, Why: why, Code: code}
	var p *fact.Personal
	switch g.to.Kind {
	case Help:
		f.To = string(g.to.Number)
	case "number":
		f.To = g.to.Number.String()
		p = &fact.Personal{Number: g.to.Number}
	}
	c.recordOf(by, f, p)
}
