package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

var sendChat = operation{name: "send a chat message", permission: "Chat.ReadWrite (delegated)", feature: "chat with experts", delegated: true}

// Agent is Graph on behalf of one signed-in person, within the tenant's budget.
type Agent struct {
	c    *Client
	sdk  *sdk
	cred azcore.TokenCredential
	oid  string
}

// OnBehalfOf makes an Agent from the access token with which the person signed in here, and the person's
// object id. The token is exchanged when the first request goes out.
func (c *Client) OnBehalfOf(token, oid string) (*Agent, error) {
	cred, err := c.behalf(token)
	if err != nil {
		return nil, err
	}
	s, err := c.sdkFor(cred)
	if err != nil {
		return nil, err
	}
	return &Agent{c: c, sdk: s, cred: cred, oid: oid}, nil
}

func (c *Client) behalf(token string) (azcore.TokenCredential, error) {
	o := &azidentity.OnBehalfOfCredentialOptions{ClientOptions: c.clientOptions(), DisableInstanceDiscovery: true}
	if len(c.o.Certificate) > 0 {
		certs, key, err := azidentity.ParseCertificates(c.o.Certificate, nil)
		if err != nil {
			return nil, err
		}
		return azidentity.NewOnBehalfOfCredentialWithCertificate(c.o.TenantID, c.o.ClientID, token, certs, key, o)
	}
	return azidentity.NewOnBehalfOfCredentialWithSecret(c.o.TenantID, c.o.ClientID, token, c.o.Secret, o)
}

// ChatMessage is one message of a chat.
type ChatMessage struct {
	ID   string
	From string // object id
	Name string
	At   time.Time
	Text string // plain
}

// ChatWith opens the chat of two, or finds the one that there is, and gives its id.
func (a *Agent) ChatWith(ctx context.Context, oid string) (string, error) {
	chat := models.NewChat()
	kind := models.ONEONONE_CHATTYPE
	chat.SetChatType(&kind)
	chat.SetMembers([]models.ConversationMemberable{a.member(a.oid), a.member(oid)})
	var id string
	err := a.do(ctx, func(ctx context.Context, s *sdk) error {
		req := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.POST, "{+baseurl}/chats", map[string]string{"baseurl": a.c.o.GraphURL})
		req.Headers.TryAdd("Accept", "application/json")
		if err := req.SetContentFromParsable(ctx, s.adapter, "application/json", chat); err != nil {
			return err
		}
		got, err := s.adapter.Send(ctx, req, models.CreateChatFromDiscriminatorValue, mappings)
		if err == nil {
			id = text(got.(models.Chatable).GetId())
		}
		return err
	})
	return id, err
}

func (a *Agent) member(oid string) models.ConversationMemberable {
	m := models.NewAadUserConversationMember()
	m.SetRoles([]string{"owner"})
	m.SetAdditionalData(map[string]any{"user@odata.bind": a.c.o.GraphURL + "/users('" + oid + "')"})
	return m
}

// Say sends a message, plain text, to a chat, and gives its time by Graph's clock.
func (a *Agent) Say(ctx context.Context, chat, words string) (at time.Time, err error) {
	m := models.NewChatMessage()
	body := models.NewItemBody()
	kind := models.TEXT_BODYTYPE
	body.SetContentType(&kind)
	body.SetContent(&words)
	m.SetBody(body)
	err = a.do(ctx, func(ctx context.Context, s *sdk) error {
		req := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.POST, "{+baseurl}/chats/{chat%2Did}/messages",
			map[string]string{"baseurl": a.c.o.GraphURL, "chat%2Did": chat})
		req.Headers.TryAdd("Accept", "application/json")
		if err := req.SetContentFromParsable(ctx, s.adapter, "application/json", m); err != nil {
			return err
		}
		got, err := s.adapter.Send(ctx, req, models.CreateChatMessageFromDiscriminatorValue, mappings)
		if err != nil {
			return err
		}
		if t := got.(models.ChatMessageable).GetCreatedDateTime(); t != nil {
			at = *t
		}
		return nil
	})
	if err == nil && at.IsZero() {
		at = a.c.o.Now().Add(-clocksDiffer)
	}
	return at, err
}

