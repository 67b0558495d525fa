package lab

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// SBCMessage is a SIP message that the SBC saw.
type SBCMessage struct {
	At     time.Time
	In     bool // from the server
	Method string
	Code   int // 0 for requests
	CallID string
	Text   string // the whole message; of requests within a call always, else only with SBCOptions.Trace
}

// Header is the value of the first header of that name; empty when there is none.
func (m SBCMessage) Header(name string) string {
	for line := range strings.Lines(m.Text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// Seen is every message so far, oldest first; the last 10,000 at most.
func (s *SBC) Seen() []SBCMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *SBC) note(in bool, msg sip.Message) {
	if !s.o.Trace {
		return
	}
	m := sbcMessage(in, msg)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, m)
	if len(s.seen) > 10000 {
		s.seen = slices.Delete(s.seen, 0, 1000)
	}
}

func sbcMessage(in bool, msg sip.Message) SBCMessage {
	m := SBCMessage{At: time.Now(), In: in, Text: msg.String()}
	if h := msg.CallID(); h != nil {
		m.CallID = h.Value()
	}
	if h := msg.CSeq(); h != nil {
		m.Method = string(h.MethodName)
	}
	switch msg := msg.(type) {
	case *sip.Request:
		m.Method = string(msg.Method)
	case *sip.Response:
		m.Code = msg.StatusCode
	}
	return m
}

// contact is where the server reaches us.
func (s *SBC) contact(user, transport string) *sip.ContactHeader {
	host, port := s.host, s.ports[transport]
	if s.o.Contact != "" {
		h, p, err := net.SplitHostPort(s.o.Contact)
		if err == nil {
			host = h
			port, _ = strconv.Atoi(p)
		} else {
			host = s.o.Contact
		}
	}
	uri := sip.Uri{Scheme: "sip", User: user, Host: host, Port: port, UriParams: sip.NewParams()}
	uri.UriParams.Add("transport", transport)
	return &sip.ContactHeader{Address: uri}
}

// domain is the host name in From.
func (s *SBC) domain() string {
	if s.o.Domain != "" {
		return s.o.Domain
	}
	return s.host
}

// prepare addresses a request: Via, transport, and the socket it leaves by.
func (s *SBC) prepare(req *sip.Request, transport, to string) {
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(transport),
		Host: s.host, Port: s.ports[transport], Params: sip.NewParams(),
	}
	via.Params.Add("branch", sip.GenerateBranch())
	if transport == "udp" {
		via.Params.Add("rport", "")
		req.Laddr = sip.Addr{IP: net.ParseIP(s.host), Port: s.ports["udp"]}
	} else {
		via.Params.Add("alias", "")
	}
	req.PrependHeader(via)
	req.SetTransport(strings.ToUpper(transport))
	req.SetDestination(to)
}

// request builds a request within the call. The caller holds the lock.
func (p *Party) request(method sip.RequestMethod, seq uint32, body []byte) *sip.Request {
	req := sip.NewRequest(method, *p.target.Clone())
	for _, r := range p.routes {
		req.AppendHeader(&sip.RouteHeader{Address: *r.Clone()})
	}
	from, to := p.local, p.remote
	from.Params, to.Params = from.Params.Clone(), to.Params.Clone()
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	callID := sip.CallIDHeader(p.id)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	req.AppendHeader(p.sbc.contact(p.local.Address.User, p.transport))
	req.AppendHeader(sip.NewHeader("User-Agent", "cordboard lab SBC"))
	if method == sip.INVITE || method == sip.UPDATE {
		req.AppendHeader(sip.NewHeader("Allow", p.sbc.allow()))
	}
	if len(body) > 0 {
		req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	req.SetBody(body)
	p.sbc.prepare(req, p.transport, p.destination())
	return req
}

const sbcAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER, UPDATE"

// destination is the next hop of a request within the call. The caller holds the lock.
func (p *Party) destination() string {
	hop := p.target
	if len(p.routes) > 0 {
		hop = p.routes[0]
	} else if p.next != "" {
		return p.next
	}
	port := hop.Port
	if port == 0 {
		port = sip.DefaultPort(p.transport)
	}
	return net.JoinHostPort(hop.Host, strconv.Itoa(port))
}

// recordRoutes are the Record-Route addresses of a message, top first.
func recordRoutes(msg sip.Message) []sip.Uri {
	var out []sip.Uri
	for _, h := range msg.GetHeaders("Record-Route") {
		for part := range strings.SplitSeq(h.Value(), ",") {
			var uri sip.Uri
			params := sip.NewParams()
			if _, err := sip.ParseAddressValue(strings.TrimSpace(part), &uri, &params); err == nil {
				out = append(out, uri)
			}
		}
	}
	return out
}

// reasonText is the text of a Reason header (RFC 3326), or its whole value.
func reasonText(msg sip.Message) string {
	all := msg.GetHeaders("Reason")
	if len(all) == 0 {
		return ""
	}
	h := all[0]
	if _, text, ok := strings.Cut(h.Value(), `text="`); ok {
		text, _, _ = strings.Cut(text, `"`)
		return text
	}
	return h.Value()
}
