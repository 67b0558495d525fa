package lab

import (
	"context"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// SBCStatusError is a refusal of a request that the lab made.
type SBCStatusError struct {
	Method string
	Code   int
	Reason string
}

// Error says which request was refused.
func (e *SBCStatusError) Error() string {
	return fmt.Sprintf("lab: %s refused: %d %s", e.Method, e.Code, e.Reason)
}

// Hangup ends the call from this side: CANCEL before the answer, BYE after, 480 for a phone that rings. It returns when the call has ended.
func (p *Party) Hangup(ctx context.Context) error {
	switch {
	case p.isEnded():
		return nil
	case p.isAnswered():
		return p.bye(ctx, nil)
	case p.out:
		p.mu.Lock()
		p.cancelled = true
		ready := p.provisional && !p.cancelSent
		p.mu.Unlock()
		if ready {
			p.cancel(ctx)
		}
		select {
		case <-p.ended:
		case <-p.answered: // the 200 crossed
			return p.bye(ctx, nil)
		case <-ctx.Done():
		}
	default:
		p.reject(480)
	}
	_, err := p.WaitEnded(ctx)
	return err
}

// Vanish stops this party without a word, as when a phone loses its power: no BYE, no RTP, no answers.
func (p *Party) Vanish() { p.finish(PartyEnd{By: "us", Reason: "vanished"}) }

// StopMedia stops sending and hearing voice while the call stands.
func (p *Party) StopMedia() { p.media.close() }

// cancel sends the CANCEL (RFC 3261 §9.1).
func (p *Party) cancel(ctx context.Context) {
	p.mu.Lock()
	if p.cancelSent {
		p.mu.Unlock()
		return
	}
	p.cancelSent = true
	inv := p.invite
	req := sip.NewRequest(sip.CANCEL, *inv.Recipient.Clone())
	req.AppendHeader(sip.HeaderClone(inv.Via()))
	for _, h := range inv.GetHeaders("Route") {
		req.AppendHeader(sip.HeaderClone(h))
	}
	req.AppendHeader(sip.HeaderClone(inv.From()))
	req.AppendHeader(sip.HeaderClone(inv.To()))
	req.AppendHeader(sip.HeaderClone(inv.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.CANCEL})
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	req.SetBody(nil)
	req.SetTransport(inv.Transport())
	req.SetDestination(inv.Destination())
	req.Laddr = inv.Laddr
	p.mu.Unlock()
	_, _ = p.final(ctx, req)
}

// bye sends the BYE; the call has ended whatever is answered.
func (p *Party) bye(ctx context.Context, cause error) error {
	p.mu.Lock()
	if p.byeSent {
		p.mu.Unlock()
		_, err := p.WaitEnded(ctx)
		return err
	}
	p.byeSent = true
	p.seq++
	req := p.request(sip.BYE, p.seq, nil)
	p.mu.Unlock()
	res, err := p.final(ctx, req)
	p.finish(PartyEnd{By: "us", Code: 200, Err: cause})
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return &SBCStatusError{Method: "BYE", Code: res.StatusCode, Reason: res.Reason}
	}
	return nil
}

// final sends a request and waits for its final answer.
func (p *Party) final(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := p.transact(ctx, req)
	if err != nil {
		return nil, err
	}
	for {
		select {
		case res := <-tx.Responses():
			p.sbc.note(true, res)
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, fmt.Errorf("lab: %s unanswered: %w", req.Method, tx.Err())
		case <-ctx.Done():
			return nil, fmt.Errorf("lab: %s unanswered: %w", req.Method, ctx.Err())
		}
	}
}

// Hold asks the server to hold (RFC 3264 §8.4): how is "sendonly", "inactive", or "zero" for the old form, address 0.0.0.0.
func (p *Party) Hold(ctx context.Context, how string) error { return p.reinvite(ctx, how) }

// Resume ends a hold.
func (p *Party) Resume(ctx context.Context) error { return p.reinvite(ctx, "sendrecv") }

// UseCodecs offers other codecs in a re-INVITE.
func (p *Party) UseCodecs(ctx context.Context, codecs ...SBCCodec) error {
	p.media.mu.Lock()
	p.media.offered = codecs
	p.media.mu.Unlock()
	return p.reinvite(ctx, "sendrecv")
}

func (p *Party) reinvite(ctx context.Context, how string) error {
	direction := how
	if how == "zero" {
		direction = "sendrecv"
	}
	own, err := p.media.describe(p.secure, direction, nil)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.version++
	body := own.write(p.sdpID, p.version)
	if how == "zero" {
		body = []byte(strings.Replace(string(body), "c=IN IP4 "+own.addr.Addr().String(), "c=IN IP4 0.0.0.0", 1))
	}
	p.seq++
	seq := p.seq
	req := p.request(sip.INVITE, seq, body)
	p.mu.Unlock()
	res, err := p.final(ctx, req)
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return &SBCStatusError{Method: "INVITE", Code: res.StatusCode, Reason: res.Reason}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.direction = direction
	p.ack = p.request(sip.ACK, seq, nil)
	p.sbc.write(p.ack)
	sdp, err := readSBCSDP(res.Body())
	if err != nil {
		return err
	}
	p.own = own
	return p.media.use(own, sdp)
}

// Send sends a request of any method within the call (INFO, UPDATE, REFER, …) and gives the code of its final answer.
func (p *Party) Send(ctx context.Context, method string, headers map[string]string, contentType, body string) (int, error) {
	p.mu.Lock()
	p.seq++
	req := p.request(sip.RequestMethod(method), p.seq, nil)
	for k, v := range headers {
		req.AppendHeader(sip.NewHeader(k, v))
	}
	if body != "" {
		req.AppendHeader(sip.NewHeader("Content-Type", contentType))
		req.SetBody([]byte(body))
	}
	p.mu.Unlock()
	res, err := p.final(ctx, req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, nil
}
