package lab

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"cordboard/session/wire"
)

// agent is one simulated person. Its run loop owns everything but the line.
type agent struct {
	all     *Agents
	user    string
	console string
	line    *agentLine
	wire    *agentWire

	resume string
	seq    uint64
	state  wire.State
	offer  *wire.Offer
	call   *wire.Call
	wrap   *wire.Wrap
	offers int
	ids    int
	sent   map[string]sentCommand
	up     <-chan struct{} // the line's, until it is up
	lineUp bool

	answerAt, hangAt, doneAt, pingAt, tokenAt *time.Timer
}

type sentCommand struct {
	verb wire.Verb
	at   time.Time
}

func newAgent(a *Agents, user string, _ int) *agent {
	return &agent{all: a, user: user, console: random(12), sent: map[string]sentCommand{},
		answerAt: idle(), hangAt: idle(), doneAt: idle(), pingAt: idle(), tokenAt: idle()}
}

// idle is a timer that does not run yet.
func idle() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

func (g *agent) event(e AgentEvent) {
	e.Agent = g.user
	g.all.tell(e)
}

// run works until ctx ends or the server refuses; a lost connection is resumed.
func (g *agent) run(ctx context.Context) error {
	defer g.dropLine()
	for try := 0; ; try++ {
		refused, err := g.connect(ctx, try)
		switch {
		case ctx.Err() != nil:
			return nil
		case refused != nil:
			g.event(AgentEvent{Event: "refused", Code: refused.Code, Words: refused.Words})
			return fmt.Errorf("%s: refused: %s: %s", g.user, refused.Code, refused.Words)
		}
		g.event(AgentEvent{Event: "lost", Words: fmt.Sprint(err)})
		t := time.NewTimer(min(time.Duration(1+try)*200*time.Millisecond, 5*time.Second))
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// connect is one connection from Hello to its end.
func (g *agent) connect(ctx context.Context, try int) (*wire.Refused, error) {
	token, err := g.all.o.Token(g.user)
	if err != nil {
		return nil, fmt.Errorf("no token for %s: %w", g.user, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The connection outlives ctx by the moment that signing out takes.
	if g.wire, err = g.all.dial(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	defer g.wire.close()
	hello := &wire.Hello{Version: wire.Version, Console: g.console, Program: "cordboard lab", Token: token,
		Resume: g.resume, Seq: g.seq, Takeover: try == 0}
	if err := g.wire.send(ctx, wire.FromConsole{Hello: hello}); err != nil {
		return nil, err
	}
	g.pingAt.Reset(g.pingEvery())
	for {
		select {
		case f, ok := <-g.wire.in:
			if !ok {
				return nil, g.wire.err
			}
			if g.all.o.Saw != nil {
				g.all.o.Saw(g.user, f)
			}
			if f.Refused != nil {
				return f.Refused, nil
			}
			if err := g.take(ctx, f); err != nil {
				return nil, err
			}
			if f.News != nil && f.News.Out != nil {
				return f.News.Out, nil
			}
		case <-g.up:
			g.up, g.lineUp = nil, true
			g.event(AgentEvent{Event: "line"})
			g.all.clock.add(g.line)
			g.beReady(ctx)
		case <-g.answerAt.C:
			g.answer(ctx)
		case <-g.hangAt.C:
			g.endCall(ctx)
		case <-g.doneAt.C:
			g.finish(ctx)
		case <-g.pingAt.C:
			_ = g.wire.send(ctx, wire.FromConsole{Ping: &wire.Ping{Sent: time.Now().UnixMilli()}})
			g.pingAt.Reset(g.pingEvery())
		case <-g.tokenAt.C:
			if token, err := g.all.o.Token(g.user); err == nil {
				_ = g.wire.send(ctx, wire.FromConsole{Token: &wire.Token{Token: token}})
				g.tokenAt.Reset(10 * time.Minute)
			}
		case <-ctx.Done():
			g.leave()
			return nil, ctx.Err()
		}
	}
}

func (g *agent) pingEvery() time.Duration {
	if g.call != nil {
		return 2 * time.Second
	}
	return 15 * time.Second
}

// leave signs out properly, although the context has ended.
func (g *agent) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	g.do(ctx, wire.Command{Do: wire.DoSignOut})
}

func (g *agent) do(ctx context.Context, c wire.Command) {
	g.ids++
	c.ID = g.console + "-" + strconv.Itoa(g.ids)
	g.sent[c.ID] = sentCommand{c.Do, time.Now()}
	if err := g.wire.send(ctx, wire.FromConsole{Do: &c}); err != nil {
		g.event(AgentEvent{Event: "failed", Words: fmt.Sprintf("%s: %v", c.Do, err)})
	}
}

// take reads one frame of the server.
func (g *agent) take(ctx context.Context, f wire.FromServer) error {
	switch {
	case f.Welcome != nil:
		return g.welcomed(ctx, f.Welcome)
	case f.Line != nil:
		if g.line == nil {
			return nil
		}
		if err := g.line.answer(*f.Line); err != nil {
			g.event(AgentEvent{Event: "failed", Words: err.Error()})
		}
	case f.Reply != nil:
		g.replied(ctx, f.Reply)
	case f.News != nil:
		g.seq = f.News.Seq
		g.news(ctx, f.News)
	}
	return nil
}

func (g *agent) welcomed(ctx context.Context, w *wire.Welcome) error {
	g.resume = w.Resume
	g.event(AgentEvent{Event: "connected", Words: w.Server})
	if in := time.Until(w.TokenBy) - 30*time.Second; !w.TokenBy.IsZero() {
		g.tokenAt.Reset(max(in, time.Second))
	}
	if w.Resumed {
		return nil
	}
	g.seq = w.Seq
	if b := w.Board; b != nil {
		g.offer, g.call, g.wrap, g.state = nil, nil, nil, ""
		g.news(ctx, &wire.News{Me: &b.Me, Offer: b.Offer, Call: b.Call, Wrap: b.Wrap})
	}
	if g.all.o.NoLine {
		g.beReady(ctx)
		return nil
	}
	return g.newLine(ctx)
}

// newLine makes the voice line: at sign-in, and when the server has forgotten us.
func (g *agent) newLine(ctx context.Context) error {
	g.dropLine()
	line, err := newAgentLine(g)
	if err != nil {
		return err
	}
	g.line, g.up = line, line.up
	offer, err := line.offer(ctx)
	if err != nil {
		return err
	}
	return g.wire.send(ctx, wire.FromConsole{Line: &offer})
}

func (g *agent) dropLine() {
	if g.line != nil {
		g.all.clock.remove(g.line)
		g.line.close()
	}
	g.line, g.up, g.lineUp = nil, nil, false
}
