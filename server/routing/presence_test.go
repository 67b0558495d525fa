package routing

import (
	"math/rand/v2"
	"testing"

	"cordboard/server/fact"
)

// minding is a desk whose support queue minds meetings and calls in Teams, and whose sales queue minds nothing.
func minding(t *testing.T, agents int) *desk {
	d := newDesk(t, agents)
	with := settings(agents)
	with.Queues[0].Presence = PresenceInCall | PresenceInMeeting
	d.do(Configure{with})
	return d
}

func (d *desk) shows(id fact.AgentID, p Presence) []Decision { return d.do(PresenceChanged{id, p}) }

func TestWhoIsInAMeetingIsNotRungByAQueueThatMindsIt(t *testing.T) {
	d := minding(t, 2)
	d.ready("agent0", "agent1")
	d.shows("agent0", PresenceInMeeting)
	d.do(Enqueue{Contact: "c1", Queue: "support", Since: d.now})
	o := d.offered()
	if o.Agent != "agent1" || len(o.Why.Passed) != 1 || o.Why.Passed[0] != (Passed{"agent0", "presence"}) || o.Why.Of != 1 {
		t.Fatalf("offered to %s, why %+v", o.Agent, o.Why)
	}
	d.do(Enqueue{Contact: "c2", Queue: "support", Since: d.now})
	if _, rings := find[Offer](d.last); rings {
		t.Fatal("the agent in the meeting is rung")
	}
	d.shows("agent0", PresenceBusy) // which this queue does not count
	if o := d.offered(); o.Agent != "agent0" || o.Contact != "c2" {
		t.Fatalf("after the meeting: %+v", o)
	}
}

func TestAQueueThatMindsNothingRingsAnyway(t *testing.T) {
	d := minding(t, 2)
	d.ready("agent0")
	d.shows("agent0", PresenceInMeeting)
	d.do(Enqueue{Contact: "c", Queue: "sales", Since: d.now})
	if o := d.offered(); o.Agent != "agent0" {
		t.Fatalf("offered to %q", o.Agent)
	}
}

func TestWithoutTheSourceTheOwnStateDecides(t *testing.T) {
	d := minding(t, 2)
	d.ready("agent0")
	d.shows("agent0", PresenceInCall)
	d.do(Enqueue{Contact: "c", Queue: "support", Since: d.now})
	d.do(SourceLost{})
	if o := d.offered(); o.Agent != "agent0" {
		t.Fatalf("offered to %q", o.Agent)
	}
}

func TestAgentsHearWhyCallsDoNotCome(t *testing.T) {
	d := minding(t, 2)
	d.ready("agent0")
	told := func(step string, want bool, kept Presence, from int, all bool) {
		t.Helper()
		c, got := find[Changed](d.last)
		v, _ := d.s.Agent("agent0")
		if got != want || got && (c.Cause != PresenceMoves || c.From != c.To || c.By != ByRule) || v.Kept != kept || len(v.KeptFrom) != from || v.KeptAll != all {
			t.Fatalf("%s: told %v (%+v), view %+v", step, got, c, v)
		}
	}
	d.shows("agent0", PresenceInMeeting)
	told("a meeting", true, PresenceInMeeting, 1, false)
	d.shows("agent0", PresenceInMeeting)
	told("the same meeting", false, PresenceInMeeting, 1, false)
	d.shows("agent0", PresenceBusy)
	told("busy, which nobody minds", true, 0, 0, false)
	d.shows("agent0", PresenceInCall)
	told("a call, which support minds", true, PresenceInCall, 1, false)
	d.do(Rings{"agent0", fact.AtTeams})
	if v, _ := d.s.Agent("agent0"); !v.KeptAll || v.Kept != PresenceInCall {
		t.Fatalf("a call at the agent's own telephone: %+v", v)
	}
	places := 0
	d.s.Idle(func(fact.AgentID, int, int, fact.AgentID) { places++ })
	if places != 0 || d.s.Queues()[0].Ready != 0 {
		t.Fatalf("a place in line without calls; %d ready", d.s.Queues()[0].Ready)
	}
	d.do(Rings{"agent0", fact.AtConsole})
	if v, _ := d.s.Agent("agent0"); v.KeptAll || v.Kept != PresenceInCall {
		t.Fatalf("back at the console: %+v", v)
	}
	d.do(Configure{settings(2)})
	told("rules that mind nothing", true, 0, 0, false)
}

// TestPresenceOnlyNarrows: whatever Teams says in whatever shift, nobody is rung who is kept away, nobody is rung for
// it who would not be without it, nobody waits while somebody may be rung, and each agent hears what is kept away.
func TestPresenceOnlyNarrows(t *testing.T) {
	states := []Presence{0, 0, PresenceBusy, PresenceInCall, PresenceInMeeting, PresencePresenting, PresenceDoNotDisturb}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		d, w, made := nightDesk(t), &walk{map[fact.ReservationID]int{}, map[fact.AgentID]fact.State{}}, 0
		with := settings(4)
		with.Queues[0].Presence = Presence(r.IntN(32))
		with.Queues[1].Presence = Presence(r.IntN(32))
		with.Queues = append(with.Queues, Queue{ID: "night", Agents: []fact.AgentID{"agent3"}, Ring: with.Queues[0].Ring, Nobody: true})
		d.do(Configure{with})
		obeys := func() {
			t.Helper()
			d.check(w)
			for _, x := range d.last {
				o, ok := x.(Offer)
				if !ok || o.Kind != FromQueue {
					continue
				}
				a, q := d.s.byAgent[o.Agent], d.s.byQueue[o.Queue]
				if q.Presence&a.presence != 0 || a.endpoint == fact.AtTeams && a.presence == PresenceInCall {
					t.Fatalf("seed %d: %s rings %s, whose presence is %b; the queue minds %b", seed, o.Queue, o.Agent, a.presence, q.Presence)
				}
				if a.before.state != fact.Ready {
					t.Fatalf("seed %d: %s rings %s, who was %s", seed, o.Queue, o.Agent, a.before.state)
				}
			}
			for _, a := range d.s.agents {
				kept := Presence(0)
				for _, q := range a.queues {
					kept |= q.keeps(a)
				}
				if kept != a.kept {
					t.Fatalf("seed %d: %s is kept from calls by %b and heard %b", seed, a.id, kept, a.kept)
				}
			}
		}
		for range 300 {
			id := fact.AgentID([]string{"agent0", "agent1", "agent2", "agent3", "stranger"}[r.IntN(5)])
			d.last = nil
			switch r.IntN(6) {
			case 0, 1:
				d.shows(id, states[r.IntN(len(states))])
			case 2:
				if r.IntN(8) == 0 {
					d.do(SourceLost{})
				}
			default:
				d.random(r.IntN, &made)
			}
			obeys()
		}
	}
}
