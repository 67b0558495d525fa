package lab

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// msGraph is what the simulated Graph keeps beside the people.
type msGraph struct {
	throttled  int    // requests that still get 429
	retryAfter string // its Retry-After

	throttledInside int // the same for requests within a batch
	insideAfter     string

	failing    int
	failStatus int
	slow       time.Duration
	log        []GraphRequest
	window     []time.Time // presence requests of the last 30 s
	groups     map[string]*MicrosoftGroup
	chats      map[string]*msChat
}

func (g *msGraph) init() { g.chats = map[string]*msChat{} }

// GraphRequest is one request as Graph saw it.
type GraphRequest struct {
	At        time.Time
	Method    string
	Path      string
	Status    int
	RequestID string // request-id of the answer
	Ids       int    // how many presences were asked for
	Batched   bool   // within another request
}

// Limits of Graph's documentation: presence requests a client may make in 30 seconds, ids in one of them.
const (
	presenceLimit  = 1500
	presenceWindow = 30 * time.Second
	presenceIDs    = 650
)

// Throttle answers the next n requests with 429. retryAfter is the header's text, "" leaves it out.
func (m *Microsoft) Throttle(n int, retryAfter string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.graph.throttled, m.graph.retryAfter = n, retryAfter
}

// Fail answers the next n requests of Graph with an HTTP status.
func (m *Microsoft) Fail(n, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.graph.failing, m.graph.failStatus = n, status
}

// Slow delays every answer of Graph.
func (m *Microsoft) Slow(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.graph.slow = d
}

// GraphRequests gives all requests that Graph has seen, oldest first.
func (m *Microsoft) GraphRequests() []GraphRequest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.graph.log)
}

func (m *Microsoft) graphRoutes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, app, delegated []string, h func(*graphCall)) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /v1.0"+path, func(w http.ResponseWriter, r *http.Request) { m.graphServe(w, r, app, delegated, h) })
	}
	read := []string{"Presence.Read.All", "Presence.ReadWrite.All"}
	write := []string{"Presence.ReadWrite.All"}
	users := []string{"User.Read.All", "Directory.Read.All"}
	handle("POST /communications/getPresencesByUserId", read, []string{"Presence.Read.All"}, m.getPresences)
	handle("GET /users/{id}/presence", read, []string{"Presence.Read.All"}, m.getPresence)
	handle("POST /users/{id}/presence/setPresence", write, []string{"Presence.ReadWrite"}, m.setSession)
	handle("POST /users/{id}/presence/clearPresence", write, []string{"Presence.ReadWrite"}, m.clearSession)
	handle("GET /users/{id}", users, []string{"User.Read.All", "User.ReadBasic.All"}, m.getUser)
	handle("GET /users/delta", users, []string{"User.Read.All"}, m.userDelta)
	handle("GET /groups/{id}/members", []string{"GroupMember.Read.All", "Directory.Read.All"}, []string{"GroupMember.Read.All"}, m.groupMembers)
	handle("GET /groups/{id}/transitiveMembers", []string{"GroupMember.Read.All", "Directory.Read.All"}, []string{"GroupMember.Read.All"}, m.allMembers)
	handle("POST /chats", nil, []string{"Chat.Create", "Chat.ReadWrite"}, m.createChat)
	handle("POST /chats/{id}/messages", nil, []string{"ChatMessage.Send", "Chat.ReadWrite"}, m.sendMessage)
	handle("GET /chats/{id}/messages", nil, []string{"Chat.Read", "Chat.ReadWrite"}, m.listMessages)
	mux.HandleFunc("POST /v1.0/$batch", m.batch(mux))
	mux.HandleFunc("/v1.0/", func(w http.ResponseWriter, r *http.Request) {
		m.graphServe(w, r, nil, nil, func(c *graphCall) {
			c.fail(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+strings.TrimPrefix(r.URL.Path, "/v1.0/")+"'.")
		})
	})
	return mux
}

// graphCall is one request while it is answered; its handler holds the lock of Microsoft.
type graphCall struct {
	m      *Microsoft
	w      http.ResponseWriter
	r      *http.Request
	claims Claims
	seen   *GraphRequest
	body   []byte
}

