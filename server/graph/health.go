package graph

import (
	"cmp"
	"net/url"
	"slices"
	"sync"
	"time"
)

// State of a tenant's access to Graph.
type State string

// The states, from good to bad.
const (
	StateUnknown    State = "unknown" // nothing was asked yet
	StateFine       State = "fine"
	StateSlow       State = "throttled"
	StateNoConsent  State = "consent_missing"
	StateDown       State = "unreachable"
	StateCredential State = "credential"
)

// Health is a tenant's health line: for people and for metrics.
type Health struct {
	State   State
	Words   string
	Since   time.Time // of the state
	Good    time.Time // the last good answer
	Again   time.Time // when throttled: when it goes on
	Missing []Missing // permissions without consent
	Consent string    // where an administrator gives it
	// Counts since the start.
	Requests, Throttled, Failed uint64
}

// Missing is a permission without consent and what is lost without it.
type Missing struct {
	Permission string
	Feature    string
}

type health struct {
	mu   sync.Mutex
	now  func() time.Time
	line Health
	lost map[string]Missing // by operation
}

func (h *health) start(o Options) {
	h.now = o.Now
	h.lost = map[string]Missing{}
	h.line = Health{State: StateUnknown, Since: o.Now(), Words: "Graph was not asked yet.",
		Consent: o.Authority + "/" + url.PathEscape(o.TenantID) + "/adminconsent?client_id=" + url.QueryEscape(o.ClientID)}
}

func (h *health) fine(op operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.Requests++
	h.line.Good = h.now()
	h.line.Again = time.Time{}
	h.given(op)
}

// given: an operation has its permission; the caller holds the lock.
func (h *health) given(op operation) {
	delete(h.lost, op.name)
	if len(h.lost) > 0 {
		h.missing()
		return
	}
	h.set(StateFine, "Graph answers.")
}

// saw notes, from an answer that was good, whether an operation has its permission.
func (h *health) saw(op operation, permitted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if permitted {
		h.given(op)
		return
	}
	h.lost[op.name] = Missing{op.permission, op.feature}
	h.missing()
}

// failed notes a failure and says whether it is news: another trouble than the one known.
func (h *health) failed(op operation, e *Error) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, lost := h.line.State, len(h.lost)
	defer func() { news = h.line.State != was || len(h.lost) != lost }()
	h.line.Requests++
	h.line.Failed++
	if op.delegated && (e.Kind == Credential || e.Kind == Unauthorized) {
		return false // one agent's trouble, and not the server's
	}
	switch e.Kind {
	case Throttled:
		h.line.Throttled++
		h.line.Again = h.now().Add(e.RetryAfter)
		h.set(StateSlow, "Graph asks us to slow down. Presence is older than usual.")
	case NoConsent:
		h.lost[op.name] = Missing{op.permission, op.feature}
		h.missing()
	case Credential:
		h.set(StateCredential, "Microsoft refuses the server's sign-in ("+cmp.Or(e.Code, "no reason given")+"). Check the client id and the secret or certificate of the app registration.")
	case Unauthorized:
		h.set(StateCredential, "Graph refuses the server's token.")
	case Unreachable, Ill:
		h.set(StateDown, "Graph is not reachable. Presence is shown as unknown.")
	}
	return false
}

// missing puts the permissions without consent into words; the caller holds the lock.
func (h *health) missing() {
	words := ""
	for _, m := range h.list() {
		words += "Without the permission " + m.Permission + " there is no " + m.Feature + ". "
	}
	h.set(StateNoConsent, words+"An administrator gives consent at "+h.line.Consent)
}

func (h *health) list() []Missing {
	var out []Missing
	for _, m := range h.lost {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Permission, b.Permission), cmp.Compare(a.Feature, b.Feature))
	})
	return slices.Compact(out)
}

func (h *health) set(s State, words string) {
	if h.line.State != s {
		h.line.State, h.line.Since = s, h.now()
	}
	h.line.Words = words
}

// Health gives the tenant's health line.
func (c *Client) Health() Health {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	out := c.health.line
	out.Missing = c.health.list()
	return out
}
