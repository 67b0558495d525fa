package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"cordboard/server/inbox"
)

// CallOptions describe a call towards the server.
type CallOptions struct {
	From, Name string // number and display name of the caller; From empty: anonymous
	To         string // number that is called
	Target     string // instead of To: the whole Request-URI, byte for byte
	Say        Speech // spoken from the moment that there is voice
	Repeat     bool   // over and over

	Transport string // instead of the SBC's
	Server    string // instead of the SBC's
	Codecs    []SBCCodec
	SRTP      *bool
	LateOffer bool              // INVITE without a description
	Headers   map[string]string // more headers: P-Asserted-Identity, Diversion, …
	CallID    string            // instead of one made up
}

// Caller is somebody who called the server.
type Caller struct{ *Party }

// Call sends an INVITE and returns; what comes of it is told by the Caller. The error says that the call could not even be tried.
func (s *SBC) Call(ctx context.Context, o CallOptions) (*Caller, error) {
	codecs := s.o.Codecs
	if len(o.Codecs) > 0 {
		codecs = o.Codecs
	}
	p, err := s.newParty(true, codecs)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	p.next = s.server
	s.mu.Unlock()
	if o.Server != "" {
		p.next = o.Server
	}
	p.transport = s.o.Transport
	if o.Transport != "" {
		p.transport = o.Transport
	}
	p.secure = s.o.SRTP
	if o.SRTP != nil {
		p.secure = *o.SRTP
	}
	if p.id = o.CallID; p.id == "" {
		p.id = random(16) + "@" + s.domain()
	}
	if err := p.address(o); err != nil {
		p.media.close()
		return nil, err
	}
	p.media.say(o.Say, o.Repeat)
	p.media.start(s.panicked)
	s.register(p)
	c := &Caller{p}
	if err := c.dial(ctx, o); err != nil {
		p.finish(PartyEnd{By: "network", Err: err})
		return nil, err
	}
	return c, nil
}

// address fills From, To and the Request-URI.
func (p *Party) address(o CallOptions) error {
	host, port, err := net.SplitHostPort(p.next)
	if err != nil {
		return fmt.Errorf("lab: server address %q: %w", p.next, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("lab: server address %q: %w", p.next, err)
	}
	if p.sbc.o.ToDomain != "" {
		host = p.sbc.o.ToDomain
	}
	p.local = sip.FromHeader{DisplayName: o.Name, Params: sip.NewParams(),
		Address: sip.Uri{Scheme: "sip", User: o.From, Host: p.sbc.domain(), UriParams: phoneUser()}}
	if o.From == "" {
		p.local.DisplayName = "Anonymous"
		p.local.Address = sip.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}
	}
	p.local.Params.Add("tag", p.tag)
	p.target = sip.Uri{Scheme: "sip", User: o.To, Host: host, Port: n, UriParams: phoneUser()}
	if p.transport != "udp" {
		p.target.UriParams.Add("transport", p.transport)
	}
	p.remote = sip.ToHeader{Params: sip.NewParams(), Address: sip.Uri{Scheme: "sip", User: o.To, Host: host, UriParams: phoneUser()}}
	if o.Target != "" {
		var uri sip.Uri
		if err := sip.ParseUri(o.Target, &uri); err != nil {
			return fmt.Errorf("lab: target %q: %w", o.Target, err)
		}
		p.target, p.remote.Address = uri, *uri.Clone()
	}
	return nil
}

func phoneUser() sip.HeaderParams {
	params := sip.NewParams()
	params.Add("user", "phone")
	return params
}

func (c *Caller) dial(ctx context.Context, o CallOptions) error {
	p := c.Party
	var body []byte
	if !o.LateOffer {
		own, err := p.media.describe(p.secure, p.direction, nil)
		if err != nil {
			return err
		}
		p.own = own
		p.version++
		body = own.write(p.sdpID, p.version)
	}
	more := func(req *sip.Request) {
		for k, v := range o.Headers {
			req.AppendHeader(sip.NewHeader(k, v))
		}
	}
	p.mu.Lock()
	p.seq = 1
	req := p.request(sip.INVITE, p.seq, body)
	more(req)
	p.invite = req
	p.mu.Unlock()
	tx, err := p.transact(ctx, req)
	if err != nil {
		return err
	}
	inbox.Go(p.sbc.panicked, func() { c.follow(tx, body, more) })
	return nil
}

