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
	due    string            // what its PRACK will say, until it has come: after a final answer too
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
		r.due = fmt.Sprintf("%d %d INVITE", r.rseq, s.req.CSeq().SeqNo)
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
	r.wait = min(2*r.wait, lifetime-r.spent)
	r.resend = d.after(r.wait, func() { r.repeat(d) })
}

// pracksWithin is how long a 200 waits for the PRACK of a ringing tone, which it may overtake; but a peer that wants
// tones to arrive likes to see one thing after the other. For that of an answer to the offer it must wait (RFC 3262 §3).
const pracksWithin = 2 * t1

// first does something once all that was said before is acknowledged.
func (r *reliable) first(d *Dialog, f func()) {
	if r.out == nil {
		f()
		return
	}
	r.queue = append(r.queue, f)
	if tone := r.out; len(tone.Body()) == 0 && len(r.queue) == 1 {
		d.after(pracksWithin, func() {
			if r.out == tone {
				r.resend.stop()
				r.out = nil
				r.next()
			}
		})
	}
}

func (r *reliable) next() {
	if len(r.queue) > 0 {
		f := r.queue[0]
		r.queue = r.queue[1:]
		f()
	}
}

// acknowledged: a PRACK of the peer.
func (r *reliable) acknowledged(d *Dialog, req *sip.Request, tx *sip.ServerTx) {
	if r.due == "" || strings.Join(strings.Fields(header(req, "rack")), " ") != r.due {
		d.e.respond(tx, d.e.answer(req, 481, "Call/Transaction Does Not Exist"))
		return
	}
	r.due = ""
	d.e.respond(tx, d.e.answer(req, 200, "OK"))
	r.resend.stop()
	r.out = nil
	r.next()
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
