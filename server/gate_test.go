package server

import (
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/acd"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
)

// views notes what the desks hear of agents.
type views struct {
	mu   sync.Mutex
	last map[fact.AgentID]routing.AgentView
}

func (v *views) AgentIs(_ routing.Changed, a routing.AgentView) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last[a.ID] = a
}
func (*views) Queues([]acd.QueueNow)                       {}
func (*views) InLine(fact.AgentID, int, int, fact.AgentID) {}
func (*views) Put(fact.Entry)                              {}

// atGate runs f with a gate before a tenant of one agent, whose queue minds calls and meetings, in virtual time.
func atGate(t *testing.T, f func(n *tenant, read func(availability, activity string), kept func() routing.Presence)) {
	synctest.Test(t, func(t *testing.T) {
		c := &config.Tenant{Queues: []config.Queue{{ID: "support", Agents: []string{"adele"}, Presence: []string{"in_call", "in_meeting"}}}}
		c.Presence.Stale = 90 * time.Second
		v := &views{last: map[fact.AgentID]routing.AgentView{}}
		n := &tenant{id: "contoso"}
		n.gate = newGate(n)
		r := people.NewRoster([]people.Person{{ID: "adele", Role: people.Agent, Queues: []fact.QueueID{"support"}}, {ID: "megan", Expert: true}})
		n.now.Store(&current{config: c, roster: r})
		n.acd = acd.New(acd.Options{Tenant: "contoso", Prefix: "t", Ledger: v, Desk: v, Log: slog.New(slog.DiscardHandler), Settings: routingSettings(c, r)})
		defer n.acd.Close()
		n.gate.run(t.Context())
		n.acd.Tell(routing.SignIn{Agent: "adele"})
		f(n, func(availability, activity string) {
			news := []people.Reading{{ID: "adele", Availability: availability, Activity: activity, At: time.Now()}, {ID: "megan", Availability: "Busy", Activity: "InACall", At: time.Now()}}
			n.presences.Take(news)
			n.gate.took(news)
		}, func() routing.Presence {
			synctest.Wait()
			v.mu.Lock()
			defer v.mu.Unlock()
			return v.last["adele"].Kept
		})
	})
}

func TestPresenceKeepsCallsAwayOnlyWhileItIsKnown(t *testing.T) {
	atGate(t, func(n *tenant, read func(string, string), kept func() routing.Presence) {
		want := func(step string, p routing.Presence) {
			t.Helper()
			if got := kept(); got != p {
				t.Errorf("%s: calls are kept away by %b, want %b", step, got, p)
			}
		}
		read("Busy", "InAMeeting")
		want("a meeting", routing.PresenceInMeeting)
		read("Busy", "InAConferenceCall")
		want("a conference", routing.PresenceInCall)
		read("Busy", "Busy")
		want("busy, which the queue does not mind", 0)
		read("ThoughtfullySomewhere", "PonderingDeeply")
		want("a word that nobody knows", 0)
		read("Busy", "InACall")
		want("a call", routing.PresenceInCall)
		<-time.After(80 * time.Second)
		want("a call, known for 80 s", routing.PresenceInCall)
		<-time.After(20 * time.Second)
		want("Graph is down: the own state decides", 0)
		read("Busy", "InACall")
		want("Graph is back: told anew", routing.PresenceInCall)
		n.gate.anew()
		want("other people", routing.PresenceInCall)
	})
}

func TestPresenceOfOneThatIsNoLongerReadGrowsOld(t *testing.T) {
	atGate(t, func(n *tenant, read func(string, string), kept func() routing.Presence) {
		read("Busy", "InACall")
		for range 10 { // others are still read
			<-time.After(10 * time.Second)
			news := []people.Reading{{ID: "megan", Availability: "Away", At: time.Now()}}
			n.presences.Take(news)
			n.gate.took(news)
		}
		if got := kept(); got != 0 {
			t.Errorf("calls are still kept away by %b", got)
		}
	})
}

func TestLateNewsKeepsNoCallsAway(t *testing.T) {
	atGate(t, func(n *tenant, read func(string, string), kept func() routing.Presence) {
		read("Available", "Available")
		late := []people.Reading{{ID: "adele", Availability: "Busy", Activity: "InACall", At: time.Now().Add(-3 * time.Second)}}
		n.presences.Take(late)
		n.gate.took(late)
		ours := []people.Reading{{ID: "adele", Availability: "Busy", Activity: "InACall", At: time.Now().Add(time.Second), Ours: true}}
		if got := kept(); got != 0 {
			t.Errorf("old news keeps calls away: %b", got)
		}
		n.presences.Take(ours)
		n.gate.took(ours)
		if got := kept(); got != 0 {
			t.Errorf("our own call keeps calls away: %b", got)
		}
	})
}
