package server_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/lab"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// graphOfTests tells who is in which group, as a test says.
type graphOfTests struct {
	mu      sync.Mutex
	groups  map[string][]people.Member
	roster  *people.Roster
	news    chan struct{} // closed when the roster changes
	company []people.Change
}

func (g *graphOfTests) maker(_ context.Context, _ *config.Tenant, r *people.Roster, _ func([]people.Reading)) (server.Presence, error) {
	g.People(r)
	return g, nil
}

func (g *graphOfTests) Members(_ context.Context, group string) ([]people.Member, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list, known := g.groups[group]
	if !known {
		return nil, errors.New("no such group")
	}
	return slices.Clone(list), nil
}

func (g *graphOfTests) Changes(context.Context, string) (server.DirectoryPage, error) {
	return server.DirectoryPage{Changes: g.company}, nil
}

func (g *graphOfTests) People(r *people.Roster) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.roster = r
	if g.news != nil {
		close(g.news)
		g.news = nil
	}
}

// changed is closed when the roster changes next.
func (g *graphOfTests) changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.news == nil {
		g.news = make(chan struct{})
	}
	return g.news
}

func (g *graphOfTests) Fresh(_ context.Context, p *people.Person) (people.Reading, bool) {
	return people.Reading{ID: string(p.ID), Availability: "Available", Activity: "Available", At: time.Now()}, true
}

func (g *graphOfTests) OnScreen([]*people.Person)                    {}
func (g *graphOfTests) Talking(fact.AgentID, bool)                   {}
func (g *graphOfTests) Prepare(*config.Tenant) (func(), error)       { return func() {}, nil }
func (g *graphOfTests) Counts() (requests, throttled, failed uint64) { return 0, 0, 0 }
func (g *graphOfTests) Close()                                       {}
func (g *graphOfTests) Health() (string, bool)                       { return "Graph answers.", true }

func (g *graphOfTests) set(group string, all ...people.Member) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups[group] = all
}

// experts names those whose presence is asked for now.
func (g *graphOfTests) experts() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for _, p := range g.roster.Experts() {
		out = append(out, p.Name)
	}
	return strings.Join(out, ", ")
}

const (
	shift   = "11111111-1111-4111-8111-111111111111"
	network = "22222222-2222-4222-8222-222222222222"
)

// TestPeopleOfGroupsWork: an agent of a group takes a caller of its queue and hands the caller to an expert of a team;
// one who is taken out of the group in the middle of a call keeps the caller, and is out after it.
func TestPeopleOfGroupsWork(t *testing.T) {
	ana := people.Member{OID: lab.MicrosoftID("ana.diaz@contoso.com"), User: "ana.diaz@contoso.com", Name: "Ana Diaz", Department: "Network", Phone: "+44 (0)20 7946 0103"}
	raj := people.Member{OID: lab.MicrosoftID("raj.patel@contoso.com"), User: "raj.patel@contoso.com", Name: "Raj Patel", Phone: "0104"}
	agent := people.Member{OID: lab.MicrosoftID(isaiah), User: isaiah, Name: "Isaiah Langer"}
	g := &graphOfTests{groups: map[string][]people.Member{shift: {agent}, network: {raj, ana}}}
	h := newHouse(t, houseOptions{
		presence: g.maker, tenant: "    graph: {client_id: c, secret: s}\n", wrap: "1 s",
		people: "      experts_from: [{team: " + network + ", skills: {vpn: 2}}]\n      agents_from: [{group: " + shift + ", queues: [support]}]\n",
	})
	phone := h.sbc.Phone("+442079460103", lab.PhoneBehaviour{Answer: true, RingFor: 300 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
	ctx := within(t, 60*time.Second)
	s := h.agents(lab.AgentsOptions{
		Users: []string{isaiah}, AnswerAfter: 50 * time.Millisecond, Talk: 200 * time.Millisecond, Say: speaks(agentChirp),
		Transfer: &wire.Target{Kind: wire.ToExpert, ID: "ana.diaz@contoso.com"}, HandOn: wire.DoAdd,
	})
	if got := g.experts(); got != "Megan Bowen, Ana Diaz, Raj Patel" {
		t.Errorf("presence is asked for %s", got)
	}
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	ringing, err := phone.Next(ctx)
	if err != nil {
		t.Fatalf("the expert of the team is not rung: %v", err)
	}
	s.wait("a group call", inState("conference"))
	g.set(shift)
	g.set(network, raj)
	if err := h.server.Reload(); err != nil { // which reads the groups at once
		t.Fatal(err)
	}
	for changed := g.changed(); g.experts() != "Megan Bowen, Raj Patel"; changed = g.changed() {
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("still presence of %s", g.experts())
		}
	}
	out := func(e lab.AgentEvent) bool { return e.Event == "lost" || e.Event == "failed" || e.Event == "refused" }
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if end, err := ringing.WaitEnded(ctx); err != nil || end.Code != 200 {
		t.Errorf("the expert is left: %+v, %v", end, err)
	}
	s.wait("the end of the session", out)
	// The agent, who is no longer in the group, had the caller to the end, and went out only then.
	all := s.events()
	for i, e := range all {
		if out(e) && !slices.ContainsFunc(all[:i], func(e lab.AgentEvent) bool { return e.Event == "wrap" }) {
			t.Errorf("put out in the call: %+v", all)
		}
	}
	if c := h.contacts(1)[0]; c.EndedBy != "caller" {
		t.Errorf("ended by %s", c.EndedBy)
	}
}

// TestAColleagueOfTheDirectoryIsRung: whoever the picker finds in the company's directory is rung by the number that stands there.
func TestAColleagueOfTheDirectoryIsRung(t *testing.T) {
	user, name, phone := "zoe@contoso.com", "Zoe Quick", "+44 20 7946 0199"
	g := &graphOfTests{company: []people.Change{{OID: lab.MicrosoftID(user), User: &user, Name: &name, Phone: &phone}}}
	h := newHouse(t, houseOptions{presence: g.maker, tenant: "    graph: {client_id: c, secret: s}\n", people: "      directory: {search: true}\n"})
	zoe := h.sbc.Phone("+442079460199", lab.PhoneBehaviour{Answer: true, RingFor: 100 * time.Millisecond, Say: speaks(expertChirp), Repeat: true})
	ctx := within(t, 40*time.Second)
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 300 * time.Millisecond, Say: speaks(agentChirp), Transfer: &wire.Target{Kind: wire.ToUser, ID: user}})
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zoe.Next(ctx); err != nil {
		t.Fatalf("she is not rung: %v", err)
	}
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(expertChirp, 0)) > 0 }); err != nil {
		t.Fatalf("she is not heard: %v", err)
	}
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if c := h.contacts(1)[0]; !strings.Contains(c.With, user) {
		t.Errorf("talked with %q", c.With)
	}
}
