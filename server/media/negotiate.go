package media

import (
	"net/netip"
	"slices"
	"strings"
)

// agreement is what an offer and its answer come to; it is never changed once made.
type agreement struct {
	index   int // of the m= line that carries the voice
	lines   []mediaLine
	proto   string
	remote  netip.AddrPort // not valid: nowhere to send (0.0.0.0)
	control netip.AddrPort // their RTCP
	mux     bool
	theirs  Direction // what the peer's description says
	send    payloads  // types that the peer expects
	receive payloads  // types that it may send
	codec   Codec     // what we send
	ours    *cryptoLine
	their   *cryptoLine
	ice     *iceTerms // nil: without
	noICE   bool      // the peer's own address is none of its candidates
}

// rules is what a leg agrees to.
type rules struct {
	codecs []Codec
	srtp   string // off, allow, require
	six    bool   // our address is IPv6
	ice    bool   // the peer's checks are answered
}

// choose takes the m= line of an offer that suits best: encrypted before plain when both are there.
func (r *rules) choose(d *description) (*agreement, error) {
	var best *agreement
	err := ErrNoCodec
	for i := range d.media {
		m := &d.media[i]
		if m.kind != "audio" || m.port == 0 {
			continue
		}
		a, why := r.accept(m)
		if why != nil {
			err = why
			continue
		}
		a.index, a.lines = i, d.media
		if best == nil || best.their == nil && a.their != nil {
			best = a
		}
	}
	if best == nil {
		return nil, err
	}
	return best, nil
}

// accept works out what one m= line of an offer comes to.
func (r *rules) accept(m *mediaLine) (*agreement, error) {
	a := &agreement{proto: m.proto, theirs: m.dir, mux: m.mux}
	if err := a.secure(r, m); err != nil {
		return nil, err
	}
	offered, order := m.codecsOf()
	for _, c := range r.codecs {
		if slices.Contains(order, c) {
			a.codec = c
			break
		}
	}
	if a.codec == NoCodec {
		return nil, ErrNoCodec
	}
	a.send = noPayloads()
	a.send.codec[a.codec] = offered.codec[a.codec]
	a.send.events, a.send.cn = offered.events, offered.cn
	if a.codec == G722 {
		a.send.cn = noType // its comfort noise is for narrow sound
	}
	a.receive = offered // what it may send all the same is understood
	if r.ice {
		a.ice, a.noICE = iceOf(m)
	}
	return a, a.reach(r, m)
}

// secure agrees on encryption with an offered line.
func (a *agreement) secure(r *rules, m *mediaLine) error {
	sealed, known := profileOf(m.proto)
	if !known {
		return ErrNoCodec
	}
	key := bestCrypto(m.crypto)
	switch {
	case strings.Contains(m.proto, "TLS") && key == nil, sealed && key == nil:
		return ErrCrypto
	case sealed && r.srtp == "off", !sealed && key == nil && r.srtp == "require":
		return ErrCrypto
	case key == nil || r.srtp == "off":
		return nil
	}
	a.their = key
	return nil
}

// profileOf knows the transports that a voice may come over (RFC 3551, 3711, 4585, 5124, 5764).
func profileOf(proto string) (sealed, known bool) {
	switch proto {
	case "RTP/AVP", "RTP/AVPF":
		return false, true
	case "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF":
		return true, true
	}
	return false, false
}

// reach notes where the peer is.
func (a *agreement) reach(r *rules, m *mediaLine) error {
	if m.zero {
		if a.theirs == SendRecv {
			a.theirs = SendOnly
		}
		return nil
	}
	if !m.addr.IsValid() || m.addr.IsMulticast() || m.addr.Is6() != r.six {
		return ErrAddress
	}
	a.remote = netip.AddrPortFrom(m.addr, uint16(m.port))
	a.control = netip.AddrPortFrom(m.addr, uint16(m.port+1))
	switch c := m.control; {
	case a.mux:
		a.control = a.remote
	case c.Port() != 0 && c.Addr().IsValid():
		a.control = c
	case c.Port() != 0:
		a.control = netip.AddrPortFrom(m.addr, c.Port())
	}
	return nil
}

// settle works out what an answer to our offer comes to.
func (r *rules) settle(offered *offer, d *description) (*agreement, error) {
	if len(d.media) == 0 {
		return nil, &SDPError{What: "an answer without m= line"}
	}
	m := &d.media[0]
	if m.port == 0 || m.kind != "audio" {
		return nil, ErrNoCodec
	}
	sealed, known := profileOf(m.proto)
	if !known {
		return nil, ErrNoCodec
	}
	a := &agreement{lines: d.media[:1], proto: offered.proto, theirs: m.dir, mux: m.mux, receive: offered.types}
	if offered.key != nil {
		for i := range m.crypto {
			if c := &m.crypto[i]; c.tag == offered.key.tag && c.suite == offered.key.suite {
				a.ours, a.their = offered.key, c
				break
			}
		}
		if a.their == nil {
			return nil, ErrCrypto
		}
	} else if sealed {
		return nil, ErrCrypto
	}
	types, order := m.codecsOf()
	order = slices.DeleteFunc(order, func(c Codec) bool { return offered.types.codec[c] == noType })
	if len(order) == 0 {
		return nil, ErrNoCodec
	}
	a.codec = order[0]
	a.send = noPayloads()
	a.send.codec[a.codec] = types.codec[a.codec]
	a.send.events = types.events
	if a.codec != G722 {
		a.send.cn = types.cn
	}
	if offered.ice != nil {
		if a.ice, _ = iceOf(m); a.ice != nil {
			a.ice.ours = *offered.ice
		}
	}
	return a, a.reach(r, m)
}
