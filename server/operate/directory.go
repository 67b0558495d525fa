package operate

import (
	"context"
	"errors"
	"net/http"

	"cordboard/server"
	"cordboard/server/graph"
	"cordboard/server/people"
)

// Members gives everybody who is in a group or team now.
func (p *presence) Members(ctx context.Context, group string) ([]people.Member, error) {
	all, err := p.client.Load().Members(ctx, group)
	if err != nil {
		return nil, err
	}
	out := make([]people.Member, 0, len(all))
	for _, u := range all {
		out = append(out, member(u))
	}
	return out, nil
}

func member(u graph.User) people.Member {
	return people.Member{OID: u.ID, User: u.User, Name: u.Name, Department: u.Department, Job: u.JobTitle, Language: u.Language, Phone: u.Phone, Mobile: u.Mobile, Blocked: u.Disabled}
}

// Changes reads a page of what changed in the directory since a link was given; all of it without one.
func (p *presence) Changes(ctx context.Context, link string) (server.DirectoryPage, error) {
	c, err := p.client.Load().ChangePage(ctx, link)
	if e, ok := errors.AsType[*graph.Error](err); ok && e.Status == http.StatusGone {
		err = server.ErrForgotten
	}
	return server.DirectoryPage{Changes: c.All, Link: c.Link, More: c.More}, err
}

// SkillsAtOnce is how many people's skills one request may ask for.
func (p *presence) SkillsAtOnce() int { return graph.SkillsAtOnce }

// Skills reads what people say of themselves in their profiles.
func (p *presence) Skills(ctx context.Context, who []string) (told map[string][]string, later []string, err error) {
	return p.client.Load().Skills(ctx, who)
}