// clocksDiffer is how far Graph's clock may be behind ours.
const clocksDiffer = 30 * time.Second

// Reading chats is spread out: so many a second in a tenant, whoever reads. The limits of Teams are the tenant's.
const (
	chatGap  = 100 * time.Millisecond
	chatPast = 2 * time.Second // a reading that would have to wait longer is left to the next time
)

// reads paces the reading of chats.
type reads struct {
	mu   sync.Mutex
	next time.Time
}

// reserve gives how long to wait for one's turn; with ok false there is none within chatPast.
func (r *reads) reserve(now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next.Before(now) {
		r.next = now
	}
	if wait = r.next.Sub(now); wait > chatPast {
		return wait, false
	}
	r.next = r.next.Add(chatGap)
	return wait, true
}

// Heard gives the messages of others in a chat after a moment, oldest first, of the last n. When many chats are read,
// it waits for its turn, or is an *Error of kind Throttled.
func (a *Agent) Heard(ctx context.Context, chat string, after time.Time, n int) ([]ChatMessage, error) {
	var out []ChatMessage
	wait, ok := a.c.reads.reserve(a.c.o.Now())
	if !ok {
		return nil, &Error{Kind: Throttled, Op: sendChat.name, RetryAfter: wait}
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	err := a.do(ctx, func(ctx context.Context, s *sdk) error {
		b, err := getJSON(ctx, s, a.c.o.GraphURL+"/chats/"+url.PathEscape(chat)+"/messages?$top="+strconv.Itoa(min(max(n, 1), 50)))
		if err != nil {
			return err
		}
		out, err = parseMessages(b, a.oid, after)
		return err
	})
	return out, err
}

func parseMessages(b []byte, me string, after time.Time) ([]ChatMessage, error) {
	var page struct {
		Value []struct {
			ID   string    `json:"id"`
			Type string    `json:"messageType"`
			At   time.Time `json:"createdDateTime"`
			From *struct {
				User *struct {
					ID   string `json:"id"`
					Name string `json:"displayName"`
				} `json:"user"`
			} `json:"from"`
			Body struct {
				Content string `json:"content"`
			} `json:"body"`
		} `json:"value"`
	}
	if err := json.Unmarshal(b, &page); err != nil {
		return nil, err
	}
	var out []ChatMessage
	for i := len(page.Value) - 1; i >= 0; i-- { // newest first on the wire
		m := page.Value[i]
		if m.Type != "message" || m.From == nil || m.From.User == nil || m.From.User.ID == me || !m.At.After(after) {
			continue
		}
		out = append(out, ChatMessage{ID: m.ID, From: m.From.User.ID, Name: m.From.User.Name, At: m.At, Text: plain(m.Body.Content)})
	}
	return out, nil
}

// do runs a request of the agent within the budget of the tenant; it does not wait for it.
func (a *Agent) do(ctx context.Context, send func(context.Context, *sdk) error) error {
	if d := a.c.budget.open(); d > 0 {
		return &Error{Kind: Throttled, Op: sendChat.name, RetryAfter: d}
	}
	op := sendChat
	op.judge = func(e *Error) {
		if e.Kind == NoConsent && a.allowed(ctx) { // the right is there: it is this chat that is forbidden
			e.Kind, e.Permission = Rejected, ""
		}
	}
	return a.c.once(ctx, op, a.sdk, send, false)
}

// allowed looks into the agent's token for the right to chat (scp, delegated permissions).
func (a *Agent) allowed(ctx context.Context) bool {
	t, err := a.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{a.c.o.scope()}})
	if err != nil {
		return false
	}
	parts := strings.Split(t.Token, ".")
	if len(parts) != 3 {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Scope string `json:"scp"`
	}
	return err == nil && json.Unmarshal(raw, &claims) == nil && slices.Contains(strings.Fields(claims.Scope), "Chat.ReadWrite")
}