func (m *Microsoft) graphServe(w http.ResponseWriter, r *http.Request, app, delegated []string, h func(*graphCall)) {
	body, bodyErr := readGraphBody(r)
	m.mu.Lock()
	if d := m.graph.slow; d > 0 {
		m.mu.Unlock()
		select {
		case <-time.After(d):
		case <-r.Context().Done():
			return
		}
		m.mu.Lock()
	}
	defer m.mu.Unlock()
	c := &graphCall{m: m, w: w, r: r, body: body, seen: &GraphRequest{At: m.now(), Method: r.Method, Path: r.URL.Path, RequestID: newGUID()}}
	c.seen.Batched = isInside(r)
	w.Header().Set("request-id", c.seen.RequestID)
	if id := r.Header.Get("client-request-id"); id != "" {
		w.Header().Set("client-request-id", id)
	}
	c.serve(app, delegated, bodyErr, h)
	m.graph.log = append(m.graph.log, *c.seen)
}

func (c *graphCall) serve(app, delegated []string, bodyErr error, h func(*graphCall)) {
	g := &c.m.graph
	switch {
	case g.failing > 0:
		g.failing--
		c.fail(g.failStatus, "serviceNotAvailable", "The service is temporarily unavailable.")
	case g.throttled > 0:
		g.throttled--
		c.throttle(g.retryAfter)
	case c.seen.Batched && g.throttledInside > 0:
		g.throttledInside--
		c.throttle(g.insideAfter)
	case bodyErr != nil:
		c.fail(http.StatusBadRequest, "BadRequest", "Unable to read the request payload: "+bodyErr.Error())
	case !c.authenticate():
	case (app != nil || delegated != nil) && !c.allowed(app, delegated):
		c.fail(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	default:
		h(c)
	}
}

func (c *graphCall) throttle(after string) {
	if after != "" {
		c.w.Header().Set("Retry-After", after)
	}
	c.fail(http.StatusTooManyRequests, "TooManyRequests", "Too many requests have been sent in a given amount of time.")
}

func (c *graphCall) authenticate() bool {
	raw, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok || raw == "" {
		c.fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		return false
	}
	claims, err := c.m.verify(raw)
	if err != nil {
		c.fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure. "+err.Error())
		return false
	}
	if claims["aud"] != graphResource && claims["aud"] != graphAppID {
		c.fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
		return false
	}
	c.claims = claims
	return true
}

func (c *graphCall) allowed(app, delegated []string) bool {
	if scp, ok := c.claims["scp"].(string); ok {
		has := strings.Fields(scp)
		return slices.ContainsFunc(delegated, func(p string) bool { return slices.Contains(has, p) })
	}
	roles, _ := c.claims["roles"].([]any)
	return slices.ContainsFunc(app, func(p string) bool { return slices.Contains(roles, any(p)) })
}

// fail answers in the shape of Graph's errors.
func (c *graphCall) fail(status int, code, text string) {
	c.seen.Status = status
	inner := map[string]string{"date": c.m.now().UTC().Format("2006-01-02T15:04:05"), "request-id": c.seen.RequestID, "client-request-id": c.r.Header.Get("client-request-id")}
	writeJSON(c.w, status, map[string]any{"error": map[string]any{"code": code, "message": text, "innerError": inner}})
}

func (c *graphCall) answer(status int, v any) {
	c.seen.Status = status
	if v == nil {
		c.w.WriteHeader(status)
		return
	}
	writeJSON(c.w, status, v)
}

// read takes the body into v. A property that v does not have is refused, as Graph does.
func (c *graphCall) read(v any) bool {
	if ct := c.r.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		c.fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "Content type '"+ct+"' is not supported.")
		return false
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		c.fail(http.StatusBadRequest, "BadRequest", "Invalid request body: "+err.Error())
		return false
	}
	return true
}

func readGraphBody(r *http.Request) ([]byte, error) {
	in := io.LimitReader(r.Body, 4<<20)
	switch e := r.Header.Get("Content-Encoding"); e {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = z
	default:
		return nil, fmt.Errorf("content encoding %q", e)
	}
	return io.ReadAll(in)
}
