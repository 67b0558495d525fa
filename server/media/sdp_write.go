package media

import (
	"fmt"
	"net/netip"
	"strings"
)

// offer is what we offered and wait for the answer to.
type offer struct {
	proto string
	types payloads
	key   *cryptoLine
}

// ourSide is what of a description is the same whatever it says: who and where we are.
type ourSide struct {
	id      uint64
	version uint64
	addr    netip.Addr
	port    int
	body    string // of the last description, to know whether it changed
}

func (o *ourSide) family() string {
	if o.addr.Is6() {
		return "IP6"
	}
	return "IP4"
}

// describe frames m= sections; the version goes up when they are not as the last time (RFC 3264 §8).
func (o *ourSide) describe(body string) []byte {
	if body != o.body {
		o.version++
		o.body = body
	}
	return fmt.Appendf(nil, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n%s",
		o.id, o.version, o.family(), o.addr, o.family(), o.addr, body)
}

// offerBody is the one m= section that we offer.
func (o *ourSide) offerBody(of *offer, order []Codec, ptime int) string {
	var b strings.Builder
	o.section(&b, of.proto, order, &of.types)
	if of.key != nil {
		fmt.Fprintf(&b, "a=crypto:%s\r\n", of.key)
	}
	fmt.Fprintf(&b, "a=rtcp:%d\r\na=ptime:%d\r\na=sendrecv\r\n", o.port+1, ptime)
	return b.String()
}

// answerBody answers every m= line, in order: the one taken, and the others with port 0 (RFC 3264 §6).
func (o *ourSide) answerBody(a *agreement) string {
	var b strings.Builder
	for i := range a.lines {
		if i != a.index {
			refuse(&b, &a.lines[i])
			continue
		}
		o.section(&b, a.proto, []Codec{a.codec}, &a.send)
		if a.ours != nil {
			fmt.Fprintf(&b, "a=crypto:%s\r\n", a.ours)
		}
		if a.mux {
			b.WriteString("a=rtcp-mux\r\n")
		} else {
			fmt.Fprintf(&b, "a=rtcp:%d\r\n", o.port+1)
		}
		fmt.Fprintf(&b, "a=ptime:%d\r\na=%s\r\n", a.ptime, a.theirs.answer())
	}
	return b.String()
}

func refuse(b *strings.Builder, m *mediaLine) {
	f := strings.Fields(m.line)
	f[1] = "0"
	if len(f) == 3 {
		f = append(f, "0")
	}
	fmt.Fprintf(b, "m=%s\r\n", strings.Join(f, " "))
}

// section writes an m= line and its payload types.
func (o *ourSide) section(b *strings.Builder, proto string, order []Codec, types *payloads) {
	fmt.Fprintf(b, "m=audio %d %s", o.port, proto)
	for _, c := range order {
		fmt.Fprintf(b, " %d", types.codec[c])
	}
	if types.cn != noType {
		fmt.Fprintf(b, " %d", types.cn)
	}
	if types.events != noType {
		fmt.Fprintf(b, " %d", types.events)
	}
	b.WriteString("\r\n")
	for _, c := range order {
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", types.codec[c], c)
	}
	if types.cn != noType {
		fmt.Fprintf(b, "a=rtpmap:%d CN/8000\r\n", types.cn)
	}
	if types.events != noType {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", types.events, types.events)
	}
}
