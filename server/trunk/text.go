package trunk

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

// splitAddress takes a name-addr or addr-spec header value apart: display name, URI, and the parameters that
// follow, with their first semicolon (RFC 3261 §20.10).
func splitAddress(v string) (name, uri, params string) {
	v = strings.TrimSpace(v)
	open := indexOutsideQuotes(v, '<')
	if open < 0 {
		uri, params = v, ""
		if i := strings.IndexByte(v, ';'); i >= 0 {
			uri, params = v[:i], v[i:]
		}
		return "", strings.TrimSpace(uri), params
	}
	name = unquote(strings.TrimSpace(v[:open]))
	end := strings.IndexByte(v[open:], '>')
	if end < 0 {
		return name, v[open+1:], ""
	}
	return name, v[open+1 : open+end], strings.TrimSpace(v[open+end+1:])
}

func indexOutsideQuotes(s string, c byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return -1
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// quote makes a quoted-string; control characters are left out.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			continue
		}
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// splitList splits a comma-separated header value outside quotes and angle brackets.
func splitList(v string) []string {
	var out []string
	quoted, angle, from := false, false, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			out = appendTrimmed(out, v[from:i])
			from = i + 1
		}
	}
	return appendTrimmed(out, v[from:])
}

func appendTrimmed(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// param finds a parameter in a list like ";tag=a; lr ;x = \"b\"", whatever its case and blanks.
func param(params, name string) (string, bool) {
	for params != "" {
		one := params
		if i := indexOutsideQuotes(params, ';'); i >= 0 {
			one, params = params[:i], params[i+1:]
		} else {
			params = ""
		}
		k, v, _ := strings.Cut(one, "=")
		if strings.EqualFold(strings.TrimSpace(k), name) {
			return unquote(strings.TrimSpace(v)), true
		}
	}
	return "", false
}

// uriParts gives the user, host and port of a sip:, sips: or tel: URI as text, without parameters. A tel: URI has
// a user only.
func uriParts(uri string) (user, host, port string) {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return "", "", ""
	}
	if strings.EqualFold(scheme, "tel") {
		user, _, _ = strings.Cut(rest, ";")
		return user, "", ""
	}
	if at := strings.LastIndexByte(beforeAny(rest, "?"), '@'); at >= 0 {
		user, rest = rest[:at], rest[at+1:]
		user = beforeAny(user, ":;")
	}
	rest = beforeAny(rest, ";?>")
	if strings.HasPrefix(rest, "[") {
		if i := strings.IndexByte(rest, ']'); i >= 0 {
			return user, rest[1:i], strings.TrimPrefix(rest[i+1:], ":")
		}
	}
	host, port, _ = strings.Cut(rest, ":")
	return user, host, port
}

// uriParam finds a URI parameter.
func uriParam(uri, name string) (string, bool) {
	if at := strings.LastIndexByte(uri, '@'); at >= 0 {
		uri = uri[at:]
	}
	i := strings.IndexByte(uri, ';')
	if i < 0 {
		return "", false
	}
	return param(beforeAny(uri[i:], "?"), name)
}

func beforeAny(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
}

// rawURI makes a URI that is written byte for byte as s: sipgo would rewrite parameters. It serves for writing only.
func rawURI(s string) sip.Uri {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return sip.Uri{Scheme: "sip", Host: s}
	}
	return sip.Uri{Scheme: s[:i], Host: s[i+1:]}
}

// header gives the first value of a header, raw. name is in lower case.
func header(m sip.Message, name string) string {
	if h := m.GetHeaders(name); len(h) > 0 {
		return h[0].Value()
	}
	return ""
}

// headers gives all values of a header that may be a list, each on its own, topmost first. name is in lower case.
func headers(m sip.Message, name string) []string {
	var out []string
	for _, h := range m.GetHeaders(name) {
		out = append(out, splitList(h.Value())...)
	}
	return out
}

// hasToken says whether a list header (Supported, Require, Allow) has a token.
func hasToken(m sip.Message, name, token string) bool {
	for _, v := range headers(m, name) {
		if strings.EqualFold(v, token) {
			return true
		}
	}
	return false
}

func fromTag(m sip.Message) string { return m.From().Params.GetOr("tag", "") }
func toTag(m sip.Message) string   { return m.To().Params.GetOr("tag", "") }
