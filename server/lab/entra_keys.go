package lab

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// msKey is a signing key of the simulated authority.
type msKey struct {
	id  string
	key *rsa.PrivateKey
}

// RotateKeys signs with a new key from now on. The key before stays published, older ones are gone.
func (m *Microsoft) RotateKeys() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(key.N.Bytes())
	k := &msKey{id: base64.RawURLEncoding.EncodeToString(sum[:20]), key: key}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = append(m.keys, k)
	if len(m.keys) > 2 {
		m.keys = m.keys[len(m.keys)-2:]
	}
	return nil
}

// KeyReads counts how often the published keys were read.
func (m *Microsoft) KeyReads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keyReads
}

// SetTokenLife says how long the access tokens given from now on are good for.
func (m *Microsoft) SetTokenLife(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.o.TokenLife = d
}

// Claims are the contents of a token; a test changes some before it is signed.
type Claims map[string]any

// MintUser signs an access token of our API for an account, as a sign-in would give. change may be nil.
func (m *Microsoft) MintUser(user string, change func(Claims)) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(user)
	if p == nil {
		return "", msErr(50034, "invalid_grant", "The user account does not exist in the directory.")
	}
	c := m.userClaims(p, m.o.ConsoleClientID)
	if change != nil {
		change(c)
	}
	return m.sign(c)
}

// sign makes a JWT with the newest key; the caller holds the lock.
func (m *Microsoft) sign(c Claims) (string, error) {
	k := m.keys[len(m.keys)-1]
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: k.key, KeyID: k.id}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(s).Claims(map[string]any(c)).Serialize()
}

// verify reads a token of our own making; the caller holds the lock.
func (m *Microsoft) verify(raw string) (Claims, error) {
	t, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	var c Claims
	for _, k := range m.keys {
		if len(t.Headers) > 0 && t.Headers[0].KeyID == k.id {
			if err := t.Claims(k.key.Public(), &c); err != nil {
				return nil, err
			}
			if exp, _ := c["exp"].(float64); m.now().Unix() > int64(exp) {
				return nil, errExpiredToken
			}
			return c, nil
		}
	}
	return nil, errUnknownKey
}

func (m *Microsoft) serveKeys(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keyReads++
	type jwk struct {
		Kty    string `json:"kty"`
		Use    string `json:"use"`
		Kid    string `json:"kid"`
		X5t    string `json:"x5t"`
		N      string `json:"n"`
		E      string `json:"e"`
		Issuer string `json:"issuer"`
	}
	out := struct {
		Keys []jwk `json:"keys"`
	}{}
	for _, k := range m.keys {
		out.Keys = append(out.Keys, jwk{"RSA", "sig", k.id, k.id, b64(k.key.N.Bytes()), b64(big.NewInt(int64(k.key.E)).Bytes()), m.issuer()})
	}
	writeJSON(w, http.StatusOK, out)
}

// userClaims are those of a version 2 access token of our API; the caller holds the lock.
func (m *Microsoft) userClaims(p *msPerson, client string) Claims {
	c := m.baseClaims(m.o.ServerClientID)
	c["azp"], c["azpacr"] = client, "0"
	c["name"], c["oid"], c["preferred_username"] = p.Name, p.ID, p.User
	c["sub"] = pairwise(p.ID, m.o.ServerClientID)
	c["scp"] = msScope
	if len(p.Roles) > 0 {
		c["roles"] = p.Roles
	}
	return c
}

func (m *Microsoft) baseClaims(aud string) Claims {
	now := m.now()
	return Claims{
		"aud": aud, "iss": m.issuer(), "tid": m.o.TenantID, "ver": "2.0", "uti": random(12),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(m.o.TokenLife).Unix(),
	}
}

func (m *Microsoft) idToken(p *msPerson, client, nonce string) (string, error) {
	c := m.baseClaims(client)
	c["exp"] = m.now().Add(time.Hour).Unix()
	c["name"], c["oid"], c["preferred_username"] = p.Name, p.ID, p.User
	c["sub"] = pairwise(p.ID, client)
	if nonce != "" {
		c["nonce"] = nonce
	}
	return m.sign(c)
}

func (m *Microsoft) issuer() string { return m.url + "/" + m.o.TenantID + "/v2.0" }

func pairwise(oid, client string) string {
	sum := sha256.Sum256([]byte(oid + client))
	return b64(sum[:])
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return b64(b)
}
