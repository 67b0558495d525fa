package trunk

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// reliable are provisional answers that must arrive (RFC 3262): ours when the peer requires them, the peer's by PRACK.
type reliable struct {
	want   bool // the peer's INVITE requires it
	rseq   uint32
	out    *sip.Response // sent, not acknowledged
	wait   time.Duration
	spent  time.Duration
	resend *alarm
	queue  []func()
	seen   map[string]uint32 // the last RSeq of each early dialog of our INVITE
}

func (r *reliable) stop() {
	r.resend.stop()
	r.out, r.queue = nil, nil
}

// provisional answers 101 to 199, reliably when the peer requires it; one after the other (RFC 3262 §3).
func (d *Dialog) provisional(code int, sdp []byte) {
	r := &d.reliable
	if r.out != nil {
		r.queue = append(r.queue, func() { d.provisional(code, sdp) })
		return
	}
	s := d.serving
	res := d.e.answer(s.req, code, phraseOf(code))
	res.AppendHeader(sip.NewHeader("Contact", d.e.contact(d.trunk, d.user, d.e.sourceHop(s.req))))
	res.AppendHeader(sip.NewHeader("Allow", allow(d.trunk)))
	if r.want {
		if r.rseq == 0 {
			r.rseq = uint32(rand.IntN(1 << 20))
		}
		r.rseq++
		res.AppendHeader(sip.NewHeader("Require", "100rel"))
		res.AppendHeader(sip.NewHeader("RSeq", strconv.Itoa(int(r.rseq))))
		r.out, r.wait, r.spent = res, t1, 0
		r.resend = d.after(r.wait, func() { r.repeat(d) })
	}
	if sdp != nil {
		withSDP(res, sdp)
		d.media.sent(sdp)
	}
	d.e.respond(s.tx, res)
}

func (r *reliable) repeat(d *Dialog) {
	if r.out == nil || d.state != arrived {
		return
	}
	r.spent += r.wait
	if r.spent >= lifetime {
		d.reject(504, "no PRACK", 0)
		return
	}
	d.e.respond(d.serving.tx, r.out)
	r.wait *= 2
	r.resend = d.after(r.wait, func() { r.repeat(d) })
}

// acknowledged: a PRACK of the peer.
func (r *reliable) acknowledged(d *Dialog, req *sip.Request, tx *sip.ServerTx) {
	f := strings.Fields(header(req, "rack"))
	if r.out == nil || len(f) != 3 || f[0] != strconv.Itoa(int(r.rseq)) || d.serving == nil || f[1] != strconv.Itoa(int(d.serving.req.CSeq().SeqNo)) {
		d.e.respond(tx, d.e.answer(req, 481, "Call/Transaction Does Not Exist"))
		return
	}
	d.e.respond(tx, d.e.answer(req, 200, "OK"))
	r.resend.stop()
	r.out = nil
	if len(r.queue) > 0 {
		next := r.queue[0]
		r.queue = r.queue[1:]
		next()
	}
}

// acknowledge sends PRACK for a reliable provisional answer. It reports false for one that came before.
func (d *Dialog) acknowledge(inv *invite, res *sip.Response, p party) bool {
	if !hasToken(res, "require", "100rel") {
		return true
	}
	rseq, err := strconv.ParseUint(strings.TrimSpace(header(res, "rseq")), 10, 32)
	if err != nil || p.tag == "" {
		return true
	}
	r := &d.reliable
	if r.seen == nil {
		r.seen = map[string]uint32{}
	}
	last, any := r.seen[p.tag]
	if any && uint32(rseq) != last+1 {
		return false
	}
	r.seen[p.tag] = uint32(rseq)
	rack := fmt.Sprintf("%d %d INVITE", rseq, inv.seq)
	d.request(sip.PRACK, p, lifetime, func(req *sip.Request, _ hop) {
		req.AppendHeader(sip.NewHeader("RAck", rack))
	}, func(res *sip.Response, err error) {
		if err != nil || res.StatusCode >= 300 {
			d.log.Info("a PRACK was not accepted", "err", err)
		}
	})
	return true
}
