package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

var (
	errExpiredToken = errors.New("lifetime validation failed, the token is expired")
	errUnknownKey   = errors.New("signing key is invalid")
)

// entraError is an error of the authority with its AADSTS number.
type entraError struct {
	number int
	code   string
	text   string
	status int
}

func (e *entraError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.number, e.text) }

func msErr(number int, code, text string) *entraError {
	return &entraError{number: number, code: code, text: text, status: http.StatusBadRequest}
}

// writeEntraError answers as the authority does: the number, what it means, and the ids for support.
func (m *Microsoft) writeEntraError(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*entraError](err)
	if !ok {
		e = &entraError{number: 90033, code: "temporarily_unavailable", text: err.Error(), status: http.StatusServiceUnavailable}
	}
	trace, corr := newGUID(), r.Header.Get("client-request-id")
	if corr == "" {
		corr = newGUID()
	}
	at := m.now().UTC().Format("2006-01-02 15:04:05Z")
	w.Header().Set("x-ms-request-id", trace)
	writeJSON(w, e.status, map[string]any{
		"error":             e.code,
		"error_description": fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", e.Error(), trace, corr, at),
		"error_codes":       []int{e.number},
		"timestamp":         at,
		"trace_id":          trace,
		"correlation_id":    corr,
		"error_uri":         fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", e.number),
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func newGUID() string { return MicrosoftID(random(16) + time.Now().String()) }
