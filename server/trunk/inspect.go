package trunk

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
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

// refused is what is wrong with a request that deserves another status than 400.
type refused struct{ status, why string }

func (r refused) Error() string { return r.why }

// parser reads what we need in typed form; routes, contacts and references stay as text, byte for byte.
var parser = sip.NewParser(sip.WithHeadersParsers(func() map[string]sip.HeaderParser {
	m := map[string]sip.HeaderParser{}
	for k, v := range sip.DefaultHeadersParser() {
		switch k {
		case "contact", "m", "route", "record-route", "refer-to", "referred-by":
		case "via", "v":
			m[k] = parseVia
		default:
			m[k] = v
		}
	}
	return m
}()))

// origin is where a message came from, as far as it changes how the message is read.
type origin struct {
	addr netip.Addr
	tag  func(callID, fromTag string) string // our tag of an incoming call, "" if there is none
}

// inspect checks one whole message and gives it in a form that sipgo reads rightly: long header names, no blanks
// around the parameters of From, To and Via. The result is data itself when nothing had to change.
func inspect(data []byte, from origin) (out []byte, bad *malformed) {
	m, err := takeApart(data)
	if err == nil {
		err = m.judge()
	}
	if err == nil {
		err = m.place(from)
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
		return refused{"501 Not Implemented", fmt.Sprintf("method %q", method)}
	}
	if strings.ContainsAny(parts[1], "<>\"") || !strings.Contains(parts[1], ":") {
		return fmt.Errorf("a request address that is none")
	}
	switch scheme, rest, _ := strings.Cut(parts[1], ":"); strings.ToLower(scheme) {
	case "sip", "sips":
		if _, host, port := uriParts(parts[1]); host == "" || port != "" && !isPort(port) {
			return fmt.Errorf("a request address without a host, or with a port that is none")
		}
	case "tel":
		if rest == "" {
			return fmt.Errorf("a request address without a number")
		}
	default:
		return refused{"416 Unsupported URI Scheme", fmt.Sprintf("an address of scheme %q", scheme)}
	}
	if _, _, params := splitAddress(m.single["from"]); method == "ACK" && !strings.Contains(params, "tag=") {
		return fmt.Errorf("an ACK that belongs to no call") // sipgo would answer it
	}
	return nil
}

// place puts into a request what depends on where it came from.
func (m *message) place(from origin) error {
	if strings.HasPrefix(m.start, "SIP/") {
		from.addr = netip.Addr{}
	}
	l := &m.lines[m.top]
	v, err := viaFor(l.value, from.addr)
	if err != nil {
		return err
	}
	if v != l.value {
		l.value, m.changed = v, true
	}
	if strings.HasPrefix(m.start, "CANCEL ") && from.tag != nil {
		m.tagCancel(from.tag)
	}
	return nil
}

// tagCancel gives a CANCEL the tag of the call that it is for: the answer to it, which is sipgo's, must have the same
// (RFC 3261 §9.2).
func (m *message) tagCancel(tag func(callID, fromTag string) string) {
	_, _, params := splitAddress(m.single["from"])
	theirs, _ := param(params, "tag")
	_, _, params = splitAddress(m.single["to"])
	if _, tagged := param(params, "tag"); tagged {
		return
	}
	ours := tag(m.single["call-id"], theirs)
	if ours == "" {
		return
	}
	for i := range m.lines {
		if l := &m.lines[i]; strings.EqualFold(l.name, "to") {
			l.value, m.changed = l.value+";tag="+ours, true
		}
	}
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
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
	var r refused
	if errors.As(err, &r) {
		status = r.status
	}
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
