package server_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestAServerThatStopsLeavesNothingBehind: consoles' connections are closed, and their seats end.
func TestAServerThatStopsLeavesNothingBehind(t *testing.T) {
	h := newHouse(t, houseOptions{agents: []string{adele, isaiah}})
	s := h.agents(lab.AgentsOptions{Users: []string{adele, isaiah}, AnswerAfter: time.Hour})
	h.stop()
	s.wait("the end of the connections", event("lost"))
	s.stop()
	var now int
	for limit := time.Now().Add(10 * time.Second); ; <-time.After(20 * time.Millisecond) {
		now = 0
		buf := make([]byte, 1<<20)
		for _, g := range split(buf[:runtime.Stack(buf, true)]) {
			if has(g, "cordboard/server/desk.", "cordboard/server/acd.", "cordboard/server/line.", "cordboard/server/call.") {
				now++
				if time.Now().After(limit) {
					t.Logf("%s", g)
				}
			}
		}
		if now == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines of consoles and agents are left", now)
		}
	}
}

func split(stacks []byte) []string { return strings.Split(string(stacks), "\n\n") }

func has(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}
