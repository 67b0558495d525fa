package trunk

import (
	"slices"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"
)

// finalAnswer: an INVITE of ours has its final answer.
func (d *Dialog) finalAnswer(inv *invite, res *sip.Response) {
	inv.final = true
	inv.wait.stop()
	inv.limit.stop()
	if d.inviting == inv {
		d.inviting = nil
	}
	switch {
	case res.StatusCode < 300 && inv.initial:
		d.firstAccepted(inv, res)
	case res.StatusCode < 300:
		d.reinviteAccepted(inv, res)
	case d.state == leaving:
	case d.retry(inv, res):
	case inv.initial:
		d.firstRefused(inv, res)
	default:
		d.reinviteFailed(inv, res, nil)
	}
}

// retry sends the INVITE again when the peer only wants credentials or a longer session.
func (d *Dialog) retry(inv *invite, res *sip.Response) bool {
	again := &invite{initial: inv.initial, refresh: inv.refresh, sdp: inv.sdp, hop: inv.hop}
	if c, ok := d.mayAuthorise(res, inv.auth); ok {
		d.launch(again, &c)
		return true
	}
	if res.StatusCode == 422 && d.timer.raise(res) {
		d.launch(again, inv.auth)
		return true
	}
	return false
}

// firstAccepted: the call is answered. A 200 that crosses our CANCEL is a call that nobody wants: acknowledge it, then
// BYE (RFC 3261 §9.1, §15).
func (d *Dialog) firstAccepted(inv *invite, res *sip.Response) {
	p := partyOf(res)
	p.route = headers(res, "record-route")
	slices.Reverse(p.route)
	if d.state != calling {
		d.dismiss(inv, p)
		return
	}
	d.dialing.ring.stop()
	d.peer, d.state = p, confirmed
	d.peerAllows = allowedBy(res)
	d.media.sent(inv.sdp)
	sdp, _ := sdpOf(res)
	if sdp == nil { // it came before, in a provisional answer (RFC 3262 §5)
		sdp = d.forks[p.tag].sdp
	}
	d.media.got(sdp)
	d.timer.answered(d, res)
	inv.acks[p.tag] = p
	if inv.sdp == nil && sdp != nil {
		d.lateAck = inv
	} else {
		d.ack(inv, p, nil)
	}
	d.emit(Answered{SDP: sdp})
	d.nextOffer()
}

// dismiss acknowledges a 200 and hangs up at once.
func (d *Dialog) dismiss(inv *invite, p party) {
	inv.acks[p.tag] = p
	d.ack(inv, p, nil)
	d.farewellTo(p, Reason{Code: 487, Text: "answered too late"})
}

// ack acknowledges a 200 (RFC 3261 §13.2.2.4): a request of its own that goes the dialog's way.
func (d *Dialog) ack(inv *invite, p party, sdp []byte) {
	auth := inv.auth
	build := d.builder(sip.ACK, inv.seq, p, func(req *sip.Request, _ hop) {
		if auth != nil {
			c := *auth
			name, value := c.credentials(d.trunk.Username, d.trunk.Password, sip.INVITE, req.Recipient.String(), 1)
			req.AppendHeader(sip.NewHeader(name, value))
		}
		withSDP(req, sdp)
	})
	d.write(p, build)
}

// again: a 200 came once more, or from another place that our INVITE was forked to; that one is not wanted.
func (d *Dialog) again(inv *invite, res *sip.Response) {
	if res.StatusCode/100 != 2 || d.lateAck == inv {
		return
	}
	p := partyOf(res)
	p.route = headers(res, "record-route")
	slices.Reverse(p.route)
	if known, ok := inv.acks[p.tag]; ok {
		d.ack(inv, known, nil)
		return
	}
	if inv.initial && inv.final {
		d.dismiss(inv, p)
	}
}

// firstRefused: the next peer for what is the peer's trouble, the end for what a user said.
func (d *Dialog) firstRefused(inv *invite, res *sip.Response) {
	wait := readRetryAfter(res)
	d.dialing.last = Rejected{Code: res.StatusCode, Reason: res.Reason, RetryAfter: wait}
	elsewhere := res.StatusCode == 503
	if d.trunk.Kind == "teams" {
		switch res.StatusCode {
		case 408, 500, 504:
			elsewhere = true
		}
	}
	if elsewhere && !inv.rang {
		if res.StatusCode == 503 && wait > 0 && inv.hop.peer != nil {
			inv.hop.peer.block(time.Now().Add(min(wait, 10*time.Minute)))
		}
		d.nextHop()
		return
	}
	d.end(d.dialing.last)
}

func readRetryAfter(res *sip.Response) time.Duration {
	s, err := strconv.Atoi(beforeAny(header(res, "retry-after"), " ;(\t"))
	if err != nil || s < 0 || s > 1<<20 {
		return 0
	}
	return time.Duration(s) * time.Second
}

// cancelDial takes an unanswered call back; ev is its end for the owner, whatever still comes.
func (d *Dialog) cancelDial(why Reason, ev Event) {
	d.end(ev)
	inv := d.inviting
	if inv == nil {
		return
	}
	inv.cancel = &why
	if inv.heard {
		d.sendCancel(inv)
		return
	}
	if inv.tx == nil {
		inv.abandoned.Store(true) // if it gets out all the same, its first answer brings the CANCEL
	}
}

// sendCancel sends CANCEL, which may only follow a provisional answer (RFC 3261 §9.1).
func (d *Dialog) sendCancel(inv *invite) {
	if inv.cancelled || inv.tx == nil || inv.final && !inv.abandoned.Load() {
		return
	}
	inv.cancelled = true
	req := cancelOf(inv.tx.Origin(), *inv.cancel)
	at, tx := inv.hop, inv.tx
	d.after(lifetime, tx.Terminate) // RFC 3261 §9.1
	d.aside(func() {
		_, err := d.e.askPinned(d.e.stop, d.trunk, at, at.transport != "udp", lifetime, func(hop) *sip.Request { return req })
		d.back(func() {
			if err != nil {
				d.log.Info("a CANCEL was not answered", "err", err)
			}
		})
	}, func(error) {})
}

func cancelOf(inv *sip.Request, why Reason) *sip.Request {
	req := sip.NewRequest(sip.CANCEL, inv.Recipient)
	req.AppendHeader(inv.Via().Clone())
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	for _, name := range []string{"route", "from", "to", "call-id"} {
		sip.CopyHeaders(name, inv, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.CANCEL})
	if h := reasonHeader(why); h != nil {
		req.AppendHeader(h)
	}
	req.SetBody(nil)
	req.SetTransport(inv.MessageData.Transport())
	req.SetDestination(inv.MessageData.Destination())
	req.Laddr = inv.Laddr
	return req
}
