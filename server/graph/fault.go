package graph

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// Kind says what an error means to the caller.
type Kind string

// The kinds.
const (
	Unreachable  Kind = "unreachable"  // no answer
	Throttled    Kind = "throttled"    // too many requests; RetryAfter
	Ill          Kind = "ill"          // Graph answers 5xx; RetryAfter
	NoConsent    Kind = "no_consent"   // a permission is missing
	Credential   Kind = "credential"   // the authority refuses the secret, certificate or client
	Unauthorized Kind = "unauthorized" // Graph refuses the token
	NotFound     Kind = "not_found"
	Rejected     Kind = "rejected" // Graph refuses the request as such
)

// Error is how a request to Graph failed.
type Error struct {
	Kind       Kind
	Status     int           // HTTP, 0 without an answer
	Code       string        // Graph's or the authority's code
	Permission string        // with NoConsent
	RetryAfter time.Duration // with Throttled and Ill: when the tenant's budget opens again
	RequestID  string        // for Microsoft's support
	Op         string
	Err        error
}

func (e *Error) Error() string {
	s := fmt.Sprintf("graph: %s: %s", e.Op, e.Kind)
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Kind == NoConsent {
		return s + ": the permission " + e.Permission + " has no consent"
	}
	if e.Err != nil {
		s += ": " + firstLine(e.Err.Error())
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

var aadsts = regexp.MustCompile(`AADSTS\d+`)

// classify reads what went wrong from the wire first, and from the libraries' errors where there was no answer.
func classify(op operation, x exchange, err error) *Error {
	e := &Error{Op: op.name, Status: x.status, RequestID: x.requestID, Err: err}
	if o, ok := errors.AsType[*odataerrors.ODataError](err); ok {
		if m := o.GetErrorEscaped(); m != nil {
			e.Code = text(m.GetCode())
			if e.Err = err; m.GetMessage() != nil {
				e.Err = errors.New(*m.GetMessage())
			}
		}
	}
	if a, ok := errors.AsType[*abs.ApiError](err); ok && e.Status == 0 {
		e.Status = a.ResponseStatusCode
	}
	switch {
	case e.Status == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = Throttled, retryAfter(x.retryAfter)
	case e.Status >= 500:
		e.Kind, e.RetryAfter = Ill, retryAfter(x.retryAfter)
	case e.Status == http.StatusForbidden:
		e.Kind, e.Permission = NoConsent, op.permission
	case e.Status == http.StatusUnauthorized:
		e.Kind = Unauthorized
	case e.Status == http.StatusNotFound:
		e.Kind = NotFound
	case e.Status >= 400:
		e.Kind = Rejected
	default:
		e.signIn(op, err)
	}
	return e
}

// signIn looks at a request that never went out: the token could not be had.
func (e *Error) signIn(op operation, err error) {
	e.Kind = Unreachable
	failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err)
	if !ok {
		return
	}
	if r := failed.RawResponse; r != nil && r.StatusCode < 500 && r.StatusCode != http.StatusTooManyRequests {
		e.Kind, e.Status = Credential, r.StatusCode
		e.Code = aadsts.FindString(err.Error())
		e.RequestID = r.Header.Get("x-ms-request-id")
		if e.Code == "AADSTS65001" { // nobody has consented
			e.Kind, e.Permission = NoConsent, op.permission
		}
		if i := strings.Index(err.Error(), e.Code); e.Code != "" && i >= 0 {
			e.Err = errors.New(strings.Split(err.Error()[i:], " Trace ID")[0])
		}
	}
}

// retryAfter reads the header (RFC 9110 §10.2.3): seconds, with decimals as Graph writes them, rounded up,
// or a date. 0 when there is none that can be read.
func retryAfter(h string) time.Duration {
	if s, err := strconv.ParseFloat(h, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(math.Ceil(s)) * time.Second
	}
	if t, err := http.ParseTime(h); err == nil {
		return max(0, time.Until(t).Round(time.Second))
	}
	return 0
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimSpace(s)
}
