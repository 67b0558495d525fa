package trunk

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"github.com/emiago/sipgo/sip"
)

var errNoSDP = errors.New("a body that is no SDP")

// sdpOf finds the SDP of a message, in a multipart body too (RFC 5621); nil when it has no body.
func sdpOf(m sip.Message) ([]byte, error) {
	body := m.Body()
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	kind, params, err := mime.ParseMediaType(header(m, "content-type"))
	switch {
	case header(m, "content-type") == "" && bytes.HasPrefix(body, []byte("v=0")):
		return body, nil
	case strings.EqualFold(kind, "application/sdp"):
		return body, nil
	case err == nil && strings.HasPrefix(kind, "multipart/"):
		return sdpPart(body, params["boundary"], 3)
	}
	if handling, _ := param(header(m, "content-disposition"), "handling"); strings.EqualFold(handling, "optional") {
		return nil, nil
	}
	return nil, errNoSDP
}

// sdpPart finds the SDP among the parts of a body, and of parts that have parts themselves, so many levels deep.
func sdpPart(body []byte, boundary string, levels int) ([]byte, error) {
	if boundary == "" || levels == 0 {
		return nil, errNoSDP
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for range 16 {
		p, err := parts.NextRawPart()
		if err != nil {
			break
		}
		kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		sdp, nested := strings.EqualFold(kind, "application/sdp"), strings.HasPrefix(kind, "multipart/")
		if !sdp && !nested {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, longestMessage))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // the last boundary may be missing: the message has its own end
			break
		}
		if sdp {
			return b, nil
		}
		if b, err = sdpPart(b, params["boundary"], levels-1); err == nil {
			return b, nil
		}
	}
	return nil, errNoSDP
}

// infoOf reads an INVITE. What a peer asserts about its caller counts only on a trusted trunk (RFC 3325 §5).
func (e *Edge) infoOf(req *sip.Request, n *trunk, p *peer) Info {
	h := e.sourceHop(req)
	i := Info{
		Trunk: n.ID, Tenant: n.Tenant, Peer: h.addr.Addr().String(), Source: h.addr.Addr(), CallID: string(*req.CallID()), Transport: h.transport,
		RequestHost: req.Recipient.Host, UserAgent: header(req, "user-agent"), ReferredBy: header(req, "referred-by"),
		Diverted: diverted(headers(req, "history-info"), headers(req, "diversion")),
	}
	if p != nil {
		i.Peer = p.name()
	}
	i.SDP, _ = sdpOf(req)
	i.To = plainUser(req.Recipient.String())
	if i.To == "" {
		i.To = plainUser(valueURI(req.To().Value()))
	}
	from := valueURI(req.From().Value())
	i.From, i.FromName = plainUser(from), unquote(`"`+req.From().DisplayName+`"`)
	_, fromHost, _ := uriParts(from)
	if n.Trusted {
		for _, v := range headers(req, "p-asserted-identity") {
			_, uri, _ := splitAddress(v)
			i.Asserted = append(i.Asserted, uri)
		}
	}
	i.Private = withheld(headers(req, "privacy"))
	i.Withheld = i.Private || strings.EqualFold(fromHost, "anonymous.invalid") || strings.EqualFold(i.From, "anonymous") ||
		strings.EqualFold(i.From, "unknown") || strings.EqualFold(i.From, "restricted")
	switch {
	case i.Withheld:
		i.From, i.FromName = "", ""
	case i.From == "" && len(i.Asserted) > 0:
		i.From = plainUser(i.Asserted[0])
	}
	if r := header(req, "replaces"); r != "" {
		i.ReplacesCallID = strings.TrimSpace(beforeAny(r, ";"))
	}
	_, contact, _ := splitAddress(header(req, "contact"))
	for _, k := range []string{"x-i", "x-c"} {
		if v, ok := uriParam(contact, k); ok {
			i.Correlation = strings.TrimSpace(i.Correlation + " " + k + "=" + v)
		}
	}
	return i
}

// withheld says whether a Privacy header asks for the caller to be hidden (RFC 3323 §4.2, RFC 3325 §9.3).
func withheld(values []string) bool {
	for _, v := range values {
		for _, one := range strings.Split(v, ";") {
			switch strings.ToLower(strings.TrimSpace(one)) {
			case "id", "user", "header":
				return true
			}
		}
	}
	return false
}

// plainUser is the user part of a URI, unescaped, without the separators that people write into numbers.
func plainUser(uri string) string {
	user, _, _ := uriParts(uri)
	user = beforeAny(user, ";:")
	if u, err := url.PathUnescape(user); err == nil {
		user = u
	}
	user = clean(user)
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, user)
	if digits != "" && strings.Trim(digits, "+0123456789*#") == "" {
		return digits
	}
	return user
}

// valueURI is the URI of a From or To value.
func valueURI(v string) string {
	_, uri, _ := splitAddress(v)
	return uri
}

// untagged takes the parameters off a From or To value.
func untagged(v string) string {
	name, uri, _ := splitAddress(v)
	if name == "" {
		return "<" + uri + ">"
	}
	return quote(name) + " <" + uri + ">"
}

// partyOf is the sender of a message as a dialog's other side: a request's From, a response's To.
func partyOf(m sip.Message) party {
	p := party{}
	var fallback string
	if _, ok := m.(*sip.Request); ok {
		p.tag, fallback = fromTag(m), valueURI(m.From().Value())
	} else {
		p.tag, fallback = toTag(m), valueURI(m.To().Value())
	}
	if c := headers(m, "contact"); len(c) > 0 {
		_, p.target, _ = splitAddress(c[0])
	}
	if p.target == "" || !strings.Contains(p.target, ":") {
		p.target = fallback
	}
	return p
}

func allowedBy(m sip.Message) string {
	return "," + strings.ToUpper(strings.Join(headers(m, "allow"), ",")) + ","
}

func (d *Dialog) peerTakes(method string) bool { return strings.Contains(d.peerAllows, ","+method+",") }

// escapeUser makes a user part out of anything (RFC 3261 §25.1).
func escapeUser(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0:
			b.WriteByte(c)
		default:
			const hex = "0123456789ABCDEF"
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
		}
	}
	return b.String()
}

var phrases = map[int]string{
	180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress", 300: "Multiple Choices", 302: "Moved Temporarily",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 410: "Gone", 480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist", 484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
	491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented", 503: "Service Unavailable", 504: "Server Time-out",
	600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere", 606: "Not Acceptable",
}

// phraseOf is the usual reason phrase of a status.
func phraseOf(code int) string {
	if p, ok := phrases[code]; ok {
		return p
	}
	return "Status"
}
