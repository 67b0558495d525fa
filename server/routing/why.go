package routing

import (
	"time"

	"cordboard/server/fact"
)

// Why explains an offer: what the contact asked for, how many agents could be rung, and by what this one
// was first.
type Why struct {
	Needs    []Need
	IdleFor  time.Duration // of the agent chosen
	Of       int           // agents who could have been rung
	Next     fact.AgentID  // the second, or empty
	NextIdle time.Duration
	Passed   []Passed // agents idle longer who were not rung, and the one fact that passed each over
}

// Passed is an agent who was not rung.
type Passed struct {
	Agent fact.AgentID
	Why   string // "skill", "declined", "presence"
}

func (s *State) why(c *contact, a *agent) Why {
	w := Why{Needs: c.needs, IdleFor: s.now.Sub(a.idle)}
	for _, b := range c.queue.ready {
		switch {
		case !b.has(c.needs):
			if b != a && idleBefore(b, a) {
				w.Passed = append(w.Passed, Passed{b.id, "skill"})
			}
			continue
		case c.skips(b.id, s.now):
			w.Passed = append(w.Passed, Passed{b.id, "declined"})
			continue
		case c.queue.keeps(b) != 0:
			if b != a && idleBefore(b, a) {
				w.Passed = append(w.Passed, Passed{b.id, "presence"})
			}
			continue
		}
		w.Of++
		if b != a && w.Next == "" {
			w.Next, w.NextIdle = b.id, s.now.Sub(b.idle)
		}
	}
	return w
}
