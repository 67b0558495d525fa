package lab

import (
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// msGrant is what a token request has proved.
type msGrant struct {
	person string // object id; empty for an application
	client string
	scope  string
	nonce  string
	device bool // began with a device code: policies against those go on to hold
}

// msRefresh is a refresh token's memory.
type msRefresh struct {
	person, client string
	device         bool
}

const (
	graphResource = "https://graph.microsoft.com"
	graphAppID    = "00000003-0000-0000-c000-000000000000"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

func (m *Microsoft) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		m.writeEntraError(w, r, msErr(900144, "invalid_request", "The request body could not be read."))
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g, err := m.redeem(r)
	if err == nil {
		var out map[string]any
		if out, err = m.tokens(g); err == nil {
			writeJSON(w, http.StatusOK, out)
			return
		}
	}
	m.writeEntraError(w, r, err)
}

func (m *Microsoft) redeem(r *http.Request) (*msGrant, error) {
	grant := r.PostFormValue("grant_type")
	switch grant {
	case "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if err := m.serverClient(r); err != nil {
			return nil, err
		}
	case "device_code", "urn:ietf:params:oauth:grant-type:device_code", "authorization_code", "refresh_token":
		if err := m.publicClient(r); err != nil {
			return nil, err
		}
		if m.confidential {
			return nil, &entraError{number: 7000218, code: "invalid_client", text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", status: http.StatusUnauthorized}
		}
	}
	switch grant {
	case "device_code", "urn:ietf:params:oauth:grant-type:device_code":
		return m.redeemDevice(r)
	case "authorization_code":
		return m.redeemCode(r)
	case "refresh_token":
		return m.redeemRefresh(r)
	case "client_credentials":
		return &msGrant{client: m.o.ServerClientID, scope: r.PostFormValue("scope")}, nil
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return m.redeemOnBehalf(r)
	}
	return nil, msErr(70003, "unsupported_grant_type", "The app requested an unsupported grant type '"+grant+"'.")
}

func (m *Microsoft) redeemRefresh(r *http.Request) (*msGrant, error) {
	t := m.refresh[r.PostFormValue("refresh_token")]
	if t == nil || t.client != r.PostFormValue("client_id") {
		return nil, msErr(700082, "invalid_grant", "The refresh token has expired due to inactivity or was revoked.")
	}
	if m.blocked && t.device {
		return nil, errBlocked()
	}
	return &msGrant{person: t.person, client: t.client, scope: r.PostFormValue("scope"), device: t.device}, nil
}

// redeemOnBehalf takes an agent's token for our API and gives one for Graph.
func (m *Microsoft) redeemOnBehalf(r *http.Request) (*msGrant, error) {
	if r.PostFormValue("requested_token_use") != "on_behalf_of" {
		return nil, msErr(900144, "invalid_request", "The request body must contain the following parameter: 'requested_token_use'.")
	}
	c, err := m.verify(r.PostFormValue("assertion"))
	if err != nil {
		return nil, msErr(500133, "invalid_grant", "Assertion is not within its valid time range or not signed by us.")
	}
	if c["aud"] != m.o.ServerClientID {
		return nil, msErr(500131, "invalid_grant", "Assertion audience does not match the Client app presenting the assertion.")
	}
	oid, _ := c["oid"].(string)
	return &msGrant{person: oid, client: m.o.ServerClientID, scope: r.PostFormValue("scope")}, nil
}

// tokens makes the answer to a proved request.
func (m *Microsoft) tokens(g *msGrant) (map[string]any, error) {
	if g.person == "" {
		return m.appToken(g)
	}
	p := m.person(g.person)
	if p == nil {
		return nil, msErr(50034, "invalid_grant", "The user account does not exist in the directory.")
	}
	if p.Disabled {
		return nil, msErr(50057, "invalid_grant", "The user account is disabled.")
	}
	var c Claims
	var scope string
	if strings.Contains(g.scope, graphResource) || g.client == m.o.ServerClientID {
		granted, err := m.graphScope(g.scope)
		if err != nil {
			return nil, err
		}
		c, scope = m.baseClaims(graphResource), g.scope // .default comes back by its name
		c["scp"], c["oid"], c["appid"], c["name"], c["upn"], c["idtyp"] = granted, p.ID, g.client, p.Name, p.User, "user"
	} else {
		s, err := m.userScope(g.scope)
		if err != nil {
			return nil, err
		}
		c, scope = m.userClaims(p, g.client), s
	}
	access, err := m.sign(c)
	if err != nil {
		return nil, err
	}
	id, err := m.idToken(p, g.client, g.nonce)
	if err != nil {
		return nil, err
	}
	info, _ := json.Marshal(map[string]string{"uid": p.ID, "utid": m.o.TenantID})
	out := map[string]any{
		"token_type": "Bearer", "scope": scope, "expires_in": int(m.o.TokenLife.Seconds()), "ext_expires_in": int(m.o.TokenLife.Seconds()),
		"access_token": access, "id_token": id, "client_info": b64(info),
	}
	if slices.Contains(strings.Fields(g.scope), "offline_access") {
		t := random(96)
		m.refresh[t] = &msRefresh{person: p.ID, client: g.client, device: g.device}
		out["refresh_token"] = t
	}
	return out, nil
}

func (m *Microsoft) appToken(g *msGrant) (map[string]any, error) {
	ok := false
	for _, s := range strings.Fields(g.scope) {
		switch s {
		case graphResource + "/.default":
			ok = true
		case "openid", "offline_access", "profile":
		default:
			return nil, msErr(1002012, "invalid_scope", "The provided value for scope "+s+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
		}
	}
	if !ok {
		return nil, msErr(900144, "invalid_request", "The request body must contain the following parameter: 'scope'.")
	}
	c := m.baseClaims(graphResource)
	c["appid"], c["azp"], c["idtyp"], c["oid"] = g.client, g.client, "app", MicrosoftID("sp:"+g.client)
	roles := make([]string, 0, len(m.perms))
	for p := range m.perms {
		roles = append(roles, p)
	}
	slices.Sort(roles)
	if len(roles) > 0 {
		c["roles"] = roles
	}
	t, err := m.sign(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"token_type": "Bearer", "expires_in": int(m.o.TokenLife.Seconds()), "ext_expires_in": int(m.o.TokenLife.Seconds()), "access_token": t}, nil
}

// PublicClient says whether the console's registration allows public client flows; it does from the start.
func (m *Microsoft) PublicClient(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.confidential = !on
}

// publicClient wants the console's registration, without a secret.
func (m *Microsoft) publicClient(r *http.Request) error {
	id := r.PostFormValue("client_id")
	switch {
	case id == "":
		return msErr(900144, "invalid_request", "The request body must contain the following parameter: 'client_id'.")
	case id != m.o.ConsoleClientID:
		return msErr(700016, "unauthorized_client", "Application with identifier '"+id+"' was not found in the directory.")
	case r.PostFormValue("client_secret") != "" || r.PostFormValue("client_assertion") != "":
		return msErr(700025, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
	}
	return nil
}

// serverClient wants the server's registration with its secret or its certificate.
func (m *Microsoft) serverClient(r *http.Request) error {
	if id := r.PostFormValue("client_id"); id != m.o.ServerClientID {
		return msErr(700016, "unauthorized_client", "Application with identifier '"+id+"' was not found in the directory.")
	}
	if s := r.PostFormValue("client_secret"); s != "" {
		if subtle.ConstantTimeCompare([]byte(s), []byte(m.o.ServerSecret)) != 1 {
			return &entraError{7000215, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.", http.StatusUnauthorized}
		}
		return nil
	}
	if a := r.PostFormValue("client_assertion"); a != "" && r.PostFormValue("client_assertion_type") == assertionType {
		return m.checkAssertion(a)
	}
	return &entraError{7000218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", http.StatusUnauthorized}
}

func (m *Microsoft) checkAssertion(raw string) error {
	bad := func(why string) error {
		return &entraError{700027, "invalid_client", "Client assertion failed signature validation: " + why, http.StatusUnauthorized}
	}
	cert, err := x509.ParseCertificate(m.o.ServerCert)
	if err != nil {
		return bad("no certificate is registered")
	}
	t, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil {
		return bad(err.Error())
	}
	sum := sha256.Sum256(cert.Raw)
	x, _ := t.Headers[0].ExtraHeaders["x5t#S256"].(string)
	if strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(x) != b64(sum[:]) { // clients write either alphabet
		return bad("the thumbprint is not of a registered key")
	}
	var c jwt.Claims
	if err := t.Claims(crypto.PublicKey(cert.PublicKey), &c); err != nil {
		return bad(err.Error())
	}
	if c.Issuer != m.o.ServerClientID || c.Subject != m.o.ServerClientID {
		return bad("issuer and subject are not the client")
	}
	if !slices.ContainsFunc(c.Audience, func(a string) bool { return strings.HasPrefix(a, m.url+"/") }) {
		return bad("the audience is not this token endpoint")
	}
	if err := c.ValidateWithLeeway(jwt.Expected{Time: m.now()}, 5*time.Minute); err != nil {
		return bad(err.Error())
	}
	return nil
}
