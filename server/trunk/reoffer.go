package trunk

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/emiago/sipgo/sip"
)

// media is what was last said of media, and what we still want to say.
type media struct {
	lastSent, lastGot []byte
	want              []byte
	wanted            bool
	pause             *alarm // after a 491
}

func (m *media) sent(sdp []byte) {
	if sdp != nil {
		m.lastSent = sdp
	}
}

func (m *media) got(sdp []byte) {
	if sdp != nil {
		m.lastGot = sdp
	}
}

func (m *media) stop() { m.pause.stop() }

// Reoffer offers other media by re-INVITE. Reanswered follows. Offers that collide are repeated (RFC 3261 §14.1); of
// several that wait only the last is made.
func (d *Dialog) Reoffer(sdp []byte) {
	d.do(func() {
		d.media.want, d.media.wanted = sdp, true
		d.nextOffer()
	})
}

// AnswerReoffer answers Reoffered: 200 with an SDP (the answer, or our offer when there was none), or a refusal.
func (d *Dialog) AnswerReoffer(sdp []byte, code int) {
	d.do(func() {
		if inv := d.lateAck; inv != nil && d.state == confirmed {
			d.lateAck = nil
			d.media.sent(sdp)
			d.ack(inv, d.peer, sdp)
			return
		}
		s := d.serving
		if s == nil || s.initial || s.ok != nil {
			return
		}
		if code >= 200 && code < 300 {
			d.accept(s, sdp)
			if d.serving == nil {
				d.nextOffer()
			}
			return
		}
		if code < 300 || code > 699 {
			code = 488
		}
		d.e.respond(s.tx, d.e.answer(s.req, code, phraseOf(code)))
		d.forgetServing()
		d.nextOffer()
	})
}

// nextOffer makes the offer that waits, as soon as nothing else is open.
func (d *Dialog) nextOffer() {
	m := &d.media
	if !m.wanted || d.state != confirmed || d.serving != nil || d.inviting != nil || m.pause != nil && !m.pause.dead {
		return
	}
	m.wanted = false
	d.launch(&invite{sdp: m.want}, nil)
}

// reoffered: the peer wants other media, or keeps the session alive.
func (d *Dialog) reoffered(req *sip.Request, tx *sip.ServerTx) {
	if wrong := d.e.shortSession(req); wrong != nil {
		d.e.respond(tx, wrong)
		return
	}
	sdp, _ := sdpOf(req)
	if req.Method == sip.UPDATE && sdp == nil { // a session refresh
		d.timer.asked(req)
		d.retarget(req)
		res := d.success(req)
		d.timer.accepted(d, req, res)
		d.e.respond(tx, res)
		d.timer.start(d)
		return
	}
	if s := d.serving; s != nil {
		switch {
		case s.ok == nil && !s.initial, s.ok == nil && req.IsInvite():
			d.retry500(req, tx)
			return
		case s.ok == nil: // UPDATE before our answer (RFC 3311 §5.2)
			d.retry500(req, tx)
			return
		case s.offerless:
			d.pending491(req, tx)
			return
		default: // it has our 200, or it would not go on: the ACK is only behind
			d.gotAck(ackLike(s.req))
		}
	}
	if d.inviting != nil {
		d.pending491(req, tx)
		return
	}
	d.timer.asked(req)
	req.To().Params.Add("tag", d.localTag)
	s := &served{req: req, tx: tx, offerless: sdp == nil}
	d.serving = s
	d.media.got(sdp)
	if req.IsInvite() {
		d.e.respond(tx, d.e.answer(req, 100, "Trying"))
		if !tx.OnCancel(func(c *sip.Request) { d.do(func() { d.cancelled(c) }) }) {
			d.forgetServing()
			return
		}
	}
	s.patience = d.after(ownerPatience, func() {
		if d.serving == s && s.ok == nil {
			d.retry500(req, tx)
			d.forgetServing()
		}
	})
	d.emit(Reoffered{SDP: sdp})
}

// ackLike stands for the ACK of a request of which we know that it was acknowledged.
func ackLike(inv *sip.Request) *sip.Request {
	req := sip.NewRequest(sip.ACK, inv.Recipient)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.ACK})
	return req
}

// retarget takes a new Contact of the peer over; the route set stays as it was pinned (RFC 3261 §12.2).
func (d *Dialog) retarget(m sip.Message) {
	if c := headers(m, "contact"); len(c) > 0 {
		if _, uri, _ := splitAddress(c[0]); uri != "" && uri != "*" {
			d.peer.target = uri
		}
	}
	if a := allowedBy(m); len(a) > 2 {
		d.peerAllows = a
	}
}

func (d *Dialog) reinviteAccepted(inv *invite, res *sip.Response) {
	p := d.peer
	inv.acks[p.tag] = p
	if d.state == leaving {
		d.ack(inv, p, nil)
		return
	}
	d.retarget(res)
	inv.acks[p.tag] = d.peer
	d.ack(inv, d.peer, nil)
	d.media.sent(inv.sdp)
	sdp, _ := sdpOf(res)
	changed := sdp != nil && !bytes.Equal(sdp, d.media.lastGot)
	d.media.got(sdp)
	d.timer.answered(d, res)
	if !inv.refresh || changed {
		d.emit(Reanswered{Code: res.StatusCode, SDP: sdp})
	}
	d.nextOffer()
}

// reinviteFailed: the session stays as it was, unless the peer no longer knows it (RFC 3261 §12.2.1.2).
func (d *Dialog) reinviteFailed(inv *invite, res *sip.Response, err error) {
	code := 408
	if res != nil {
		code = res.StatusCode
	}
	switch {
	case err != nil || code == 408 || code == 481:
		text := "no answer to a re-INVITE"
		if err != nil {
			text = fmt.Sprint(err)
		}
		d.farewell(Reason{Code: code, Text: "session lost"})
		d.end(Ended{By: "network", Code: code, Cause: "session lost", Text: text})
	case code == 491:
		wait := time.Duration(rand.IntN(200)) * 10 * time.Millisecond
		if !d.uas { // whoever made the Call-ID waits longer (RFC 3261 §14.1)
			wait += 2100 * time.Millisecond
		}
		d.media.pause = d.after(wait, func() {
			if !d.media.wanted {
				if inv.refresh {
					d.timer.refresh(d)
					return
				}
				d.media.want, d.media.wanted = inv.sdp, true
			}
			d.nextOffer()
		})
	default:
		if inv.refresh {
			d.timer.refused(d, res)
		} else {
			d.emit(Reanswered{Code: code})
		}
		d.nextOffer()
	}
}
