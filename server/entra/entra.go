// Package entra decides who may come in: it validates the access tokens that Entra ID gave a console for
// this server's own API, and nothing else. A token for Graph is not a ticket here.
package entra

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Role is what a person may do. The higher ones include the lower.
type Role string

// The roles, as the app roles of the server's registration are called in lower case.
const (
	Agent      Role = "agent"
	Supervisor Role = "supervisor"
	Admin      Role = "admin"
)

// Tenant is one Entra tenant whose people may come in.
type Tenant struct {
	ID        string          // ours, as in the configuration
	TenantID  string          // Entra's, a GUID
	Authority string          // host of the authority, "https://login.microsoftonline.com" when empty; a path is ignored
	Audience  string          // client id of the server's app registration
	Clients   []string        // client ids of the consoles; none: any client of the tenant
	Scope     string          // delegated scope that a token must carry; "Agent.Use" when empty
	Roles     map[string]Role // app role → Role; Agent, Supervisor and Admin when nil
}

// Options are what the validator needs beside its tenants.
type Options struct {
	Client  *http.Client     // reads the keys; http.DefaultClient when nil
	Now     func() time.Time // time.Now when nil
	Refresh time.Duration    // shortest time between two reads of the keys because of an unknown key; 30 s when 0
	Log     *slog.Logger
}

// Identity is who a valid token belongs to. Tenant and OID together are the person; User and Name are
// for people to read and may change.
type Identity struct {
	Tenant   string // our id
	TenantID string // Entra's
	OID      string
	User     string // lower case
	Name     string
	Roles    []Role
	Client   string
	Issued   time.Time
	Expires  time.Time
}

// Highest gives the highest role of the token.
func (i Identity) Highest() Role {
	best := Role("")
	for _, r := range i.Roles {
		if rank[r] > rank[best] {
			best = r
		}
	}
	return best
}

var rank = map[Role]int{Agent: 1, Supervisor: 2, Admin: 3}

// Lower gives the lower of two roles; an empty role is the lowest.
func Lower(a, b Role) Role {
	if rank[a] < rank[b] {
		return a
	}
	return b
}

func (t Tenant) withDefaults() Tenant {
	if t.Authority == "" {
		t.Authority = "https://login.microsoftonline.com"
	}
	if scheme, rest, ok := strings.Cut(t.Authority, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		t.Authority = scheme + "://" + host
	}
	if t.Scope == "" {
		t.Scope = "Agent.Use"
	}
	if t.Roles == nil {
		t.Roles = map[string]Role{"Agent": Agent, "Supervisor": Supervisor, "Admin": Admin}
	}
	t.TenantID = strings.ToLower(t.TenantID)
	return t
}

// issuer of version 2 tokens of this tenant.
func (t Tenant) issuer() string { return t.Authority + "/" + t.TenantID + "/v2.0" }

func (t Tenant) keysURL() string { return t.Authority + "/" + t.TenantID + "/discovery/v2.0/keys" }
