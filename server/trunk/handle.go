package trunk

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// onRequest is where sipgo brings every request that began a transaction, each in a goroutine of its own.
func (e *Edge) onRequest(req *sip.Request, tx *sip.ServerTx) {
	defer func() {
		if v := recover(); v != nil {
			e.log.Error("fault in a request", "method", string(req.Method), "err", v, "stack", string(debug.Stack()))
			e.respond(tx, e.answer(req, 500, "Server Internal Error"))
		}
	}()
	if req.IsAck() {
		defer tx.Terminate()
		if d := e.dialogOf(req); d != nil {
			d.do(func() { d.gotAck(req) })
		}
		return
	}
	if res := e.unacceptable(req); res != nil {
		e.respond(tx, res)
		return
	}
	switch {
	case req.IsCancel(): // one that matches is sipgo's
		e.respond(tx, e.answer(req, 481, "Call/Transaction Does Not Exist"))
	case toTag(req) != "":
		d := e.dialogOf(req)
		if d == nil || !d.do(func() { d.inDialog(req, tx) }) {
			e.respond(tx, e.answer(req, 481, "Call/Transaction Does Not Exist"))
		}
	default:
		e.outOfDialog(req, tx)
	}
}

// dialogOf finds the dialog of a request by Call-ID and tags, whatever address it comes from, as long as that
// belongs to the dialog's trunk.
func (e *Edge) dialogOf(req *sip.Request) *Dialog {
	e.mu.Lock()
	d := e.dialogs[dialogKey{string(*req.CallID()), toTag(req)}]
	if d == nil && req.Method == sip.BYE {
		// A peer that has not acknowledged our 200, because it does not know it by its tag, must not be left with a
		// call that it cannot end.
		if d = e.arriving[dialogKey{string(*req.CallID()), fromTag(req)}]; d != nil && d.known.Load() {
			d = nil
		}
	}
	e.mu.Unlock()
	if d == nil || !d.trunk.allows(e.sourceHop(req).addr.Addr()) {
		return nil
	}
	return d
}

// tagOf gives our tag of an incoming call.
func (e *Edge) tagOf(callID, theirs string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := e.arriving[dialogKey{callID, theirs}]; d != nil {
		return d.localTag
	}
	return ""
}

var knownMethods = map[sip.RequestMethod]bool{
	sip.REGISTER: true, sip.SUBSCRIBE: true, sip.NOTIFY: true, sip.REFER: true, sip.MESSAGE: true, sip.PUBLISH: true,
	sip.BYE: true, sip.INFO: true, sip.UPDATE: true, sip.PRACK: true,
}

func (e *Edge) outOfDialog(req *sip.Request, tx *sip.ServerTx) {
	n, p := e.trunkFor(req, e.sourceHop(req).addr)
	switch {
	case n == nil: // its trunk is no longer configured
		e.respond(tx, e.answer(req, 403, "Forbidden"))
	case req.Method == sip.REGISTER:
		if r := e.registrarOf(req, e.sourceHop(req).addr.Addr()); r != nil {
			e.register(req, tx, r)
			return
		}
		e.respond(tx, e.unknownMethod(req, n))
	case req.IsInvite():
		e.newCall(req, tx, n, p)
	case req.Method == sip.OPTIONS:
		res := e.answer(req, 200, "OK")
		h := e.sourceHop(req)
		res.AppendHeader(sip.NewHeader("Contact", e.contact(n, "", h)))
		res.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
		e.capabilities(res, n)
		e.respond(tx, res)
	case req.Method == sip.BYE, req.Method == sip.INFO, req.Method == sip.UPDATE, req.Method == sip.PRACK, req.Method == sip.NOTIFY:
		e.respond(tx, e.answer(req, 481, "Call/Transaction Does Not Exist"))
	default:
		e.respond(tx, e.unknownMethod(req, n))
	}
}

// unknownMethod is 405 for what we know but do not take here, 501 for what we do not know (RFC 3261 §21.4.6, §21.5.2).
func (e *Edge) unknownMethod(req *sip.Request, n *trunk) *sip.Response {
	res := e.answer(req, 501, "Not Implemented")
	if knownMethods[req.Method] {
		res = e.answer(req, 405, "Method Not Allowed")
	}
	res.AppendHeader(sip.NewHeader("Allow", allow(n)))
	return res
}

