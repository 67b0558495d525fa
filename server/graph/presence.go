package graph

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/communications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"cordboard/server/people"
)

// BatchIDs is how many presences one request may ask for.
const BatchIDs = 650

var readPresence = operation{name: "read presence", permission: "Presence.Read.All", feature: "presence of experts"}

// Presences reads the presence of people by object id, as the application (getPresencesByUserId, in
// requests of 650 ids). An id that Graph does not know has no reading. Errors are *Error; what was read
// before one is given too.
func (c *Client) Presences(ctx context.Context, ids []string) ([]people.Reading, error) {
	out := make([]people.Reading, 0, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), BatchIDs)
		got, err := c.presenceBatch(ctx, ids[:n])
		out = append(out, got...)
		if err != nil {
			return out, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func (c *Client) presenceBatch(ctx context.Context, ids []string) (out []people.Reading, err error) {
	err = c.do(ctx, readPresence, func(ctx context.Context, s *sdk) error {
		asked := c.o.Now()
		body := communications.NewGetPresencesByUserIdPostRequestBody()
		body.SetIds(ids)
		req, err := s.communications.GetPresencesByUserId().ToPostRequestInformation(ctx, body, nil)
		if err != nil {
			return err
		}
		got, err := s.adapter.SendPrimitive(ctx, req, "[]byte", mappings)
		if err != nil {
			return err
		}
		b, _ := got.([]byte)
		out, err = parsePresences(b, asked)
		return err
	})
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[strings.ToLower(id)] = true
	}
	return slices.DeleteFunc(out, func(r people.Reading) bool { return !wanted[r.ID] }), err
}

// presenceJSON is a presence as Graph writes it. Reading it without the library's models takes a tenth of the time,
// and a large tenant has ten thousand of them every half minute.
type presenceJSON struct {
	ID           string `json:"id"`
	Availability string `json:"availability"`
	Activity     string `json:"activity"`
	Sequence     string `json:"sequenceNumber"`
	Away         *struct {
		Is bool `json:"isOutOfOffice"`
	} `json:"outOfOfficeSettings"`
	Status *struct {
		Message *struct {
			Content string `json:"content"`
		} `json:"message"`
	} `json:"statusMessage"`
}

// parsePresences reads the answer of getPresencesByUserId. A presence of an unknown form is left out, and costs the
// others nothing.
func parsePresences(b []byte, asked time.Time) ([]people.Reading, error) {
	var all struct {
		Value []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	out := make([]people.Reading, 0, min(len(all.Value), BatchIDs))
	for _, one := range all.Value {
		var p presenceJSON
		if json.Unmarshal(one, &p) != nil || p.ID == "" {
			continue
		}
		r := people.Reading{ID: strings.ToLower(p.ID), Availability: p.Availability, Activity: p.Activity, At: asked, Seq: p.Sequence}
		r.OutOfOffice = p.Away != nil && p.Away.Is
		if p.Status != nil && p.Status.Message != nil {
			r.Message = plain(p.Status.Message.Content)
		}
		out = append(out, r)
	}
	return out, nil
}

// Presence reads one person's presence at once: at the moment of a key it must be fresh. It does not wait
// for the budget; throttled, it fails.
func (c *Client) Presence(ctx context.Context, id string) (people.Reading, error) {
	if d := c.budget.open(); d > 0 {
		return people.Reading{}, &Error{Kind: Throttled, Op: readPresence.name, RetryAfter: d}
	}
	var out people.Reading
	err := c.do(ctx, readPresence, func(ctx context.Context, s *sdk) error {
		asked := c.o.Now()
		req := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET, "{+baseurl}/users/{user%2Did}/presence",
			map[string]string{"baseurl": c.o.GraphURL, "user%2Did": id})
		req.Headers.TryAdd("Accept", "application/json")
		p, err := s.adapter.Send(ctx, req, models.CreatePresenceFromDiscriminatorValue, mappings)
		if err != nil {
			return err
		}
		if out = reading(p.(models.Presenceable), asked); !strings.EqualFold(out.ID, id) {
			out = people.Reading{}
			return errors.New("the answer is about somebody else")
		}
		return nil
	})
	return out, err
}

// reading copies what we need, so that the library's large objects live no longer than the answer.
func reading(p models.Presenceable, asked time.Time) people.Reading {
	r := people.Reading{ID: strings.ToLower(text(p.GetId())), Availability: text(p.GetAvailability()), Activity: text(p.GetActivity()), At: asked, Seq: text(p.GetSequenceNumber())}
	if o := p.GetOutOfOfficeSettings(); o != nil && o.GetIsOutOfOffice() != nil {
		r.OutOfOffice = *o.GetIsOutOfOffice()
	}
	if m := p.GetStatusMessage(); m != nil && m.GetMessage() != nil {
		r.Message = plain(text(m.GetMessage().GetContent()))
	}
	return r
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plain makes one line of text of a status note; Teams writes some in HTML.
func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(s, " "))), " ")
}
