package lab

import (
	"slices"
	"strings"
)

// userScope checks the scopes of a console's request and gives those granted, in full. One resource a
// request, as in Entra. The caller holds the lock.
func (m *Microsoft) userScope(asked string) (string, error) {
	if strings.TrimSpace(asked) == "" {
		return "", msErr(900144, "invalid_request", "The request body must contain the following parameter: 'scope'.")
	}
	var out []string
	api := false
	for _, s := range strings.Fields(asked) {
		switch {
		case s == "openid" || s == "profile" || s == "email":
			out = append(out, s)
		case s == "offline_access":
		case s == m.Scope() || s == m.o.ServerClientID+"/"+msScope:
			out, api = append(out, s), true
		case strings.HasPrefix(s, "api://") && !strings.HasPrefix(s, "api://"+m.o.ServerClientID+"/"):
			return "", msErr(500011, "invalid_resource", "The resource principal named "+s[:strings.LastIndex(s, "/")]+" was not found in the tenant.")
		default:
			return "", msErr(65005, "invalid_scope", "The application asked for scope '"+s+"' that doesn't exist on the resource.")
		}
	}
	if !api {
		return "", msErr(70011, "invalid_scope", "The provided value for the input parameter 'scope' names no permission of a resource.")
	}
	return strings.Join(out, " "), nil
}

// graphScope checks the delegated permissions of an on-behalf-of request; the caller holds the lock.
func (m *Microsoft) graphScope(asked string) (string, error) {
	var out []string
	for _, s := range strings.Fields(asked) {
		name, isGraph := strings.CutPrefix(s, graphResource+"/")
		switch {
		case s == "openid" || s == "profile" || s == "offline_access" || s == "email":
		case !isGraph:
			return "", msErr(70011, "invalid_scope", "The scope "+s+" is not valid.")
		case name == ".default":
			for p := range m.deleg {
				out = append(out, p)
			}
		case !m.deleg[name]:
			return "", msErr(65001, "invalid_grant", "The user or administrator has not consented to use the application with ID '"+m.o.ServerClientID+"'. Send an interactive authorization request for this user and resource.")
		default:
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return "", msErr(65001, "invalid_grant", "The user or administrator has not consented to use the application.")
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " "), nil
}

// Grant gives consent to permissions of Graph, both as application and as delegated ones.
func (m *Microsoft) Grant(permissions ...string) { m.consent(true, permissions) }

// Revoke takes consent back. Tokens that were given before keep what they carry, as in Entra.
func (m *Microsoft) Revoke(permissions ...string) { m.consent(false, permissions) }

func (m *Microsoft) consent(on bool, list []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range list {
		for _, s := range []map[string]bool{m.perms, m.deleg} {
			if on {
				s[p] = true
			} else {
				delete(s, p)
			}
		}
	}
}

// RevokeSessions makes the refresh tokens of an account worthless, as an administrator can.
func (m *Microsoft) RevokeSessions(user string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.person(user); p != nil {
		m.dropRefresh(p.ID)
	}
}

func (m *Microsoft) dropRefresh(oid string) {
	for t, r := range m.refresh {
		if r.person == oid {
			delete(m.refresh, t)
		}
	}
}
