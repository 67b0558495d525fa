package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"

	"cordboard/server/people"
)

var (
	readMembers = operation{name: "read the members of a group", permission: "GroupMember.Read.All", feature: "experts and agents from groups and teams"}
	nameMembers = operation{name: "read the names of members", permission: "User.Read.All", feature: "experts and agents from groups and teams"}
)

// Changes are the users that are new or different since a delta link was given.
type Changes struct {
	Users   []User
	Removed []string        // object ids, lower case
	All     []people.Change // both, with what Graph said and nothing else
	Link    string          // for the next time
	More    bool            // Link is that of the next page, and not yet for the next time
}

// Changes reads the tenant's directory (users/delta): all of it when link is empty, else what changed since
// the link was given. A link that Graph has forgotten is an *Error of status 410: begin again without one.
func (c *Client) Changes(ctx context.Context, link string) (Changes, error) {
	out := Changes{Link: link, More: true}
	been := map[string]bool{}
	for out.More {
		if been[out.Link] {
			return Changes{}, errCircle(readUsers)
		}
		been[out.Link] = true
		p, err := c.ChangePage(ctx, out.Link)
		if err != nil {
			return Changes{}, err
		}
		out.Users, out.Removed, out.All = append(out.Users, p.Users...), append(out.Removed, p.Removed...), append(out.All, p.All...)
		out.Link, out.More = p.Link, p.More
	}
	return out, nil
}

// ChangePage reads one page of Changes.
func (c *Client) ChangePage(ctx context.Context, link string) (Changes, error) {
	if link == "" {
		link = c.o.GraphURL + "/users/delta?$select=" + userFields
	}
	p, err := c.page(ctx, readUsers, link)
	if err != nil {
		return Changes{}, err
	}
	out := Changes{Link: p.Delta}
	if p.Next != "" {
		out.Link, out.More = p.Next, true
	}
	if out.Link == "" {
		return Changes{}, &Error{Kind: Ill, Op: readUsers.name, Err: errors.New("the last page of the directory has no link for the next time")}
	}
	for _, u := range p.Value {
		out.All = append(out.All, u.change())
		if len(u.Removed) > 0 {
			out.Removed = append(out.Removed, strings.ToLower(u.ID))
			continue
		}
		out.Users = append(out.Users, u.user())
	}
	return out, nil
}

// Members gives the people of a group or team, by its object id, and of the groups within it, each once. Other things in
// a group are left out. Who may read members but no users gets ids without names from Graph: that is an *Error of kind
// NoConsent. Graph lists the groups within by itself (transitiveMembers); asking for users alone would be one of its
// advanced queries, which answer from an index that lags behind.
func (c *Client) Members(ctx context.Context, group string) ([]User, error) {
	var out []User
	seen, been := map[string]bool{}, map[string]bool{}
	for link := c.o.GraphURL + "/groups/" + url.PathEscape(group) + "/transitiveMembers?$top=999&$select=" + userFields; link != ""; {
		if been[link] {
			return out, errCircle(readMembers)
		}
		been[link] = true
		p, err := c.page(ctx, readMembers, link)
		if err != nil {
			return out, err
		}
		for _, u := range p.Value {
			if u.Type != "" && u.Type != "#microsoft.graph.user" {
				continue
			}
			if u.Name.text == "" && u.User.text == "" {
				c.health.saw(nameMembers, false)
				return nil, &Error{Kind: NoConsent, Op: nameMembers.name, Permission: nameMembers.permission}
			}
			if m := u.user(); !seen[m.ID] {
				seen[m.ID] = true
				out = append(out, m)
			}
		}
		link = p.Next
	}
	c.health.saw(nameMembers, true)
	return out, nil
}

// errCircle: a next page is one that was read already.
func errCircle(op operation) error {
	return &Error{Kind: Ill, Op: op.name, Err: errors.New("the pages of Graph's answer go in a circle")}
}

