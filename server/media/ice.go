package media

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pion/stun"
)

// iceCreds is one side's name and password for the checks of ICE (RFC 8839 §5.4).
type iceCreds struct{ ufrag, pwd string }

func newICECreds() iceCreds { return iceCreds{rand.Text()[:8], rand.Text()} }

// usable reports whether both are there and of a length that is allowed.
func (c iceCreds) usable() bool {
	return len(c.ufrag) >= 4 && len(c.ufrag) <= 256 && len(c.pwd) >= 22 && len(c.pwd) <= 256
}

// iceTerms is what was agreed on ICE: we are its lite side (RFC 8445 §2.5), which answers checks and sends none.
type iceTerms struct {
	ours, theirs iceCreds
	lite         bool // so are they: nobody checks
}

// iceTalk is how far the checks of one pair of credentials have come.
type iceTalk struct {
	terms   iceTerms
	proved  []netip.AddrPort // where valid checks of the voice came from; RTP's reader only
	chosen  atomic.Bool      // a way was nominated
	control atomic.Pointer[netip.AddrPort]
}

const maxProved = 16

// newICETalk goes on with the checks of before when the credentials are the same; nil without checks.
func newICETalk(t *iceTerms, old *iceTalk) *iceTalk {
	switch {
	case t == nil || t.lite:
		return nil
	case old != nil && old.terms == *t:
		return old
	}
	return &iceTalk{terms: *t}
}

// isSTUN tells checks from media on one port (RFC 7983 §7, RFC 8489 §5).
func isSTUN(b []byte) bool { return len(b) >= 20 && b[0] < 4 && stun.IsMessage(b) }

// check is a peer's check as far as it matters here.
type check struct {
	nominates bool
	reply     []byte
}

// read proves a check that came from an address and gives the answer to it; false: nobody's business. What it does
// not know in a check it passes over, as Teams wants it.
func (t *iceTalk) read(b []byte, from netip.AddrPort) (c check, ok bool) {
	m := &stun.Message{Raw: slices.Clone(b)}
	if m.Decode() != nil || m.Type != stun.BindingRequest {
		return c, false
	}
	var name stun.Username
	if name.GetFrom(m) != nil || name.String() != t.terms.ours.ufrag+":"+t.terms.theirs.ufrag {
		return c, false
	}
	seal := stun.NewShortTermIntegrity(t.terms.ours.pwd)
	if seal.Check(m) != nil || m.Contains(stun.AttrFingerprint) && stun.Fingerprint.Check(m) != nil {
		return c, false
	}
	answer := []stun.Setter{stun.NewTransactionIDSetter(m.TransactionID)}
	if m.Contains(stun.AttrICEControlled) { // the lite side never leads (RFC 8445 §7.3.1.1)
		answer = append(answer, stun.NewType(stun.MethodBinding, stun.ClassErrorResponse), stun.CodeRoleConflict)
	} else {
		c.nominates = m.Contains(stun.AttrUseCandidate)
		answer = append(answer, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())})
		ok = true
	}
	r, err := stun.Build(append(answer, seal, stun.Fingerprint)...)
	if err != nil {
		return c, false
	}
	c.reply = r.Raw
	return c, ok
}

// knows reports whether a valid check came from there.
func (t *iceTalk) knows(from netip.AddrPort) bool { return slices.Contains(t.proved, from) }

// decides reports whether the checks say where the voice comes from and goes to. A peer that offers ICE and then
// never checks is treated like any other.
func (t *iceTalk) decides() bool { return t != nil && len(t.proved) > 0 }

// checked takes a check that came on the RTP port, or on that of RTCP.
func (l *RTPLeg) checked(p *peer, b []byte, from netip.AddrPort, rtcp bool) {
	t := p.ice
	if t == nil {
		return
	}
	c, ok := t.read(b, from)
	if c.reply != nil {
		conn := l.rtp
		if rtcp {
			conn = l.rtcp
		}
		conn.WriteToUDPAddrPort(c.reply, from)
	}
	switch {
	case !ok:
	case rtcp:
		if c.nominates {
			t.control.Store(&from)
		}
	default:
		if !t.knows(from) && len(t.proved) < maxProved {
			t.proved = append(t.proved, from)
		}
		if c.nominates && t.knows(from) {
			t.chosen.Store(true)
			if *p.remote.Load() != from && p.agreed.remote.IsValid() {
				l.log.Debug("ICE chose the way", "peer", from)
				p.remote.Store(&from)
			}
		}
	}
}

// iceOf is what an offered or answered line comes to in ICE, our credentials left open; mismatch: somebody on the way
// changed where the voice goes, and did not know of ICE (RFC 8839 §4.2.5).
func iceOf(m *mediaLine) (t *iceTerms, mismatch bool) {
	theirs := iceCreds{m.ufrag, m.pwd}
	if !theirs.usable() || m.mismatch {
		return nil, false
	}
	if here := netip.AddrPortFrom(m.addr, uint16(m.port)); !m.zero && len(m.candidates) > 0 && !slices.Contains(m.candidates, here) {
		return nil, true
	}
	return &iceTerms{theirs: theirs, lite: m.lite}, false
}

// candidate reads "1 1 UDP 2130706431 198.51.100.7 40000 typ host" when it is of the voice itself.
func (m *mediaLine) candidate(value string) {
	f := strings.Fields(value)
	if len(f) < 6 || f[1] != "1" || len(m.candidates) >= 64 {
		return
	}
	if a, err := netip.ParseAddrPort(hostPort(f[4], f[5])); err == nil {
		m.candidates = append(m.candidates, netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port()))
	}
}

func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
