package lab

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MicrosoftPresence is what Teams says of a person.
type MicrosoftPresence struct {
	Availability string
	Activity     string // same as Availability when empty
	Message      string // status note
	OutOfOffice  bool
}

// msPresence is a person's own state beside the sessions that applications have set.
type msPresence struct {
	user     MicrosoftPresence
	sessions map[string]msSession
	seq      int
}

type msSession struct {
	availability, activity string
	until                  time.Time
}

// SetPresence changes what a person's own Teams client says.
func (m *Microsoft) SetPresence(user string, p MicrosoftPresence) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.person(user)
	if who == nil {
		return fmt.Errorf("no account %q", user)
	}
	who.presence.user = p
	who.presence.seq++
	return nil
}

// PresenceOf gives a person's presence as Graph would tell it now.
func (m *Microsoft) PresenceOf(user string) (MicrosoftPresence, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(user)
	if p == nil {
		return MicrosoftPresence{}, false
	}
	return p.presence.shown(m.now()), true
}

// shown puts the person's state and the sessions together: DoNotDisturb before Busy before Available before Away.
func (p *msPresence) shown(now time.Time) MicrosoftPresence {
	out := p.user
	if out.Availability == "" {
		out.Availability = "Offline"
	}
	if out.Activity == "" {
		out.Activity = out.Availability
	}
	for _, s := range p.sessions {
		if now.Before(s.until) && rank(s.availability) > rank(out.Availability) {
			out.Availability, out.Activity = s.availability, s.activity
		}
	}
	return out
}

func rank(availability string) int {
	return slices.Index([]string{"PresenceUnknown", "Offline", "Away", "BeRightBack", "AvailableIdle", "Available", "BusyIdle", "Busy", "DoNotDisturb"}, availability)
}

func (m *Microsoft) presenceJSON(p *msPerson) map[string]any {
	s := p.presence.shown(m.now())
	var note any
	if s.Message != "" {
		note = map[string]any{"message": map[string]any{"content": s.Message, "contentType": "text"}, "expiryDateTime": nil, "publishedDateTime": nil}
	}
	return map[string]any{
		"id": p.ID, "availability": s.Availability, "activity": s.Activity, "statusMessage": note,
		"outOfOfficeSettings": map[string]any{"message": nil, "isOutOfOffice": s.OutOfOffice},
		"workLocation":        nil,
		"sequenceNumber":      fmt.Sprintf("A%016dS1", p.presence.seq),
	}
}

// counted holds the caller to the documented rate and says so as Graph does.
func (c *graphCall) counted() bool {
	g := &c.m.graph
	now := c.m.now()
	g.window = slices.DeleteFunc(g.window, func(t time.Time) bool { return now.Sub(t) >= presenceWindow })
	if len(g.window) >= presenceLimit {
		wait := presenceWindow - now.Sub(g.window[0])
		c.throttle(strconv.FormatFloat(wait.Seconds(), 'f', 3, 64))
		return false
	}
	g.window = append(g.window, now)
	return true
}

func (m *Microsoft) getPresences(c *graphCall) {
	var body struct {
		IDs []string `json:"ids"`
	}
	if !c.counted() || !c.read(&body) {
		return
	}
	c.seen.Ids = len(body.IDs)
	if len(body.IDs) == 0 || len(body.IDs) > presenceIDs {
		c.fail(http.StatusBadRequest, "BadRequest", fmt.Sprintf("The number of user ids must be from 1 to %d.", presenceIDs))
		return
	}
	value := []map[string]any{}
	for _, id := range body.IDs {
		if !isGUID(id) {
			c.fail(http.StatusBadRequest, "BadRequest", "The user id '"+id+"' is not a GUID.")
			return
		}
		if p := m.people[strings.ToLower(id)]; p != nil && !p.removed {
			value = append(value, m.presenceJSON(p))
		}
	}
	c.answer(http.StatusOK, map[string]any{"@odata.context": m.GraphURL() + "/$metadata#Collection(microsoft.graph.presence)", "value": value})
}

func (m *Microsoft) getPresence(c *graphCall) {
	p := m.person(c.r.PathValue("id"))
	if !c.counted() {
		return
	}
	if p == nil {
		c.fail(http.StatusNotFound, "NotFound", "User was not found.")
		return
	}
	out := m.presenceJSON(p)
	out["@odata.context"] = m.GraphURL() + "/$metadata#users('" + p.ID + "')/presence/$entity"
	c.answer(http.StatusOK, out)
}

// The pairs that an application may set.
var legalPresence = map[string]bool{"Available/Available": true, "Busy/InACall": true, "Busy/InAConferenceCall": true, "Away/Away": true, "DoNotDisturb/Presenting": true}

func (m *Microsoft) setSession(c *graphCall) {
	var body struct {
		SessionID    string `json:"sessionId"`
		Availability string `json:"availability"`
		Activity     string `json:"activity"`
		Expiration   string `json:"expirationDuration"`
	}
	p := m.person(c.r.PathValue("id"))
	if !c.counted() || !c.read(&body) {
		return
	}
	life := 5 * time.Minute
	ok := true
	if body.Expiration != "" {
		life, ok = isoDuration(body.Expiration)
	}
	switch {
	case p == nil:
		c.fail(http.StatusNotFound, "NotFound", "User was not found.")
	case body.SessionID == "" || body.SessionID != c.claims["appid"]:
		c.fail(http.StatusBadRequest, "BadRequest", "The sessionId must be the id of the application.")
	case !legalPresence[body.Availability+"/"+body.Activity]:
		c.fail(http.StatusBadRequest, "BadRequest", "The combination of availability '"+body.Availability+"' and activity '"+body.Activity+"' is not supported.")
	case !ok || life < 5*time.Minute || life > 4*time.Hour:
		c.fail(http.StatusBadRequest, "BadRequest", "expirationDuration must be from PT5M to PT4H.")
	default:
		if p.presence.sessions == nil {
			p.presence.sessions = map[string]msSession{}
		}
		p.presence.sessions[body.SessionID] = msSession{body.Availability, body.Activity, m.now().Add(life)}
		p.presence.seq++
		c.answer(http.StatusOK, nil)
	}
}

func (m *Microsoft) clearSession(c *graphCall) {
	var body struct {
		SessionID string `json:"sessionId"`
	}
	p := m.person(c.r.PathValue("id"))
	if !c.counted() || !c.read(&body) {
		return
	}
	if p == nil || body.SessionID == "" || body.SessionID != c.claims["appid"] {
		c.fail(http.StatusBadRequest, "BadRequest", "The user or the session was not found.")
		return
	}
	delete(p.presence.sessions, body.SessionID)
	p.presence.seq++
	c.answer(http.StatusOK, nil)
}

// isoDuration reads the durations that Graph takes here: PT5M, PT1H30M, PT300S (ISO 8601).
func isoDuration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "PT")
	if !ok || rest == "" {
		return 0, false
	}
	d, err := time.ParseDuration(strings.ToLower(rest))
	return d, err == nil
}
