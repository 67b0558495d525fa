package operate

import (
	"context"
	"log/slog"
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
)

const (
	adeleVance = "adele.vance@contoso.com"
	meganBowen = "megan.bowen@contoso.com"
	leeGu      = "lee.gu@contoso.com"
)

// atGraph is a tenant's presence before the simulated Graph.
type atGraph struct {
	t *testing.T
	m *lab.Microsoft
	c *config.Tenant
	p server.Presence

	mu   sync.Mutex
	last map[string]people.Reading
}

func newAtGraph(t *testing.T, o lab.MicrosoftOptions) *atGraph {
	m, err := lab.NewMicrosoft(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.Background()) })
	mo := m.Options()
	a := &atGraph{t: t, m: m, last: map[string]people.Reading{}, c: &config.Tenant{ID: "contoso", Graph: &config.Graph{
		URL: m.GraphURL(), Authority: m.Authority(), Tenant: mo.TenantID, ClientID: mo.ServerClientID, Secret: config.Secret(mo.ServerSecret), CAFile: config.Path(m.CAFile()),
	}}}
	a.c.Presence.OnScreen, a.c.Presence.Others, a.c.Presence.Stale, a.c.Presence.ShowInCall = 100*time.Millisecond, 200*time.Millisecond, time.Minute, true
	a.p, err = Presence(slog.New(slog.DiscardHandler))(t.Context(), a.c, people.NewRoster([]people.Person{
		{ID: adeleVance, User: adeleVance, Role: people.Agent, Queues: []fact.QueueID{"support"}}, {ID: meganBowen, User: meganBowen, Expert: true},
	}), a.took)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.p.Close)
	return a
}

func (a *atGraph) took(news []people.Reading) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range news {
		a.last[r.ID] = r
	}
}

// wait waits until a person's reading fits.
func (a *atGraph) wait(what, id string, fits func(people.Reading) bool) {
	a.t.Helper()
	a.until(what, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return fits(a.last[id])
	})
}

func (a *atGraph) until(what string, fits func() bool) {
	a.t.Helper()
	for end := time.Now().Add(15 * time.Second); !fits(); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("never: %s; last %+v", what, a.last)
		}
	}
}

// requests counts those whose path ends so.
func (a *atGraph) requests(end string) (n int) {
	for _, r := range a.m.GraphRequests() {
		if strings.HasSuffix(r.Path, end) {
			n++
		}
	}
	return n
}

func TestAgentWhoTalksIsInACallInTeamsAndItIsKnownAsOurs(t *testing.T) {
	a := newAtGraph(t, lab.MicrosoftOptions{})
	shown := func() string { p, _ := a.m.PresenceOf(adeleVance); return p.Availability + "/" + p.Activity }
	a.wait("free", adeleVance, func(r people.Reading) bool { return r.Availability == "Available" && !r.Ours })
	a.p.Talking(adeleVance, true)
	a.wait("in our call", adeleVance, func(r people.Reading) bool { return r.Activity == "InACall" && r.Ours })
	a.m.SetPresence(adeleVance, lab.MicrosoftPresence{Availability: "DoNotDisturb", Activity: "DoNotDisturb"})
	a.wait("what the agent has set stands", adeleVance, func(r people.Reading) bool { return r.Availability == "DoNotDisturb" && !r.Ours })
	a.m.SetPresence(adeleVance, lab.MicrosoftPresence{Availability: "Available", Activity: "Available"})
	a.wait("in our call again", adeleVance, func(r people.Reading) bool { return r.Ours })
	a.p.Talking(adeleVance, false)
	a.wait("free again", adeleVance, func(r people.Reading) bool { return r.Availability == "Available" })
	a.m.SetPresence(adeleVance, lab.MicrosoftPresence{Availability: "Busy", Activity: "InACall"})
	a.wait("a call of the agent's own", adeleVance, func(r people.Reading) bool { return r.Activity == "InACall" && !r.Ours })
	a.m.SetPresence(adeleVance, lab.MicrosoftPresence{Availability: "Available", Activity: "Available"})
	a.p.Talking(adeleVance, true)
	a.until("told", func() bool { return shown() == "Busy/InACall" })
	a.p.People(people.NewRoster([]people.Person{{ID: meganBowen, User: meganBowen, Expert: true}}))
	<-time.After(50 * time.Millisecond)
	a.p.Talking(adeleVance, false)
	a.until("taken back from who has left the roster in the middle of the call", func() bool { return shown() == "Available/Available" })
	a.p.People(people.NewRoster([]people.Person{{ID: adeleVance, User: adeleVance, Role: people.Agent, Queues: []fact.QueueID{"support"}}}))
	a.p.Talking(adeleVance, true)
	a.until("told once who it is", func() bool { return shown() == "Busy/InACall" })
	a.p.Close()
	if got := shown(); got != "Available/Available" {
		t.Errorf("after the end of the server Teams shows %s", got)
	}
}

