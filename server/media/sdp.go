package media

import (
	"net/netip"
	"strconv"
	"strings"
)

// description is what we take from a session description (RFC 4566). Reading is lenient: what is of no use to us is
// passed over, however odd; an error means that the media could not be told.
type description struct {
	session string // o= line, for whether it changed
	media   []mediaLine
}

// mediaLine is one m= section, with what the session says for all of them filled in.
type mediaLine struct {
	line    string // as it was, after "m="
	kind    string
	port    int
	proto   string
	formats []string
	addr    netip.Addr // not valid: none, or a name
	zero    bool       // 0.0.0.0 or ::, the old form of hold (RFC 2543)
	dir     Direction
	maps    map[uint8]rtpmap
	crypto  []cryptoLine
	control netip.AddrPort // a=rtcp
	mux     bool           // a=rtcp-mux
	dtls    bool           // a=fingerprint

	// ICE (RFC 8839)
	ufrag, pwd string
	lite       bool             // its author answers checks only
	mismatch   bool             // a=ice-mismatch
	candidates []netip.AddrPort // of the voice itself
}

type rtpmap struct {
	name string
	rate int
}

type connection struct {
	addr netip.Addr
	zero bool
	set  bool
}

const maxSDP = 64 << 10

// parseSDP reads a description. Errors: *SDPError.
func parseSDP(b []byte) (*description, error) {
	if len(b) > maxSDP {
		return nil, &SDPError{What: "too long"}
	}
	r := sdpReader{d: &description{}}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.TrimRight(line, "\r\n \t\x00")
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return nil, &SDPError{Line: n, What: "not of the form x=value"}
		}
		if what := r.read(line[0], strings.TrimSpace(line[2:])); what != "" {
			return nil, &SDPError{Line: n, What: what}
		}
	}
	if !r.version {
		return nil, &SDPError{What: "no v= line"}
	}
	return r.d, nil
}

// sdpReader walks through a description line by line.
type sdpReader struct {
	d       *description
	version bool
	conn    connection
	dir     Direction
	dtls    bool
	mux     bool
	lite    bool
	creds   iceCreds
}

func (r *sdpReader) now() *mediaLine {
	if len(r.d.media) == 0 {
		return nil
	}
	return &r.d.media[len(r.d.media)-1]
}

// read takes one line; what it gives is an error's text.
func (r *sdpReader) read(kind byte, value string) (what string) {
	if !r.version && kind != 'v' {
		return "the first line is not v="
	}
	switch kind {
	case 'v':
		r.version = true
		if value != "0" {
			return "version " + strconv.Quote(value)
		}
	case 'o':
		r.d.session = value
	case 'c':
		return r.connection(value)
	case 'm':
		return r.media(value)
	case 'a':
		return r.attribute(value)
	}
	return ""
}

func (r *sdpReader) connection(value string) string {
	f := strings.Fields(value)
	if len(f) < 3 || !strings.EqualFold(f[0], "IN") {
		return "c= without a network address"
	}
	if !strings.EqualFold(f[1], "IP4") && !strings.EqualFold(f[1], "IP6") {
		return "address type " + strconv.Quote(f[1])
	}
	host, _, _ := strings.Cut(f[2], "/")
	c := connection{set: true}
	if a, err := netip.ParseAddr(host); err == nil {
		c.addr, c.zero = a.Unmap().WithZone(""), a.IsUnspecified()
	}
	if m := r.now(); m != nil {
		m.addr, m.zero = c.addr, c.zero
	} else {
		r.conn = c
	}
	return ""
}

func (r *sdpReader) media(value string) string {
	f := strings.Fields(value)
	if len(f) < 3 {
		return "m= without port or protocol"
	}
	portText, _, _ := strings.Cut(f[1], "/")
	port, err := strconv.Atoi(portText)
	if err != nil || port < 0 || port > 65535 {
		return "port " + strconv.Quote(f[1])
	}
	if len(r.d.media) >= 64 {
		return "too many m= lines"
	}
	r.d.media = append(r.d.media, mediaLine{
		line: value, kind: strings.ToLower(f[0]), port: port, proto: strings.ToUpper(f[2]), formats: f[3:],
		addr: r.conn.addr, zero: r.conn.zero, dir: r.dir, dtls: r.dtls, mux: r.mux, maps: map[uint8]rtpmap{},
		ufrag: r.creds.ufrag, pwd: r.creds.pwd, lite: r.lite,
	})
	return ""
}

func (r *sdpReader) attribute(value string) string {
	name, rest, _ := strings.Cut(value, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	rest = strings.TrimSpace(rest)
	m := r.now()
	if d, ok := directionOf(name); ok {
		if m != nil {
			m.dir = d
		} else {
			r.dir = d
		}
		return ""
	}
	if m == nil {
		switch name {
		case "fingerprint":
			r.dtls = true
		case "rtcp-mux":
			r.mux = true
		case "ice-lite":
			r.lite = true
		case "ice-ufrag":
			r.creds.ufrag = rest
		case "ice-pwd":
			r.creds.pwd = rest
		}
		return ""
	}
	m.attribute(name, rest)
	return ""
}

func directionOf(name string) (Direction, bool) {
	for d := SendRecv; d <= Inactive; d++ {
		if name == d.String() {
			return d, true
		}
	}
	return 0, false
}
