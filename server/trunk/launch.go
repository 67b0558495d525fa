package trunk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"
)

// launch sends an INVITE and brings its answers. The first goes to its hop, later ones their dialog's way.
func (d *Dialog) launch(inv *invite, auth *challenge) {
	d.localSeq++
	inv.seq, inv.auth, inv.acks = d.localSeq, auth, map[string]party{}
	d.inviting = inv
	d.tried = append(d.tried, inv)
	identity := ""
	if inv.initial {
		identity = d.identity(cmp.Or(d.out.Asserted, d.out.From), inv.hop)
	}
	expires := d.timer.offer(d)
	build := d.builder(sip.INVITE, inv.seq, d.peer, func(req *sip.Request, h hop) {
		if auth != nil {
			d.authorise(req, *auth)
		}
		if inv.initial {
			d.first(req, identity)
		}
		for _, x := range expires {
			req.AppendHeader(x)
		}
		withSDP(req, inv.sdp)
	})
	w := d.wayTo(d.peer)
	before, after := d.turn()
	if inv.initial && d.dialing.at+1 < len(d.dialing.hops) || (d.trunk.Kind == "teams" || d.trunk.Kind == "phones") && inv.initial {
		inv.wait = d.after(firstWait, func() { d.giveUp(inv) })
	}
	if !inv.initial {
		inv.limit = d.after(lifetime, func() {
			if inv.abandoned.Store(true); inv.tx != nil {
				inv.tx.Terminate()
			}
		})
	}
	d.aside(func() {
		defer after()
		<-before
		var tx *sip.ClientTx
		ctx, cancel := context.WithTimeout(d.e.stop, lifetime)
		defer cancel()
		try := func(h hop, pinned bool) (err error) {
			if inv.abandoned.Load() {
				return errGone
			}
			tx, h, err = d.e.begin(ctx, d.trunk, h, pinned, build)
			if err == nil {
				d.do(func() { d.launched(inv, tx, h) })
			}
			return err
		}
		var err error
		if inv.initial {
			err = try(inv.hop, inv.hop.flow)
		} else {
			err = d.e.walk(ctx, w, try)
		}
		after()
		if err != nil {
			d.back(func() { d.inviteFailed(inv, err) })
			return
		}
		d.follow(inv, tx)
	}, func(err error) { d.inviteFailed(inv, err) })
}

// follow brings the answers of an INVITE until the final one.
func (d *Dialog) follow(inv *invite, tx *sip.ClientTx) {
	tx.OnRetransmission(func(res *sip.Response) { d.do(func() { d.again(inv, res) }) })
	for {
		select {
		case res := <-tx.Responses():
			if res.StatusCode < 200 {
				d.do(func() { d.heard(inv, res) })
				continue
			}
			if res.StatusCode >= 300 {
				d.e.keepAck(tx, res)
			}
			d.back(func() { d.finalAnswer(inv, res) })
			return
		case <-tx.Done():
			err := tx.Err()
			d.back(func() { d.inviteFailed(inv, err) })
			return
		}
	}
}

func (d *Dialog) launched(inv *invite, tx *sip.ClientTx, h hop) {
	inv.tx, inv.hop = tx, h
	d.pin = h
	d.transport = h.transport
	if inv.cancel != nil && inv.heard {
		d.sendCancel(inv)
	}
}

// giveUp: a place said nothing at all; the next one may.
func (d *Dialog) giveUp(inv *invite) {
	if d.inviting != inv || inv.heard || d.state != calling {
		return
	}
	inv.abandoned.Store(true)
	if inv.tx != nil {
		inv.tx.Terminate()
	}
}

// heard: a provisional answer.
func (d *Dialog) heard(inv *invite, res *sip.Response) {
	inv.heard = true
	inv.wait.stop()
	if inv.final {
		return // a late one
	}
	if inv.cancel != nil {
		d.sendCancel(inv)
		return
	}
	if res.StatusCode == 100 || d.inviting != inv || d.state == leaving {
		return
	}
	p := partyOf(res)
	p.route = headers(res, "record-route")
	slices.Reverse(p.route)
	sdp, _ := sdpOf(res)
	if p.tag != "" && inv.initial {
		p.sdp = sdp
		if sdp == nil {
			p.sdp = d.forks[p.tag].sdp
		}
		d.forks[p.tag] = p
	}
	if !d.acknowledge(inv, res, p) {
		return
	}
	if inv.initial {
		inv.rang = true
		d.emit(Ringing{Code: res.StatusCode, SDP: sdp})
	}
}

// inviteFailed: no final answer came.
func (d *Dialog) inviteFailed(inv *invite, err error) {
	inv.final = true
	inv.wait.stop()
	inv.limit.stop()
	if d.inviting == inv {
		d.inviting = nil
	}
	if d.state == leaving {
		return
	}
	if !inv.initial {
		d.reinviteFailed(inv, nil, err)
		return
	}
	if inv.abandoned.Load() {
		err = errors.New("no answer")
	}
	err = fmt.Errorf("%s: %w", inv.hop, err)
	d.log.Warn("a peer could not be reached", "peer", inv.hop.String(), "err", err)
	if inv.rang {
		d.end(Rejected{Code: 408, Reason: "no answer"})
		return
	}
	if inv.hop.peer != nil {
		inv.hop.peer.unreachable(time.Now())
	}
	if inv.hop.target != "" {
		d.e.unbind(phoneKey{d.trunk.ID, d.out.Phone}, inv.hop.target)
	}
	d.dialing.last = Unreachable{Err: err}
	d.nextHop()
}
