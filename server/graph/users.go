package graph

import (
	"context"
	"errors"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

var readUsers = operation{name: "read users", permission: "User.Read.All", feature: "names, numbers and departments of people"}

// User is a person of the tenant's directory.
type User struct {
	ID         string // object id, lower case
	User       string // user principal name, lower case
	Name       string
	Department string
	JobTitle   string
	Language   string // preferred, as "en-GB"
	Phone      string // the first business number, as it stands in the directory
	Mobile     string
	Disabled   bool
}

const userFields = "id,displayName,userPrincipalName,department,jobTitle,businessPhones,mobilePhone,preferredLanguage,accountEnabled"

// User finds a person by user principal name or object id. Errors are *Error; Kind NotFound when there is none.
func (c *Client) User(ctx context.Context, name string) (User, error) {
	var out User
	err := c.do(ctx, readUsers, func(ctx context.Context, s *sdk) error {
		req := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET, "{+baseurl}/users/{user%2Did}?%24select="+userFields,
			map[string]string{"baseurl": c.o.GraphURL, "user%2Did": name})
		req.Headers.TryAdd("Accept", "application/json")
		u, err := s.adapter.Send(ctx, req, models.CreateUserFromDiscriminatorValue, mappings)
		if err == nil {
			out = user(u.(models.Userable))
		}
		return err
	})
	return out, err
}

// Users finds people by user principal name. A name that is not in the directory is left out; any other
// error ends the search and comes with what was found before.
func (c *Client) Users(ctx context.Context, names []string) (map[string]User, error) {
	out := map[string]User{}
	for _, n := range names {
		u, err := c.User(ctx, n)
		if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound {
			continue
		}
		if err != nil {
			return out, err
		}
		out[strings.ToLower(n)] = u
	}
	return out, nil
}

func user(u models.Userable) User {
	out := User{ID: strings.ToLower(text(u.GetId())), User: strings.ToLower(text(u.GetUserPrincipalName())), Name: text(u.GetDisplayName()),
		Department: text(u.GetDepartment()), JobTitle: text(u.GetJobTitle()),
		Language: text(u.GetPreferredLanguage()), Mobile: text(u.GetMobilePhone())}
	if p := u.GetBusinessPhones(); len(p) > 0 {
		out.Phone = p[0]
	}
	if e := u.GetAccountEnabled(); e != nil {
		out.Disabled = !*e
	}
	return out
}
