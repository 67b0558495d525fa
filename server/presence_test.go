package server_test

import (
	"context"
	"errors"
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

// source plays a tenant's Microsoft Graph: it notes what it is told, and gives what a test says.
type source struct {
	mu     sync.Mutex
	lines  []string
	screen []fact.AgentID
	take   func([]people.Reading)
	refuse bool
}

func (s *source) maker(_ context.Context, _ *config.Tenant, _ *people.Roster, take func([]people.Reading)) (server.Presence, error) {
	s.take = take
	return s, nil
}

func (s *source) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func (s *source) told() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, ", ")
}

func (s *source) Fresh(context.Context, *people.Person) (people.Reading, bool) {
	return people.Reading{}, false
}
func (s *source) People(*people.Roster) {}
func (s *source) OnScreen(who []*people.Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screen = nil
	for _, p := range who {
		s.screen = append(s.screen, p.ID)
	}
}

func (s *source) Talking(id fact.AgentID, on bool) {
	word := "over "
	if on {
		word = "talks "
	}
	s.note(word + strings.Split(string(id), ".")[0])
}

func (s *source) Prepare(*config.Tenant) (func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse {
		return nil, errors.New("no such certificate")
	}
	return func() { s.note("reloaded") }, nil
}

func (s *source) Health() (string, bool)               { return "Graph answers.", true }
func (s *source) Counts() (asked, slowed, lost uint64) { return 7, 2, 1 }
func (s *source) Close()                               { s.note("closed") }

// TestTeamsHearsWhoTalks: from the answer to the end of the call, and no longer than the server.
func TestTeamsHearsWhoTalksInACall(t *testing.T) {
	s := &source{}
	h := newHouse(t, houseOptions{presence: s.maker, tenant: "    graph: {client_id: c, secret: s}\n", wrap: "1 s"})
	ctx := within(t, 30*time.Second)
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 200 * time.Millisecond})
	c, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber})
	if err != nil {
		t.Fatal(err)
	}
	wait := func(want string) {
		t.Helper()
		for s.told() != want {
			if ctx.Err() != nil {
				t.Fatalf("told %q, want %q", s.told(), want)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	if _, err := c.WaitEnded(ctx); err != nil {
		t.Fatal(err)
	}
	wait("talks adele, over adele")
	s.mu.Lock()
	screen := s.screen
	s.mu.Unlock()
	if len(screen) != 1 || screen[0] != "megan.bowen@contoso.com" {
		t.Errorf("on a screen: %v", screen)
	}
	if err := h.server.Reload(); err != nil {
		t.Fatal(err)
	}
	wait("talks adele, over adele, reloaded")
	s.mu.Lock()
	s.refuse = true
	s.mu.Unlock()
	if err := h.server.Reload(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a reload with a bad certificate of Graph: %v", err)
	}
	h.stop()
	wait("talks adele, over adele, reloaded, closed")
}
