package graph_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cordboard/server/graph"
	"cordboard/server/lab"
)

func TestSkillsOfProfilesAreReadInABatch(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	m.AddAccount(lab.MicrosoftAccount{User: "megan.bowen@contoso.com", Name: "Megan Bowen", Skills: []string{"VPN", "  Cisco\tASA "}})
	c := client(t, m, nil)
	ctx := within(t, 20*time.Second)
	who := []string{megan, "lee.gu@contoso.com", "gone@contoso.com"}
	told, later, err := c.Skills(ctx, who)
	if err != nil || len(later) > 0 || len(told) != 3 {
		t.Fatalf("told %v, later %v, %v", told, later, err)
	}
	if got := told[megan]; !slices.Equal(got, []string{"VPN", "Cisco ASA"}) {
		t.Errorf("megan can %q", got)
	}
	if len(told["lee.gu@contoso.com"])+len(told["gone@contoso.com"]) > 0 {
		t.Errorf("who says nothing can %v", told)
	}
	if n := outer(m); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// outer counts the requests that went over the wire, not those within a batch.
func outer(m *lab.Microsoft) (n int) {
	for _, r := range m.GraphRequests() {
		if !r.Batched {
			n++
		}
	}
	return n
}

// A throttled answer inside a batch that is good itself is seen: these people are asked for later, and everybody waits.
func TestSkillsThrottledInsideABatch(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	m.AddAccount(lab.MicrosoftAccount{User: "megan.bowen@contoso.com", Name: "Megan Bowen", Skills: []string{"VPN"}})
	c := client(t, m, nil)
	m.ThrottleInBatch(1, "1")
	start := time.Now()
	told, later, err := c.Skills(within(t, 20*time.Second), []string{lee, megan})
	if err != nil || !slices.Equal(later, []string{lee}) || len(told[megan]) != 1 {
		t.Fatalf("told %v, later %v, %v", told, later, err)
	}
	if _, later, err = c.Skills(within(t, 20*time.Second), later); err != nil || len(later) > 0 {
		t.Errorf("again: later %v, %v", later, err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("asked again after %s; Graph said a second", took)
	}
}

func TestSkillsWithoutTheRight(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{Permissions: []string{"Presence.Read.All"}})
	_, _, err := client(t, m, nil).Skills(within(t, 20*time.Second), []string{megan})
	if kind(err) != graph.NoConsent {
		t.Errorf("got %v", err)
	}
}

// The simulation refuses what Graph refuses: more than twenty requests in a batch, skills in a list of people.
func TestTheSimulationIsNotMoreGenerousThanGraph(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	c := client(t, m, nil)
	var many []string
	for i := range graph.SkillsAtOnce + 1 {
		many = append(many, fmt.Sprintf("user%d@contoso.com", i))
	}
	if _, _, err := c.Skills(within(t, 20*time.Second), many); kind(err) != graph.Rejected {
		t.Errorf("a batch of 21: %v", err)
	}
	if _, err := c.Changes(within(t, 20*time.Second), m.GraphURL()+"/users/delta?$select=id,skills"); kind(err) != graph.Rejected {
		t.Errorf("skills of everybody: %v", err)
	}
}
