package server

import (
	"slices"
	"strings"
	"time"

	"cordboard/server/call"
	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// What each room must know of the configuration, in its own words. Nothing here decides anything.

func routingSettings(t *config.Tenant, who *people.Roster) routing.Settings {
	s := routing.Settings{Grace: t.Grace.Grace}
	for _, q := range t.Queues {
		r := routing.Queue{
			ID: fact.QueueID(q.ID), Ring: q.Ring, Wrap: q.Wrapup.Time, Coded: q.Wrapup.Required, More: q.Wrapup.Extra, MaxMore: q.Wrapup.More,
			LongestWait: q.LongestWait.After, AfterMissed: q.AfterMissed.Ready, DeclineTo: fact.State(q.Declined.Then), Nobody: q.Nobody.Kind != "wait",
		}
		for _, p := range q.Presence {
			r.Presence |= presences[p]
		}
		for _, a := range q.Agents {
			r.Agents = append(r.Agents, fact.AgentID(a))
		}
		for _, p := range who.All() { // and those of groups
			if slices.Contains(p.Queues, r.ID) && !slices.Contains(r.Agents, p.ID) {
				r.Agents = append(r.Agents, p.ID)
			}
		}
		s.Queues = append(s.Queues, r)
	}
	return s
}

// presences are the words of a queue's presence.
var presences = map[string]routing.Presence{
	"busy": routing.PresenceBusy, "in_call": routing.PresenceInCall, "in_meeting": routing.PresenceInMeeting,
	"presenting": routing.PresencePresenting, "do_not_disturb": routing.PresenceDoNotDisturb,
}

func serviceLevels(t *config.Tenant) map[fact.QueueID]time.Duration {
	out := map[fact.QueueID]time.Duration{}
	for _, q := range t.Queues {
		out[fact.QueueID(q.ID)] = q.ServiceLevel.Within
	}
	return out
}

// roster puts a person of several lists together: rights of the highest, everything else from where it stands first.
// The members of groups and teams follow. told gives what an expert's own profile says; it may be nil.
func roster(t *config.Tenant, from []people.Source, bound func(fact.AgentID) string, told func(*people.Person) []string) *people.Roster {
	at := map[string]int{}
	var all []people.Person
	add := func(list []config.Person, expert bool) {
		for i := range list {
			c := &list[i]
			k, known := at[c.Key()]
			if !known {
				k = len(all)
				at[c.Key()] = k
				all = append(all, people.Person{
					ID: fact.AgentID(c.Key()), User: strings.ToLower(c.User), OID: c.ObjectID, Role: people.ParseRole(t.People.Role(c.Key())), Queues: queuesOf(t, c.Key()),
				})
			}
			fillIn(&all[k], c)
			all[k].Expert = all[k].Expert || expert
		}
	}
	add(t.People.Experts, true)
	add(t.People.Agents, false)
	add(t.People.Supervisors, false)
	add(t.People.Admins, false)
	all = people.Join(all, from, bound)
	for i := range all {
		if all[i].Expert && told != nil {
			all[i].Told = told(&all[i])
		}
	}
	return people.NewRoster(all, teamsOf(t)...)
}

func teamsOf(t *config.Tenant) []people.Group {
	var out []people.Group
	for i := range t.People.Teams {
		x := &t.People.Teams[i]
		n := people.Group{ID: x.ID, Name: x.Name, AtOnce: x.AtOnce, Skill: x.Skill, From: x.From}
		for _, m := range t.People.Members(x) {
			n.Members = append(n.Members, fact.AgentID(m))
		}
		out = append(out, n)
	}
	return out
}

func fillIn(p *people.Person, c *config.Person) {
	if p.Name == "" || c.Name != "" {
		p.Name = c.Label()
	}
	if p.Number == "" {
		p.Number = fact.Number(c.Number)
	}
	if p.Job == "" {
		p.Job = c.Job
	}
	if p.Department == "" {
		p.Department = c.Department
	}
	if len(c.Skills) > 0 && p.Skills == nil {
		p.Skills = map[string]int{}
	}
	for _, s := range c.Skills {
		p.Skills[s.Name] = max(p.Skills[s.Name], s.Level)
	}
	if len(c.Endpoints) > len(p.Endpoints) {
		p.Endpoints = nil
		for _, w := range c.Endpoints {
			p.Endpoints = append(p.Endpoints, endpointOf(w))
		}
	}
	if p.Confirm == "" {
		p.Confirm = c.Confirm
	}
	if p.Languages == nil {
		p.Languages = c.Languages
	}
}

func queuesOf(t *config.Tenant, user string) []fact.QueueID {
	var out []fact.QueueID
	for _, q := range t.Queues {
		for _, a := range q.Agents {
			if a == user {
				out = append(out, fact.QueueID(q.ID))
			}
		}
	}
	return out
}

func deskRules(c *config.Config, t *config.Tenant) desk.Rules {
	r := desk.Rules{PresenceOld: t.Presence.Stale, Emergency: t.Outbound.Emergency.Numbers, Helps: t.Outbound.Emergency.Place}
	r.Reasons = reasons(t.Reasons)
	for _, n := range t.Outbound.CallerIDs {
		r.ShowAs = append(r.ShowAs, wire.ShownNumber{Number: n.Number, Name: n.Name})
	}
	for _, q := range t.Queues {
		r.Queues = append(r.Queues, desk.QueueRule{ShowAs: q.CallerID, ID: fact.QueueID(q.ID), Name: q.Name, Skills: skillLevels(q.Skills), Target: levelWords(q.ServiceLevel), More: q.Wrapup.More, Coded: q.Wrapup.Required, Declines: reasons(q.Declined.Reasons), OnePress: q.OnePressHangup})
	}
	for _, i := range c.Server.ICE {
		r.ICE = append(r.ICE, wire.ICEServer{URLs: i.URLs, Username: i.Username, Credential: string(i.Password)})
	}
	return r
}

func reasons(all []config.Reason) (out []wire.Reason) {
	for _, x := range all {
		out = append(out, wire.Reason{ID: x.ID, Name: x.Name, Key: x.Key, Allowance: x.Allowance})
	}
	return out
}

func levelWords(s config.ServiceLevel) string {
	return itoa(s.Answer) + " % in " + itoa(int(s.Within.Seconds())) + " s"
}

func callRules(t *config.Tenant, r *people.Roster, now *people.Presences) *call.Rules {
	trunks := map[string]*config.Trunk{}
	for i := range t.Trunks {
		trunks[t.Trunks[i].ID] = &t.Trunks[i]
	}
	return &call.Rules{
		Tenant: fact.TenantID(t.ID),
		Number: func(trunk string, n fact.Number) (flow.Destination, bool) { return destination(t, trunk, string(n)) },
		Queue: func(id fact.QueueID) (call.Queue, bool) {
			q := t.Queue(string(id))
			if q == nil {
				return call.Queue{}, false
			}
			out := call.Queue{ID: id, Name: q.Name, Wrap: q.Wrapup.Time}
			for _, c := range q.Wrapup.Codes {
				out.Codes = append(out.Codes, call.Code{ID: c.ID, Name: c.Name})
			}
			for _, s := range q.Skills {
				out.Needs = append(out.Needs, routing.Need{Skill: s.Name, Level: s.Level})
			}
			out.Priority = q.Priority
			return out, true
		},
		AgentName: r.Name,
		TrunkFor: func(n fact.Number) (fact.Number, string, bool) {
			if t.Outbound.Emergency.Is(string(n)) { // only by Emergency
				return n, "", false
			}
			full := international(&t.Outbound, string(n))
			trunk, allowed := t.Outbound.Rule(full)
			return fact.Number(full), trunk, allowed && trunk != ""
		},
		SRTP:     func(id string) string { return trunks[id].SRTP },
		ICE:      func(id string) bool { return trunks[id].Kind == "teams" },
		Codecs:   func(id string) []media.Codec { return codecs(trunks[id].Codecs) },
		CallerID: func(caller, called fact.Number) (show, assert fact.Number) { return shown(&t.Outbound, caller, called) },
		Emergency: func(n fact.Number) (string, fact.Number) {
			e := &t.Outbound.Emergency
			if !e.Place || !e.Is(string(n)) {
				return "", ""
			}
			return e.Trunk, fact.Number(e.CallerID)
		},
		Doubt: func(to call.Target) call.Doubt {
			if p := r.ByID(fact.AgentID(to.ID)); p != nil && p.Confirm != "" {
				return call.Doubt(p.Confirm)
			}
			return call.Doubt(t.Outbound.Doubt(string(to.Number)))
		},
		Away: func(id string) bool {
			read, known := now.Of(id)
			return known && read.Away()
		},
		Plan:     plan(t),
		RingFor:  t.Outbound.Ring,
		LineWait: 2 * time.Second,
	}
}

// shown is the number that somebody we ring sees, by the tenant's policy, and the one we vouch for: our own.
func shown(o *config.Outbound, caller, called fact.Number) (show, assert fact.Number) {
	own := called
	if len(o.CallerIDs) > 0 {
		own = fact.Number(o.CallerIDs[0].Number)
	}
	if assert = called; called == "" {
		assert = own
	}
	switch {
	case o.Show == "called" && called != "":
		return called, assert
	case o.Show != "caller" || caller == "":
		return own, assert
	}
	return caller, assert
}

// destination finds where a number leads: first the entry for this trunk, then the one for all. A number may
// come with or without its plus.
func destination(t *config.Tenant, trunk, n string) (flow.Destination, bool) {
	plain := strings.TrimPrefix(n, "+")
	var found *config.Number
	for i := range t.Numbers {
		x := &t.Numbers[i]
		if strings.TrimPrefix(x.Number, "+") != plain || x.Trunk != "" && x.Trunk != trunk {
			continue
		}
		if found == nil || x.Trunk != "" {
			found = x
		}
	}
	if found == nil {
		return flow.Destination{}, false
	}
	return flow.Destination{Kind: found.To.Kind, ID: found.To.ID}, true
}

// international writes a number as people dial it in its international form.
func international(o *config.Outbound, n string) string {
	switch {
	case strings.HasPrefix(n, "+"):
		return n
	case o.International != "" && strings.HasPrefix(n, o.International):
		return "+" + strings.TrimPrefix(n, o.International)
	case o.Country != "" && o.National != "" && strings.HasPrefix(n, o.National):
		return o.Country + strings.TrimPrefix(n, o.National)
	}
	return n
}

func codecs(names []string) []media.Codec {
	var out []media.Codec
	for _, n := range names {
		switch n {
		case "g722":
			out = append(out, media.G722)
		case "pcma":
			out = append(out, media.PCMA)
		case "pcmu":
			out = append(out, media.PCMU)
		}
	}
	return out
}
