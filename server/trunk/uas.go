package trunk

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// served is the peer's INVITE, or its UPDATE with an offer, that we answer.
type served struct {
	req       *sip.Request
	tx        *sip.ServerTx
	initial   bool
	offerless bool // our 200 carries the offer, the ACK the answer
	ok        *sip.Response
	resend    *alarm
	wait      time.Duration
	spent     time.Duration
	patience  *alarm // with the owner, for a re-INVITE
}

// incoming makes the dialog of a new INVITE.
func (e *Edge) incoming(req *sip.Request, tx *sip.ServerTx, n *trunk, p *peer, replaced *Dialog) *Dialog {
	info := e.infoOf(req, n, p)
	info.Replaces = replaced
	d := newDialog(e, n, info)
	d.uas, d.state = true, arrived
	d.transport = info.Transport
	d.pin = e.sourceHop(req)
	d.peer = partyOf(req)
	d.peer.route = headers(req, "record-route")
	d.remote = untagged(req.From().Value())
	d.local = untagged(req.To().Value())
	d.user, _, _ = uriParts(valueURI(d.local))
	d.remoteSeq, d.remoteSeen = req.CSeq().SeqNo, true
	d.peerAllows = allowedBy(req)
	req.To().Params.Add("tag", d.localTag) // every answer carries it, sipgo's to a CANCEL too
	d.serving = &served{req: req, tx: tx, initial: true, offerless: info.SDP == nil}
	d.media.got(info.SDP)
	d.timer.asked(req)
	d.reliable.want = hasToken(req, "require", "100rel")
	return d
}

// Progress answers 101 to 199, with early media when sdp is not nil. It is without effect after a final answer.
func (d *Dialog) Progress(code int, sdp []byte) error {
	return d.tell(func() {
		if d.state == arrived && code > 100 && code < 200 {
			d.provisional(code, sdp)
		}
	})
}

// Answer answers 200 with an SDP: the answer to the peer's offer, or our offer. Acked or Ended follows. sent is called
// when the 200 is on its way, or never will be; it must not wait.
func (d *Dialog) Answer(sdp []byte, sent ...func()) error {
	return d.tell(func() {
		d.reliable.first(d, func() {
			if d.state == arrived {
				d.state = answered
				d.reliable.stop()
				d.accept(d.serving, sdp)
			}
			for _, f := range sent {
				f()
			}
		})
	})
}

// Reject refuses the call with 300 to 699. Ended follows.
func (d *Dialog) Reject(code int, reason string, retryAfter time.Duration) error {
	return d.tell(func() {
		if d.state == arrived {
			d.reject(code, reason, retryAfter)
		}
	})
}

func (d *Dialog) tell(f func()) error {
	if !d.do(f) {
		return ErrEnded
	}
	return nil
}

func (d *Dialog) reject(code int, reason string, wait time.Duration) {
	s := d.serving
	d.serving = nil
	phrase := reason
	if phrase == "" {
		phrase = phraseOf(code)
	}
	res := d.e.answer(s.req, code, phrase)
	retryAfter(res, wait)
	if code == 405 {
		res.AppendHeader(sip.NewHeader("Allow", allow(d.trunk)))
	}
	d.e.respond(s.tx, res)
	d.end(Ended{By: "us", Code: code, Cause: "rejected", Text: reason})
}

// cancelled: sipgo has answered 200 and 487.
func (d *Dialog) cancelled(req *sip.Request) {
	if d.state != arrived {
		if s := d.serving; s != nil && !s.initial && s.ok == nil { // a re-INVITE taken back
			d.forgetServing()
			d.nextOffer()
		}
		return
	}
	d.serving = nil
	ev := Ended{By: "peer", Code: 487, Cause: "cancel"}
	if req != nil {
		if code, text := readReason(req); code != 0 {
			ev.Code, ev.Text = code, text
		}
	}
	d.end(ev)
}

// accept answers 200 and repeats it until the ACK comes (RFC 3261 §13.3.1.4).
func (d *Dialog) accept(s *served, sdp []byte) {
	res := d.success(s.req)
	d.timer.accepted(d, s.req, res)
	withSDP(res, sdp)
	d.media.sent(sdp)
	s.ok = res
	s.patience.stop()
	if !s.initial {
		d.retarget(s.req)
	}
	d.e.respond(s.tx, res)
	if s.req.Method != sip.INVITE { // UPDATE has no ACK
		d.forgetServing()
		d.timer.start(d)
		return
	}
	s.wait = t1
	s.resend = d.after(s.wait, func() { d.repeat(s) })
}

func (d *Dialog) success(req *sip.Request) *sip.Response {
	res := d.e.answer(req, 200, "OK")
	res.AppendHeader(sip.NewHeader("Contact", d.e.contact(d.trunk, d.user, d.e.sourceHop(req))))
	d.e.capabilities(res, d.trunk)
	return res
}

func (d *Dialog) repeat(s *served) {
	if d.serving != s {
		return
	}
	s.spent += s.wait
	if s.spent >= lifetime {
		d.noAck(s)
		return
	}
	d.e.respond(s.tx, s.ok)
	s.wait = min(2*s.wait, t2, lifetime-s.spent)
	s.resend = d.after(s.wait, func() { d.repeat(s) })
}

func (d *Dialog) noAck(s *served) {
	d.forgetServing()
	if d.state == leaving && d.hangup == nil {
		return
	}
	d.farewell(Reason{Code: 408, Text: "no ACK"})
	d.unhold()
	d.end(Ended{By: "network", Code: 408, Cause: "no ack"})
}

// unhold: the hang-up that waited for the ACK is done.
func (d *Dialog) unhold() {
	if d.hangup != nil {
		d.hangup = nil
		d.pending--
	}
}

// refuseServing answers a re-INVITE or UPDATE that the owner has not answered, because the call ends.
func (d *Dialog) refuseServing() {
	if s := d.serving; s != nil {
		if s.ok == nil {
			d.e.respond(s.tx, d.e.answer(s.req, 487, "Request Terminated"))
		}
		d.forgetServing()
	}
}

func (d *Dialog) forgetServing() {
	if s := d.serving; s != nil {
		s.resend.stop()
		s.patience.stop()
		d.serving = nil
	}
}

// gotAck: the peer has our 200 (RFC 3261 §13.3.1.4). An ACK that is late or repeated says nothing.
func (d *Dialog) gotAck(req *sip.Request) {
	s := d.serving
	if s == nil || s.ok == nil || s.req.Method != sip.INVITE || req.CSeq().SeqNo != s.req.CSeq().SeqNo {
		return
	}
	d.known.Store(true)
	d.forgetServing()
	if d.hangup != nil {
		d.farewell(*d.hangup)
		d.unhold()
		return
	}
	if d.state == leaving {
		return
	}
	first := d.state == answered
	d.state = confirmed
	d.timer.start(d)
	var sdp []byte
	if s.offerless {
		sdp, _ = sdpOf(req)
		d.media.got(sdp)
	}
	if first || s.offerless {
		d.emit(Acked{SDP: sdp})
	}
	d.nextOffer()
}
