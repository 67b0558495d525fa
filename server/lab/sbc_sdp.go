package lab

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// SBCCodec is a codec of a lab party.
type SBCCodec string

// The codecs.
const (
	SBCG722 SBCCodec = "G722"
	SBCPCMU SBCCodec = "PCMU"
	SBCPCMA SBCCodec = "PCMA"
)

var sbcPayload = map[SBCCodec]uint8{SBCPCMU: 0, SBCPCMA: 8, SBCG722: 9}

func (c SBCCodec) rate() int {
	if c == SBCG722 {
		return 16000
	}
	return 8000
}

// sbcSDP is one audio description, as much of RFC 8866, RFC 3264 and RFC 4568 as an SBC's voice leg needs.
type sbcSDP struct {
	addr      netip.AddrPort
	secure    bool       // RTP/SAVP
	codecs    []SBCCodec // in order, those known here
	tones     uint8      // payload type of telephone-event; 0: none
	direction string     // sendrecv, sendonly, recvonly, inactive
	tag       string     // of the crypto line
	key       []byte     // master key and salt, 30 bytes
}

const sbcSuite = "AES_CM_128_HMAC_SHA1_80"

func (s sbcSDP) write(id, version uint64) []byte {
	var b strings.Builder
	host := s.addr.Addr()
	family := "IP4"
	if host.Is6() {
		family = "IP6"
	}
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	line("v=0")
	line("o=- %d %d IN %s %s", id, version, family, host)
	line("s=-")
	line("c=IN %s %s", family, host)
	line("t=0 0")
	profile := "RTP/AVP"
	if s.secure {
		profile = "RTP/SAVP"
	}
	types := make([]string, 0, len(s.codecs)+1)
	for _, c := range s.codecs {
		types = append(types, strconv.Itoa(int(sbcPayload[c])))
	}
	if s.tones != 0 {
		types = append(types, strconv.Itoa(int(s.tones)))
	}
	line("m=audio %d %s %s", s.addr.Port(), profile, strings.Join(types, " "))
	for _, c := range s.codecs {
		line("a=rtpmap:%d %s/8000", sbcPayload[c], c)
	}
	if s.tones != 0 {
		line("a=rtpmap:%d telephone-event/8000", s.tones)
		line("a=fmtp:%d 0-16", s.tones)
	}
	if s.secure {
		line("a=crypto:%s %s inline:%s", s.tag, sbcSuite, base64.StdEncoding.EncodeToString(s.key))
	}
	line("a=ptime:20")
	line("a=%s", s.direction)
	return []byte(b.String())
}

var errSBCSDP = errors.New("no usable audio in the description")

// readSBCSDP reads the first audio section.
func readSBCSDP(body []byte) (sbcSDP, error) {
	s := sbcSDP{direction: "sendrecv"}
	names := map[int]string{0: "PCMU", 8: "PCMA", 9: "G722"}
	var host string
	var port int
	var types []int
	section := ""
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		if key == "m" {
			if section == "audio" {
				break
			}
			section, port, types, s.secure = readMedia(value)
			continue
		}
		switch {
		case key == "c" && (section == "" || section == "audio"):
			if f := strings.Fields(value); len(f) == 3 {
				host, _, _ = strings.Cut(f[2], "/")
			}
		case key == "a" && (section == "" || section == "audio"):
			s.attribute(value, names)
		}
	}
	for _, t := range types {
		switch name := strings.ToUpper(names[t]); name {
		case "PCMU", "PCMA", "G722":
			s.codecs = append(s.codecs, SBCCodec(name))
		case "TELEPHONE-EVENT":
			if s.tones == 0 {
				s.tones = uint8(t)
			}
		}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || section != "audio" || len(s.codecs) == 0 {
		return s, fmt.Errorf("%w: address %q, media %q, %d codecs", errSBCSDP, host, section, len(s.codecs))
	}
	if s.secure && len(s.key) != 30 {
		return s, fmt.Errorf("%w: RTP/SAVP without a key for %s", errSBCSDP, sbcSuite)
	}
	s.addr = netip.AddrPortFrom(addr, uint16(port))
	return s, nil
}

func readMedia(value string) (kind string, port int, types []int, secure bool) {
	f := strings.Fields(value)
	if len(f) < 4 {
		return "", 0, nil, false
	}
	port, _ = strconv.Atoi(f[1])
	for _, t := range f[3:] {
		if n, err := strconv.Atoi(t); err == nil && n >= 0 && n < 128 {
			types = append(types, n)
		}
	}
	return f[0], port & 0xffff, types, strings.Contains(f[2], "SAVP")
}

func (s *sbcSDP) attribute(value string, names map[int]string) {
	name, rest, _ := strings.Cut(value, ":")
	switch name {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		s.direction = name
	case "rtpmap":
		t, what, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(t)
		codec, rate, _ := strings.Cut(what, "/")
		if err == nil && strings.HasPrefix(rate, "8000") {
			names[n] = codec
		}
	case "crypto":
		f := strings.Fields(rest)
		if len(f) < 3 || f[1] != sbcSuite || len(s.key) > 0 {
			return
		}
		inline, ok := strings.CutPrefix(f[2], "inline:")
		inline, _, _ = strings.Cut(inline, "|")
		if key, err := base64.StdEncoding.DecodeString(inline); ok && err == nil && len(key) == 30 {
			s.tag, s.key = f[0], key
		}
	}
}

// mirror is the direction of an answer to a peer's direction (RFC 3264 §6.1).
func mirror(direction string) string {
	switch direction {
	case "sendonly":
		return "recvonly"
	case "recvonly":
		return "sendonly"
	case "inactive":
		return "inactive"
	}
	return "sendrecv"
}
