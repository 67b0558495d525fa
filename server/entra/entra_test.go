package entra

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	tid      = "11111111-2222-4333-8444-555555555555"
	otherTid = "99999999-2222-4333-8444-555555555555"
	audience = "aaaaaaaa-0000-4000-8000-000000000001"
	console  = "aaaaaaaa-0000-4000-8000-000000000002"
)

// authority publishes keys and counts how often they are read.
type authority struct {
	*httptest.Server
	mu    sync.Mutex
	keys  map[string]*rsa.PrivateKey
	reads int
	down  bool
	now   time.Time
}

func newAuthority(t *testing.T) *authority {
	a := &authority{keys: map[string]*rsa.PrivateKey{}, now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	a.add("k1")
	return a
}

var rsaKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var out [2]*rsa.PrivateKey
	for i := range out {
		out[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return out
})

func (a *authority) add(kid string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys[kid] = rsaKeys()[len(a.keys)%2]
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads++
	if a.down {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	var keys []map[string]string
	for id, k := range a.keys {
		keys = append(keys, map[string]string{"kty": "RSA", "use": "sig", "kid": id, "n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes())})
	}
	keys = append(keys, map[string]string{"kty": "future", "kid": "x"})
	json.NewEncoder(w).Encode(map[string]any{"keys": keys})
}

func (a *authority) tick(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(d)
}

func (a *authority) clock() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *authority) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reads
}

func (a *authority) validator(t *testing.T) *Validator {
	t.Helper()
	v, err := New([]Tenant{
		{ID: "contoso", TenantID: tid, Authority: a.URL + "/" + tid, Audience: audience, Clients: []string{console}},
		{ID: "fabrikam", TenantID: otherTid, Authority: a.URL, Audience: audience},
	}, Options{Now: a.clock})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (a *authority) claims() map[string]any {
	now := a.clock()
	return map[string]any{
		"aud": audience, "iss": a.URL + "/" + tid + "/v2.0", "tid": tid, "ver": "2.0", "azp": console, "scp": "Agent.Use",
		"oid": "0D0E0F00-0000-4000-8000-00000000ADE1", "preferred_username": "Adele.Vance@contoso.com", "name": "Adele Vance", "roles": []string{"Agent", "Unheard"},
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, kid string, claims map[string]any) string {
	t.Helper()
	o := &jose.SignerOptions{}
	if kid != "" {
		o = o.WithHeader("kid", kid)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (a *authority) token(t *testing.T, change func(map[string]any)) string {
	c := a.claims()
	if change != nil {
		change(c)
	}
	return sign(t, jose.RS256, a.keys["k1"], "k1", c)
}

func codeOf(err error) Code {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Code
	}
	return ""
}

func TestGoodTokenNamesThePerson(t *testing.T) {
	a := newAuthority(t)
	id, err := a.validator(t).Validate(context.Background(), a.token(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := Identity{Tenant: "contoso", TenantID: tid, OID: "0d0e0f00-0000-4000-8000-00000000ade1", User: "adele.vance@contoso.com", Name: "Adele Vance", Client: console}
	if id.Tenant != want.Tenant || id.OID != want.OID || id.User != want.User || id.Name != want.Name || id.Client != want.Client || id.Highest() != Agent || len(id.Roles) != 1 {
		t.Errorf("got %+v", id)
	}
	if !id.Expires.Equal(a.now.Add(time.Hour)) {
		t.Errorf("expires %v", id.Expires)
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	a := newAuthority(t)
	v := a.validator(t)
	set := func(k string, val any) func(map[string]any) { return func(c map[string]any) { c[k] = val } }
	drop := func(k string) func(map[string]any) { return func(c map[string]any) { delete(c, k) } }
	none := func() string {
		h := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`))
		b, _ := json.Marshal(a.claims())
		return h + "." + base64.RawURLEncoding.EncodeToString(b) + "."
	}
	cut := func(s string) string { return s[:len(s)-20] + strings.Repeat("A", 20) }
	cases := []struct {
		name  string
		token string
		code  Code
	}{
		{"empty", "", Malformed},
		{"no JWT", "abc", Malformed},
		{"payload is no JSON", "a.b.c", Malformed},
		{"longer than any real one", strings.Repeat("x", longest+1), TooLong},
		{"for another service", a.token(t, set("aud", "00000003-0000-0000-c000-000000000000")), WrongAudience},
		{"of a tenant that we do not serve", a.token(t, set("tid", "77777777-2222-4333-8444-555555555555")), UnknownTenant},
		{"without a tenant", a.token(t, drop("tid")), UnknownTenant},
		{"tid of one tenant, issuer of another", a.token(t, set("tid", otherTid)), WrongIssuer},
		{"issuer of version 1", a.token(t, set("iss", "https://sts.windows.net/"+tid+"/")), WrongIssuer},
		{"version 1", a.token(t, set("ver", "1.0")), WrongVersion},
		{"expired two minutes ago", a.token(t, set("exp", a.now.Add(-2*time.Minute).Unix())), Expired},
		{"without an expiry", a.token(t, drop("exp")), Expired},
		{"valid in an hour", a.token(t, set("nbf", a.now.Add(time.Hour).Unix())), NotYet},
		{"without a scope", a.token(t, drop("scp")), NoScope},
		{"with a scope that only begins alike", a.token(t, set("scp", "Agent.Used")), NoScope},
		{"without a role", a.token(t, drop("roles")), NoRole},
		{"with roles of others", a.token(t, set("roles", []string{"agent"})), NoRole},
		{"of another client", a.token(t, set("azp", "someone")), WrongClient},
		{"of an application", a.token(t, set("idtyp", "app")), NoPerson},
		{"without a person", a.token(t, drop("oid")), NoPerson},
		{"not signed", none(), WrongAlgorithm},
		{"signed with a shared secret", sign(t, jose.HS256, []byte(strings.Repeat("k", 32)), "k1", a.claims()), WrongAlgorithm},
		{"signed with RS384", sign(t, jose.RS384, a.keys["k1"], "k1", a.claims()), WrongAlgorithm},
		{"signed with the key of a stranger", sign(t, jose.RS256, rsaKeys()[1], "k1", a.claims()), BadSignature},
		{"with a cut signature", cut(a.token(t, nil)), BadSignature},
		{"with a key that nobody publishes", sign(t, jose.RS256, rsaKeys()[1], "k9", a.claims()), UnknownKey},
		{"with no key named", sign(t, jose.RS256, a.keys["k1"], "", a.claims()), Malformed},
	}
	if _, err := v.Validate(context.Background(), a.token(t, nil)); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			id, err := v.Validate(context.Background(), c.token)
			if codeOf(err) != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if id.OID != "" || id.Roles != nil {
				t.Errorf("a refused token names %+v", id)
			}
			if r, _ := errors.AsType[*Refusal](err); r.Words == "" {
				t.Error("no words for the person")
			}
		})
	}
}

func TestTidOfAnotherTenantUnderAGoodSignatureIsRefused(t *testing.T) {
	a := newAuthority(t)
	v := a.validator(t)
	// Both tenants share the authority's keys here, so only the comparison of tid and issuer can refuse.
	tok := a.token(t, func(c map[string]any) { c["iss"] = a.URL + "/" + otherTid + "/v2.0" })
	if _, err := v.Validate(context.Background(), tok); codeOf(err) != WrongIssuer {
		t.Fatalf("got %v", err)
	}
}

func TestStrangersCannotMakeUsReadTheKeys(t *testing.T) {
	a := newAuthority(t)
	v := a.validator(t)
	good, bad := a.token(t, nil), sign(t, jose.RS256, rsaKeys()[1], "k9", a.claims())
	if _, err := v.Validate(context.Background(), good); err != nil {
		t.Fatal(err)
	}
	a.tick(time.Minute)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { v.Validate(context.Background(), bad) })
	}
	all.Wait()
	if n := a.count(); n != 2 {
		t.Errorf("keys were read %d times, want the first and one more", n)
	}
}

func TestNewKeyIsTakenWithinHalfAMinute(t *testing.T) {
	a := newAuthority(t)
	v := a.validator(t)
	if _, err := v.Validate(context.Background(), a.token(t, nil)); err != nil {
		t.Fatal(err)
	}
	a.tick(29 * time.Second)
	v.Validate(context.Background(), sign(t, jose.RS256, rsaKeys()[1], "k9", a.claims())) // too early: no read
	a.add("k2")
	tok := sign(t, jose.RS256, a.keys["k2"], "k2", a.claims())
	if _, err := v.Validate(context.Background(), tok); codeOf(err) != UnknownKey {
		t.Fatalf("before: %v", err)
	}
	a.tick(2 * time.Second)
	if _, err := v.Validate(context.Background(), tok); err != nil {
		t.Fatalf("after: %v", err)
	}
}

func TestOldKeysCountWhileTheAuthorityIsDown(t *testing.T) {
	a := newAuthority(t)
	v := a.validator(t)
	if _, err := v.Validate(context.Background(), a.token(t, nil)); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	a.down = true
	a.mu.Unlock()
	a.tick(25 * time.Hour)
	if _, err := v.Validate(context.Background(), a.token(t, nil)); err != nil {
		t.Errorf("known key: %v", err)
	}
	fresh := a.validator(t)
	if _, err := fresh.Validate(context.Background(), a.token(t, nil)); codeOf(err) != KeysUnreachable {
		t.Errorf("no key known: %v", err)
	}
	a.mu.Lock()
	a.down = false
	a.mu.Unlock()
	a.tick(3 * time.Second)
	if _, err := fresh.Validate(context.Background(), a.token(t, nil)); err != nil {
		t.Errorf("authority back: %v", err)
	}
}

func TestClocksMayDifferByAMinute(t *testing.T) {
	a := newAuthority(t)
	tok := a.token(t, func(c map[string]any) { c["exp"] = a.now.Add(-50 * time.Second).Unix() })
	if _, err := a.validator(t).Validate(context.Background(), tok); err != nil {
		t.Error(err)
	}
}

func TestAddressesOfARealTenant(t *testing.T) {
	want := "https://login.microsoftonline.com/" + tid
	for _, authority := range []string{"", "https://login.microsoftonline.com", "https://login.microsoftonline.com/organizations", "https://login.microsoftonline.com/" + tid + "/v2.0/"} {
		n := Tenant{TenantID: strings.ToUpper(tid), Authority: authority}.withDefaults()
		if n.issuer() != want+"/v2.0" || n.keysURL() != want+"/discovery/v2.0/keys" {
			t.Errorf("authority %q: %s, %s", authority, n.issuer(), n.keysURL())
		}
	}
}

func TestTwoTenantsMayNotBeTheSame(t *testing.T) {
	twice := []Tenant{{ID: "a", TenantID: tid, Audience: audience}, {ID: "b", TenantID: strings.ToUpper(tid), Audience: audience}}
	if _, err := New(twice, Options{}); err == nil {
		t.Error("want an error")
	}
	if _, err := New([]Tenant{{ID: "a"}}, Options{}); err == nil {
		t.Error("a tenant without ids: want an error")
	}
}

func TestLowerRoleWins(t *testing.T) {
	for _, c := range []struct{ a, b, want Role }{{Agent, Admin, Agent}, {Admin, Supervisor, Supervisor}, {"", Admin, ""}} {
		if got := Lower(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: got %s", c.a, c.b, got)
		}
	}
}

func FuzzValidate(f *testing.F) {
	v, err := New([]Tenant{{ID: "a", TenantID: tid, Audience: audience, Authority: "http://127.0.0.1:1"}}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJ0aWQiOiIxMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1NTUifQ.AA")
	f.Fuzz(func(t *testing.T, raw string) {
		if id, err := v.Validate(context.Background(), raw); err == nil {
			t.Fatalf("let %+v in", id)
		} else if codeOf(err) == "" {
			t.Fatalf("untyped error %v", err)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := parseKeys(b); err == nil && len(k.byID) == 0 {
			t.Error("no keys and no error")
		}
	})
}
