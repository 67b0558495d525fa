package server

import (
	"net/netip"

	"cordboard/server/call"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// ownPhones gives the persons of the configuration who take calls, by id.
func ownPhones(t *config.Tenant) map[fact.AgentID]*config.Person {
	out := map[fact.AgentID]*config.Person{}
	for _, list := range [][]config.Person{t.People.Supervisors, t.People.Agents} {
		for i := range list {
			out[fact.AgentID(list[i].Key())] = &list[i]
		}
	}
	return out
}

// endpointOf is an endpoint of the configuration, or of a console's command.
func endpointOf(word string) fact.Endpoint {
	if word == "softphone" {
		return fact.AtConsole
	}
	return fact.Endpoint(word)
}

// telephone says where an agent's own telephone is rung.
func telephone(c *config.Person, at fact.Endpoint, trunkFor func(fact.Number) (fact.Number, string, bool)) (call.Telephone, bool) {
	switch {
	case c == nil:
	case at == fact.AtTeams && c.Number != "":
		full, via, ok := trunkFor(fact.Number(c.Number))
		return call.Telephone{Trunk: via, Number: full}, ok
	case at == fact.AtSIP && c.Phone.User != "":
		return call.Telephone{Trunk: c.Phone.Trunk, Phone: c.Phone.User}, true
	case at == fact.AtSIP && c.Address != "":
		return call.Telephone{Trunk: c.Phone.Trunk, Target: c.Address}, true
	}
	return call.Telephone{}, false
}

// tellPhones tells the arbiter which agents have a telephone of their own, and whether it can be rung. Agents of whom that is no longer so are told
// as well; the caller holds changing.
func (n *tenant) tellPhones(now *current) {
	own := ownPhones(now.config)
	for id := range n.phoned {
		if now.roster.ByID(id) == nil {
			delete(n.phoned, id)
			n.acd.Tell(routing.Serves{Agent: id})
		}
	}
	for _, p := range now.roster.All() {
		c := own[p.ID]
		if has := c != nil && (c.HasPhone() || len(c.Endpoints) > 1); !has && !n.phoned[p.ID] {
			continue
		}
		n.phoned[p.ID] = true
		n.acd.Tell(n.serves(p, c))
	}
}

func (n *tenant) serves(p *people.Person, c *config.Person) routing.Serves {
	e := routing.Serves{Agent: p.ID}
	for k, v := range p.Skills {
		e.Skills = append(e.Skills, routing.Skill{Name: k, Level: v})
	}
	if c == nil {
		return e
	}
	e.Endpoint, e.Always, e.There = endpointOf(c.Endpoint), c.AlwaysReady, n.phoneThere(c)
	for _, w := range c.Endpoints {
		e.May = append(e.May, endpointOf(w))
	}
	return e
}

// phoneKey is what the edge knows a person's SIP telephone by.
func phoneKey(c *config.Person) (trunkID, phone string) {
	if c.Phone.User != "" {
		return c.Phone.Trunk, c.Phone.User
	}
	return c.Phone.Trunk, c.Address
}

// phonesOf gives the telephones of a trunk in the edge's words.
func phonesOf(t *config.Tenant, id string) []trunk.Phone {
	var out []trunk.Phone
	for _, c := range ownPhones(t) {
		if c.HasPhone() && c.Phone.Trunk == id {
			out = append(out, trunk.Phone{User: c.Phone.User, Secret: string(c.Phone.Secret), Target: c.Address, Health: c.Phone.Health})
		}
	}
	return out
}

// phoneTurned: a telephone has come or gone.
func (s *Server) phoneTurned(trunkID, phone string) {
	for _, t := range s.tenants {
		t.phoneTurned(trunkID, phone)
	}
}

func (n *tenant) phoneTurned(trunkID, phone string) {
	n.changing.Lock() // what is read here is told in that order
	defer n.changing.Unlock()
	now := n.now.Load()
	if now == nil {
		return
	}
	for id, c := range ownPhones(now.config) {
		if on, p := phoneKey(c); on == trunkID && p == phone && c.HasPhone() {
			n.acd.Tell(routing.Telephone{Agent: id, There: n.phoneThere(c)})
		}
	}
}

// phoneThere reports whether an agent's SIP telephone can be rung.
func (n *tenant) phoneThere(c *config.Person) bool {
	on, phone := phoneKey(c)
	return c.HasPhone() && n.server.edge.Registered(on, phone)
}

// voiceFrom is where the voice of a telephone may come from beside what it describes.
func (n *tenant) voiceFrom(t call.Telephone) netip.Addr {
	if t.Phone == "" {
		return netip.Addr{}
	}
	return n.server.edge.PhoneAddr(t.Trunk, t.Phone)
}

// phoneCalls begins the call that an agent dials on the own telephone, or brings it to the call that the agent has: a telephone's second call asks
// somebody first. Help goes before everything.
func (n *tenant) phoneCalls(d *trunk.Dialog) {
	info, now := d.Info(), n.now.Load()
	for id, c := range ownPhones(now.config) {
		if c.Phone.Trunk != info.Trunk || c.Phone.User != info.Phone {
			continue
		}
		if now.config.Outbound.Emergency.Is(info.To) {
			n.phoneDials(id, d)
			return
		}
		n.acd.Agent(id, func(v routing.AgentView, ok bool) {
			if has := n.call(v.Contact); ok && routing.OnCall(v.State) && has != nil && has.Tell(call.SecondCall{Agent: id, From: d}) {
				return
			}
			n.phoneDials(id, d)
		})
		return
	}
	d.Reject(403, "no longer in the configuration", 0)
}

func (n *tenant) phoneDials(id fact.AgentID, d *trunk.Dialog) {
	n.start(func(deps call.Deps) *call.Call { return call.DialFrom(deps, id, d) })
}
