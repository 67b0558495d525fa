package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
)

var readSkills = operation{name: "read the skills of people", permission: "User.Read.All", feature: "skills from people's own profiles"}

// SkillsAtOnce is how many people one request may ask for: Graph takes no larger batch.
const SkillsAtOnce = 20

// What of a profile is taken.
const (
	skillsMost = 30
	skillRunes = 60
)

// Skills reads what people say of themselves in their profiles, by object id or user principal name, SkillsAtOnce of
// them at most. Graph tells skills of one person a request only, so the requests go in a batch. Who has no profile, or
// is not there, is in told without skills; later names whom Graph did not want to tell now. Errors are *Error.
func (c *Client) Skills(ctx context.Context, who []string) (told map[string][]string, later []string, err error) {
	type request struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		URL    string `json:"url"`
	}
	var batch struct {
		Requests []request `json:"requests"`
	}
	for _, id := range who {
		batch.Requests = append(batch.Requests, request{id, http.MethodGet, "/users/" + url.PathEscape(id) + "?$select=id,skills"})
	}
	body, err := json.Marshal(batch)
	if err != nil {
		return nil, nil, err
	}
	var answer []byte
	err = c.do(ctx, readSkills, func(ctx context.Context, s *sdk) error {
		u, err := url.Parse(c.o.GraphURL + "/$batch")
		if err != nil {
			return err
		}
		req := abs.NewRequestInformation()
		req.Method = abs.POST
		req.SetUri(*u)
		req.Headers.TryAdd("Accept", "application/json")
		req.SetStreamContentAndContentType(bytes.Clone(body), "application/json")
		got, err := s.adapter.SendPrimitive(ctx, req, "[]byte", mappings)
		answer, _ = got.([]byte)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return c.skillsOf(answer, who)
}

// skillsOf reads the answers of a batch. Each has its own status, which no middleware has seen.
func (c *Client) skillsOf(answer []byte, who []string) (told map[string][]string, later []string, err error) {
	var all struct {
		Responses []struct {
			ID      string            `json:"id"`
			Status  int               `json:"status"`
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"responses"`
	}
	if err := json.Unmarshal(answer, &all); err != nil {
		return nil, nil, &Error{Kind: Ill, Op: readSkills.name, Err: err}
	}
	told = map[string][]string{}
	forbidden := 0
	for _, r := range all.Responses {
		switch {
		case r.Status == http.StatusTooManyRequests || r.Status >= 500:
			after := ""
			for k, v := range r.Headers {
				if strings.EqualFold(k, "Retry-After") {
					after = v
				}
			}
			if r.Status == http.StatusTooManyRequests {
				c.budget.slowDown(retryAfter(after))
			}
		case r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized:
			forbidden++
		case r.Status == http.StatusOK:
			var p struct {
				Skills []string `json:"skills"`
			}
			if json.Unmarshal(r.Body, &p) == nil {
				told[r.ID] = tidySkills(p.Skills)
			}
		case r.Status == http.StatusNotFound || r.Status == http.StatusBadRequest: // nobody, or nobody with a profile
			told[r.ID] = nil
		}
	}
	if forbidden == len(who) && forbidden > 0 {
		e := &Error{Kind: NoConsent, Status: http.StatusForbidden, Op: readSkills.name, Permission: readSkills.permission}
		c.health.failed(readSkills, e)
		return nil, nil, e
	}
	for _, id := range who {
		if _, known := told[id]; !known {
			later = append(later, id)
		}
	}
	return told, later, nil
}

// tidySkills takes what can be shown of what somebody wrote into a profile.
func tidySkills(all []string) (out []string) {
	for _, s := range all {
		s = strings.Join(strings.Fields(s), " ")
		if r := []rune(s); len(r) > skillRunes {
			s = string(r[:skillRunes])
		}
		if s != "" && len(out) < skillsMost {
			out = append(out, s)
		}
	}
	return out
}
