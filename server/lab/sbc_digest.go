package lab

import (
	"context"
	"crypto/md5" //nolint:gosec // RFC 2617 digest, as carriers still ask for it
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// authorised sends the INVITE once more with the answer to a challenge (RFC 3261 §22, MD5 with and without qop=auth).
func (c *Caller) authorised(res *sip.Response, body []byte, more func(*sip.Request)) (*sip.ClientTx, error) {
	ask, answer := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		ask, answer = "Proxy-Authenticate", "Proxy-Authorization"
	}
	h := res.GetHeader(ask)
	if h == nil {
		return nil, fmt.Errorf("lab: %d without %s", res.StatusCode, ask)
	}
	p := c.Party
	p.mu.Lock()
	p.seq++
	req := p.request(sip.INVITE, p.seq, body)
	more(req)
	uri := req.Recipient.String()
	req.AppendHeader(sip.NewHeader(answer, digestAnswer(h.Value(), "INVITE", uri, p.sbc.o.Username, p.sbc.o.Password)))
	p.invite = req
	p.mu.Unlock()
	return p.transact(context.Background(), req)
}

func digestAnswer(challenge, method, uri, user, password string) string {
	params := map[string]string{}
	rest := strings.TrimPrefix(strings.TrimSpace(challenge), "Digest ")
	for rest != "" {
		var key, value string
		key, rest, _ = strings.Cut(rest, "=")
		if v, ok := strings.CutPrefix(rest, `"`); ok {
			value, rest, _ = strings.Cut(v, `"`)
			_, rest, _ = strings.Cut(rest, ",")
		} else {
			value, rest, _ = strings.Cut(rest, ",")
		}
		params[strings.ToLower(strings.Trim(key, ", "))] = strings.TrimSpace(value)
	}
	ha1 := md5hex(user + ":" + params["realm"] + ":" + password)
	ha2 := md5hex(method + ":" + uri)
	out := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", algorithm=MD5`, user, params["realm"], params["nonce"], uri)
	if strings.Contains(params["qop"], "auth") {
		cnonce := random(8)
		out += fmt.Sprintf(`, qop=auth, nc=00000001, cnonce="%s", response="%s"`, cnonce,
			md5hex(strings.Join([]string{ha1, params["nonce"], "00000001", cnonce, "auth", ha2}, ":")))
	} else {
		out += fmt.Sprintf(`, response="%s"`, md5hex(ha1+":"+params["nonce"]+":"+ha2))
	}
	if params["opaque"] != "" {
		out += fmt.Sprintf(`, opaque="%s"`, params["opaque"])
	}
	return out
}

func md5hex(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}
