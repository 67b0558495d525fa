package graph

import (
	"context"
	"errors"
	"fmt"
)

// Step is one thing that must be right for a tenant, tried for real.
type Step struct {
	Name       string
	Permission string // that is wanted of Graph; empty: something else
	OK         bool
	// Needed is false when cordboard works without it and only the feature is lost.
	Needed bool
	Words  string // what is wrong and what to do, or what was seen
}

// Check tries what the server will want of Graph: the sign-in of the server, then each permission with a request that changes
// nothing, for it is about nobody. It goes on after a failure as long as the next step can tell more.
func (c *Client) Check(ctx context.Context) []Step {
	_, err := c.User(ctx, nobody)
	if k := kindOf(err); k == Credential || k == Unreachable {
		return []Step{{Name: "sign-in of the server at Microsoft", Needed: true, Words: c.Health().Words + " " + err.Error()}}
	}
	steps := []Step{{Name: "sign-in of the server at Microsoft", OK: true, Needed: true, Words: "The app registration " + c.o.ClientID + " is let in."}}
	steps = append(steps, c.step(readUsers, true, err, "People are found by their names."))
	_, err = c.Presences(ctx, []string{nobody})
	steps = append(steps, c.step(readPresence, true, err, "The presence of experts is read."))
	_, err = c.Members(ctx, nobody)
	steps = append(steps, c.step(readMembers, false, err, "Members of groups and teams are read."))
	err = c.ClearInCall(ctx, nobody)
	return append(steps, c.step(setPresence, false, err, "Agents who talk are shown in a call."))
}

// nobody is an object id that no tenant has.
const nobody = "00000000-0000-0000-0000-000000000000"

// step judges one answer: that somebody or something is not there means that the question was allowed.
func (c *Client) step(op operation, needed bool, err error, good string) Step {
	s := Step{Name: "permission " + op.permission, Permission: op.permission, Needed: needed, OK: true, Words: good}
	switch k := kindOf(err); {
	case err == nil || k == NotFound || k == Rejected:
	case k == NoConsent:
		s.OK = false
		s.Words = fmt.Sprintf("No consent: without it there is no %s. An administrator adds the application permission %s to the app registration and gives consent at %s", op.feature, op.permission, c.Health().Consent)
	default:
		s.OK = false
		s.Words = "Not known: " + err.Error()
	}
	return s
}

func kindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
