package graph

import (
	"testing"
	"time"
)

// Not fuzz tests: instrumenting this package means to compile the whole SDK once more.

func TestOddPagesOfUsersDoNotBreakUs(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		users int
		bad   bool
	}{
		"empty":           {`{}`, 0, false},
		"null":            {`null`, 0, false},
		"nulls inside":    {`{"value":[{"id":null,"businessPhones":null,"mobilePhone":null,"accountEnabled":null}]}`, 1, false},
		"a removed one":   {`{"value":[{"id":"A","@removed":{"reason":"changed"}}]}`, 1, false},
		"unknown fields":  {`{"value":[{"id":"A","employeeHireDate":"x"}],"@odata.count":1}`, 1, false},
		"a list":          {`[]`, 0, true},
		"cut off":         {`{"value":[{"id":"A"`, 0, true},
		"numbers as text": {`{"value":[{"id":7}]}`, 0, true},
	} {
		p, err := parseUsers([]byte(c.body))
		if (err != nil) != c.bad {
			t.Errorf("%s: %v", name, err)
		} else if err == nil && len(p.Value) != c.users {
			t.Errorf("%s: %d users", name, len(p.Value))
		}
		for _, u := range p.Value {
			u.user()
		}
	}
}

func TestOddMessagesDoNotBreakUs(t *testing.T) {
	at := `"createdDateTime":"2026-11-25T09:00:00Z","messageType":"message","body":{"content":"x"}`
	for name, c := range map[string]struct {
		body string
		n    int
		bad  bool
	}{
		"of a bot":       {`{"value":[{"from":{"user":null,"application":{"id":"b"}},` + at + `}]}`, 0, false},
		"of nobody":      {`{"value":[{"from":null,` + at + `}]}`, 0, false},
		"our own":        {`{"value":[{"from":{"user":{"id":"me"}},` + at + `}]}`, 0, false},
		"a system event": {`{"value":[{"from":{"user":{"id":"x"}},"createdDateTime":"2026-11-25T09:00:00Z","messageType":"systemEventMessage"}]}`, 0, false},
		"a good one":     {`{"value":[{"from":{"user":{"id":"x"}},` + at + `}]}`, 1, false},
		"a bad time":     {`{"value":[{"createdDateTime":"soon"}]}`, 0, true},
	} {
		got, err := parseMessages([]byte(c.body), "me", time.Time{})
		if (err != nil) != c.bad || len(got) != c.n {
			t.Errorf("%s: %d messages, %v", name, len(got), err)
		}
	}
}