// unacceptable gives the refusal of a request that asks for what we cannot do, nil if there is nothing against it
// (RFC 3261 §8.2.2, §8.2.3).
func (e *Edge) unacceptable(req *sip.Request) *sip.Response {
	switch strings.ToLower(req.Recipient.Scheme) {
	case "sip", "sips", "tel", "":
	default:
		return e.answer(req, 416, "Unsupported URI Scheme")
	}
	if !req.IsCancel() {
		var unknown []string
		for _, x := range headers(req, "require") {
			switch strings.ToLower(x) {
			case "timer", "100rel", "replaces":
			default:
				unknown = append(unknown, x)
			}
		}
		if len(unknown) > 0 {
			res := e.answer(req, 420, "Bad Extension")
			res.AppendHeader(sip.NewHeader("Unsupported", strings.Join(unknown, ", ")))
			return res
		}
	}
	if c := header(req, "content-encoding"); c != "" && !strings.EqualFold(c, "identity") {
		res := e.answer(req, 415, "Unsupported Media Type")
		res.AppendHeader(sip.NewHeader("Accept-Encoding", "identity"))
		return res
	}
	if req.IsInvite() || req.Method == sip.UPDATE {
		if _, err := sdpOf(req); err != nil {
			res := e.answer(req, 415, "Unsupported Media Type")
			res.AppendHeader(sip.NewHeader("Accept", "application/sdp, multipart/mixed"))
			return res
		}
	}
	return nil
}

// answer makes a response (RFC 3261 §8.2.6).
func (e *Edge) answer(req *sip.Request, code int, reason string) *sip.Response {
	return sip.NewResponseFromRequest(req, code, clean(reason), nil)
}

// clean takes line ends and control characters out of a reason phrase.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// respond sends an answer the way its request came, whatever its size: only requests leave UDP when they are large
// (RFC 3261 §18.2.2; §18.1.1 asks of whoever sends one to leave room for its answer).
func (e *Edge) respond(tx *sip.ServerTx, res *sip.Response) {
	if err := tx.Respond(res); err != nil {
		e.log.Debug("an answer could not be sent", "code", res.StatusCode, "err", err)
	}
}

// newCall answers 100 at once and hands the call on, or refuses it.
func (e *Edge) newCall(req *sip.Request, tx *sip.ServerTx, n *trunk, p *peer) {
	now := time.Now()
	key := dialogKey{string(*req.CallID()), fromTag(req)}
	e.mu.Lock()
	merged := e.arriving[key] != nil
	e.mu.Unlock()
	if merged { // the same call by two ways (RFC 3261 §8.2.2.2)
		e.respond(tx, e.answer(req, 482, "Loop Detected"))
		return
	}
	phone := Phone{}
	if n.Kind == "phones" {
		var refusal *sip.Response
		if phone, refusal = e.proves(n, req, now); phone.User == "" {
			if refusal == nil {
				tx.Terminate()
				return
			}
			e.respond(tx, refusal)
			return
		}
	}
	if n.AuthIncoming {
		if ok, stale := e.authorised(n, req, now); !ok {
			res := e.answer(req, 401, "Unauthorized")
			res.AppendHeader(e.challengeHeader(n, stale, now))
			e.respond(tx, res)
			return
		}
	}
	if wrong := e.shortSession(req); wrong != nil {
		e.respond(tx, wrong)
		return
	}
	replaced, refusal := e.replaced(req, n)
	if refusal != nil {
		e.respond(tx, refusal)
		return
	}
	if e.o.Load != nil && replaced == nil { // who takes a place in a call that is up makes no new one
		if busy, wait := e.o.Load(); busy {
			e.count.refused.Add(1)
			res := e.answer(req, 503, "Service Unavailable")
			retryAfter(res, wait)
			e.respond(tx, res)
			return
		}
	}
	d := e.incoming(req, tx, n, p, replaced)
	d.info.Phone = phone.User
	e.respond(tx, e.answer(req, 100, "Trying"))
	if !d.enter() {
		res := e.answer(req, 503, "Service Unavailable")
		retryAfter(res, 30*time.Second)
		e.respond(tx, res)
		return
	}
	if !tx.OnCancel(func(c *sip.Request) { d.do(func() { d.cancelled(c) }) }) {
		d.do(func() { d.cancelled(nil) })
	}
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("fault in the handler of a new call", "err", v, "stack", string(debug.Stack()))
			d.Reject(500, "Server Internal Error", 0)
		}
	}()
	e.o.Handler.Invite(d)
}

func retryAfter(res *sip.Response, wait time.Duration) {
	if wait > 0 {
		res.AppendHeader(sip.NewHeader("Retry-After", fmt.Sprint(max(1, int((wait+time.Second-1)/time.Second)))))
	}
}
