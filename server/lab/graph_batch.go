package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// batchLimit is how many requests Graph takes in one (json-batching).
const batchLimit = 20

// ThrottleInBatch answers the next n requests within batches with 429; the batch itself is answered with 200.
func (m *Microsoft) ThrottleInBatch(n int, retryAfter string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.graph.throttledInside, m.graph.insideAfter = n, retryAfter
}

// batched is one request of a batch.
type batched struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

type insideKey struct{}

func withInside(r *http.Request) context.Context {
	return context.WithValue(r.Context(), insideKey{}, true)
}

func isInside(r *http.Request) bool { return r.Context().Value(insideKey{}) != nil }

// batch answers POST /$batch: each request by itself, with its own status, under 200.
func (m *Microsoft) batch(serve http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Requests []batched `json:"requests"`
		}
		var responses []map[string]any
		m.graphServe(w, r, nil, nil, func(c *graphCall) {
			if !c.read(&in) {
				return
			}
			ids := map[string]bool{}
			for _, x := range in.Requests {
				if x.ID == "" || ids[x.ID] || !strings.HasPrefix(x.URL, "/") {
					c.fail(http.StatusBadRequest, "BadRequest", "Invalid batch payload: each request needs an id of its own and a relative url.")
					return
				}
				ids[x.ID] = true
			}
			if len(in.Requests) == 0 || len(in.Requests) > batchLimit {
				c.fail(http.StatusBadRequest, "BadRequest", "Number of batch request steps is not between 1 and 20.")
				return
			}
			m.mu.Unlock() // each request takes the lock by itself
			for _, x := range in.Requests {
				responses = append(responses, inside(serve, r, x))
			}
			m.mu.Lock()
			c.answer(http.StatusOK, map[string]any{"responses": responses})
		})
	}
}

func inside(serve http.Handler, outer *http.Request, x batched) map[string]any {
	out := map[string]any{"id": x.ID}
	req, err := http.NewRequestWithContext(outer.Context(), x.Method, "/v1.0"+x.URL, bytes.NewReader(x.Body))
	if err != nil {
		out["status"] = http.StatusBadRequest
		return out
	}
	req = req.WithContext(withInside(req))
	req.Header.Set("Authorization", outer.Header.Get("Authorization"))
	for k, v := range x.Headers {
		req.Header.Set(k, v)
	}
	rec := &recorded{header: http.Header{}, status: http.StatusOK}
	serve.ServeHTTP(rec, req)
	out["status"] = rec.status
	headers := map[string]string{}
	for k := range rec.header {
		headers[k] = rec.header.Get(k)
	}
	out["headers"] = headers
	if body, _ := io.ReadAll(&rec.body); len(body) > 0 {
		out["body"] = json.RawMessage(body)
	}
	return out
}

// recorded keeps an answer instead of sending it.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(status int)      { r.status = status }
func (r *recorded) Write(b []byte) (int, error) { return r.body.Write(b) }
