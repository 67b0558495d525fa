package lab

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// uas answers one INVITE, the first of a call or a later one.
type uas struct {
	*Party
	req *sip.Request
	tx  sip.ServerTransaction
}

func (s *SBC) handlers(srv *sipgo.Server) {
	on := func(method sip.RequestMethod, f func(*sip.Request, sip.ServerTransaction)) {
		srv.OnRequest(method, func(req *sip.Request, tx sip.ServerTransaction) {
			s.note(true, req)
			if s.fault().Dead {
				return
			}
			f(req, tx)
		})
	}
	on(sip.INVITE, s.onInvite)
	on(sip.ACK, s.onAck)
	on(sip.BYE, s.onBye)
	on(sip.OPTIONS, s.onOptions)
	for _, m := range []sip.RequestMethod{sip.INFO, sip.NOTIFY, sip.UPDATE, sip.REFER, sip.PRACK, sip.MESSAGE} {
		on(m, s.onInDialog)
	}
	on(sip.CANCEL, func(req *sip.Request, tx sip.ServerTransaction) {
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
	})
	srv.OnNoRoute(func(req *sip.Request, tx sip.ServerTransaction) { s.respond(req, tx, 405, "Method Not Allowed") })
}

func (s *SBC) respond(req *sip.Request, tx sip.ServerTransaction, code int, reason string, more ...sip.Header) {
	res := sip.NewResponseFromRequest(req, code, reason, nil)
	for _, h := range more {
		res.AppendHeader(h)
	}
	s.note(false, res)
	if err := tx.Respond(res); err != nil {
		s.log.Debug("lab could not answer", "err", err)
	}
}

// stray is a response that no transaction waits for: a 200 repeated after its transaction ended.
func (s *SBC) stray(res *sip.Response) {
	s.note(true, res)
	from, id := res.From(), res.CallID()
	if from == nil || id == nil || res.CSeq() == nil || res.CSeq().MethodName != sip.INVITE || !res.IsSuccess() {
		return
	}
	tag, _ := from.Params.Get("tag")
	if p := s.dialog(id.Value(), tag); p != nil {
		(&Caller{p}).again(res)
	}
}

func (s *SBC) inDialog(req *sip.Request) *Party {
	to, id := req.To(), req.CallID()
	if to == nil || id == nil {
		return nil
	}
	tag, _ := to.Params.Get("tag")
	if tag == "" {
		return nil
	}
	return s.dialog(id.Value(), tag)
}

// refused answers what Microsoft's proxy would not take.
func (s *SBC) refused(req *sip.Request, tx sip.ServerTransaction) bool {
	if s.o.Teams == nil {
		return false
	}
	code, reason := s.o.Teams.refuses(req)
	if code == 0 {
		return false
	}
	s.respond(req, tx, code, reason, sip.NewHeader("Allow", teamsAllow))
	return true
}

