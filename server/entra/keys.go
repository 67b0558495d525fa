package entra

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// fresh is how old the keys may be before they are read again although all asked for are known.
const fresh = 24 * time.Hour

// keySet has the published keys of one tenant. A token with an unknown key makes it read them again, but
// at most once in a while: strangers must not make us fetch, and a new key must not be kept waiting.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time
	every  time.Duration
	log    *slog.Logger
	known  atomic.Pointer[keys]

	mu    sync.Mutex // one reader at a time; the others wait for what it brings
	tried time.Time
}

type keys struct {
	byID map[string]crypto.PublicKey
	at   time.Time
}

func newKeySet(url string, o Options, log *slog.Logger) *keySet {
	return &keySet{url: url, client: o.Client, now: o.Now, every: o.Refresh, log: log}
}

// keyErrKey is where VerifySignature leaves its error in the context: go-oidc passes only the text on.
type keyErrKey struct{}

// VerifySignature checks a JWS with the one key that its header names (oidc.KeySet).
func (k *keySet) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := k.verify(ctx, raw)
	if to, ok := ctx.Value(keyErrKey{}).(*error); ok && err != nil {
		*to = err
	}
	return payload, err
}

func (k *keySet) verify(ctx context.Context, raw string) ([]byte, error) {
	s, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, refuse(WrongAlgorithm, err)
	}
	if len(s.Signatures) != 1 || s.Signatures[0].Header.KeyID == "" {
		return nil, refuse(Malformed, errors.New("the token names no key"))
	}
	key, err := k.find(ctx, s.Signatures[0].Header.KeyID)
	if err != nil {
		return nil, err
	}
	payload, err := (&oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}).VerifySignature(ctx, raw)
	if err != nil {
		return nil, refuse(BadSignature, err)
	}
	return payload, nil
}

func (k *keySet) find(ctx context.Context, id string) (crypto.PublicKey, error) {
	if key := k.lookup(id, k.now().Add(-fresh)); key != nil {
		return key, nil
	}
	err := k.refresh(ctx, id)
	if key := k.lookup(id, time.Time{}); key != nil {
		return key, nil // old keys go on to count while new ones cannot be read
	}
	if err != nil || k.known.Load() == nil {
		return nil, refuse(KeysUnreachable, err)
	}
	return nil, refuse(UnknownKey, nil)
}

// lookup finds a key in a set that was read after a moment.
func (k *keySet) lookup(id string, after time.Time) crypto.PublicKey {
	if s := k.known.Load(); s != nil && s.at.After(after) {
		return s.byID[id]
	}
	return nil
}

func (k *keySet) refresh(ctx context.Context, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if k.lookup(id, now.Add(-fresh)) != nil {
		return nil // another has brought it while we waited
	}
	wait := k.every
	if k.known.Load() == nil {
		wait = min(wait, 2*time.Second) // without any key nobody gets in: be quicker
	}
	if !k.tried.IsZero() && now.Sub(k.tried) < wait {
		return nil
	}
	k.tried = now
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	s, err := k.read(ctx)
	if err != nil {
		k.log.Warn("keys of Entra not read", "err", err)
		return err
	}
	s.at = now
	k.known.Store(s)
	return nil
}

func (k *keySet) read(ctx context.Context) (*keys, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", k.url, res.Status)
	}
	return parseKeys(body)
}

// parseKeys takes the RSA signing keys of a key set (RFC 7517) and passes over what it does not know.
func parseKeys(body []byte) (*keys, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, err
	}
	s := &keys{byID: map[string]crypto.PublicKey{}}
	for _, r := range raw.Keys {
		var j jose.JSONWebKey
		if json.Unmarshal(r, &j) != nil || !j.Valid() || !j.IsPublic() || j.KeyID == "" || j.Use != "" && j.Use != "sig" {
			continue
		}
		s.byID[j.KeyID] = j.Key
	}
	if len(s.byID) == 0 {
		return nil, errors.New("the key set has no signing key")
	}
	return s, nil
}
