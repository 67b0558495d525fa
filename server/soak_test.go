//go:build soak

package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"cordboard/server/lab"
)

// TestSoak keeps a house at work: agents who answer, callers of every kind, two a second. After it, and 40 s for the transactions of
// RFC 3261 to end, nothing may be left of them. SOAK says for how long (default 30m), SOAK_RATE how many callers a second.
func TestSoak(t *testing.T) {
	lasts := soakDuration(t, "SOAK", 30*time.Minute)
	const agents = 20
	var users []string
	for i := range agents {
		users = append(users, fmt.Sprintf("agent%d@contoso.com", i))
	}
	h := newHouse(t, houseOptions{agents: users, wrap: "2 s", trunk: ", srtp: allow"})
	s := h.agents(lab.AgentsOptions{Users: users, AnswerAfter: 300 * time.Millisecond, Talk: 4 * time.Second, Wrap: 200 * time.Millisecond, Miss: 50})
	s.mu.Lock()
	s.all, s.forget = nil, true
	s.mu.Unlock()
	c := &crowd{house: h, ends: map[string]int{}}
	c.work(within(t, 2*time.Minute), 20*time.Second) // what is made once is made now
	before := settled(t)
	say("before: %s", before)
	ctx, cancel := context.WithTimeout(context.Background(), lasts)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); c.watch(ctx) }()
	c.work(ctx, lasts)
	<-done
	after := settled(t)
	say("after: %s\ncallers: %v\nagents: %d answered, %d heard a caller, %d lost their connection", after, c.ends, s.agents.Count("answer"), s.agents.Count("audio"), s.agents.Count("lost"))
	if after.goroutines > before.goroutines+20 {
		t.Errorf("%d goroutines more than before", after.goroutines-before.goroutines)
	}
	if after.heap > before.heap+before.heap/10+4<<20 {
		t.Errorf("the heap grew from %d to %d KiB", before.heap>>10, after.heap>>10)
	}
	if after.files > before.files+2 {
		t.Errorf("%d descriptors more than before", after.files-before.files)
	}
	if h.server.OpenCalls() != 0 || h.sbc.Calls() != 0 {
		t.Errorf("%d calls are open at the server, %d at the SBC", h.server.OpenCalls(), h.sbc.Calls())
	}
	if n := s.agents.Count("lost") + s.agents.Count("failed"); n > 0 {
		t.Errorf("%d connections or lines failed", n)
	}
	if c.wrong > 0 {
		t.Errorf("%d callers fared ill: %v", c.wrong, c.ends)
	}
}

// say shows progress, which go test would keep to the end.
func say(format string, a ...any) { fmt.Fprintf(os.Stderr, format+"\n", a...) }

func soakDuration(t *testing.T, name string, otherwise time.Duration) time.Duration {
	if v := os.Getenv(name); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	return otherwise
}

// settled is the state once transactions and connections have ended.
func settled(t *testing.T) state {
	t.Helper()
	wait := time.NewTimer(40 * time.Second)
	defer wait.Stop()
	<-wait.C
	return stateNow()
}

// crowd are the callers.
type crowd struct {
	house *house
	mu    sync.Mutex
	ends  map[string]int
	wrong int
}

// work lets callers come for a time, and waits for the last one.
func (c *crowd) work(ctx context.Context, lasts time.Duration) {
	var all sync.WaitGroup
	every := time.Second / 2
	if v := os.Getenv("SOAK_RATE"); v != "" {
		var rate float64
		if _, err := fmt.Sscan(v, &rate); err == nil && rate > 0 {
			every = time.Duration(float64(time.Second) / rate)
		}
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	until := time.Now().Add(lasts)
	for n := 0; time.Now().Before(until) && ctx.Err() == nil; n++ {
		all.Go(func() { c.caller(n) })
		<-tick.C
	}
	all.Wait()
}

func (c *crowd) watch(ctx context.Context) {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.mu.Lock()
			say("%s; %d calls open; callers so far %v", stateNow(), c.house.sbc.Calls(), c.ends)
			c.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

// caller is one of several kinds, by turns.
func (c *crowd) caller(n int) {
	kinds := []string{"talks", "talks", "talks", "holds", "presses keys", "late offer", "gives up", "gives up at once", "talks", "encrypted"}
	kind := kinds[n%len(kinds)]
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	codecs := [][]lab.SBCCodec{nil, {lab.SBCPCMA}, {lab.SBCPCMU}}
	srtp := kind == "encrypted"
	call, err := c.house.sbc.Call(ctx, lab.CallOptions{From: fmt.Sprintf("+4420%08d", n), To: supportNumber, Say: lab.SpeechTone(700, time.Second), Repeat: true,
		Codecs: codecs[n%3], SRTP: &srtp, LateOffer: kind == "late offer"})
	if err != nil {
		c.end("could not call: "+err.Error(), true)
		return
	}
	patience := time.Duration(200+rand.IntN(800)) * time.Millisecond
	switch kind {
	case "gives up":
		_ = call.WaitAnswered(ctx)
		c.leave(ctx, call, patience)
	case "gives up at once":
		c.leave(ctx, call, 0)
	case "holds":
		if call.WaitAnswered(ctx) == nil {
			if err := call.Hold(ctx, "sendonly"); err == nil {
				_ = call.Resume(ctx)
			}
		}
	case "presses keys":
		if call.WaitAnswered(ctx) == nil {
			call.Press("12#")
		}
	}
	end, err := call.WaitEnded(ctx)
	switch {
	case err != nil:
		c.end(kind+": never ended", true)
		_ = call.Hangup(context.Background())
	case end.By == "network":
		c.end(kind+": "+fmt.Sprint(end.Err), true)
	default:
		c.end(fmt.Sprintf("%s: %s %d", kind, end.By, end.Code), end.By == "server" && end.Code != 200)
	}
}

func (c *crowd) leave(ctx context.Context, call *lab.Caller, after time.Duration) {
	wait := time.NewTimer(after)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-call.Ended():
	}
	_ = call.Hangup(ctx)
}

func (c *crowd) end(how string, wrong bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends[how]++
	if wrong {
		c.wrong++
	}
}
