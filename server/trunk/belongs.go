package trunk

import (
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// trunkFor finds the trunk of a new request: among those that its source belongs to, the one whose host name stands
// in the Request-URI, To or Contact, else the one whose peer the certificate names, else the narrowest access list.
func (e *Edge) trunkFor(req *sip.Request, source netip.AddrPort) (*trunk, *peer) {
	var of []*trunk
	for _, n := range e.table.Load().trunks {
		if n.allows(source.Addr()) {
			of = append(of, n)
		}
	}
	if len(of) == 0 {
		return nil, nil
	}
	best, score := of[0], -3
	certificate := ""
	if s := e.stream(source.String()); s != nil {
		certificate = s.names
	}
	_, contact, _ := splitAddress(header(req, "contact"))
	_, contactHost, _ := uriParts(contact)
	for _, n := range of {
		p := n.score(req, contactHost, certificate, source.Addr())
		if n.Kind == "phones" && req.IsInvite() {
			if p = -2; e.belongs(n, req, source.Addr()) {
				p = 1 << 20
			}
		}
		if p > score {
			best, score = n, p
		}
	}
	return best, best.peerAt(source.Addr(), contactHost)
}

func (n *trunk) score(req *sip.Request, contactHost, certificate string, source netip.Addr) int {
	ours := func(h string) bool {
		return h != "" && (strings.EqualFold(h, hostOnly(n.ContactHost)) || strings.EqualFold(h, n.FromHost))
	}
	points := 0
	if ours(req.Recipient.Host) {
		points += 4096
	} else if ours(req.To().Address.Host) {
		points += 2048
	}
	for _, p := range n.peers {
		if contactHost != "" && strings.EqualFold(contactHost, p.Host) {
			points |= 1024
		}
		if certificate != "" && strings.EqualFold(certificate, p.Host) {
			points |= 512
		}
		if p.has(source) {
			points |= 256
		}
	}
	narrow := 0
	for _, a := range n.Allow {
		if a.Contains(source) {
			narrow = max(narrow, a.Bits())
		}
	}
	return points + narrow
}

func (n *trunk) peerAt(a netip.Addr, contactHost string) *peer {
	for _, p := range n.peers {
		if p.has(a) && strings.EqualFold(contactHost, p.Host) {
			return p
		}
	}
	for _, p := range n.peers {
		if p.has(a) {
			return p
		}
	}
	return nil
}

// trunkByID finds a trunk to call out by.
func (e *Edge) trunkByID(id string) *trunk {
	for _, n := range e.table.Load().trunks {
		if n.ID == id {
			return n
		}
	}
	return nil
}

func hostOnly(hostport string) string {
	h, port, ok := strings.Cut(hostport, ":")
	if ok && strings.Contains(port, ":") { // IPv6
		return hostport
	}
	return h
}
