package trunk

import (
	"net/url"
	"strconv"
	"strings"
)

// Diverted is one number that a call was sent on from.
type Diverted struct {
	User   string // as plainUser gives it; empty: it is not to be shown
	Reason string // busy, no_answer, unconditional, declined, unavailable, or empty when nothing is said that we know
}

// maxDiverted is how many are kept. RFC 5806 wants loops ended at about as many.
const maxDiverted = 8

// diverted reads how a call came to us, oldest first, from History-Info (RFC 7044; Direct Routing writes it for
// forwarding and simultaneous ring), else from Diversion (RFC 5806). What cannot be read is left out.
func diverted(history, diversion []string) []Diverted {
	out := fromHistory(history)
	if len(out) == 0 {
		out = fromDiversion(diversion)
	}
	return out[:min(len(out), maxDiverted)]
}

// fromHistory: each entry but the last was left for the reason that it carries (RFC 7044 §5). Entries come in the
// order of their indices.
func fromHistory(entries []string) []Diverted {
	var out []Diverted
	for i, v := range entries {
		_, uri, _ := splitAddress(v)
		address, headers := headersOf(uri)
		why := headers["reason"]
		if why == "" && i == len(entries)-1 { // where it is now
			break
		}
		d := Diverted{User: plainUser(address), Reason: reasonOf(why)}
		if strings.Contains(strings.ToLower(headers["privacy"]), "history") || strings.Contains(strings.ToLower(headers["privacy"]), "id") {
			d.User = ""
		}
		if why != "" || d.User != "" {
			out = append(out, d)
		}
	}
	return out
}

// fromDiversion: the topmost is the last (RFC 5806 §4).
func fromDiversion(values []string) []Diverted {
	var out []Diverted
	for i := len(values) - 1; i >= 0; i-- {
		_, uri, params := splitAddress(values[i])
		d := Diverted{User: plainUser(uri)}
		reason, _ := param(params, "reason")
		switch strings.ToLower(unquote(reason)) {
		case "user-busy":
			d.Reason = "busy"
		case "no-answer":
			d.Reason = "no_answer"
		case "unconditional", "deflection", "follow-me", "time-of-day":
			d.Reason = "unconditional"
		case "unavailable", "out-of-service":
			d.Reason = "unavailable"
		case "do-not-disturb":
			d.Reason = "declined"
		}
		switch private, _ := param(params, "privacy"); strings.ToLower(unquote(private)) {
		case "", "off", "name":
		default:
			d.User = ""
		}
		out = append(out, d)
	}
	return out
}

// reasonOf reads a Reason header value (RFC 3326), as SIP;cause=486;text="Busy Here".
func reasonOf(v string) string {
	cause, _ := param(v, "cause")
	code, _ := strconv.Atoi(strings.TrimSpace(cause))
	switch code {
	case 301, 302, 380:
		return "unconditional"
	case 408:
		return "no_answer"
	case 480, 404, 410, 503:
		return "unavailable"
	case 486, 600:
		return "busy"
	case 603:
		return "declined"
	}
	return ""
}

// headersOf takes the headers off a URI (RFC 3261 §19.1.1), names in small letters. Teams writes their values
// escaped or raw.
func headersOf(uri string) (address string, headers map[string]string) {
	address, all, _ := strings.Cut(uri, "?")
	headers = map[string]string{}
	for one := range strings.SplitSeq(all, "&") {
		name, value, ok := strings.Cut(one, "=")
		if !ok {
			continue
		}
		if v, err := url.PathUnescape(value); err == nil {
			value = v
		}
		headers[strings.ToLower(strings.TrimSpace(name))] = value
	}
	return address, headers
}
