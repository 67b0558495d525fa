package server_test

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
)

// bench is a house with many agents, and the times of what happens in it.
type bench struct {
	*house
	mu      sync.Mutex
	invited map[string]time.Time // by the caller's number
	offers  []time.Duration
	freed   map[string]time.Time // by agent
	next    []time.Duration
	offered chan string
	also    func(lab.AgentEvent) // hears every event first
}

func newBench(b *testing.B, agents int, o lab.AgentsOptions) *bench {
	var users []string
	for i := range agents {
		users = append(users, fmt.Sprintf("agent%d@contoso.com", i))
	}
	x := &bench{house: newHouse(b, houseOptions{agents: users, wrap: "0 s", apart: true}), invited: map[string]time.Time{}, freed: map[string]time.Time{}, offered: make(chan string, 10000)}
	o.Users = users
	x.benchAgents(b, o)
	return x
}

func (x *bench) benchAgents(b *testing.B, o lab.AgentsOptions) {
	o.Server, o.CA, o.Token, o.Log, o.Tell = x.url(), x.roots(), x.token, x.log, x.tell
	a := lab.NewAgents(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done })
	select {
	case <-a.Ready():
	case <-time.After(60 * time.Second):
		b.Fatal("the agents were not ready in time")
	}
}

func (x *bench) tell(e lab.AgentEvent) {
	now := time.Now()
	if x.also != nil {
		x.also(e)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case e.Event == "offer":
		if at, ok := x.invited[e.Caller]; ok {
			x.offers = append(x.offers, now.Sub(at))
		}
		if at, ok := x.freed[e.Agent]; ok {
			x.next = append(x.next, now.Sub(at))
			delete(x.freed, e.Agent)
		}
		select {
		case x.offered <- e.Caller:
		default:
		}
	case e.Event == "state" && e.State == "ready":
		x.freed[e.Agent] = now
	}
}

func (x *bench) call(b *testing.B, from string) *lab.Caller {
	x.mu.Lock()
	x.invited[from] = time.Now()
	x.mu.Unlock()
	c, err := x.sbc.Call(context.Background(), lab.CallOptions{From: from, To: supportNumber})
	if err != nil {
		b.Error(err)
		return nil
	}
	return c
}

// warmUp lets a few calls go by, so that what is made once (the music in each codec, connections) is made.
func (x *bench) warmUp(b *testing.B, calls int) {
	for i := range calls {
		if c := x.call(b, fmt.Sprintf("+4419%07d", i)); c != nil {
			c.WaitAnswered(context.Background())
			c.Hangup(context.Background())
		}
	}
	x.contacts(calls)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.offers = nil
}

func quantiles(b *testing.B, name string, all []time.Duration) {
	if len(all) == 0 {
		b.Errorf("%s: nothing was measured", name)
		return
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name+"-p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, name+"-p99-ms")
}

// BenchmarkInviteToOffer sends calls at a fixed rate: INVITE in → offer on the agent's socket, and the server's CPU for
// a whole call: queue, offer, answer, hang-up, wrap-up and ledger, without what the agents' idle lines cost.
func BenchmarkInviteToOffer(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // the callers' and agents' own collections are not what is measured
	for _, rate := range []int{20, 50, 100, 200} {
		b.Run(fmt.Sprintf("%d-calls-a-second", rate), func(b *testing.B) {
			x := newBench(b, 60, lab.AgentsOptions{AnswerAfter: 5 * time.Millisecond, Wrap: time.Millisecond})
			x.warmUp(b, 20)
			idle := x.idleCPU()
			calls := 10 * rate
			tick := time.NewTicker(time.Second / time.Duration(rate))
			defer tick.Stop()
			before, began := x.apart.number("cpu"), time.Now()
			var wg sync.WaitGroup
			b.ResetTimer()
			for i := range calls {
				<-tick.C
				wg.Go(func() {
					c := x.call(b, fmt.Sprintf("+4420%07d", i))
					if c == nil {
						return
					}
					select {
					case <-time.After(150 * time.Millisecond):
					case <-c.Ended():
					}
					c.Hangup(context.Background())
				})
			}
			wg.Wait()
			x.contacts(calls + 20)
			used := float64(x.apart.number("cpu")-before) - idle*time.Since(began).Seconds()
			b.StopTimer()
			x.mu.Lock()
			defer x.mu.Unlock()
			if len(x.offers) < calls {
				b.Errorf("%d of %d calls were offered", len(x.offers), calls)
			}
			quantiles(b, "offer", x.offers)
			b.ReportMetric(used/1e6/float64(calls), "server-cpu-ms/call")
			b.ReportMetric(idle/1e6, "idle-agents-cpu-ms/s")
		})
	}
}

// idleCPU is what the server uses with agents on and no calls, in nanoseconds a second.
func (x *bench) idleCPU() float64 {
	before, began := x.apart.number("cpu"), time.Now()
	<-time.After(3 * time.Second) // the length of the measurement
	return float64(x.apart.number("cpu")-before) / time.Since(began).Seconds()
}

// BenchmarkFreeToNextOffer keeps callers waiting: the agent becomes free → the next offer is on the agent's socket.
func BenchmarkFreeToNextOffer(b *testing.B) {
	x := newBench(b, 1, lab.AgentsOptions{AnswerAfter: time.Millisecond, Talk: 20 * time.Millisecond, Wrap: time.Millisecond})
	const calls = 60
	for i := range calls {
		x.call(b, fmt.Sprintf("+4420%07d", i))
	}
	x.contacts(calls)
	x.mu.Lock()
	defer x.mu.Unlock()
	quantiles(b, "next-offer", x.next)
}

// BenchmarkWaitingCaller gives the server's memory for a caller who waits with music: heap and stacks.
func BenchmarkWaitingCaller(b *testing.B) {
	x := newBench(b, 1, lab.AgentsOptions{AnswerAfter: time.Hour, NoLine: true})
	const calls = 200
	before := x.apart.number("memory")
	for i := range calls {
		x.call(b, fmt.Sprintf("+4420%07d", i))
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for x.apart.number("calls") < calls {
		<-tick.C
	}
	b.ReportMetric(float64(x.apart.number("memory")-before)/calls/1024, "KiB/caller")
}

// BenchmarkSignedInAgent gives the server's memory for an agent with connection and line.
func BenchmarkSignedInAgent(b *testing.B) {
	const agents = 50
	x := newBench(b, 1, lab.AgentsOptions{AnswerAfter: time.Hour})
	before := x.apart.number("memory")
	y := newBench(b, 1+agents, lab.AgentsOptions{AnswerAfter: time.Hour})
	b.ReportMetric(float64(y.apart.number("memory")-before)/agents/1024, "KiB/agent")
}

// memory is the heap in use and the stacks, after a collection.
func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
