package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// skew is how far the clocks may be apart.
const skew = time.Minute

// longest is more than any token of Entra with app roles has.
const longest = 32 << 10

// Validator holds one verifier for each configured tenant. It is safe for use by many.
type Validator struct {
	tenants map[string]*verifier // by Entra's tenant id, lower case
}

type verifier struct {
	tenant Tenant
	keys   *keySet
	oidc   *oidc.IDTokenVerifier
}

// New makes a validator. No network is used before the first token comes.
func New(tenants []Tenant, o Options) (*Validator, error) {
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Refresh == 0 {
		o.Refresh = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	v := &Validator{tenants: map[string]*verifier{}}
	for _, t := range tenants {
		t = t.withDefaults()
		if t.TenantID == "" || t.Audience == "" {
			return nil, fmt.Errorf("tenant %s: the Entra tenant id and the audience are needed", t.ID)
		}
		if other := v.tenants[t.TenantID]; other != nil {
			return nil, fmt.Errorf("tenants %s and %s have the same Entra tenant id", other.tenant.ID, t.ID)
		}
		k := newKeySet(t.keysURL(), o, o.Log.With("tenant", t.ID))
		v.tenants[t.TenantID] = &verifier{tenant: t, keys: k, oidc: oidc.NewVerifier(t.issuer(), k, &oidc.Config{
			ClientID: t.Audience, SupportedSigningAlgs: []string{oidc.RS256},
			Now: func() time.Time { return o.Now().Add(-skew) }, // go-oidc gives exp no leeway, nbf five minutes
		})}
	}
	return v, nil
}

type claims struct {
	Version  string   `json:"ver"`
	TenantID string   `json:"tid"`
	Issuer   string   `json:"iss"`
	OID      string   `json:"oid"`
	Scopes   string   `json:"scp"`
	Roles    []string `json:"roles"`
	Client   string   `json:"azp"`
	User     string   `json:"preferred_username"`
	Name     string   `json:"name"`
	Kind     string   `json:"idtyp"`
}

// Validate checks a raw access token (RFC 9068 in Entra's shape, version 2). Errors are *Refusal.
// The signature is checked before anything of the token is believed; its tenant only chooses among the
// configured ones.
func (v *Validator) Validate(ctx context.Context, raw string) (Identity, error) {
	if len(raw) > longest {
		return Identity{}, refuse(TooLong, fmt.Errorf("%d bytes", len(raw)))
	}
	head, err := peek(raw)
	if err != nil {
		return Identity{}, refuse(Malformed, err)
	}
	ver := v.tenants[strings.ToLower(head.TenantID)]
	if ver == nil {
		return Identity{}, refuse(UnknownTenant, nil)
	}
	if head.Version == "1.0" {
		return Identity{}, refuse(WrongVersion, nil)
	}
	if head.Issuer != ver.tenant.issuer() {
		return Identity{}, refuse(WrongIssuer, nil)
	}
	var keyErr error
	token, err := ver.oidc.Verify(context.WithValue(ctx, keyErrKey{}, &keyErr), raw)
	if keyErr != nil {
		return Identity{}, keyErr
	}
	if err != nil {
		return Identity{}, why(err)
	}
	var c claims
	if err := token.Claims(&c); err != nil {
		return Identity{}, refuse(Malformed, err)
	}
	return ver.identity(token, c)
}

// identity reads who a token with a good signature belongs to.
func (ver *verifier) identity(token *oidc.IDToken, c claims) (Identity, error) {
	t := ver.tenant
	switch {
	case !strings.EqualFold(c.TenantID, t.TenantID):
		return Identity{}, refuse(WrongIssuer, errors.New("tid is not the issuer's")) // go-oidc does not compare them
	case c.OID == "" || c.Kind == "app":
		return Identity{}, refuse(NoPerson, nil)
	case len(t.Clients) > 0 && !slices.Contains(t.Clients, c.Client):
		return Identity{}, refuse(WrongClient, nil)
	case !slices.Contains(strings.Fields(c.Scopes), t.Scope):
		return Identity{}, refuse(NoScope, nil)
	}
	id := Identity{
		Tenant: t.ID, TenantID: t.TenantID, OID: strings.ToLower(c.OID), User: strings.ToLower(c.User), Name: c.Name,
		Client: c.Client, Issued: token.IssuedAt, Expires: token.Expiry,
	}
	for _, name := range c.Roles {
		if r, ok := t.Roles[name]; ok {
			id.Roles = append(id.Roles, r)
		}
	}
	if len(id.Roles) == 0 {
		return Identity{}, refuse(NoRole, nil)
	}
	return id, nil
}

// why puts go-oidc's errors, most of them only text, into our codes.
func why(err error) error {
	if _, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return refuse(Expired, err)
	}
	text := err.Error()
	for _, m := range []struct {
		part string
		code Code
	}{
		{"expected audience", WrongAudience},
		{"issued by a different provider", WrongIssuer},
		{"signed with unsupported algorithm", WrongAlgorithm},
		{"unexpected signature algorithm", WrongAlgorithm},
		{"before the nbf", NotYet},
		{"malformed", Malformed},
	} {
		if strings.Contains(text, m.part) {
			return refuse(m.code, err)
		}
	}
	return refuse(Malformed, err)
}

// peek reads the claims without believing them.
func peek(raw string) (claims, error) {
	var c claims
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return c, fmt.Errorf("%d parts, a JWT has 3", len(parts))
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c)
}
