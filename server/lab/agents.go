package lab

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"cordboard/server/inbox"
	"cordboard/session/wire"
)

// AgentsOptions describe simulated agents. They come by the real wire and speak by the real line.
type AgentsOptions struct {
	Server string                               // https://host:port
	CA     *x509.CertPool                       // trusted in the server; nil: the system's
	Users  []string                             // one agent each
	Token  func(user string) (string, error)    // an access token for the server's API
	SignIn time.Duration                        // between two sign-ins, so that they do not come in one burst
	Out    io.Writer                            // one JSON line an event; nil: none
	Tell   func(AgentEvent)                     // the same for tests; must not block
	Saw    func(user string, f wire.FromServer) // every frame that comes; must not block
	Log    *slog.Logger

	AnswerAfter time.Duration // after the offer
	Hesitate    time.Duration // at most so much longer, by chance
	Miss        int           // every so many offers of an agent go by unanswered; 0: none
	Talk        time.Duration // then the agent hangs up; 0: the caller does
	Wrap        time.Duration // then wrap-up is done; negative: never
	Say         Speech        // said in calls, over and over; default a sentence
	NoLine      bool          // no voice line
	Transfer    *wire.Target  // after Talk the caller is handed on, blind, instead of hung up
	HandOn      wire.Verb     // what Transfer does: DoTransfer when empty; DoAdd for a group call
	Record      bool          // decode and keep what is heard (Heard): for tests with few agents
}

// AgentEvent is one thing that happened to one agent. TNs is the monotonic clock of the machine in nanoseconds, which all programs
// on it share.
type AgentEvent struct {
	TNs         int64  `json:"t_ns"`
	Agent       string `json:"agent"`
	Event       string `json:"event"` // see docs of Agents
	State       string `json:"state,omitempty"`
	Contact     string `json:"contact,omitempty"`
	Reservation string `json:"reservation,omitempty"`
	Caller      string `json:"caller,omitempty"`
	Queue       string `json:"queue,omitempty"`
	Code        string `json:"code,omitempty"`
	Words       string `json:"words,omitempty"`
	TookNs      int64  `json:"took_ns,omitempty"`
	Received    int    `json:"received,omitempty"` // packets of this call
	Lost        int    `json:"lost,omitempty"`
	LongestMs   int64  `json:"longest_gap_ms,omitempty"`
	Payload     int    `json:"payload,omitempty"` // type heard last
}

// Agents are many agents at work. Their events: connected, line (up), state, offer, answer (sent), reply (to answer; Code when
// refused), call, transfer (asked for), audio (first voice heard after the answer, TookNs since the answer was sent), cleared (the offer went), wrap,
// media (at the end of a call), refused, lost, failed, out.
type Agents struct {
	o     AgentsOptions
	clock *agentClock
	all   []*agent

	mu     sync.Mutex
	counts map[string]int
	ready  chan struct{}
	isUp   map[string]bool
	heard  map[string]*Recording
	errs   []error
}

// NewAgents prepares agents; Run signs them in.
func NewAgents(o AgentsOptions) *Agents {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Say.Empty() {
		o.Say = SpeechOf(SpeechVoice("agent", "good morning, how can i help you?"), SpeechQuiet(time.Second))
	}
	a := &Agents{o: o, counts: map[string]int{}, ready: make(chan struct{}), isUp: map[string]bool{}, heard: map[string]*Recording{}}
	for _, user := range o.Users {
		a.heard[user] = NewRecording()
	}
	a.clock = newAgentClock(o.Say)
	return a
}

// Ready is closed when every agent is signed in, has its line, and is ready.
func (a *Agents) Ready() <-chan struct{} { return a.ready }

// Heard is all that an agent has heard by the line, music and silence included. It is empty without Record.
func (a *Agents) Heard(user string) *Recording { return a.heard[user] }

// Count is how often an event happened.
func (a *Agents) Count(event string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counts[event]
}

// Run works until ctx ends, then signs everybody out. The error joins what ended agents before that.
func (a *Agents) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	ended := make(chan struct{})
	defer close(ended)
	inbox.Go(a.panicked, func() { a.clock.run(ended) })
	for i, user := range a.o.Users {
		g := newAgent(a, user, i)
		a.all = append(a.all, g)
		wg.Add(1)
		inbox.Go(a.panicked, func() {
			defer wg.Done()
			if err := g.run(ctx); err != nil && ctx.Err() == nil {
				a.fail(err)
			}
		})
		if a.o.SignIn > 0 {
			t := time.NewTimer(a.o.SignIn)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
			}
		}
	}
	wg.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Join(a.errs...)
}

func (a *Agents) panicked(p *inbox.Panic) {
	a.o.Log.Error("a simulated agent panicked", "err", p, "stack", string(p.Stack))
	a.fail(p)
}

func (a *Agents) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.errs = append(a.errs, err)
}

// tell writes an event.
func (a *Agents) tell(e AgentEvent) {
	if e.TNs == 0 {
		e.TNs = monotonic()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counts[e.Event]++
	if a.o.Tell != nil {
		a.o.Tell(e)
	}
	if a.o.Out != nil {
		if raw, err := json.Marshal(e); err == nil {
			_, _ = a.o.Out.Write(append(raw, '\n'))
		}
	}
}

// up notes that an agent is ready for the first time.
func (a *Agents) up(user string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isUp[user] {
		return
	}
	a.isUp[user] = true
	if len(a.isUp) == len(a.o.Users) {
		close(a.ready)
	}
}
