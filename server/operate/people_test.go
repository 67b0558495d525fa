package operate

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/fact"
	"cordboard/server/lab"
	"cordboard/server/people"
)

// source is a tenant's Microsoft Graph against a simulated one.
func source(t *testing.T, o lab.MicrosoftOptions) (*presence, *lab.Microsoft, *config.Tenant) {
	t.Helper()
	m, err := lab.NewMicrosoft(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.Background()) })
	mo := m.Options()
	c := &config.Tenant{ID: "contoso", Entra: config.Entra{Audience: mo.ServerClientID},
		Graph: &config.Graph{URL: m.GraphURL(), Authority: m.URL(), Tenant: mo.TenantID, ClientID: mo.ServerClientID, Secret: config.Secret(mo.ServerSecret), CAFile: config.Path(m.CAFile())}}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	p, err := Presence(slog.New(slog.DiscardHandler))(ctx, c, people.NewRoster(nil), func([]people.Reading) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p.(*presence), m, c
}

const (
	adele = "adele.vance@contoso.com"
	megan = "megan.bowen@contoso.com"
)

func TestGraphTellsMembersAndTheDirectory(t *testing.T) {
	group := lab.MicrosoftGroup{ID: lab.MicrosoftID("network"), Members: []string{megan, "raj.patel@contoso.com"}, Team: true}
	p, m, _ := source(t, lab.MicrosoftOptions{Groups: []lab.MicrosoftGroup{group}, PageSize: 4})
	var _ server.Directory = p
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	got, err := p.Members(ctx, group.ID)
	if err != nil || len(got) != 2 || got[0].Name != "Megan Bowen" || got[0].Number() != "+442079460101" || got[0].Department != "Network" || got[0].OID != lab.MicrosoftID(megan) {
		t.Fatalf("members %+v, %v", got, err)
	}
	var all []people.Change
	page, err := p.Changes(ctx, "")
	for all = page.Changes; err == nil && page.More; all = append(all, page.Changes...) {
		page, err = p.Changes(ctx, page.Link)
	}
	if err != nil || len(all) != len(lab.Contoso()) {
		t.Fatalf("%d people, %v", len(all), err)
	}
	m.AddAccount(lab.MicrosoftAccount{User: megan, Name: "Megan Bowen-Smith", Disabled: true})
	m.RemoveAccount("lee.gu@contoso.com")
	page, err = p.Changes(ctx, page.Link)
	if err != nil || len(page.Changes) != 2 || page.More {
		t.Fatalf("what changed %+v, %v", page, err)
	}
	for _, c := range page.Changes {
		if now := c.Of(people.Member{}); c.Gone == now.Blocked || !c.Gone && now.Name != "Megan Bowen-Smith" {
			t.Errorf("%+v", c)
		}
	}
	if _, err := p.Changes(ctx, m.GraphURL()+"/users/delta?$deltatoken=999999"); !errors.Is(err, server.ErrForgotten) {
		t.Errorf("a link that is forgotten: %v", err)
	}
}

func TestAnAgentChatsWithTheOwnRights(t *testing.T) {
	p, m, _ := source(t, lab.MicrosoftOptions{})
	var _ server.Chats = p
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	token, err := m.MintUser(adele, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Chat(token, lab.MicrosoftID(adele))
	if err != nil {
		t.Fatal(err)
	}
	chat, err := c.Open(ctx, &people.Person{ID: fact.AgentID(megan), User: megan}) // whose object id nobody knows yet
	if err != nil {
		t.Fatal(err)
	}
	at, err := c.Say(ctx, chat, "On the line: Nestor Wilke\nNotes: <VPN> drops")
	if err != nil {
		t.Fatal(err)
	}
	if sent := m.Messages(adele, megan); len(sent) != 1 || sent[0].From != adele || sent[0].Text != "On the line: Nestor Wilke\nNotes: <VPN> drops" {
		t.Errorf("sent %+v", sent)
	}
	m.Say(megan, adele, "Send him over")
	lines, err := c.Heard(ctx, chat, at)
	if err != nil || len(lines) != 1 || lines[0].Words != "Send him over" {
		t.Errorf("heard %+v, %v", lines, err)
	}
	if _, err := c.Open(ctx, &people.Person{ID: "zoe", User: "zoe@contoso.com"}); why(err) != "unknown" {
		t.Errorf("who is not there: %v", err)
	}
	m.Throttle(1, "7")
	if _, err := c.Say(ctx, chat, "again"); why(err) != "busy" {
		t.Errorf("too many: %v", err)
	}
	if line, known := p.GraphLine(); !known || line.State != "throttled" || line.Again.IsZero() {
		t.Errorf("the health line %+v", line)
	}
}

func TestAMissingRightIsNamedWithItsLink(t *testing.T) {
	p, m, c := source(t, lab.MicrosoftOptions{Delegated: []string{}})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	token, _ := m.MintUser(adele, nil)
	chat, err := p.Chat(token, lab.MicrosoftID(adele))
	if err != nil {
		t.Fatal(err)
	}
	_, err = chat.Open(ctx, &people.Person{OID: lab.MicrosoftID(megan)})
	e, ok := errors.AsType[*desk.ChatError](err)
	if !ok || e.Why != "consent" || !strings.HasPrefix(e.Permission, "Chat.ReadWrite") || !strings.Contains(e.Link, "adminconsent?client_id="+c.Graph.ClientID) {
		t.Fatalf("%+v", err)
	}
	line, known := p.GraphLine()
	if !known || line.State != "consent_missing" || len(line.Missing) != 1 || line.Missing[0].Feature != "chat with experts" || line.Consent != e.Link {
		t.Errorf("the health line %+v", line)
	}
	bad, err := p.Chat("no.token.here", lab.MicrosoftID(adele))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bad.Open(ctx, &people.Person{OID: lab.MicrosoftID(megan)}); why(err) != "setup" {
		t.Errorf("a token that Microsoft does not take: %v", err)
	}
}

func why(err error) string {
	if e, ok := errors.AsType[*desk.ChatError](err); ok {
		return e.Why
	}
	return ""
}