func TestWithoutConsentAgentsTalkAndNobodyIsAskedEveryMinute(t *testing.T) {
	a := newAtGraph(t, lab.MicrosoftOptions{Permissions: []string{"Presence.Read.All", "User.Read.All"}})
	a.wait("free", adeleVance, func(r people.Reading) bool { return r.Availability == "Available" })
	a.p.Talking(adeleVance, true)
	a.until("asked", func() bool { return a.requests("setPresence") == 1 })
	for range 3 {
		a.p.Talking(adeleVance, false)
		a.p.Talking(adeleVance, true)
	}
	a.wait("presence goes on", meganBowen, func(r people.Reading) bool { return r.Availability == "Available" })
	if n := a.requests("setPresence"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if words, ok := a.p.Health(); ok || !strings.Contains(words, "Presence.ReadWrite.All") {
		t.Errorf("health: %v %q", ok, words)
	}
}

func TestAReloadTakesOtherSettingsOfGraph(t *testing.T) {
	a := newAtGraph(t, lab.MicrosoftOptions{})
	a.wait("free", meganBowen, func(r people.Reading) bool { return r.Availability == "Available" })
	next := *a.c
	g := *a.c.Graph
	next.Graph = &g
	g.Certificate, g.Secret = "nowhere.pem", ""
	if _, err := a.p.Prepare(&next); err == nil {
		t.Error("a certificate that is not there is taken")
	}
	g.Certificate, g.Secret = "", "wrong"
	use, err := a.p.Prepare(&next)
	if err != nil {
		t.Fatal(err)
	}
	use()
	a.until("the wrong secret is refused", func() bool { words, ok := a.p.Health(); return !ok && strings.Contains(words, "secret") })
	if use, err = a.p.Prepare(a.c); err != nil {
		t.Fatal(err)
	}
	use()
	if use, err = a.p.Prepare(a.c); err != nil {
		t.Fatal(err)
	}
	asked, _, _ := a.p.Counts()
	if use(); asked > 0 {
		if again, _, _ := a.p.Counts(); again < asked {
			t.Error("the same settings make a new access")
		}
	}
	a.m.SetPresence(meganBowen, lab.MicrosoftPresence{Availability: "Away", Activity: "Away"})
	a.wait("read again with the right one", meganBowen, func(r people.Reading) bool { return r.Availability == "Away" })
}

func TestWhoIsOnAScreenIsReadThoughNotOfTheRoster(t *testing.T) {
	a := newAtGraph(t, lab.MicrosoftOptions{})
	lee := &people.Person{ID: leeGu, User: leeGu, OID: lab.MicrosoftID(leeGu), Outside: true}
	a.p.OnScreen([]*people.Person{lee})
	a.wait("a guest of the screen", leeGu, func(r people.Reading) bool { return r.Activity == "InAMeeting" })
	a.p.OnScreen(nil)
	a.p.People(people.NewRoster([]people.Person{{ID: leeGu, User: leeGu, Expert: true}}))
	a.until("only the new roster is read", func() bool {
		log := a.m.GraphRequests()
		return slices.ContainsFunc(log[max(0, len(log)-2):], func(r lab.GraphRequest) bool { return r.Ids == 1 && r.Status == 200 })
	})
	if r, ok := a.p.Fresh(t.Context(), lee); !ok || r.ID != leeGu || r.Activity != "InAMeeting" {
		t.Errorf("at the moment of the key: %+v %v", r, ok)
	}
}
