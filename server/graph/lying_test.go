package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lying is a Graph that answers each path as a test says.
func lying(t *testing.T, answer http.HandlerFunc) (*Client, string) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	at := strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/v1.0"
	c, err := New(Options{Tenant: "t", TenantID: "11111111-1111-4111-8111-111111111111", GraphURL: at, ClientID: "c", Secret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	signedIn, err := c.sdkFor(ticket{})
	if err != nil {
		t.Fatal(err)
	}
	c.sdk.Store(signedIn)
	return c, at
}

func answers(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(body))
}

func TestPagesThatLeadNowhereEnd(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Error("a link led to another host, with Authorization ", r.Header.Get("Authorization"))
		answers(w, `{"value":[]}`)
	}))
	defer elsewhere.Close()
	for name, next := range map[string]func(at string, n int) string{
		"to themselves": func(at string, _ int) string { return at + "/groups/g/transitiveMembers?page=1" },
		"in a circle":   func(at string, n int) string { return at + "/groups/g/transitiveMembers?page=" + string(rune('a'+n%3)) },
		"to another host": func(string, int) string {
			return strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1) + "/v1.0/groups"
		},
		"to a file": func(string, int) string { return "file:///etc/passwd" },
	} {
		t.Run(name, func(t *testing.T) {
			asked, at := 0, ""
			c, at0 := lying(t, func(w http.ResponseWriter, r *http.Request) {
				asked++
				answers(w, `{"value":[{"@odata.type":"#microsoft.graph.user","id":"A","displayName":"A"}],"@odata.nextLink":"`+next(at, asked)+`"}`)
			})
			at = at0
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := c.Members(ctx, "g"); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("members: %v", err)
			}
			if asked > 5 {
				t.Errorf("asked %d times", asked)
			}
			if _, err := c.Changes(ctx, ""); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the directory: %v", err)
			}
		})
	}
	c, _ := lying(t, func(w http.ResponseWriter, r *http.Request) { answers(w, `{"value":[]}`) })
	if p, err := c.ChangePage(t.Context(), ""); err == nil {
		t.Errorf("a last page without a link for the next time is taken: %+v", p)
	}
}

func TestThePresenceOfSomebodyElseIsNotTaken(t *testing.T) {
	c, _ := lying(t, func(w http.ResponseWriter, r *http.Request) {
		answers(w, `{"id":"somebody-else","availability":"Available","activity":"Available"}`)
	})
	if r, err := c.Presence(t.Context(), "megan"); err == nil {
		t.Errorf("taken: %+v", r)
	}
	many, _ := lying(t, func(w http.ResponseWriter, r *http.Request) {
		answers(w, `{"value":[{"id":"SOMEBODY-else","availability":"Available"},{"id":"MEGAN","availability":"Busy"}]}`)
	})
	if got, err := many.Presences(t.Context(), []string{"megan"}); err != nil || len(got) != 1 || got[0].ID != "megan" {
		t.Errorf("%+v, %v", got, err)
	}
}

// What cannot be true is not waited for: after ten minutes one request goes out, and Graph may say it again.
func TestNobodyIsKeptWaitingForDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, said := range []time.Duration{retryAfter("999999"), retryAfter("Fri, 31 Dec 2100 23:59:59 GMT")} {
			b := &budget{now: time.Now}
			if d := b.slowDown(said); d < 10*time.Minute || d > 11*time.Minute || b.open() > 11*time.Minute {
				t.Errorf("Graph said %v, we wait %v", said, d)
			}
		}
	})
}

func TestAnAnswerWithoutEndIsGivenUp(t *testing.T) {
	c, _ := lying(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"value":[`))
		one := []byte(strings.Repeat(`{"id":"x","availability":"Busy"},`, 1000))
		for range 4000 { // 130 MB
			if _, err := w.Write(one); err != nil {
				return
			}
		}
	})
	if _, err := c.Presences(t.Context(), []string{"megan"}); err == nil {
		t.Error("taken")
	}
}

// A body that is compressed and sent again would be labelled wrongly: none is, and nothing but our budget repeats.
func TestRequestsAreNeitherCompressedNorRepeatedByTheLibrary(t *testing.T) {
	asked := 0
	c, _ := lying(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		body, _ := io.ReadAll(r.Body)
		if e := r.Header.Get("Content-Encoding"); e != "" || string(body) != `{"ids":["megan"]}` || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("client-request-id") == "" {
			t.Errorf("%s with encoding %q and headers %v", body, e, r.Header)
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, err := c.Presences(t.Context(), []string{"megan"}); err == nil || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}
