package operate

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"cordboard/server/desk"
	"cordboard/server/graph"
	"cordboard/server/people"
)

// Chat makes Teams chat as the agent of an access token, with the agent's own rights.
func (p *presence) Chat(token, oid string) (desk.Chatter, error) {
	c := p.client.Load()
	a, err := c.OnBehalfOf(token, strings.ToLower(oid))
	if err != nil {
		return nil, chatError(c, err)
	}
	return &chatter{p: p, token: token, oid: oid, c: c, agent: a}, nil
}

type chatter struct {
	p          *presence
	token, oid string

	mu    sync.Mutex
	c     *graph.Client // by which agent was made
	agent *graph.Agent
}

// now gives Graph as the agent, by the access that the configuration names now.
func (x *chatter) now() (*graph.Client, *graph.Agent, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c := x.p.client.Load(); c != x.c {
		a, err := c.OnBehalfOf(x.token, strings.ToLower(x.oid))
		if err != nil {
			return nil, nil, chatError(c, err)
		}
		x.c, x.agent = c, a
	}
	return x.c, x.agent, nil
}

// Open finds the person's account, by the configuration's id or by name, and then the chat.
func (x *chatter) Open(ctx context.Context, who *people.Person) (string, error) {
	c, agent, err := x.now()
	if err != nil {
		return "", err
	}
	oid := cmp.Or(strings.ToLower(who.OID), x.p.ids.Load().oid[who.ID])
	if oid == "" {
		u, err := c.User(ctx, who.User)
		if e, ok := errors.AsType[*graph.Error](err); ok && e.Kind == graph.NotFound {
			return "", &desk.ChatError{Why: "unknown", Err: err}
		}
		if err != nil {
			return "", chatError(c, err)
		}
		oid = u.ID
	}
	id, err := agent.ChatWith(ctx, oid)
	return id, chatError(c, err)
}

// Say sends a message.
func (x *chatter) Say(ctx context.Context, chat, words string) (time.Time, error) {
	c, agent, err := x.now()
	if err != nil {
		return time.Time{}, err
	}
	at, err := agent.Say(ctx, chat, words)
	return at, chatError(c, err)
}

// heardMost is how many messages one look reads.
const heardMost = 20

// Heard gives what others wrote.
func (x *chatter) Heard(ctx context.Context, chat string, after time.Time) ([]desk.ChatLine, error) {
	c, agent, err := x.now()
	if err != nil {
		return nil, err
	}
	all, err := agent.Heard(ctx, chat, after, heardMost)
	if err != nil {
		return nil, chatError(c, err)
	}
	out := make([]desk.ChatLine, 0, len(all))
	for _, m := range all {
		out = append(out, desk.ChatLine{At: m.At, Words: m.Text})
	}
	return out, nil
}

// chatError puts a failure of Graph into what a key can say. A nil error stays nil.
func chatError(c *graph.Client, err error) error {
	if err == nil {
		return nil
	}
	out := &desk.ChatError{Why: "away", Err: err}
	e, ok := errors.AsType[*graph.Error](err)
	if !ok {
		return out
	}
	switch e.Kind {
	case graph.NoConsent:
		out.Why, out.Permission, out.Link = "consent", e.Permission, c.Health().Consent
	case graph.Throttled:
		out.Why, out.Again = "busy", e.RetryAfter
	case graph.Credential, graph.Unauthorized:
		out.Why, out.Code = "setup", cmp.Or(e.Code, string(e.Kind))
	case graph.NotFound, graph.Rejected:
		out.Why = "refused"
	}
	return out
}
