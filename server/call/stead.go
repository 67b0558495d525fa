package call

import (
	"cordboard/server/fact"
	"cordboard/server/trunk"
)

// stead is where somebody who refers us to another (RFC 3515) stands without having the caller: as the caller, or as
// one of a group. Whoever answers stands there then; until then everybody hears what they heard.
type stead struct {
	guest *guest       // nil: the caller's
	left  *trunk.Ended // the caller has hung up already, and whoever answers is waited for
}

// steadOf gives the place of a leg that may be referred from, nil for all others.
func (c *Call) steadOf(l *sipLeg) *stead {
	switch g := c.guestOf(l); {
	case l == c.leg && l != nil:
		return &stead{}
	case g != nil && !c.isAdding(g):
		return &stead{guest: g}
	}
	return nil
}

// party names whoever was referred to on the card; Direct Routing does not say who it is.
func (r *referral) party() string {
	if id := partyID(r.to); id != "" {
		return id
	}
	return string(r.id)
}

func (r *referral) role() string {
	if r.stead != nil && r.stead.guest == nil {
		return "caller"
	}
	return "expert"
}

// leavesStead: the caller has referred us to somebody and hangs up. It reports whether that one is waited for.
func (c *Call) leavesStead(l *sipLeg, v trunk.Ended) bool {
	r := c.refer
	if r == nil || r.by != l || r.stead == nil {
		return false
	}
	r.stead.left = &v
	c.measure("caller", l.voice)
	l.voice.Close()
	switch a := c.agent; { // who talked with the caller hears that it rings
	case c.group != nil: // the others go on
		c.group.mix.Remove(l.voice)
	case c.partner != nil:
		c.partner.voice.Hear(c.deps.Media.Ringback())
	case a != nil && !a.joined.IsZero() && !a.held && !a.lost && c.transfer == nil:
		a.line.Hear(c.deps.Media.Ringback())
	}
	c.show()
	return true
}

// inStead puts whoever answered where the one who referred stands or stood.
func (c *Call) inStead(r *referral) {
	c.recordReferral(r, fact.Answered, "", 200, "")
	c.tellStory("story_instead", "{who} is there instead", "who", r.to.Name)
	r.by.refers(r, 200)
	g := r.stead.guest
	switch {
	case g == nil:
		if !r.by.gone {
			c.measure("caller", r.by.voice)
		}
		c.takePlace(r.by, r.leg, nil)
		c.instead = &Party{ID: r.party(), Name: r.to.Name, Role: "guest", State: "talking"}
	case c.guestOf(r.by) == g:
		c.measure("expert", r.by.voice)
		c.takePlace(r.by, r.leg, nil)
		g.to, g.id, g.away = r.to, r.party(), false
	default: // the guest hung up meanwhile, and the others have gone on
		c.seat(&guest{id: r.party(), to: r.to, leg: r.leg})
	}
	c.standAside(r.by)
	c.show()
}

// keepsStead: nobody answered where we were referred to. Who referred stays, or is gone like anybody who hangs up.
func (c *Call) keepsStead(r *referral, why string, code int) {
	c.recordReferral(r, fact.Failed, why, code, "")
	if left := r.stead.left; left != nil {
		c.callerLeft(*left)
		return
	}
	if code < 300 {
		code = 480
	}
	r.by.refers(r, code)
	c.show()
}

func (c *Call) recordStead(r *referral, s fact.Stage, why string, code int) {
	stage := map[fact.Stage]fact.PartyStage{fact.Started: fact.PartyRinging, fact.Answered: fact.PartyJoined}[s]
	if stage == "" {
		stage = fact.PartyFailed
	}
	c.recordParty(&guest{to: r.to}, stage, why, code)
}
