package lab

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// msCode is a device code that waits for a person (RFC 8628).
type msCode struct {
	device, user string
	client       string
	scope        string
	until        time.Time
	state        string // pending, approved, declined, blocked
	person       string // object id, when approved
}

func (m *Microsoft) serveDeviceCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		m.writeEntraError(w, r, msErr(900144, "invalid_request", "The request body could not be read."))
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.publicClient(r); err != nil {
		m.writeEntraError(w, r, err)
		return
	}
	if _, err := m.userScope(r.PostFormValue("scope")); err != nil {
		m.writeEntraError(w, r, err)
		return
	}
	c := &msCode{device: random(48), user: userCode(), client: r.PostFormValue("client_id"), scope: r.PostFormValue("scope"), until: m.now().Add(m.o.CodeLife), state: "pending"}
	m.codes[c.device] = c
	m.log.Info("device code made", "code", c.user)
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code":        c.user,
		"device_code":      c.device,
		"verification_uri": m.Page(),
		"expires_in":       int(m.o.CodeLife.Seconds()),
		"interval":         5,
		"message":          fmt.Sprintf("To sign in, use a web browser to open the page %s and enter the code %s to authenticate.", m.Page(), c.user),
	})
}

// redeemDevice answers one poll; the caller holds the lock.
func (m *Microsoft) redeemDevice(r *http.Request) (*msGrant, error) {
	c := m.codes[r.PostFormValue("device_code")]
	switch {
	case c == nil || c.client != r.PostFormValue("client_id"):
		return nil, msErr(70019, "bad_verification_code", "Verification code was not found or is not of this client.")
	case m.slow > 0:
		m.slow--
		return nil, msErr(70016, "slow_down", "OAuth 2.0 device flow error. Polling too often.")
	case !m.now().Before(c.until):
		return nil, msErr(70020, "expired_token", "The provided value for the input parameter 'device_code' is not valid. This code has expired.")
	case c.state == "declined":
		return nil, msErr(70018, "authorization_declined", "User declined to authorize the device.")
	case c.state == "blocked":
		return nil, errBlocked()
	case c.state == "pending":
		return nil, msErr(70016, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	delete(m.codes, c.device)
	return &msGrant{person: c.person, client: c.client, scope: c.scope, device: true}, nil
}

func errBlocked() error {
	return msErr(53003, "invalid_grant", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
}

// Approve lets a device code in as an account. With a policy that forbids device codes the code is
// blocked instead, as in a real tenant: after the person has signed in.
func (m *Microsoft) Approve(code, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.pending(code)
	if err != nil {
		return err
	}
	p := m.person(user)
	switch {
	case p == nil:
		return fmt.Errorf("no account %q", user)
	case p.Disabled:
		return msErr(50057, "invalid_grant", "The user account is disabled.")
	case m.blocked:
		c.state = "blocked"
		return errBlocked()
	}
	c.state, c.person = "approved", p.ID
	m.log.Info("device code approved", "code", c.user, "agent", p.User)
	return nil
}

// Decline refuses a device code, as the person at the page may.
func (m *Microsoft) Decline(code string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.pending(code)
	if err != nil {
		return err
	}
	c.state = "declined"
	return nil
}

// ExpireCode ends the life of a device code now.
func (m *Microsoft) ExpireCode(code string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.pending(code)
	if err != nil {
		return err
	}
	c.until = m.now()
	return nil
}

// SlowDown answers the next n polls with slow_down.
func (m *Microsoft) SlowDown(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow = n
}

// BlockDeviceCode sets or lifts a Conditional Access policy that forbids sign-in by code.
func (m *Microsoft) BlockDeviceCode(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blocked = on
}

// Codes gives the user codes that wait for a person, oldest first.
func (m *Microsoft) Codes() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var wait []*msCode
	for _, c := range m.codes {
		if c.state == "pending" && m.now().Before(c.until) {
			wait = append(wait, c)
		}
	}
	slices.SortFunc(wait, func(a, b *msCode) int { return a.until.Compare(b.until) })
	out := make([]string, len(wait))
	for i, c := range wait {
		out[i] = c.user
	}
	return out
}

func (m *Microsoft) pending(code string) (*msCode, error) {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
	for _, c := range m.codes {
		if c.user != code {
			continue
		}
		if c.state != "pending" || !m.now().Before(c.until) {
			return nil, fmt.Errorf("the code %s has expired or was used", code)
		}
		return c, nil
	}
	return nil, fmt.Errorf("no code %s", code)
}

// userCode has nine characters that are hard to mistake for others.
func userCode() string {
	const letters = "BCDFGHJKLMNPQRSTVWXZ23456789"
	b := make([]byte, 9)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
