package graph_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cordboard/server/graph"
	"cordboard/server/lab"
)

func TestDirectoryIsReadOnceAndThenOnlyWhatChanged(t *testing.T) {
	var accounts []lab.MicrosoftAccount
	for i := range 250 {
		accounts = append(accounts, lab.MicrosoftAccount{User: fmt.Sprintf("user%d@contoso.com", i), Name: fmt.Sprintf("User %d", i), Department: "Network"})
	}
	m := simulated(t, lab.MicrosoftOptions{Accounts: accounts, PageSize: 100})
	c := client(t, m, nil)
	ctx := within(t, 30*time.Second)
	all, err := c.Changes(ctx, "")
	if err != nil || len(all.Users) != 250 || all.Users[0].Department != "Network" || all.Link == "" {
		t.Fatalf("%d users, link %q, %v", len(all.Users), all.Link, err)
	}
	if n := len(m.GraphRequests()); n != 3 {
		t.Errorf("%d requests for three pages", n)
	}
	m.AddAccount(lab.MicrosoftAccount{User: "user7@contoso.com", Name: "User Seven", Disabled: true})
	m.RemoveAccount("user9@contoso.com")
	next, err := c.Changes(ctx, all.Link)
	if err != nil || len(next.Users) != 1 || next.Users[0].Name != "User Seven" || !next.Users[0].Disabled {
		t.Fatalf("got %+v %v", next.Users, err)
	}
	if len(next.Removed) != 1 || next.Removed[0] != lab.MicrosoftID("user9@contoso.com") {
		t.Errorf("removed %v", next.Removed)
	}
	_, err = c.Changes(ctx, m.GraphURL()+"/users/delta?$deltatoken=999999")
	if e, ok := errors.AsType[*graph.Error](err); !ok || e.Status != 410 {
		t.Errorf("a link that Graph does not know: %v", err)
	}
}

func TestMembersOfATeam(t *testing.T) {
	g := lab.MicrosoftGroup{ID: lab.MicrosoftID("team"), Name: "Network experts", Team: true, Members: []string{"megan.bowen@contoso.com", "ana.diaz@contoso.com", "raj.patel@contoso.com"}}
	m := simulated(t, lab.MicrosoftOptions{Groups: []lab.MicrosoftGroup{g}, PageSize: 2})
	c := client(t, m, nil)
	got, err := c.Members(within(t, 20*time.Second), g.ID)
	var names []string
	for _, u := range got {
		names = append(names, u.Name)
	}
	if err != nil || !slices.Equal(names, []string{"Megan Bowen", "Ana Diaz", "Raj Patel"}) {
		t.Fatalf("got %v %v", names, err)
	}
	if _, err := c.Members(within(t, 20*time.Second), lab.MicrosoftID("no team")); kind(err) != graph.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestQuestionInChatIsAnswered(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	c := client(t, m, nil)
	token, err := m.MintUser("adele.vance@contoso.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.OnBehalfOf(token, adele)
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 30*time.Second)
	chat, err := a.ChatWith(ctx, megan)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := a.ChatWith(ctx, megan); err != nil || again != chat {
		t.Errorf("a second chat of the same two: %q %v", again, err)
	}
	since := time.Now().Add(-time.Second)
	at, err := a.Say(ctx, chat, "Nestor Wilke of Fabrikam: VPN drops hourly. Can you take it?")
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Fatalf("sent at %s, %v", at, err)
	}
	m.Say("megan.bowen@contoso.com", "adele.vance@contoso.com", "<p>Yes, send him&nbsp;over</p>")
	got, err := a.Heard(ctx, chat, since, 20)
	if err != nil || len(got) != 1 || got[0].Text != "Yes, send him over" || got[0].From != megan || got[0].Name != "Megan Bowen" {
		t.Errorf("heard %+v %v", got, err)
	}
	sent := m.Messages("adele.vance@contoso.com", "megan.bowen@contoso.com")
	if len(sent) != 2 || !strings.Contains(sent[0].Text, "VPN") || sent[0].From != "adele.vance@contoso.com" {
		t.Errorf("sent %+v", sent)
	}
	if got, _ := a.Heard(ctx, chat, time.Now().Add(time.Minute), 20); len(got) != 0 {
		t.Errorf("heard of old: %+v", got)
	}
}

