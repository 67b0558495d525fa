package media

import "testing"

// standing stands for a leg, as a call's view of an agent's line does.
type standing struct{ Leg }

func (s standing) Stands() Leg { return s.Leg }

func TestALegThatStandsForAnotherIsHeardAsIt(t *testing.T) {
	pl := newTestPlane(t)
	a, b, c := sing(t, pl, "9", 500, 5000), sing(t, pl, "0", 900, 5000), sing(t, pl, "8", 1500, 5000)
	Join(standing{a.leg}, b.leg)
	b.hearsOnly(t, "b", 500)
	a.hearsOnly(t, "a", 900)
	m := pl.NewMix()
	m.Add(standing{a.leg})
	a.leg.Hear(m.Source(standing{a.leg}))
	for _, s := range []*singer{b, c} {
		m.Add(s.leg)
		s.leg.Hear(m.Source(s.leg))
	}
	a.hearsOnly(t, "a in the room", 900, 1500)
	c.hearsOnly(t, "c in the room", 500, 900)
	m.Remove(a.leg) // the same leg, by itself
	c.hearsOnly(t, "c, with a gone,", 900)
}
