package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// msPerson is an account with what the simulation keeps about it.
type msPerson struct {
	MicrosoftAccount
	presence msPresence
	changed  int // version of the directory when it last changed
	removed  bool
}

// Contoso is the small company that the demonstration uses: agents, a supervisor, experts.
func Contoso() []MicrosoftAccount {
	free := MicrosoftPresence{Availability: "Available", Activity: "Available"}
	return []MicrosoftAccount{
		{User: "adele.vance@contoso.com", Name: "Adele Vance", Roles: []string{"Agent"}, Department: "Support", JobTitle: "Agent", Presence: free},
		{User: "isaiah.langer@contoso.com", Name: "Isaiah Langer", Roles: []string{"Agent"}, Department: "Support", JobTitle: "Agent", Presence: free},
		{User: "miriam.graham@contoso.com", Name: "Miriam Graham", Roles: []string{"Supervisor"}, Department: "Support", JobTitle: "Lead", Presence: free},
		{User: "admin@contoso.com", Name: "Contoso Admin", Roles: []string{"Admin"}},
		{User: "megan.bowen@contoso.com", Name: "Megan Bowen", Department: "Network", JobTitle: "Engineer", Phone: "+442079460101", Presence: free},
		{User: "lee.gu@contoso.com", Name: "Lee Gu", Department: "Billing", JobTitle: "Accountant", Phone: "+442079460102", Presence: MicrosoftPresence{Availability: "Busy", Activity: "InAMeeting"}},
		{User: "ana.diaz@contoso.com", Name: "Ana Diaz", Department: "Network", JobTitle: "Engineer", Phone: "+442079460103", Presence: MicrosoftPresence{Availability: "Away", Activity: "Away"}},
		{User: "raj.patel@contoso.com", Name: "Raj Patel", Department: "Network", JobTitle: "Engineer", Phone: "+442079460104"},
		{User: "nobody@contoso.com", Name: "No Role"},
	}
}

// MicrosoftID makes the object id of an account without one: the same user always has the same.
func MicrosoftID(user string) string {
	h := sha256.Sum256([]byte(strings.ToLower(user)))
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-4" + s[13:16] + "-a" + s[17:20] + "-" + s[20:32]
}

// AddAccount adds a person, or changes one of the same user name.
func (m *Microsoft) AddAccount(a MicrosoftAccount) error {
	if !strings.Contains(a.User, "@") {
		return fmt.Errorf("account %q: a user name has an @", a.User)
	}
	if a.ID == "" {
		a.ID = MicrosoftID(a.User)
	}
	a.ID = strings.ToLower(a.ID)
	if !isGUID(a.ID) {
		return fmt.Errorf("account %s: object id %q is not a GUID", a.User, a.ID)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(a.ID)
	if p == nil {
		p = &msPerson{}
		p.presence.user = a.Presence
		m.people[a.ID] = p
	}
	p.MicrosoftAccount = a
	m.touch(p)
	return nil
}

// RemoveAccount deletes a person: it can no longer sign in, and delta queries say so.
func (m *Microsoft) RemoveAccount(user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(user)
	if p == nil {
		return fmt.Errorf("no account %q", user)
	}
	p.removed = true
	m.touch(p)
	m.dropRefresh(p.ID)
	return nil
}

// Disable blocks an account or lets it in again. Its refresh tokens stop working while it is blocked.
func (m *Microsoft) Disable(user string, on bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(user)
	if p == nil {
		return fmt.Errorf("no account %q", user)
	}
	p.Disabled = on
	m.touch(p)
	return nil
}

// SetRoles replaces the app roles of an account; the next token carries them.
func (m *Microsoft) SetRoles(user string, roles ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(user)
	if p == nil {
		return fmt.Errorf("no account %q", user)
	}
	p.Roles = roles
	return nil
}

// Accounts gives the people, in the order of their names.
func (m *Microsoft) Accounts() []MicrosoftAccount {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]MicrosoftAccount, 0, len(m.people))
	for _, p := range m.sorted() {
		if !p.removed {
			out = append(out, p.MicrosoftAccount)
		}
	}
	return out
}

func (m *Microsoft) touch(p *msPerson) {
	m.version++
	p.changed = m.version
}

// person finds an account by object id or user name; the caller holds the lock.
func (m *Microsoft) person(key string) *msPerson {
	if p := m.people[strings.ToLower(key)]; p != nil && !p.removed {
		return p
	}
	for _, p := range m.people {
		if !p.removed && sameUser(p.User, key) {
			return p
		}
	}
	return nil
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range strings.ToLower(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if r != '-' {
				return false
			}
		} else if !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return true
}
