package server_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/lab"
)

func TestAPersonIsPutOutFromTheServersMachine(t *testing.T) {
	h := newHouse(t, houseOptions{})
	c := server.OpenControl(filepath.Join(h.dir, "data"))
	s := h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: time.Hour})
	in, err := c.People(t.Context())
	if err != nil || len(in) != 1 || in[0].User != adele || in[0].State != "ready" {
		t.Fatalf("signed in: %+v, %v", in, err)
	}
	if was, err := c.Out(t.Context(), adele); err != nil || !was {
		t.Fatalf("out: %v, %v", was, err)
	}
	s.wait("the end of the connection", func(e lab.AgentEvent) bool { return e.Event == "lost" || e.Event == "failed" || e.Event == "refused" })
	for limit := time.Now().Add(10 * time.Second); ; {
		if in, err = c.People(t.Context()); err == nil && len(in) == 0 {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("still in: %+v, %v", in, err)
		}
	}
	if _, err := c.Out(t.Context(), "nobody@contoso.com"); err == nil || !strings.Contains(err.Error(), "nobody@contoso.com") {
		t.Errorf("a person who is not configured: %v", err)
	}
	h.stop()
	if _, err := c.People(t.Context()); !errors.Is(err, server.ErrNoServer) {
		t.Errorf("without a server: %v", err)
	}
}
