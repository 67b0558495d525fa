package trunk

import (
	"bytes"
	"fmt"
	"strings"
)

// message is one SIP message taken apart far enough to judge it, before sipgo sees it.
type message struct {
	start   string
	lines   []line
	body    []byte
	changed bool // the text must be written anew
	via     int
	top     int // the line of the topmost Via
	single  map[string]string
}

type line struct{ name, value string }

// Compact forms (RFC 3261 §7.3.3 and the registry of header fields).
var longName = map[string]string{
	"a": "Accept-Contact", "b": "Referred-By", "c": "Content-Type", "d": "Request-Disposition", "e": "Content-Encoding",
	"f": "From", "i": "Call-ID", "j": "Reject-Contact", "k": "Supported", "l": "Content-Length", "m": "Contact",
	"o": "Event", "r": "Refer-To", "s": "Subject", "t": "To", "u": "Allow-Events", "v": "Via", "x": "Session-Expires",
}

// Headers that may stand once only, by their lower-case name.
var onlyOnce = map[string]bool{
	"from": true, "to": true, "call-id": true, "cseq": true, "max-forwards": true, "content-length": true, "content-type": true,
	"session-expires": true, "min-se": true, "event": true, "refer-to": true, "referred-by": true, "replaces": true, "rseq": true, "rack": true,
}

const longestHeader = 16 << 10

func takeApart(data []byte) (*message, error) {
	m := &message{single: make(map[string]string, 8)}
	end := bytes.Index(data, []byte("\r\n\r\n"))
	head := data
	var err error
	if end < 0 {
		err = fmt.Errorf("no empty line after the headers")
	} else {
		head, m.body = data[:end], data[end+4:]
	}
	if len(head) > 0 && bytes.IndexByte(head, 0) >= 0 {
		err = fmt.Errorf("a zero byte among the headers")
	}
	text := string(head)
	m.start, text, _ = strings.Cut(text, "\r\n")
	for text != "" {
		var l string
		l, text, _ = strings.Cut(text, "\r\n")
		for text != "" && (text[0] == ' ' || text[0] == '\t') { // folded (RFC 3261 §7.3.1)
			var more string
			more, text, _ = strings.Cut(text, "\r\n")
			l = strings.TrimRight(l, " \t") + " " + strings.TrimLeft(more, " \t")
			m.changed = true
		}
		if e := m.addLine(l); e != nil && err == nil {
			err = e
		}
	}
	return m, err
}

func (m *message) addLine(l string) error {
	name, value, ok := strings.Cut(l, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !isToken(name) {
		return fmt.Errorf("a line that is no header")
	}
	if len(value) > longestHeader || strings.ContainsAny(value, "\r\n") {
		return fmt.Errorf("header %s is too long or broken", name)
	}
	lower := strings.ToLower(name)
	if long, ok := longName[lower]; ok {
		name, lower, m.changed = long, strings.ToLower(long), true
	}
	var err error
	switch lower {
	case "via":
		return m.addVias(name, value)
	case "from", "to":
		if v := tidyAddress(value); v != value {
			value, m.changed = v, true
		}
	case "cseq":
		if v := strings.Join(strings.Fields(value), " "); v != value {
			value, m.changed = v, true
		}
	}
	if onlyOnce[lower] {
		if _, twice := m.single[lower]; twice {
			err = fmt.Errorf("header %s is there twice", name)
		} else {
			m.single[lower] = value
		}
	}
	m.lines = append(m.lines, line{name, value})
	return err
}

// addVias adds each Via of a line on a line of its own.
func (m *message) addVias(name, value string) error {
	all := splitList(value)
	var err error
	if len(all) == 0 || value[len(value)-1] == ',' {
		err, all = fmt.Errorf("an empty Via"), append(all, "")
	}
	m.changed = m.changed || len(all) > 1
	for _, v := range all {
		if m.via++; m.via == 1 {
			m.top = len(m.lines)
		}
		m.lines = append(m.lines, line{name, v})
	}
	return err
}

// tidyAddress takes the blanks around the parameters of From and To away, and writes their names in small letters.
func tidyAddress(v string) string {
	at := indexOutsideQuotes(v, '>') + 1
	if at == 0 {
		if at = indexOutsideQuotes(v, ';'); at < 0 {
			return v
		}
	}
	var b strings.Builder
	b.WriteString(strings.TrimRight(v[:at], " \t"))
	for rest := v[at:]; rest != ""; {
		one := rest
		if i := indexOutsideQuotes(rest, ';'); i >= 0 {
			one, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		k, val, has := strings.Cut(one, "=")
		if k = strings.TrimSpace(k); k == "" {
			continue
		}
		b.WriteString(";" + strings.ToLower(k))
		if has {
			b.WriteString("=" + strings.TrimSpace(val))
		}
	}
	return b.String()
}

func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c > 0x7e || c <= ' ' || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return true
}
