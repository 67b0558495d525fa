package trunk

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// acks are the acknowledgements of refusals that came by UDP, so that a repeated one is acknowledged at once, as long
// as it may be repeated (RFC 3261 §17.1.1.2, timer D). sipgo itself would wait four seconds.
type acks struct {
	mu    sync.Mutex
	by    map[string]*sip.Request
	queue []ackUntil
}

type ackUntil struct {
	branch string
	until  time.Time
}

// keepAck takes an INVITE's transaction over once sipgo has acknowledged its refusal.
func (e *Edge) keepAck(tx *sip.ClientTx, res *sip.Response) {
	inv := tx.Origin()
	if sip.IsReliable(inv.Transport()) {
		return
	}
	branch := inv.Via().Params.GetOr("branch", "")
	ack := ackOf(inv, res)
	now := time.Now()
	a := &e.acks
	a.mu.Lock()
	if a.by == nil {
		a.by = map[string]*sip.Request{}
	}
	for len(a.queue) > 0 && now.After(a.queue[0].until) {
		delete(a.by, a.queue[0].branch)
		a.queue = a.queue[1:]
	}
	a.by[branch] = ack
	a.queue = append(a.queue, ackUntil{branch, now.Add(lifetime)})
	a.mu.Unlock()
	tx.Terminate()
}

func (a *acks) of(branch string) *sip.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.by[branch]
}

// ackOf acknowledges a refusal: part of the INVITE's transaction (RFC 3261 §17.1.1.3).
func ackOf(inv *sip.Request, res *sip.Response) *sip.Request {
	req := sip.NewRequest(sip.ACK, inv.Recipient)
	req.AppendHeader(inv.Via().Clone())
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	sip.CopyHeaders("route", inv, req)
	sip.CopyHeaders("from", inv, req)
	sip.CopyHeaders("to", res, req)
	sip.CopyHeaders("call-id", inv, req)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: inv.CSeq().SeqNo, MethodName: sip.ACK})
	req.SetBody(nil)
	req.SetTransport(inv.MessageData.Transport())
	req.SetDestination(inv.MessageData.Destination())
	req.Laddr = inv.Laddr
	return req
}

// strayResponse is an answer whose transaction sipgo no longer has.
func (e *Edge) strayResponse(res *sip.Response) {
	defer func() {
		if v := recover(); v != nil {
			e.log.Error("fault in an answer", "err", v, "stack", string(debug.Stack()))
		}
	}()
	if res.CSeq().MethodName != sip.INVITE {
		return
	}
	if ack := e.acks.of(res.Via().Params.GetOr("branch", "")); ack != nil && res.StatusCode >= 300 {
		e.tp.WriteMsg(ack.Clone())
		return
	}
	e.mu.Lock()
	d := e.dialogs[dialogKey{string(*res.CallID()), fromTag(res)}]
	e.mu.Unlock()
	if d != nil {
		d.do(func() { d.stray(res) })
	}
}

// stray: an answer to an INVITE that was given up, or that came long after.
func (d *Dialog) stray(res *sip.Response) {
	for _, inv := range d.tried {
		if inv.seq != res.CSeq().SeqNo || inv.tx == nil {
			continue
		}
		switch {
		case res.StatusCode == 100:
		case res.StatusCode < 200:
			if inv.abandoned.Load() { // it rings after all, where nobody waits
				inv.cancel = &Reason{Code: 408, Text: "answered too late"}
				d.sendCancel(inv)
			}
		case res.StatusCode < 300:
			d.again(inv, res)
		default:
			if err := d.e.tp.WriteMsg(ackOf(inv.tx.Origin(), res)); err != nil {
				d.log.Debug("an ACK could not be sent", "err", err)
			}
		}
		return
	}
}
