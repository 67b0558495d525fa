package trunk

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// referLife is how long the peer may wait for news of its REFER.
const referLife = 60 * time.Second

// referred takes a REFER from a peer that may (RFC 3515): 202, NOTIFY with 100, and the owner goes on.
func (d *Dialog) referred(req *sip.Request, tx *sip.ServerTx, late bool) {
	reply := func(code int, phrase string) { d.e.respond(tx, d.e.answer(req, code, phrase)) }
	to := req.GetHeaders("refer-to")
	switch {
	case !d.trunk.MayRefer:
		d.e.respond(tx, d.e.unknownMethod(req, d.trunk))
		return
	case late:
		reply(500, "CSeq out of order")
		return
	case d.state != confirmed:
		reply(403, "Forbidden")
		return
	case len(to) != 1:
		reply(400, "Refer-To must be there once")
		return
	}
	ev := Referred{To: to[0].Value(), By: header(req, "referred-by"), RequestID: int(req.CSeq().SeqNo)}
	_, uri, _ := splitAddress(ev.To)
	var query string
	ev.URI, query, _ = strings.Cut(uri, "?")
	if !strings.Contains(ev.URI, ":") {
		reply(400, "Refer-To is no address")
		return
	}
	for _, pair := range strings.Split(query, "&") {
		if k, v, _ := strings.Cut(pair, "="); strings.EqualFold(k, "replaces") {
			ev.Replaces, _ = url.PathUnescape(v)
		}
	}
	res := d.success(req)
	res.StatusCode, res.Reason = 202, "Accepted"
	d.e.respond(tx, res)
	if !strings.EqualFold(header(req, "refer-sub"), "false") {
		d.notify(ev.RequestID, 100, "Trying")
	}
	d.emit(ev)
}

// ReferProgress tells the peer how the call that it asked for goes: 100 to 699; 200 and above is the last word.
func (d *Dialog) ReferProgress(requestID, code int, reason string) {
	d.do(func() {
		if d.state == confirmed {
			d.notify(requestID, code, reason)
		}
	})
}

func (d *Dialog) notify(id, code int, reason string) {
	if reason == "" {
		reason = phraseOf(code)
		if code == 200 {
			reason = "OK"
		}
	}
	d.request(sip.NOTIFY, d.peer, lifetime, func(req *sip.Request, _ hop) {
		req.AppendHeader(sip.NewHeader("Event", fmt.Sprintf("refer;id=%d", id)))
		state := fmt.Sprintf("active;expires=%d", int(referLife/time.Second))
		if code >= 200 {
			state = "terminated;reason=noresource"
		}
		req.AppendHeader(sip.NewHeader("Subscription-State", state))
		req.AppendHeader(sip.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
		req.SetBody([]byte(fmt.Sprintf("SIP/2.0 %d %s\r\n", code, clean(reason))))
	}, func(*sip.Response, error) {})
}

// replaced finds the dialog that an INVITE with Replaces takes the place of (RFC 3891 §3), or the refusal.
func (e *Edge) replaced(req *sip.Request, n *trunk) (*Dialog, *sip.Response) {
	v := header(req, "replaces")
	if v == "" {
		return nil, nil
	}
	if !n.MayRefer {
		return nil, e.answer(req, 403, "Forbidden")
	}
	id := beforeAny(v, ";")
	params := v[len(id):]
	ours, _ := param(params, "to-tag")
	theirs, _ := param(params, "from-tag")
	e.mu.Lock()
	d := e.dialogs[dialogKey{strings.TrimSpace(id), ours}]
	e.mu.Unlock()
	if d == nil || d.trunk.Tenant != n.Tenant {
		return nil, e.answer(req, 481, "Call/Transaction Does Not Exist")
	}
	_, early := param(params, "early-only")
	verdict := make(chan int, 1)
	if !d.do(func() {
		switch {
		case d.peer.tag != theirs || d.state == leaving, d.state == arrived:
			verdict <- 481
		case early && d.state != calling:
			verdict <- 486
		default:
			verdict <- 0
		}
	}) {
		return nil, e.answer(req, 481, "Call/Transaction Does Not Exist")
	}
	select {
	case code := <-verdict:
		if code != 0 {
			return nil, e.answer(req, code, phraseOf(code))
		}
		return d, nil
	case <-time.After(2 * time.Second): // it ended meanwhile
		return nil, e.answer(req, 481, "Call/Transaction Does Not Exist")
	}
}
