package operate

import (
	"context"

	"cordboard/server/graph"
	"cordboard/server/people"
)

// Members gives everybody who is in a group or team now. People who are blocked in the directory are left out.
func (p *presence) Members(ctx context.Context, group string) ([]people.Member, error) {
	all, err := p.client.Members(ctx, group)
	if err != nil {
		return nil, err
	}
	out := make([]people.Member, 0, len(all))
	for _, u := range all {
		if !u.Disabled {
			out = append(out, member(u))
		}
	}
	return out, nil
}

func member(u graph.User) people.Member {
	return people.Member{OID: u.ID, User: u.User, Name: u.Name, Department: u.Department, Job: u.JobTitle, Language: u.Language, Phone: u.Phone}
}
