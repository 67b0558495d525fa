package lab

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// msChat is a chat between two people.
type msChat struct {
	id       string
	members  []string // object ids
	messages []ChatMessage
}

// ChatMessage is one message of a chat.
type ChatMessage struct {
	From string // user name
	At   time.Time
	Text string
	Type string // text or html
}

type chatMember struct {
	Type  string   `json:"@odata.type"`
	Roles []string `json:"roles"`
	User  string   `json:"user@odata.bind"`
}

var boundUser = regexp.MustCompile(`^https://[^/]+/v1\.0/users\('([^']+)'\)$`)

// createChat makes the one chat of two people, or gives the one that there is, as Graph does.
func (m *Microsoft) createChat(c *graphCall) {
	var body struct {
		Type    string       `json:"chatType"`
		Members []chatMember `json:"members"`
		OData   string       `json:"@odata.type"`
	}
	if !c.read(&body) {
		return
	}
	if body.Type != "oneOnOne" || len(body.Members) != 2 {
		c.fail(http.StatusBadRequest, "BadRequest", "A chat of type oneOnOne has exactly two members.")
		return
	}
	var members []string
	for _, u := range body.Members {
		found := boundUser.FindStringSubmatch(u.User)
		if found == nil || u.Type != "#microsoft.graph.aadUserConversationMember" || !slices.Equal(u.Roles, []string{"owner"}) {
			c.fail(http.StatusBadRequest, "BadRequest", "Each member is an aadUserConversationMember with the role owner and a user bound by its address.")
			return
		}
		p := m.person(found[1])
		if p == nil {
			c.fail(http.StatusNotFound, "NotFound", "User was not found.")
			return
		}
		members = append(members, p.ID)
	}
	if !slices.Contains(members, c.me()) {
		c.fail(http.StatusForbidden, "Forbidden", "The caller is not a member of the chat.")
		return
	}
	slices.Sort(members)
	id := "19:" + members[0] + "_" + members[1] + "@unq.gbl.spaces"
	if m.graph.chats[id] == nil {
		m.graph.chats[id] = &msChat{id: id, members: members}
	}
	c.answer(http.StatusCreated, map[string]any{"@odata.context": m.GraphURL() + "/$metadata#chats/$entity", "id": id, "chatType": "oneOnOne", "topic": nil})
}

func (c *graphCall) me() string {
	oid, _ := c.claims["oid"].(string)
	return oid
}

func (c *graphCall) chat() *msChat {
	ch := c.m.graph.chats[c.r.PathValue("id")]
	if ch == nil || !slices.Contains(ch.members, c.me()) {
		c.fail(http.StatusNotFound, "NotFound", "The chat was not found, or the caller is not a member.")
		return nil
	}
	return ch
}

func (m *Microsoft) sendMessage(c *graphCall) {
	var body struct {
		OData string `json:"@odata.type"`
		Body  struct {
			Content string `json:"content"`
			Type    string `json:"contentType"`
		} `json:"body"`
	}
	ch := c.chat()
	if ch == nil || !c.read(&body) {
		return
	}
	if body.Body.Content == "" || len(body.Body.Content) > 28*1024 {
		c.fail(http.StatusBadRequest, "BadRequest", "The body's content is empty or longer than 28 KB.")
		return
	}
	ch.messages = append(ch.messages, ChatMessage{From: m.person(c.me()).User, At: m.now(), Text: body.Body.Content, Type: body.Body.Type})
	c.answer(http.StatusCreated, m.messageJSON(ch, len(ch.messages)-1))
}

func (m *Microsoft) messageJSON(ch *msChat, i int) map[string]any {
	msg := ch.messages[i]
	p := m.person(msg.From)
	if p == nil {
		p = &msPerson{MicrosoftAccount: MicrosoftAccount{Name: msg.From}}
	}
	return map[string]any{
		"id": strconv.FormatInt(msg.At.UnixMilli()*1000+int64(i), 10), "chatId": ch.id, "messageType": "message",
		"createdDateTime": msg.At.UTC().Format(time.RFC3339Nano),
		"from":            map[string]any{"user": map[string]any{"id": p.ID, "displayName": p.Name, "userIdentityType": "aadUser"}},
		"body":            map[string]any{"contentType": msg.Type, "content": msg.Text},
	}
}

func (m *Microsoft) listMessages(c *graphCall) {
	ch := c.chat()
	if ch == nil {
		return
	}
	for k := range c.r.URL.Query() {
		if by := c.r.URL.Query().Get(k); k != "$top" && (k != "$orderby" || by != "createdDateTime desc" && by != "lastModifiedDateTime desc") {
			c.fail(http.StatusBadRequest, "BadRequest", "The query option '"+k+"' is not supported with '"+by+"'.")
			return
		}
	}
	top := 20
	if t := c.r.URL.Query().Get("$top"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 || n > 50 {
			c.fail(http.StatusBadRequest, "BadRequest", "The value of $top is from 1 to 50.")
			return
		}
		top = n
	}
	value := []map[string]any{}
	for i := len(ch.messages) - 1; i >= 0 && len(value) < top; i-- {
		value = append(value, m.messageJSON(ch, i))
	}
	c.answer(http.StatusOK, map[string]any{"value": value, "@odata.count": len(value)})
}

// Say sends a message as one person to another, as if typed in Teams; the chat has to exist.
func (m *Microsoft) Say(from, to, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch, err := m.chatOf(from, to)
	if err == nil {
		ch.messages = append(ch.messages, ChatMessage{From: m.person(from).User, At: m.now(), Text: text, Type: "text"})
	}
	return err
}

// Messages gives the chat between two people, oldest first.
func (m *Microsoft) Messages(a, b string) []ChatMessage {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch, err := m.chatOf(a, b)
	if err != nil {
		return nil
	}
	return slices.Clone(ch.messages)
}

func (m *Microsoft) chatOf(a, b string) (*msChat, error) {
	p, q := m.person(a), m.person(b)
	if p == nil || q == nil {
		return nil, fmt.Errorf("no account %q or %q", a, b)
	}
	ids := []string{p.ID, q.ID}
	slices.Sort(ids)
	ch := m.graph.chats["19:"+strings.Join(ids, "_")+"@unq.gbl.spaces"]
	if ch == nil {
		return nil, fmt.Errorf("%s and %s have no chat", a, b)
	}
	return ch, nil
}
