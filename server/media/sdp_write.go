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
	ice   *iceCreds // ours; nil: without
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
	lite := ""
	if strings.Contains(body, "\r\na=ice-ufrag:") {
		lite = "a=ice-lite\r\n"
	}
	return fmt.Appendf(nil, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n%s%s",
		o.id, o.version, o.family(), o.addr, o.family(), o.addr, lite, body)
}

// longestMS is how much voice a packet may bring, in ms; what is longer is not passed on.
const longestMS = maxPayload * 1000 / clockRate

// offerBody is the one m= section that we offer.
func (o *ourSide) offerBody(of *offer, order []Codec, ptime int) string {
	var b strings.Builder
	o.section(&b, of.proto, order, &of.types)
	if of.key != nil {
		fmt.Fprintf(&b, "a=crypto:%s\r\n", of.key)
	}
	if of.ice != nil {
		o.reached(&b, *of.ice, false)
	}
	fmt.Fprintf(&b, "a=rtcp:%d\r\na=ptime:%d\r\na=maxptime:%d\r\na=sendrecv\r\n", o.port+1, ptime, longestMS)
	return b.String()
}

// answerBody answers every m= line, in order: the one taken, and the others with port 0 (RFC 3264 §6).
func (o *ourSide) answerBody(a *agreement, ptime int) string {
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
		switch {
		case a.ice != nil:
			o.reached(&b, a.ice.ours, a.mux)
		case a.noICE:
			b.WriteString("a=ice-mismatch\r\n")
		}
		if a.mux {
			b.WriteString("a=rtcp-mux\r\n")
		} else {
			fmt.Fprintf(&b, "a=rtcp:%d\r\n", o.port+1)
		}
		fmt.Fprintf(&b, "a=ptime:%d\r\na=maxptime:%d\r\na=%s\r\n", ptime, longestMS, a.theirs.answer())
	}
	return b.String()
}

// reached writes our part of ICE: one candidate for each port, which is all that a lite side has (RFC 8445 §5.2).
func (o *ourSide) reached(b *strings.Builder, c iceCreds, mux bool) {
	const first = 126<<24 | 65535<<8 // priority of a host's only address, less the component (RFC 8445 §5.1.2.1)
	fmt.Fprintf(b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=candidate:1 1 UDP %d %s %d typ host\r\n", c.ufrag, c.pwd, first+255, o.addr, o.port)
	if !mux {
		fmt.Fprintf(b, "a=candidate:1 2 UDP %d %s %d typ host\r\n", first+254, o.addr, o.port+1)
	}
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
