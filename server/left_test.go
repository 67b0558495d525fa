//go:build soak

package server_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestSoakLeavesNothing: 40 s after 2,000 calls the server, in a process of its own, holds what it held before, and no more after another 2,000.
func TestSoakLeavesNothing(t *testing.T) {
	const agents, calls, rate = 20, 2000, 40
	var users []string
	for i := range agents {
		users = append(users, fmt.Sprintf("agent%d@contoso.com", i))
	}
	h := newHouse(t, houseOptions{agents: users, wrap: "0 s", apart: true})
	s := h.agents(lab.AgentsOptions{Users: users, AnswerAfter: 20 * time.Millisecond, Talk: 200 * time.Millisecond, Wrap: time.Millisecond})
	s.mu.Lock()
	s.all, s.forget = nil, true
	s.mu.Unlock()
	n := 0
	after := func(calls int) state {
		t.Helper()
		var all sync.WaitGroup
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for range calls {
			<-tick.C
			n++
			from := fmt.Sprintf("+4420%08d", n)
			all.Go(func() { h.oneCall(t, from) })
		}
		all.Wait()
		wait := time.NewTimer(40 * time.Second)
		defer wait.Stop()
		<-wait.C
		now := state{int(h.apart.number("goroutines")), int(h.apart.number("files")), uint64(h.apart.number("heap"))}
		say("after %d calls: %s, %d open", n, now, h.apart.number("calls"))
		return now
	}
	after(0)
	before := after(100) // what is made once is made now
	first := after(calls)
	second := after(calls)
	for name, x := range map[string]struct {
		was, is state
		percent uint64
	}{"2,000 calls": {before, first, 10}, "another 2,000": {first, second, 5}} {
		if x.is.goroutines > x.was.goroutines+20 {
			t.Errorf("%s: %d goroutines became %d", name, x.was.goroutines, x.is.goroutines)
		}
		if x.is.files > x.was.files+1 { // the event store opens and closes its files by itself
			t.Errorf("%s: %d descriptors became %d", name, x.was.files, x.is.files)
		}
		if x.is.heap > x.was.heap+x.was.heap*x.percent/100 {
			t.Errorf("%s: the heap grew from %d to %d KiB", name, x.was.heap>>10, x.is.heap>>10)
		}
	}
}

// oneCall is a caller who is answered, spoken to and hung up on.
func (h *house) oneCall(t *testing.T, from string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := h.sbc.Call(ctx, lab.CallOptions{From: from, To: supportNumber})
	if err != nil {
		t.Error(err)
		return
	}
	if end, err := c.WaitEnded(ctx); err != nil || end.By != "server" {
		t.Errorf("%s: %+v, %v", from, end, err)
		_ = c.Hangup(context.WithoutCancel(ctx))
	}
}
