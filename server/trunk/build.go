package trunk

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

func newCallID() string { return randomHex(16) }

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func newSecret() (s [32]byte) {
	rand.Read(s[:])
	return s
}

// dress puts the first headers on a request and fixes its way: Via, Max-Forwards, transport, destination.
func (e *Edge) dress(req *sip.Request, n *trunk, h hop) {
	e.dressAs(req, n, h, sip.GenerateBranchN(24))
}

func (e *Edge) dressAs(req *sip.Request, n *trunk, h hop, branch string) {
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(h.transport),
		Host: e.viaHost(n, h), Port: e.port(h.transport), Params: sip.HeaderParams{{K: "branch", V: branch}},
	}
	if h.transport == "udp" {
		via.Params = append(via.Params, sip.HeaderKV{K: "rport"})
	} else {
		via.Params = append(via.Params, sip.HeaderKV{K: "alias"})
	}
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(via)
	req.AppendHeader(&forwards)
	req.SetTransport(via.Transport)
	req.SetDestination(h.addr.String())
	if h.transport == "udp" {
		req.Laddr = e.udpAddr
	}
}

// port is where a transport is served, 0 when it is not.
func (e *Edge) port(transport string) int {
	if a := e.Addr(transport); a != nil {
		return int(addrPortOf(a).Port())
	}
	return 0
}

func (e *Edge) viaHost(n *trunk, h hop) string {
	if n.Kind == "teams" {
		return hostOnly(n.ContactHost)
	}
	return e.hostTowards(h)
}

// hostTowards is the name or address by which a peer reaches us.
func (e *Edge) hostTowards(h hop) string {
	if e.o.Advertise != "" {
		return e.o.Advertise
	}
	if a := e.Addr(h.transport); a != nil {
		if ip := addrPortOf(a).Addr(); ip.IsValid() && !ip.IsUnspecified() {
			return ip.String()
		}
	}
	e.mu.Lock()
	local := e.locals[h.addr.Addr()]
	e.mu.Unlock()
	if local != "" {
		return local
	}
	c, err := net.Dial("udp", h.addr.String()) // sends nothing: asks the routing table
	if err != nil {
		return "localhost"
	}
	defer c.Close()
	local = addrPortOf(c.LocalAddr()).Addr().String()
	e.mu.Lock()
	if len(e.locals) > 4096 {
		clear(e.locals)
	}
	e.locals[h.addr.Addr()] = local
	e.mu.Unlock()
	return local
}

func (e *Edge) identityHost(n *trunk, h hop) string {
	if n.FromHost != "" {
		return n.FromHost
	}
	return bracketed(e.hostTowards(h))
}

// contact is our Contact, as the trunk wants it: its host name, the port and the transport of this hop.
// Where a large request went by TCP and nothing listens there, it is our UDP port: requests within the call are small.
func (e *Edge) contact(n *trunk, user string, h hop) string {
	if h.transport == "tcp" && e.port("tcp") == 0 && e.port("udp") != 0 {
		h.transport = "udp"
	}
	host := n.ContactHost
	if host == "" {
		host = bracketed(e.hostTowards(h))
	}
	if hostOnly(host) == host {
		if p := e.port(h.transport); p != 0 {
			host += ":" + strconv.Itoa(p)
		}
	}
	if user != "" {
		host = user + "@" + host
	}
	if h.transport != "udp" {
		host += ";transport=" + h.transport
	}
	return "<sip:" + host + ">"
}

func bracketed(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

func withPort(host string, port int) string {
	if port == 0 {
		return bracketed(host)
	}
	return bracketed(host) + ":" + strconv.Itoa(port)
}

func allow(n *trunk) string {
	a := "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, PRACK, UPDATE"
	if n != nil && n.MayRefer {
		a += ", REFER"
	}
	if n != nil && n.Kind == "phones" {
		a += ", REGISTER"
	}
	return a
}

func supported(n *trunk) string {
	s := "timer"
	if n.Kind != "teams" {
		s += ", 100rel"
	}
	if n.MayRefer {
		s += ", replaces"
	}
	return s
}

// capabilities says what we can do.
func (e *Edge) capabilities(m sip.Message, n *trunk) {
	m.AppendHeader(sip.NewHeader("Allow", allow(n)))
	m.AppendHeader(sip.NewHeader("Supported", supported(n)))
	if _, ok := m.(*sip.Request); ok {
		m.AppendHeader(sip.NewHeader("User-Agent", e.o.UserAgent))
	} else {
		m.AppendHeader(sip.NewHeader("Server", e.o.UserAgent))
	}
}

// reasonHeader is a Reason (RFC 3326), nil when there is nothing to say.
func reasonHeader(r Reason) sip.Header {
	if r.Code == 0 && r.Text == "" {
		return nil
	}
	if r.Code == 0 {
		r.Code = 200
	}
	v := fmt.Sprintf("SIP;cause=%d", r.Code)
	if r.Text != "" {
		v += ";text=" + quote(r.Text)
	}
	return sip.NewHeader("Reason", v)
}

// readReason reads a Reason header: the code and the words.
func readReason(m sip.Message) (code int, text string) {
	for _, v := range headers(m, "reason") {
		protocol, params, _ := strings.Cut(v, ";")
		params = ";" + params
		if t, ok := param(params, "text"); ok && text == "" {
			text = t
		}
		c, _ := param(params, "cause")
		if n, err := strconv.Atoi(c); err == nil && (code == 0 || strings.EqualFold(strings.TrimSpace(protocol), "SIP")) {
			code = n
		}
	}
	return code, text
}
