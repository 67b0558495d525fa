package trunk

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// malformed is a message that is not taken. Reply is the answer to give, nil for none (RFC 3261 §8.2, §21.4.1).
type malformed struct {
	why   string
	reply []byte
}

func (m *malformed) Error() string { return m.why }

// parser reads what we need in typed form; routes, contacts and references stay as text, byte for byte.
var parser = sip.NewParser(sip.WithHeadersParsers(func() map[string]sip.HeaderParser {
	m := map[string]sip.HeaderParser{}
	for k, v := range sip.DefaultHeadersParser() {
		switch k {
		case "contact", "m", "route", "record-route", "refer-to", "referred-by":
		default:
			m[k] = v
		}
	}
	return m
}()))

// message is one SIP message taken apart far enough to judge it, before sipgo sees it.
type message struct {
	start   string
	lines   []line
	body    []byte
	changed bool // the text must be written anew
	via     int
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

// inspect checks one whole message and gives it in a form that sipgo reads rightly: long header names, no blanks
// around the parameters of From and To. The result is data itself when nothing had to change.
func inspect(data []byte) (out []byte, bad *malformed) {
	m, err := takeApart(data)
	if err == nil {
		err = m.judge()
	}
	if err == nil {
		out = data
		if m.changed {
			out = m.write()
		}
		err = readable(out)
	}
	if err != nil {
		return nil, &malformed{why: err.Error(), reply: m.refusal(err)}
	}
	return out, nil
}

// readable reads the message the way sipgo will. A panic of the parser costs one message.
func readable(data []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("unreadable: %v", v)
		}
	}()
	m, err := parser.ParseSIP(data)
	if err != nil {
		return fmt.Errorf("unreadable: %w", err)
	}
	if m.Via() == nil || m.From() == nil || m.To() == nil || m.CallID() == nil || m.CSeq() == nil {
		return fmt.Errorf("a header that must be there cannot be read")
	}
	return nil
}

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
		m.via++
		if value == "" {
			err = fmt.Errorf("an empty Via")
		}
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
		if _, twice := m.single[lower]; twice && err == nil {
			err = fmt.Errorf("header %s is there twice", name)
		} else {
			m.single[lower] = value
		}
	}
	m.lines = append(m.lines, line{name, value})
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

// judge says what is wrong with a message that could be taken apart.
func (m *message) judge() error {
	for _, name := range []string{"from", "to", "call-id", "cseq"} {
		if m.single[name] == "" {
			return fmt.Errorf("no %s", name)
		}
	}
	if m.via == 0 {
		return fmt.Errorf("no via")
	}
	number, method, _ := strings.Cut(m.single["cseq"], " ")
	if n, err := strconv.ParseUint(number, 10, 32); err != nil || n > 1<<31-1 {
		return fmt.Errorf("cseq %q is no number below 2^31", number)
	}
	if err := m.judgeLength(); err != nil {
		return err
	}
	if v, ok := m.single["max-forwards"]; ok {
		if n, err := strconv.ParseUint(v, 10, 32); err != nil || n > 255 {
			return fmt.Errorf("max-forwards %q", v)
		}
	}
	parts := strings.Split(m.start, " ")
	if strings.HasPrefix(m.start, "SIP/") {
		if len(parts) < 2 {
			return fmt.Errorf("a broken status line")
		}
		if code, err := strconv.Atoi(parts[1]); err != nil || code < 100 || code > 699 || len(parts[1]) != 3 {
			return fmt.Errorf("status %q", parts[1])
		}
		if len(parts) == 2 { // no reason and not even its blank: legal enough, but not for every parser
			m.start, m.changed = m.start+" ", true
		}
		return nil
	}
	if len(parts) != 3 || !isToken(parts[0]) {
		return fmt.Errorf("a broken request line")
	}
	if !strings.EqualFold(parts[2], "SIP/2.0") {
		return fmt.Errorf("version %q", parts[2])
	}
	if parts[0] != method {
		return fmt.Errorf("cseq says %q, the request %q", method, parts[0])
	}
	if strings.ToUpper(method) != method { // a method of its own (RFC 3261 §7.1), but sipgo would take it for the other
		return fmt.Errorf("method %q", method)
	}
	if strings.ContainsAny(parts[1], "<>\"") || !strings.Contains(parts[1], ":") {
		return fmt.Errorf("a request address that is none")
	}
	return nil
}

func (m *message) judgeLength() error {
	v, ok := m.single["content-length"]
	if !ok {
		return nil
	}
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return fmt.Errorf("content-length %q", v)
	}
	if int(n) > len(m.body) {
		return fmt.Errorf("content-length %d, but %d bytes came", n, len(m.body))
	}
	if int(n) < len(m.body) { // what follows does not belong to the message (RFC 3261 §18.3)
		m.body, m.changed = m.body[:n], true
	}
	return nil
}

func (m *message) write() []byte {
	var b bytes.Buffer
	b.Grow(len(m.body) + 64*len(m.lines))
	b.WriteString(m.start + "\r\n")
	for _, l := range m.lines {
		b.WriteString(l.name + ": " + l.value + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(m.body)
	return b.Bytes()
}

// refusal is the answer to a request that cannot be taken, nil for responses, ACK, and what has no Via to answer to.
func (m *message) refusal(err error) []byte {
	parts := strings.Split(m.start, " ")
	if m.via == 0 || len(parts) < 3 || strings.HasPrefix(m.start, "SIP/") || !isToken(parts[0]) || parts[0] == "ACK" {
		return nil
	}
	status := "400 Bad Request"
	if v := parts[len(parts)-1]; len(parts) == 3 && strings.HasPrefix(strings.ToUpper(v), "SIP/") && !strings.EqualFold(v, "SIP/2.0") {
		status = "505 Version Not Supported"
	}
	var b bytes.Buffer
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, l := range m.lines {
		switch strings.ToLower(l.name) {
		case "to":
			if _, _, p := splitAddress(l.value); !strings.Contains(p, "tag=") {
				l.value += ";tag=" + sip.GenerateTagN(10)
			}
			b.WriteString("To: " + l.value + "\r\n")
		case "via", "from", "call-id", "cseq":
			b.WriteString(l.name + ": " + l.value + "\r\n")
		}
	}
	b.WriteString("Warning: 399 cordboard " + quote(err.Error()) + "\r\nContent-Length: 0\r\n\r\n")
	return b.Bytes()
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
