package graph

import (
	"context"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/communications"
)

var setPresence = operation{name: "set presence", permission: "Presence.ReadWrite.All", feature: "“in a call” in Teams for agents who talk"}

// BusyFor is how long a presence that we set lives unless it is renewed; RenewBusy is when to renew it.
const (
	BusyFor   = 5 * time.Minute
	RenewBusy = 2 * time.Minute
)

// SetInCall says in Teams that a person is busy, in a call, for BusyFor. The session is the application's
// own; a state that the person set is not overwritten by Graph.
func (c *Client) SetInCall(ctx context.Context, id string) error {
	body := communications.NewPresencesItemSetPresencePostRequestBody()
	busy, call, life := "Busy", "InACall", serialization.NewDuration(0, 0, 0, 0, 5, 0, 0)
	body.SetSessionId(&c.o.ClientID)
	body.SetAvailability(&busy)
	body.SetActivity(&call)
	body.SetExpirationDuration(life)
	return c.postPresence(ctx, id, "setPresence", body)
}

// ClearInCall takes back what SetInCall set.
func (c *Client) ClearInCall(ctx context.Context, id string) error {
	body := communications.NewPresencesItemClearPresencePostRequestBody()
	body.SetSessionId(&c.o.ClientID)
	return c.postPresence(ctx, id, "clearPresence", body)
}

// postPresence is made by hand: the documented address lies under /users, a package that would double the build.
func (c *Client) postPresence(ctx context.Context, id, action string, body serialization.Parsable) error {
	return c.do(ctx, setPresence, func(ctx context.Context, s *sdk) error {
		req := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.POST, "{+baseurl}/users/{user%2Did}/presence/"+action,
			map[string]string{"baseurl": c.o.GraphURL, "user%2Did": id})
		req.Headers.TryAdd("Accept", "application/json")
		if err := req.SetContentFromParsable(ctx, s.adapter, "application/json", body); err != nil {
			return err
		}
		return s.adapter.SendNoContent(ctx, req, mappings)
	})
}
