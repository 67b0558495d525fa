package call

import "cordboard/server/fact"

// parties says who is in the call, and who hears whom.
func (c *Call) parties(a *agentLeg) []Party {
	me := Party{ID: string(a.id), Name: c.deps.Rules.AgentName(a.id), Role: "agent", State: "talking", Muted: a.muted}
	caller := c.lead()
	t := c.transfer
	switch {
	case c.group != nil:
		return c.inGroup(me, caller)
	case t != nil && t.by == a:
		return t.parties(me, caller)
	case a.joined.IsZero():
		caller.State = "ringing"
	case a.held || a.lost:
		caller.State, caller.Music = "held", true
	default:
		me.Hears, caller.Hears = []string{caller.ID}, []string{me.ID}
	}
	return append([]Party{me, caller}, c.ringingGuests()...)
}

// inGroup: everybody hears everybody else who is not muted.
func (c *Call) inGroup(me, caller Party) []Party {
	caller.Muted = c.group.muted[c.leg.voice]
	all := []Party{me, caller}
	for _, g := range c.group.guests {
		p := g.party("talking")
		if p.Muted = c.group.muted[g.leg.voice]; g.away {
			p.State = "held"
		}
		all = append(all, p)
	}
	for i := range all {
		if all[i].State == "held" {
			continue
		}
		for k := range all {
			if k != i && !all[k].Muted && all[k].State == "talking" {
				all[i].Hears = append(all[i].Hears, all[k].ID)
			}
		}
	}
	return append(all, c.ringingGuests()...)
}

func (g *guest) party(state string) Party {
	role := "expert"
	if !g.ours() {
		role = "guest"
	}
	return Party{ID: g.id, Name: g.to.Name, Role: role, State: state}
}

func (c *Call) ringingGuests() []Party {
	var out []Party
	for _, g := range c.adding {
		out = append(out, g.party("ringing"))
	}
	return out
}

// parties of a transfer or consult.
func (t *transfer) parties(me, caller Party) []Party {
	caller.State, caller.Music = "held", t.consult
	if t.leg == nil {
		return append([]Party{me, caller}, t.ringing()...)
	}
	other := Party{ID: partyID(t.who), Name: t.who.Name, Role: t.who.Kind, State: "talking"}
	if t.withCaller {
		caller.State, caller.Music = "talking", false
		other.State, other.Music = "held", true
		me.Hears, caller.Hears = []string{caller.ID}, []string{me.ID}
	} else {
		other.Hears, me.Hears = []string{me.ID}, []string{other.ID}
	}
	return []Party{me, caller, other}
}

// ringing are those whose telephones ring, and of a team also those that will not take it.
func (t *transfer) ringing() []Party {
	if len(t.rings) == 0 {
		return []Party{{ID: t.to.ID, Name: t.to.Name, Role: t.to.Kind, State: "ringing"}}
	}
	var out []Party
	for _, r := range t.rings {
		p := Party{ID: partyID(r.to), Name: r.to.Name, Role: r.to.Kind, State: "ringing"}
		if r.why != "" {
			p.State = "gone"
		}
		out = append(out, p)
	}
	return out
}

// shownDirection is direct once the caller has left those who talk on.
func (c *Call) shownDirection() fact.Direction {
	if c.left != nil {
		return fact.Direct
	}
	return c.direction
}