func (s *SBC) onOptions(req *sip.Request, tx sip.ServerTransaction) {
	if req.To().Params.Has("tag") && s.inDialog(req) == nil { // of a call that we do not know (RFC 3261 §11)
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	if f := s.fault(); f.Code != 0 {
		s.respond(req, tx, f.Code, phoneReason(f.Code))
		return
	}
	if s.refused(req, tx) {
		return
	}
	s.respond(req, tx, 200, "OK", sip.NewHeader("Allow", s.allow()))
}

func (s *SBC) onBye(req *sip.Request, tx sip.ServerTransaction) {
	p := s.inDialog(req)
	if p == nil {
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	p.requested(req)
	s.respond(req, tx, 200, "OK")
	p.finish(PartyEnd{By: "server", Code: 200, Reason: reasonText(req)})
}

func (p *Party) requested(req *sip.Request) {
	m := sbcMessage(true, req)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, m)
	close(p.news)
	p.news = make(chan struct{})
}

func (s *SBC) onAck(req *sip.Request, _ sip.ServerTransaction) {
	p := s.inDialog(req)
	if p == nil {
		return
	}
	if body := req.Body(); len(body) > 0 { // the answer to our offer in the 200
		if sdp, err := readSBCSDP(body); err == nil {
			p.mu.Lock()
			own := p.own
			p.mu.Unlock()
			_ = p.media.use(own, sdp)
		}
	}
	select {
	case p.acked <- struct{}{}:
	default:
	}
}

func (s *SBC) onInDialog(req *sip.Request, tx sip.ServerTransaction) {
	p := s.inDialog(req)
	if p == nil {
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	p.requested(req)
	if s.refused(req, tx) {
		return
	}
	switch {
	case req.Method == sip.REFER:
		s.respond(req, tx, 202, "Accepted")
	case req.Method == sip.UPDATE && len(req.Body()) > 0:
		u := &uas{Party: p, req: req, tx: tx}
		body, err := u.negotiate()
		if err != nil {
			s.respond(req, tx, 488, "Not Acceptable Here")
			return
		}
		u.send(200, "OK", body, p.tag)
	default:
		s.respond(req, tx, 200, "OK")
	}
}

func (s *SBC) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if p := s.inDialog(req); p != nil {
		if !s.refused(req, tx) {
			(&uas{Party: p, req: req, tx: tx}).again()
		}
		return
	}
	if tag, _ := req.To().Params.Get("tag"); tag != "" {
		s.respond(req, tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	if f := s.fault(); f.Code != 0 {
		var more []sip.Header
		if f.RetryAfter > 0 {
			more = append(more, sip.NewHeader("Retry-After", strconv.Itoa(f.RetryAfter)))
		}
		s.respond(req, tx, f.Code, phoneReason(f.Code), more...)
		return
	}
	if s.refused(req, tx) {
		return
	}
	phone := s.find(req.Recipient.User)
	if phone == nil {
		s.respond(req, tx, 404, "Not Found")
		return
	}
	phone.mu.Lock()
	b := phone.behaviour
	phone.mu.Unlock()
	c, err := s.called(req, b)
	if err != nil {
		s.respond(req, tx, 500, "Server Internal Error")
		return
	}
	if !tx.OnCancel(func(r *sip.Request) {
		c.finish(PartyEnd{By: "server", Code: 487, Reason: reasonText(r)})
	}) {
		c.finish(PartyEnd{By: "server", Code: 487})
		return
	}
	phone.mu.Lock()
	phone.had = append(phone.had, c)
	phone.mu.Unlock()
	select {
	case phone.calls <- c:
	default:
	}
	phone.ring(c, req, tx, b)
}

// called makes the party for an INVITE of the server.
func (s *SBC) called(req *sip.Request, b PhoneBehaviour) (*PhoneCall, error) {
	codecs := s.o.Codecs
	if len(b.Codecs) > 0 {
		codecs = b.Codecs
	}
	p, err := s.newParty(false, codecs)
	if err != nil {
		return nil, err
	}
	p.id = req.CallID().Value()
	p.transport = sip.NetworkToLower(req.Transport())
	p.secure = s.o.SRTP
	to, from := req.To(), req.From()
	p.local = sip.FromHeader{DisplayName: to.DisplayName, Address: *to.Address.Clone(), Params: sip.NewParams()}
	p.local.Params.Add("tag", p.tag)
	p.remote = sip.ToHeader{DisplayName: from.DisplayName, Address: *from.Address.Clone(), Params: from.Params.Clone()}
	if h := req.Contact(); h != nil {
		p.target = *h.Address.Clone()
	}
	p.routes = recordRoutes(req)
	p.seq = 100
	p.invite = req
	p.media.say(b.Say, b.Repeat)
	p.media.start(s.panicked)
	s.register(p)
	return &PhoneCall{
		Party: p, From: from.Address.User, FromName: from.DisplayName, To: req.Recipient.User,
		Invite: sbcMessage(true, req), do: make(chan PhoneBehaviour, 1),
	}, nil
}

// ringing says 180, or 183 with voice.
func (u *uas) ringing(b PhoneBehaviour) {
	if b.Silent {
		return
	}
	if b.Early {
		if body, err := u.negotiate(); err == nil {
			for range b.Forks {
				u.send(183, "Session Progress", elsewhere(body), random(8))
			}
			u.send(183, "Session Progress", body, u.tag)
			u.rang(183)
			return
		}
	}
	for range b.Forks {
		u.send(180, "Ringing", nil, random(8))
	}
	u.send(180, "Ringing", nil, u.tag)
	u.rang(180)
}

// elsewhere is a description of another client that rings: another port, another key, and nobody who speaks there.
func elsewhere(body []byte) []byte {
	text := regexp.MustCompile(`m=audio \d+ `).ReplaceAllString(string(body), "m=audio 9 ")
	text = regexp.MustCompile(`inline:[^|\s]+`).ReplaceAllString(text, "inline:"+base64.StdEncoding.EncodeToString([]byte(random(30))[:30]))
	return []byte(text)
}

// refuse gives the final answer no.
func (u *uas) refuse(b PhoneBehaviour) {
	reason := b.Reason
	if reason == "" {
		reason = phoneReason(b.Code)
	}
	var more []sip.Header
	if b.RetryAfter > 0 {
		more = append(more, sip.NewHeader("Retry-After", strconv.Itoa(b.RetryAfter)))
	}
	u.send(b.Code, reason, nil, u.tag, more...)
	u.finish(PartyEnd{By: "us", Code: b.Code, Reason: reason})
}

// negotiate answers the offer in the request, or makes one when there is none.
func (u *uas) negotiate() ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.version++
	if len(u.req.Body()) == 0 {
		own, err := u.media.describe(u.secure, "sendrecv", nil)
		if err != nil {
			return nil, err
		}
		u.own = own
		return own.write(u.sdpID, u.version), nil
	}
	offer, err := readSBCSDP(u.req.Body())
	if err != nil {
		return nil, err
	}
	own, err := u.media.describe(u.secure, mirror(offer.direction), &offer)
	if err != nil {
		return nil, err
	}
	u.own = own
	return own.write(u.sdpID, u.version), u.media.use(own, offer)
}

// accept answers 200 and repeats it until the ACK comes (RFC 3261 §13.3.1.4). It reports false when the call ended instead.
func (u *uas) accept() bool {
	body, err := u.negotiate()
	if err != nil {
		u.sbc.log.Warn("lab phone cannot use the offer", "sip_call_id", u.id, "err", err)
		u.refuse(PhoneBehaviour{Code: 488})
		return false
	}
	select {
	case <-u.acked:
	default:
	}
	u.send(200, "OK", body, u.tag)
	u.markAnswered()
	return u.awaitAck(body)
}

func (u *uas) awaitAck(body []byte) bool {
	wait := 500 * time.Millisecond
	for total := time.Duration(0); total < 32*time.Second; total += wait {
		t := time.NewTimer(wait)
		select {
		case <-u.acked:
			t.Stop()
			return true
		case <-u.ended:
			t.Stop()
			return false
		case <-t.C:
			u.send(200, "OK", body, u.tag)
			wait = min(2*wait, 4*time.Second)
		}
	}
	u.finish(PartyEnd{By: "network", Code: 408, Reason: "no ACK"})
	return false
}

// again answers a re-INVITE of the server.
func (u *uas) again() {
	u.requested(u.req)
	u.mu.Lock()
	code := u.refuseNext
	u.refuseNext = 0
	u.reinvites++
	u.mu.Unlock()
	if code != 0 {
		u.send(code, phoneReason(code), nil, u.tag)
		return
	}
	body, err := u.negotiate()
	if err != nil {
		u.send(488, "Not Acceptable Here", nil, u.tag)
		return
	}
	if h := u.req.Contact(); h != nil {
		u.mu.Lock()
		u.target = *h.Address.Clone()
		u.mu.Unlock()
	}
	select {
	case <-u.acked:
	default:
	}
	u.send(200, "OK", body, u.tag)
	u.awaitAck(body)
}

// send answers the INVITE.
func (u *uas) send(code int, reason string, body []byte, tag string, more ...sip.Header) {
	res := sip.NewResponseFromRequest(u.req, code, reason, nil)
	if h := res.To(); h != nil {
		h.Params.Add("tag", tag)
	}
	res.AppendHeader(u.sbc.contact(u.local.Address.User, u.transport))
	res.AppendHeader(sip.NewHeader("Allow", u.sbc.allow()))
	for _, h := range more {
		res.AppendHeader(h)
	}
	if len(body) > 0 {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		res.SetBody(body)
	}
	u.sbc.note(false, res)
	if err := u.tx.Respond(res); err != nil {
		u.sbc.log.Debug("lab could not answer", "err", err)
	}
}

// reject ends a call that rings, from outside of its goroutine.
func (p *Party) reject(code int) {
	p.sbc.mu.Lock()
	phones := make([]*Phone, 0, len(p.sbc.phones))
	for _, ph := range p.sbc.phones {
		phones = append(phones, ph)
	}
	p.sbc.mu.Unlock()
	for _, ph := range phones {
		for _, c := range ph.Had() {
			if c.Party == p {
				_ = c.Reject(code)
				return
			}
		}
	}
}
