package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	khttp "github.com/microsoft/kiota-http-go"
)

// exchange is what one request and its answer looked like on the wire. It is kept beside the library's
// errors, which lose the status when the body is not JSON.
type exchange struct {
	status     int
	retryAfter string
	requestID  string // Graph's
	limit      string // share of the limit used, where Graph tells it
}

type exchangeKey struct{}

// largestAnswer is more than any answer that is asked for: a page of 999 users is half a megabyte.
const largestAnswer = 32 << 20

// watch is the last middleware: it sees every request as it goes out.
type watch struct{ c *Client }

// Intercept names the request, and notes how it ended (khttp.Middleware).
func (w watch) Intercept(p khttp.Pipeline, index int, req *http.Request) (*http.Response, error) {
	mine := requestID()
	req.Header.Set("client-request-id", mine)
	start := time.Now()
	res, err := p.Next(req, index)
	if res != nil && res.Body != nil {
		res.Body = http.MaxBytesReader(nil, res.Body, largestAnswer)
	}
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if err != nil {
		w.c.log.Debug("graph request", "method", req.Method, "path", req.URL.Path, "client_request_id", mine, "took", time.Since(start), "err", err)
		return res, err
	}
	if x != nil {
		*x = exchange{status: res.StatusCode, retryAfter: res.Header.Get("Retry-After"), requestID: res.Header.Get("request-id"), limit: res.Header.Get("x-ms-throttle-limit-percentage")}
	}
	w.c.log.Debug("graph request", "method", req.Method, "path", req.URL.Path, "code", res.StatusCode, "request_id", res.Header.Get("request-id"), "client_request_id", mine, "took", time.Since(start))
	return res, nil
}

// operation is a kind of request: the permission that it needs, and what is lost without it.
type operation struct {
	name       string
	permission string
	feature    string
	delegated  bool         // with an agent's own rights
	judge      func(*Error) // may see more in a failure than the answer tells; nil: nothing
}

// do runs one request within the budget and draws the conclusions: health, when to come again, a typed error.
func (c *Client) do(ctx context.Context, op operation, send func(context.Context, *sdk) error) error {
	if err := c.budget.wait(ctx); err != nil {
		return err
	}
	return c.once(ctx, op, c.sdk.Load(), send, true)
}

func (c *Client) once(ctx context.Context, op operation, s *sdk, send func(context.Context, *sdk) error, again bool) error {
	x := &exchange{}
	err := send(context.WithValue(ctx, exchangeKey{}, x), s)
	if err == nil {
		c.budget.fine(x.limit)
		c.health.fine(op)
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := classify(op, *x, err)
	if op.judge != nil {
		op.judge(e)
	}
	if e.Kind == Unauthorized && again && c.renew(s) {
		return c.once(ctx, op, c.sdk.Load(), send, false)
	}
	if e.Kind == Throttled || e.Kind == Ill {
		e.RetryAfter = c.budget.slowDown(e.RetryAfter)
	}
	level := slog.LevelDebug
	if c.health.failed(op, e) { // once for each kind of trouble, not once a request
		level = slog.LevelWarn
	}
	c.log.Log(ctx, level, "graph request failed", "code", e.Status, "err", e, "request_id", e.RequestID)
	return e
}

// renew drops a token that Graph no longer takes although its time is not over. Once in half a minute.
func (c *Client) renew(old *sdk) bool {
	if c.o.Now().Sub(old.made) < 30*time.Second {
		return false
	}
	fresh, err := c.newSDK()
	return err == nil && c.sdk.CompareAndSwap(old, fresh)
}
