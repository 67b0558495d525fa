package desk

import (
	"slices"

	"cordboard/server/fact"
	"cordboard/session/wire"
)

// showAs lists the tenant's numbers that who is called may see, the usual one first: what the agent chose last, else that of the queue of
// the agent's last call, else that of the first of the agent's queues that has one, else the tenant's first.
func (s *seat) showAs() []wire.ShownNumber {
	t := s.room.tenant()
	all := slices.Clone(t.Rules.ShowAs)
	usual := s.shown
	for _, q := range append([]fact.QueueID{s.lastQueue}, s.person.Queues...) {
		if usual == "" {
			usual = t.queue(q).ShowAs
		}
	}
	at := slices.IndexFunc(all, func(n wire.ShownNumber) bool { return n.Number == usual })
	if at > 0 {
		n := all[at]
		copy(all[1:at+1], all[:at])
		all[0] = n
	}
	return all
}

// shownNumber gives the number that who is called sees: the one asked for, if it is the tenant's, else the usual one. It reports
// false for a number that is not.
func (s *seat) shownNumber(asked string) (fact.Number, bool) {
	all := s.showAs()
	switch {
	case asked == "" && len(all) == 0:
		return "", true
	case asked == "":
		return fact.Number(all[0].Number), true
	case !slices.ContainsFunc(all, func(n wire.ShownNumber) bool { return n.Number == asked }):
		return "", false
	}
	s.shown = asked
	return fact.Number(asked), true
}

// queue gives what the desk knows of a queue; empty when there is none.
func (t *Tenant) queue(id fact.QueueID) QueueRule {
	for _, q := range t.Rules.Queues {
		if q.ID == id {
			return q
		}
	}
	return QueueRule{}
}
