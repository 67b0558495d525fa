package trunk

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// inDialog takes a request that carries our tag.
func (d *Dialog) inDialog(req *sip.Request, tx *sip.ServerTx) {
	reply := func(code int, phrase string) { d.e.respond(tx, d.e.answer(req, code, phrase)) }
	if !d.from(req) {
		reply(481, "Call/Transaction Does Not Exist")
		return
	}
	if d.state == leaving && req.Method != sip.BYE {
		reply(481, "Call/Transaction Does Not Exist")
		return
	}
	seq := req.CSeq().SeqNo
	late := d.remoteSeen && seq <= d.remoteSeq
	if !late {
		d.remoteSeq, d.remoteSeen = seq, true
	}
	switch req.Method {
	case sip.BYE:
		reply(200, "OK")
		d.gotBye(req)
	case sip.INVITE, sip.UPDATE:
		if late { // out of order (RFC 3261 §12.2.2)
			reply(500, "CSeq out of order")
			return
		}
		d.reoffered(req, tx)
	case sip.PRACK:
		d.reliable.acknowledged(d, req, tx)
	case sip.INFO:
		d.gotInfo(req, tx)
	case sip.OPTIONS:
		res := d.success(req)
		res.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
		d.e.respond(tx, res)
	case sip.REFER:
		d.acknowledgedBy()
		d.referred(req, tx, late)
	case sip.NOTIFY: // we have subscribed to nothing
		reply(481, "Subscription does not exist")
	default:
		d.e.respond(tx, d.e.unknownMethod(req, d.trunk))
	}
}

// acknowledgedBy: who goes on within a call has our 200, whatever overtook the ACK. Where the ACK brings the answer to our offer it must come first.
func (d *Dialog) acknowledgedBy() {
	if s := d.serving; d.state == answered && s != nil && s.ok != nil && !s.offerless {
		d.gotAck(ackLike(s.req))
	}
}

// from says whether a request comes from the dialog's other side, by its tag.
func (d *Dialog) from(req *sip.Request) bool {
	tag := fromTag(req)
	if tag == d.peer.tag {
		return true
	}
	_, early := d.forks[tag]
	return early && d.state == calling
}

func (d *Dialog) gotBye(req *sip.Request) {
	code, text := readReason(req)
	ev := Ended{By: "peer", Code: code, Cause: "bye", Text: text}
	switch d.state {
	case calling: // one of several early dialogs may end so; the INVITE still has its answer to come
		return
	case leaving:
		d.forgetServing()
		d.unhold()
		return
	case arrived:
		d.e.respond(d.serving.tx, d.e.answer(d.serving.req, 487, "Request Terminated"))
		d.serving = nil
	default:
		d.refuseServing()
	}
	d.end(ev)
}

// gotInfo takes keypad tones (application/dtmf-relay, application/dtmf). Other contents are refused by RFC 6086 §4.2.2.
func (d *Dialog) gotInfo(req *sip.Request, tx *sip.ServerTx) {
	kind := strings.ToLower(strings.TrimSpace(beforeAny(header(req, "content-type"), ";")))
	body := string(req.Body())
	switch {
	case kind == "application/dtmf-relay" || kind == "application/dtmf":
		digit, ok := readDigit(body)
		if !ok {
			d.e.respond(tx, d.e.answer(req, 400, "No Digit"))
			return
		}
		d.e.respond(tx, d.e.answer(req, 200, "OK"))
		d.emit(Tone{Digit: digit})
	case len(req.Body()) == 0: // a sign of life
		d.e.respond(tx, d.e.answer(req, 200, "OK"))
	default:
		res := d.e.answer(req, 415, "Unsupported Media Type")
		res.AppendHeader(sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
		d.e.respond(tx, res)
	}
}

// readDigit reads `Signal=5` or a bare digit; 10 and 11 are * and # in some gateways.
func readDigit(body string) (byte, bool) {
	v := strings.TrimSpace(body)
	for _, l := range strings.FieldsFunc(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if k, val, ok := strings.Cut(l, "="); ok && strings.EqualFold(strings.TrimSpace(k), "signal") {
			v = strings.TrimSpace(val)
		}
	}
	switch v {
	case "10":
		v = "*"
	case "11":
		v = "#"
	}
	v = strings.ToUpper(v)
	if len(v) != 1 || !strings.Contains("0123456789*#ABCD", v) {
		return 0, false
	}
	return v[0], true
}

// pending491 and retry500 are the two answers to an offer that comes at the wrong moment (RFC 3261 §14.2).
func (d *Dialog) pending491(req *sip.Request, tx *sip.ServerTx) {
	d.e.respond(tx, d.e.answer(req, 491, "Request Pending"))
}

func (d *Dialog) retry500(req *sip.Request, tx *sip.ServerTx) {
	res := d.e.answer(req, 500, "Server Internal Error")
	res.AppendHeader(sip.NewHeader("Retry-After", strconv.Itoa(rand.IntN(11))))
	d.e.respond(tx, res)
}

// Probe asks the peer, by OPTIONS within the dialog, whether it still knows the call. Probed follows within ten seconds.
func (d *Dialog) Probe() {
	d.do(func() {
		if d.state != confirmed {
			return
		}
		d.request(sip.OPTIONS, d.peer, 10*time.Second, nil, func(res *sip.Response, err error) {
			d.emit(Probed{Alive: err == nil && res.StatusCode != 408 && res.StatusCode != 481})
		})
	})
}

const ownerPatience = 10 * time.Second
