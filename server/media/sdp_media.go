package media

import (
	"net/netip"
	"strconv"
	"strings"
)

func (m *mediaLine) attribute(name, value string) {
	switch name {
	case "rtpmap":
		m.rtpmap(value)
	case "crypto":
		if c, ok := parseCrypto(value); ok && len(m.crypto) < 32 {
			m.crypto = append(m.crypto, c)
		}
	case "rtcp":
		m.rtcp(value)
	case "rtcp-mux":
		m.mux = true
	case "fingerprint":
		m.dtls = true
	case "ice-ufrag":
		m.ufrag = value
	case "ice-pwd":
		m.pwd = value
	case "ice-mismatch":
		m.mismatch = true
	case "candidate":
		m.candidate(value)
	}
}

// rtpmap is "96 telephone-event/8000/1".
func (m *mediaLine) rtpmap(value string) {
	f := strings.Fields(value)
	if len(f) < 2 {
		return
	}
	pt, err := strconv.ParseUint(f[0], 10, 7)
	if err != nil {
		return
	}
	parts := strings.Split(f[1], "/")
	r := rtpmap{name: strings.ToLower(parts[0]), rate: clockRate}
	if len(parts) > 1 {
		r.rate, _ = strconv.Atoi(parts[1])
	}
	if len(parts) > 2 && parts[2] != "1" && parts[2] != "" {
		r.rate = 0 // two channels are nothing for us
	}
	m.maps[uint8(pt)] = r
}

// rtcp is "53021" or "53021 IN IP4 126.16.64.4" (RFC 3605).
func (m *mediaLine) rtcp(value string) {
	f := strings.Fields(value)
	if len(f) == 0 {
		return
	}
	port, err := strconv.ParseUint(f[0], 10, 16)
	if err != nil || port == 0 {
		return
	}
	var a netip.Addr
	if len(f) >= 4 {
		a, _ = netip.ParseAddr(f[3])
	}
	m.control = netip.AddrPortFrom(a.Unmap(), uint16(port))
}

// codecsOf gives the payload types that the section names for what we speak. The first that it names for each
// counts.
func (m *mediaLine) codecsOf() (types payloads, order []Codec) {
	types = noPayloads()
	for _, f := range m.formats {
		n, err := strconv.ParseUint(f, 10, 7)
		if err != nil {
			continue
		}
		pt := uint8(n)
		name, rate := m.codecName(pt)
		c, known := ParseCodec(name)
		switch {
		case known && types.codec[c] == noType && (rate == clockRate || c == G722 && rate == 16000):
			types.codec[c] = pt
			order = append(order, c)
		case name == "cn" && rate == clockRate && types.cn == noType:
			types.cn = pt
		case name == "telephone-event" && rate == clockRate && types.events == noType:
			types.events = pt
		}
	}
	return types, order
}

func (m *mediaLine) codecName(pt uint8) (name string, rate int) {
	if r, ok := m.maps[pt]; ok {
		return r.name, r.rate
	}
	switch pt {
	case typePCMU:
		return "pcmu", clockRate
	case typePCMA:
		return "pcma", clockRate
	case typeG722:
		return "g722", clockRate
	case typeCN:
		return "cn", clockRate
	}
	return "", 0
}
