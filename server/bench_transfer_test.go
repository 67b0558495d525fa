package server_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session/wire"
)

// BenchmarkDigitToInvite hands callers on at 20 a second: an agent's key → INVITE at the SBC.
func BenchmarkDigitToInvite(b *testing.B) {
	var mu sync.Mutex
	callers, keys := map[string]string{}, map[string]time.Time{} // by contact, by the caller's number
	var users []string
	for i := range 30 {
		users = append(users, fmt.Sprintf("key%d@contoso.com", i))
	}
	h := newHouse(b, houseOptions{agents: users, wrap: "0 s", apart: true})
	phone := h.sbc.Phone(meganNumber, lab.PhoneBehaviour{Code: 603})
	y := &bench{house: h, invited: map[string]time.Time{}, freed: map[string]time.Time{}, offered: make(chan string, 10000)}
	y.also = func(e lab.AgentEvent) {
		mu.Lock()
		defer mu.Unlock()
		switch e.Event {
		case "call":
			callers[e.Contact] = e.Caller
		case "transfer":
			keys[callers[e.Contact]] = time.Now()
		}
	}
	y.benchAgents(b, lab.AgentsOptions{Users: users, AnswerAfter: 5 * time.Millisecond, Talk: 50 * time.Millisecond, Wrap: time.Millisecond,
		Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}})
	b.ResetTimer()
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	var all sync.WaitGroup
	var took []time.Duration
	for i := range 200 {
		<-tick.C
		c := y.call(b, fmt.Sprintf("+4420%07d", i))
		if c == nil {
			return
		}
		all.Go(func() {
			m, err := phone.Next(within(b, 10*time.Second))
			if err == nil {
				began, _, _ := m.Times()
				mu.Lock()
				if at, ok := keys[m.From]; ok {
					took = append(took, began.Sub(at))
				}
				mu.Unlock()
			}
			<-time.After(100 * time.Millisecond)
			c.Hangup(context.Background())
		})
	}
	all.Wait()
	quantiles(b, "digit-to-invite", took)
	b.ReportMetric(float64(len(took)), "transfers")
}
