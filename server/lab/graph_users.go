package lab

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var userProperties = []string{"id", "displayName", "userPrincipalName", "mail", "department", "jobTitle", "businessPhones", "mobilePhone", "preferredLanguage", "accountEnabled"}

// userJSON gives the properties asked for, all when none is named.
func userJSON(p *msPerson, sel []string) map[string]any {
	all := map[string]any{
		"id": p.ID, "displayName": p.Name, "userPrincipalName": p.User, "mail": p.User,
		"department": orNull(p.Department), "jobTitle": orNull(p.JobTitle), "businessPhones": []string{}, "mobilePhone": nil, "preferredLanguage": orNull(p.Language), "accountEnabled": !p.Disabled,
	}
	if p.Phone != "" {
		all["businessPhones"] = []string{p.Phone}
	}
	if len(sel) == 0 {
		return all
	}
	out := map[string]any{"id": p.ID}
	for _, s := range sel {
		if out[s] = all[s]; s == "skills" { // told only when asked for, and of one person
			out[s] = append([]string{}, p.Skills...)
		}
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// selected reads $select and refuses query options and properties that there are not.
func (c *graphCall) selected(options ...string) ([]string, bool) {
	for k := range c.r.URL.Query() {
		if k != "$select" && !slices.Contains(options, k) {
			c.fail(http.StatusBadRequest, "BadRequest", "The query parameter '"+k+"' is not supported.")
			return nil, false
		}
	}
	var sel []string
	if s := c.r.URL.Query().Get("$select"); s != "" {
		sel = strings.Split(s, ",")
	}
	for _, s := range sel {
		if s == "skills" && c.r.PathValue("id") != "" && len(options) == 0 { // of one person
			continue
		}
		if !slices.Contains(userProperties, s) {
			c.fail(http.StatusBadRequest, "BadRequest", "Could not find a property named '"+s+"' on type 'microsoft.graph.user'.")
			return nil, false
		}
	}
	return sel, true
}

func (m *Microsoft) getUser(c *graphCall) {
	sel, ok := c.selected()
	if !ok {
		return
	}
	p := m.person(c.r.PathValue("id"))
	if p == nil {
		c.fail(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+c.r.PathValue("id")+"' does not exist or one of its queried reference-property objects are not present.")
		return
	}
	out := userJSON(p, sel)
	out["@odata.context"] = m.GraphURL() + "/$metadata#users/$entity"
	c.answer(http.StatusOK, out)
}

// sorted gives the people in the order of their user names; the caller holds the lock.
func (m *Microsoft) sorted() []*msPerson {
	out := make([]*msPerson, 0, len(m.people))
	for _, p := range m.people {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *msPerson) int { return cmp.Compare(a.User, b.User) })
	return out
}

// userDelta tells all users page by page, then with the link of the last page only what changed since.
func (m *Microsoft) userDelta(c *graphCall) {
	sel, ok := c.selected("$skiptoken", "$deltatoken")
	if !ok {
		return
	}
	since, upto, from, err := deltaToken(c.r.URL.Query(), m.version)
	if err != nil || since > m.version {
		c.fail(http.StatusGone, "syncStateNotFound", "The delta token is not known or has expired.")
		return
	}
	var value []map[string]any
	for _, p := range m.sorted() {
		switch {
		case p.changed <= since || p.changed > upto:
		case p.removed && since > 0:
			value = append(value, map[string]any{"id": p.ID, "@removed": map[string]string{"reason": "changed"}})
		case !p.removed:
			value = append(value, userJSON(p, sel))
		}
	}
	out := map[string]any{"@odata.context": m.GraphURL() + "/$metadata#users"}
	page := m.GraphURL() + "/users/delta?"
	if end := from + m.o.PageSize; end < len(value) {
		value = value[from:end]
		out["@odata.nextLink"] = page + link("$skiptoken", fmt.Sprintf("%d.%d.%d", since, upto, end), sel)
	} else {
		value = value[min(from, len(value)):]
		out["@odata.deltaLink"] = page + link("$deltatoken", strconv.Itoa(upto), sel)
	}
	if value == nil {
		value = []map[string]any{}
	}
	out["value"] = value
	c.answer(http.StatusOK, out)
}

func link(name, token string, sel []string) string {
	q := url.Values{name: {token}}
	if len(sel) > 0 {
		q.Set("$select", strings.Join(sel, ","))
	}
	return q.Encode()
}

func deltaToken(q url.Values, version int) (since, upto, from int, err error) {
	if t := q.Get("$skiptoken"); t != "" {
		_, err = fmt.Sscanf(t, "%d.%d.%d", &since, &upto, &from)
		return since, upto, from, err
	}
	if t := q.Get("$deltatoken"); t != "" {
		since, err = strconv.Atoi(t)
	}
	return since, version, 0, err
}