func TestChatWithoutConsentNamesTheRight(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{Delegated: []string{}})
	token, _ := m.MintUser("adele.vance@contoso.com", nil)
	c := client(t, m, nil)
	a, err := c.OnBehalfOf(token, adele)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.ChatWith(within(t, 20*time.Second), megan)
	e, ok := errors.AsType[*graph.Error](err)
	if !ok || e.Kind != graph.NoConsent || !strings.Contains(e.Permission, "Chat.ReadWrite") {
		t.Errorf("got %v", err)
	}
	if h := c.Health(); h.State != graph.StateNoConsent || !strings.Contains(h.Words, "chat with experts") {
		t.Errorf("health %+v", h)
	}
}

// A chat that Teams forbids to one agent who has the right is that agent's trouble and no missing consent of the tenant;
// nor is a sign-in that Microsoft does not take for this purpose a fault of the server's own.
func TestOneAgentsChatDoesNotMakeTheTenantIll(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	token, _ := m.MintUser("adele.vance@contoso.com", nil)
	c := client(t, m, nil)
	a, err := c.OnBehalfOf(token, adele)
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 20*time.Second)
	if _, err := a.Say(ctx, "19:not-hers@unq.gbl.spaces", "Hello"); kind(err) != graph.Rejected && kind(err) != graph.NotFound {
		t.Errorf("another's chat: %v", err)
	}
	m.Fail(1, 403)
	if _, err := a.ChatWith(ctx, megan); kind(err) != graph.Rejected {
		t.Errorf("forbidden: %v", err)
	}
	b, err := c.OnBehalfOf("no.token.at-all", adele)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.ChatWith(ctx, megan); kind(err) != graph.Credential {
		t.Errorf("a bad token: %v", err)
	}
	if h := c.Health(); h.State == graph.StateNoConsent || h.State == graph.StateCredential {
		t.Errorf("health %+v", h)
	}
}

// Who may read members but no users gets ids alone; that is said, with the permission, and nobody becomes nameless.
func TestMembersWithoutNamesAreAMissingPermission(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{Permissions: []string{"GroupMember.Read.All"}})
	m.AddGroup(lab.MicrosoftGroup{ID: lab.MicrosoftID("team"), Members: []string{"megan.bowen@contoso.com"}})
	c := client(t, m, nil)
	_, err := c.Members(within(t, 20*time.Second), lab.MicrosoftID("team"))
	if kind(err) != graph.NoConsent || !strings.Contains(err.Error(), "User.Read.All") {
		t.Fatalf("members: %v", err)
	}
	if h := c.Health(); h.State != graph.StateNoConsent || !strings.Contains(h.Words, "User.Read.All") || !strings.Contains(h.Words, "groups and teams") {
		t.Errorf("health %+v", h)
	}
}

// A company nests its groups: whoever is in a group within the group belongs to it, once, however deep and however often.
func TestMembersOfGroupsWithinGroups(t *testing.T) {
	north, south, all := lab.MicrosoftID("north"), lab.MicrosoftID("south"), lab.MicrosoftID("all")
	m := simulated(t, lab.MicrosoftOptions{PageSize: 2, Groups: []lab.MicrosoftGroup{
		{ID: south, Name: "South", Members: []string{"raj.patel@contoso.com", "ana.diaz@contoso.com"}},
		{ID: north, Name: "North", Members: []string{"ana.diaz@contoso.com"}, Groups: []string{south}},
		{ID: all, Name: "All", Members: []string{"megan.bowen@contoso.com", "ana.diaz@contoso.com"}, Groups: []string{north}},
	}})
	c := client(t, m, nil)
	of := func(group string) string {
		t.Helper()
		got, err := c.Members(within(t, 20*time.Second), group)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, u := range got {
			names = append(names, u.Name)
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}
	if got := of(all); got != "Ana Diaz, Megan Bowen, Raj Patel" {
		t.Errorf("all: %s", got)
	}
	if err := m.AddGroup(lab.MicrosoftGroup{ID: south, Name: "South", Members: []string{"lee.gu@contoso.com"}, Groups: []string{all}}); err != nil { // in a circle
		t.Fatal(err)
	}
	if got := of(north); got != "Ana Diaz, Lee Gu, Megan Bowen" {
		t.Errorf("in a circle: %s", got)
	}
	if err := m.AddGroup(lab.MicrosoftGroup{Name: "Team", Team: true, Groups: []string{south}}); err == nil {
		t.Error("the simulation lets a group into a team; Microsoft does not")
	}
}
