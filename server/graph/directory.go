package graph

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
)

var (
	readMembers = operation{"read the members of a group", "GroupMember.Read.All", "experts and agents from groups and teams"}
	nameMembers = operation{"read the names of members", "User.Read.All", "experts and agents from groups and teams"}
)

// Changes are the users that are new or different since a delta link was given.
type Changes struct {
	Users   []User
	Removed []string // object ids, lower case
	Link    string   // for the next time
}

// Changes reads the tenant's directory (users/delta): all of it when link is empty, else what changed since
// the link was given. A link that Graph has forgotten is an *Error of status 410: begin again without one.
func (c *Client) Changes(ctx context.Context, link string) (Changes, error) {
	var out Changes
	if link == "" {
		link = c.o.GraphURL + "/users/delta?$select=" + userFields
	}
	for link != "" {
		p, err := c.page(ctx, readUsers, link)
		if err != nil {
			return Changes{}, err
		}
		for _, u := range p.Value {
			if len(u.Removed) > 0 {
				out.Removed = append(out.Removed, strings.ToLower(u.ID))
				continue
			}
			out.Users = append(out.Users, u.user())
		}
		link, out.Link = p.Next, p.Delta
	}
	return out, nil
}

// Members gives the people of a group or team, by its object id. Other things in a group are left out. Who may read
// members but no users gets ids without names from Graph: that is an *Error of kind NoConsent.
func (c *Client) Members(ctx context.Context, group string) ([]User, error) {
	var out []User
	for link := c.o.GraphURL + "/groups/" + url.PathEscape(group) + "/members?$top=999&$select=" + userFields; link != ""; {
		p, err := c.page(ctx, readMembers, link)
		if err != nil {
			return out, err
		}
		for _, u := range p.Value {
			if u.Type != "" && u.Type != "#microsoft.graph.user" {
				continue
			}
			if u.Name == "" && u.User == "" {
				c.health.saw(nameMembers, false)
				return nil, &Error{Kind: NoConsent, Op: nameMembers.name, Permission: nameMembers.permission}
			}
			out = append(out, u.user())
		}
		link = p.Next
	}
	c.health.saw(nameMembers, true)
	return out, nil
}

// usersPage is one page of users. Reading it without the library's models takes a tenth of the time, and a
// directory has fifty thousand of them.
type usersPage struct {
	Value []userJSON `json:"value"`
	Next  string     `json:"@odata.nextLink"`
	Delta string     `json:"@odata.deltaLink"`
}

type userJSON struct {
	Type       string          `json:"@odata.type"`
	Removed    json.RawMessage `json:"@removed"`
	ID         string          `json:"id"`
	Name       string          `json:"displayName"`
	User       string          `json:"userPrincipalName"`
	Department string          `json:"department"`
	JobTitle   string          `json:"jobTitle"`
	Phones     []string        `json:"businessPhones"`
	Mobile     string          `json:"mobilePhone"`
	Language   string          `json:"preferredLanguage"`
	Enabled    *bool           `json:"accountEnabled"`
}

func (u userJSON) user() User {
	out := User{ID: strings.ToLower(u.ID), User: strings.ToLower(u.User), Name: u.Name, Department: u.Department, JobTitle: u.JobTitle, Language: u.Language, Phone: u.Mobile}
	if len(u.Phones) > 0 {
		out.Phone = u.Phones[0]
	}
	out.Disabled = u.Enabled != nil && !*u.Enabled
	return out
}

func (c *Client) page(ctx context.Context, op operation, link string) (usersPage, error) {
	var out usersPage
	err := c.do(ctx, op, func(ctx context.Context, s *sdk) error {
		b, err := getJSON(ctx, s, link)
		if err != nil {
			return err
		}
		out, err = parseUsers(b)
		return err
	})
	return out, err
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