// transact sends a request of ours.
func (p *Party) transact(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	p.sbc.note(false, req)
	tx, err := p.sbc.ua.TransactionLayer().Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("lab: %s to %s: %w", req.Method, req.Destination(), err)
	}
	return tx, nil
}

// follow reads the answers to the INVITE.
func (c *Caller) follow(tx *sip.ClientTx, body []byte, more func(*sip.Request)) {
	tried := false
	tx.OnRetransmission(c.again)
	for {
		select {
		case res := <-tx.Responses():
			c.sbc.note(true, res)
			switch {
			case res.IsProvisional():
				c.progress(res)
			case res.IsSuccess():
				c.accepted(res)
				return
			case (res.StatusCode == 401 || res.StatusCode == 407) && !tried && c.sbc.o.Username != "":
				tried = true
				next, err := c.authorised(res, body, more)
				if err != nil {
					c.finish(PartyEnd{By: "network", Code: res.StatusCode, Err: err})
					return
				}
				tx = next
				tx.OnRetransmission(c.again)
			default:
				by := "server"
				if c.isCancelled() {
					by = "us"
				}
				c.finish(PartyEnd{By: by, Code: res.StatusCode, Reason: res.Reason})
				return
			}
		case <-tx.Done():
			c.finish(PartyEnd{By: "network", Err: tx.Err()})
			return
		}
	}
}

func (c *Caller) isCancelled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cancelled
}

// again is a 200 that came once more: our ACK was lost.
func (c *Caller) again(res *sip.Response) {
	c.mu.Lock()
	ack := c.ack
	c.mu.Unlock()
	if ack != nil && res.IsSuccess() {
		c.sbc.write(ack)
	}
}

func (s *SBC) write(req *sip.Request) {
	s.note(false, req)
	if err := s.ua.TransportLayer().WriteMsg(req); err != nil {
		s.log.Debug("lab could not send", "err", err)
	}
}

func (c *Caller) progress(res *sip.Response) {
	if body := res.Body(); len(body) > 0 {
		if sdp, err := readSBCSDP(body); err == nil && c.own.addr.IsValid() {
			_ = c.media.use(c.own, sdp)
		}
	}
	c.rang(res.StatusCode)
	c.mu.Lock()
	late := c.cancelled && !c.cancelSent
	c.mu.Unlock()
	if late {
		c.cancel(context.Background())
	}
}

// accepted takes the 200, acknowledges it, and hangs up at once when nobody wants the call any more.
func (c *Caller) accepted(res *sip.Response) {
	p := c.Party
	p.mu.Lock()
	if h := res.GetHeader("Allow"); h != nil {
		p.allows = h.Value()
	}
	if h := res.To(); h != nil {
		if tag, ok := h.Params.Get("tag"); ok {
			p.remote.Params.Add("tag", tag)
		}
	}
	if h := res.Contact(); h != nil {
		p.target = *h.Address.Clone()
	}
	routes := recordRoutes(res)
	for i, j := 0, len(routes)-1; i < j; i, j = i+1, j-1 {
		routes[i], routes[j] = routes[j], routes[i]
	}
	p.routes, p.next = routes, ""
	var answer []byte
	sdp, err := readSBCSDP(res.Body())
	if err == nil {
		if !p.own.addr.IsValid() { // late offer: theirs is the offer
			if p.own, err = p.media.describe(p.secure, p.direction, &sdp); err == nil {
				p.version++
				answer = p.own.write(p.sdpID, p.version)
			}
		}
		if err == nil {
			err = p.media.use(p.own, sdp)
		}
	}
	cseq := p.invite.CSeq().SeqNo
	p.ack = p.request(sip.ACK, cseq, answer)
	ack, unwanted := p.ack, p.cancelled
	p.mu.Unlock()
	p.sbc.write(ack)
	p.markAnswered()
	if unwanted || err != nil {
		if err != nil {
			p.sbc.log.Warn("lab caller cannot use the answer", "sip_call_id", p.id, "err", err)
		}
		_ = p.bye(context.Background(), err)
	}
}

// Abandon hangs up while the call is not answered yet (CANCEL), and waits for the 487. A 200 that crosses is acknowledged and hung up.
func (c *Caller) Abandon(ctx context.Context) error {
	if c.isAnswered() {
		return errors.New("lab: the call is answered already")
	}
	return c.Hangup(ctx)
}