// usersPage is one page of users. Reading it without the library's models takes a tenth of the time, and a
// directory has fifty thousand of them.
type usersPage struct {
	Value []userJSON `json:"value"`
	Next  string     `json:"@odata.nextLink"`
	Delta string     `json:"@odata.deltaLink"`
}

// userJSON is a user as Graph tells it; a delta query may leave out what has not changed, which is not the same as null.
type userJSON struct {
	Type       string          `json:"@odata.type"`
	Removed    json.RawMessage `json:"@removed"`
	ID         string          `json:"id"`
	Name       given           `json:"displayName"`
	User       given           `json:"userPrincipalName"`
	Department given           `json:"department"`
	JobTitle   given           `json:"jobTitle"`
	Phones     *[]string       `json:"businessPhones"`
	Mobile     given           `json:"mobilePhone"`
	Language   given           `json:"preferredLanguage"`
	Enabled    *bool           `json:"accountEnabled"`
}

// given is a text, null as "", and whether it was there at all.
type given struct {
	text string
	here bool
}

// UnmarshalJSON reads a text or null.
func (g *given) UnmarshalJSON(b []byte) error {
	g.here = true
	return json.Unmarshal(b, &g.text)
}

func (g *given) pointer() *string {
	if !g.here {
		return nil
	}
	return &g.text
}

func (u *userJSON) user() User {
	out := User{ID: strings.ToLower(u.ID), User: strings.ToLower(u.User.text), Name: u.Name.text, Department: u.Department.text, JobTitle: u.JobTitle.text,
		Language: u.Language.text, Phone: u.business(), Mobile: u.Mobile.text}
	out.Disabled = u.Enabled != nil && !*u.Enabled
	return out
}

func (u *userJSON) business() string {
	if u.Phones == nil || len(*u.Phones) == 0 {
		return ""
	}
	return (*u.Phones)[0]
}

func (u *userJSON) change() people.Change {
	out := people.Change{OID: strings.ToLower(u.ID), Gone: len(u.Removed) > 0, User: u.User.pointer(), Name: u.Name.pointer(), Department: u.Department.pointer(),
		Job: u.JobTitle.pointer(), Language: u.Language.pointer(), Mobile: u.Mobile.pointer()}
	if u.Phones != nil {
		first := u.business()
		out.Phone = &first
	}
	if u.Enabled != nil {
		blocked := !*u.Enabled
		out.Blocked = &blocked
	}
	return out
}

func (c *Client) page(ctx context.Context, op operation, link string) (usersPage, error) {
	var out usersPage
	err := c.do(ctx, op, func(ctx context.Context, s *sdk) error {
		if !c.isGraph(link) {
			return errors.New("a page of the answer is not at Graph")
		}
		b, err := getJSON(ctx, s, link)
		if err != nil {
			return err
		}
		out, err = parseUsers(b)
		return err
	})
	return out, err
}

// isGraph reports whether a link leads to the Graph that is asked: our token is for nobody else.
func (c *Client) isGraph(link string) bool {
	to, err := url.Parse(link)
	own, err2 := url.Parse(c.o.GraphURL)
	return err == nil && err2 == nil && to.Scheme == own.Scheme && strings.EqualFold(to.Hostname(), own.Hostname()) && cmp.Or(to.Port(), "443") == cmp.Or(own.Port(), "443")
}

func parseUsers(b []byte) (usersPage, error) {
	var p usersPage
	err := json.Unmarshal(b, &p)
	return p, err
}

// getJSON reads an address of Graph as it stands, for example the link of a next page.
func getJSON(ctx context.Context, s *sdk, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	req := abs.NewRequestInformation()
	req.Method = abs.GET
	req.SetUri(*u)
	req.Headers.TryAdd("Accept", "application/json")
	got, err := s.adapter.SendPrimitive(ctx, req, "[]byte", mappings)
	if err != nil {
		return nil, err
	}
	b, _ := got.([]byte)
	return b, nil
}
