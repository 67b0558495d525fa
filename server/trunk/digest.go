package trunk

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// challenge is a digest challenge (RFC 7616, RFC 8760).
type challenge struct {
	realm, nonce, opaque, algorithm string
	qop                             bool // auth is offered
	stale                           bool
	proxy                           bool
}

// readChallenge finds a challenge we can answer in a 401 or 407, the strongest first.
func readChallenge(res *sip.Response) (c challenge, ok bool) {
	name := "www-authenticate"
	if res.StatusCode == 407 {
		name = "proxy-authenticate"
	}
	for _, h := range res.GetHeaders(name) {
		p, is := digestParams(h.Value())
		if !is {
			continue
		}
		a := strings.ToUpper(p["algorithm"])
		if a == "" {
			a = "MD5"
		}
		if a != "MD5" && a != "SHA-256" || ok && a == "MD5" || p["nonce"] == "" {
			continue
		}
		c = challenge{realm: p["realm"], nonce: p["nonce"], opaque: p["opaque"], algorithm: a, stale: strings.EqualFold(p["stale"], "true"), proxy: res.StatusCode == 407}
		for _, q := range strings.Split(p["qop"], ",") {
			c.qop = c.qop || strings.EqualFold(strings.TrimSpace(q), "auth")
		}
		ok = p["qop"] == "" || c.qop
	}
	return c, ok
}

// digestParams reads `Digest a=b, c="d"`.
func digestParams(v string) (map[string]string, bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(v), " ")
	if !strings.EqualFold(scheme, "Digest") {
		return nil, false
	}
	out := map[string]string{}
	for _, one := range splitList(rest) {
		k, val, _ := strings.Cut(one, "=")
		out[strings.ToLower(strings.TrimSpace(k))] = unquote(strings.TrimSpace(val))
	}
	return out, true
}

func digestHash(algorithm string, parts ...string) string {
	var h hash.Hash
	if strings.EqualFold(algorithm, "SHA-256") {
		h = sha256.New()
	} else {
		h = md5.New()
	}
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// credentials answers a challenge for a request: the header's name and value.
func (c challenge) credentials(user, password string, method sip.RequestMethod, uri string, count int) (name, value string) {
	ha1 := digestHash(c.algorithm, user, c.realm, password)
	ha2 := digestHash(c.algorithm, string(method), uri)
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username=%s, realm=%s, nonce=%s, uri=%s, algorithm=%s`, quote(user), quote(c.realm), quote(c.nonce), quote(uri), c.algorithm)
	if c.qop {
		nc, cnonce := fmt.Sprintf("%08x", count), randomHex(8)
		fmt.Fprintf(&b, `, qop=auth, nc=%s, cnonce="%s", response="%s"`, nc, cnonce, digestHash(c.algorithm, ha1, c.nonce, nc, cnonce, "auth", ha2))
	} else {
		fmt.Fprintf(&b, `, response="%s"`, digestHash(c.algorithm, ha1, c.nonce, ha2))
	}
	if c.opaque != "" {
		b.WriteString(", opaque=" + quote(c.opaque))
	}
	if c.proxy {
		return "Proxy-Authorization", b.String()
	}
	return "Authorization", b.String()
}

const nonceLife = 2 * time.Minute

func (n *trunk) realm() string {
	switch {
	case n.Realm != "":
		return n.Realm
	case n.FromHost != "":
		return n.FromHost
	}
	return "cordboard"
}

// nonce is the time, something that makes it the only one, and their seal, so that none need be kept.
func (e *Edge) nonce(n *trunk, now time.Time) string {
	t := strconv.FormatInt(now.UnixNano(), 36) + "-" + randomHex(4)
	return t + "." + e.seal(n, t)
}

func (e *Edge) seal(n *trunk, t string) string {
	h := hmac.New(sha256.New, e.secret[:])
	h.Write([]byte(n.ID + "\x00" + t))
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// authorised checks the credentials of a request. stale: right, but for a nonce that is too old.
func (e *Edge) authorised(n *trunk, req *sip.Request, now time.Time) (ok, stale bool) {
	for _, h := range req.GetHeaders("authorization") {
		p, is := digestParams(h.Value())
		if !is || p["realm"] != n.realm() || p["username"] != n.Username {
			continue
		}
		if right, stale := e.right(n, req, p, n.Username, n.Password, now); right {
			return !stale, stale
		}
	}
	return false, false
}

// right checks one set of credentials. stale: right, but for a nonce that is too old.
func (e *Edge) right(n *trunk, req *sip.Request, p map[string]string, user, password string, now time.Time) (right, stale bool) {
	stamp, mac, _ := strings.Cut(p["nonce"], ".")
	if subtle.ConstantTimeCompare([]byte(mac), []byte(e.seal(n, stamp))) != 1 {
		return false, false
	}
	alg := p["algorithm"]
	ha1 := digestHash(alg, user, n.realm(), password)
	ha2 := digestHash(alg, string(req.Method), p["uri"])
	want := digestHash(alg, ha1, p["nonce"], ha2)
	if p["qop"] != "" {
		want = digestHash(alg, ha1, p["nonce"], p["nc"], p["cnonce"], p["qop"], ha2)
	}
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(p["response"])), []byte(want)) != 1 {
		return false, false
	}
	at, _, _ := strings.Cut(stamp, "-")
	made, err := strconv.ParseInt(at, 36, 64)
	return true, err != nil || now.Sub(time.Unix(0, made)) > nonceLife
}

// challengeHeader is for a 401. MD5 alone: an SBC that knows no other refuses a list with more in it.
func (e *Edge) challengeHeader(n *trunk, stale bool, now time.Time) sip.Header {
	v := fmt.Sprintf(`Digest realm=%s, nonce="%s", algorithm=MD5, qop="auth"`, quote(n.realm()), e.nonce(n, now))
	if stale {
		v += ", stale=true"
	}
	return sip.NewHeader("WWW-Authenticate", v)
}
