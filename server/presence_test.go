package server_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
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
	news   chan struct{} // closed when a line is added; under mu
}

func (s *source) maker(_ context.Context, _ *config.Tenant, _ *people.Roster, take func([]people.Reading)) (server.Presence, error) {
	s.take = take
	return s, nil
}

func (s *source) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

// wait waits until it was told just that.
func (s *source) wait(ctx context.Context, want string) error {
	for {
		s.mu.Lock()
		got := strings.Join(s.lines, ", ")
		if s.news == nil {
			s.news = make(chan struct{})
		}
		news := s.news
		s.mu.Unlock()
		if got == want {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return fmt.Errorf("told %q, want %q", got, want)
		}
	}
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
	h := newHouse(t, houseOptions{presence: s.maker, tenant: "    graph: {client_id: c, secret: s}\n", wrap: "20 s"})
	ctx := within(t, 30*time.Second)
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: 200 * time.Millisecond, Wrap: -1})
	c, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber})
	if err != nil {
		t.Fatal(err)
	}
	wait := func(want string) {
		t.Helper()
		if err := s.wait(ctx, want); err != nil {
			t.Fatal(err)
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
	measures(t, h.addresses["https"])
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

// measures holds what /metrics tells after one answered call against the text format and the truth.
func measures(t *testing.T, address string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("%d %s: %v", res.StatusCode, res.Header.Get("Content-Type"), err)
	}
	line := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$`)
	for l := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		if !line.MatchString(l) {
			t.Errorf("not in the format: %q", l)
		}
	}
	for _, want := range []string{
		`cordboard_takes_calls 1`, `cordboard_calls_open{tenant="contoso"} 0`, `cordboard_queue_waiting{tenant="contoso",queue="support"} 0`,
		`cordboard_agents{tenant="contoso",state="wrapup"} 1`, `cordboard_contacts_total{tenant="contoso",direction="in"} 1`,
		`cordboard_offers_total{tenant="contoso"} 1`, `cordboard_offers_ended_total{tenant="contoso",outcome="accepted"} 1`,
		`cordboard_answered_total{tenant="contoso"} 1`, `cordboard_contacts_ended_total{tenant="contoso",end="completed"} 1`,
		`cordboard_graph_healthy{tenant="contoso"} 1`, `cordboard_graph_requests_total{tenant="contoso"} 7`, `cordboard_graph_throttled_total{tenant="contoso"} 2`,
	} {
		if !strings.Contains("\n"+string(text), "\n"+want+"\n") {
			t.Errorf("missing: %s\n%s", want, text)
		}
	}
}
