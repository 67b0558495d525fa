package trunk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	longestRing = 3 * time.Minute // as a proxy's timer C
	ringDefault = longestRing
)

// dialing is the way of an outgoing call through the trunk's peers.
type dialing struct {
	hops []hop
	at   int
	ring *alarm
	last Event // how the last hop failed
}

// invite is one INVITE of ours, the first of a dialog or a later one.
type invite struct {
	initial   bool
	refresh   bool // nobody asked for it but the session timer
	sdp       []byte
	seq       uint32
	hop       hop
	tx        *sip.ClientTx
	auth      *challenge
	heard     bool // any answer
	rang      bool // a provisional one beyond 100
	final     bool
	wait      *alarm // for the first answer
	limit     *alarm // of a re-INVITE, which no ringing justifies
	cancel    *Reason
	cancelled bool
	abandoned atomic.Bool      // nobody wants it any more: if it is not out yet, it stays here
	acks      map[string]party // acknowledged 200s, by tag
}

// Dial begins a call and returns at once. The trunk's peers are tried in order: the next one after a failed
// connection, no answer, or 503 (with Direct Routing also 408, 500, 504), never after the user was rung or declined.
func (e *Edge) Dial(o Outgoing, sink func(Event)) *Dialog {
	n := e.trunkByID(o.Trunk)
	unknown := n == nil
	if unknown {
		n = &trunk{Trunk: Trunk{ID: o.Trunk}}
	}
	d := newDialog(e, n, Info{
		Trunk: n.ID, Tenant: n.Tenant, CallID: newCallID(), From: o.From, FromName: o.FromName, To: o.To, Withheld: o.Privacy, SDP: o.SDP,
	})
	d.out, d.state, d.dialing = o, calling, &dialing{at: -1}
	d.forks = map[string]party{}
	if sink != nil {
		d.Sink(sink)
	}
	if !d.enter() {
		d.emit(Unreachable{Err: errors.New("the server stops")})
		return d
	}
	d.do(func() {
		if unknown {
			d.end(Unreachable{Err: fmt.Errorf("no trunk %q", o.Trunk)})
			return
		}
		d.findHops()
	})
	return d
}

func (d *Dialog) findHops() {
	target := d.out.Target
	d.aside(func() {
		hops, err := d.e.hops(d.e.stop, d.trunk, target)
		d.back(func() {
			if d.state != calling {
				return
			}
			if err != nil {
				d.end(Unreachable{Err: err})
				return
			}
			d.dialing.hops = hops
			d.nextHop()
		})
	}, func(err error) { d.end(Unreachable{Err: err}) })
}

// nextHop sends the INVITE to the next place, or gives up with what the last one said.
func (d *Dialog) nextHop() {
	g := d.dialing
	g.at++
	if g.at >= len(g.hops) {
		if g.last == nil {
			g.last = Unreachable{Err: errNoPeer}
		}
		d.end(g.last)
		return
	}
	h := g.hops[g.at]
	d.address(h)
	g.ring.stop()
	ring := d.out.RingFor
	if ring <= 0 {
		ring = ringDefault
	}
	g.ring = d.after(ring, func() {
		d.cancelDial(Reason{Code: 408, Text: "no answer"}, Rejected{Code: 408, Reason: "no answer"})
	})
	d.launch(&invite{initial: true, sdp: d.out.SDP, hop: h}, nil)
}

// address writes From, To and the request's target for a hop, as the trunk's kind wants them.
func (d *Dialog) address(h hop) {
	o, n := d.out, d.trunk
	host, extra := bracketed(h.host), ""
	if h.peer != nil {
		host = withPort(h.peer.Host, h.peer.Port)
	}
	user := escapeUser(o.To)
	if strings.HasPrefix(o.To, "+") || n.Kind == "teams" {
		extra = ";user=phone"
	}
	d.remote = "<sip:" + user + "@" + host + extra + ">"
	d.peer = party{target: "sip:" + user + "@" + host + extra}
	if h.transport != "udp" {
		d.peer.target += ";transport=" + h.transport
	}
	if o.Target != "" {
		d.remote, d.peer.target = "<"+o.Target+">", o.Target
	}
	d.user = escapeUser(o.From)
	identity := d.identity(h)
	d.local = identity
	if o.FromName != "" {
		d.local = quote(o.FromName) + " " + identity
	}
	if o.Privacy {
		d.user, d.local = "", `"Anonymous" <sip:anonymous@anonymous.invalid>`
	}
	d.transport = h.transport
}

func (d *Dialog) identity(h hop) string {
	s := "<sip:"
	if d.out.From != "" {
		s += escapeUser(d.out.From) + "@"
	}
	s += d.e.identityHost(d.trunk, h)
	if strings.HasPrefix(d.out.From, "+") {
		s += ";user=phone"
	}
	return s + ">"
}

// first adds what only the first INVITE has.
func (d *Dialog) first(req *sip.Request, identity string) {
	o, n := d.out, d.trunk
	if o.Privacy {
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
	if n.Trusted && o.From != "" {
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", identity))
	}
	names := make([]string, 0, len(o.Headers))
	for k := range o.Headers {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if isToken(k) {
			req.AppendHeader(sip.NewHeader(k, clean(o.Headers[k])))
		}
	}
}

// launch sends an INVITE and brings its answers. The first goes to its hop, later ones their dialog's way.
func (d *Dialog) launch(inv *invite, auth *challenge) {
	d.localSeq++
	inv.seq, inv.auth, inv.acks = d.localSeq, auth, map[string]party{}
	d.inviting = inv
	d.tried = append(d.tried, inv)
	identity := ""
	if inv.initial {
		identity = d.identity(inv.hop)
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
	if inv.initial && d.dialing.at+1 < len(d.dialing.hops) || d.trunk.Kind == "teams" && inv.initial {
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
			err = try(inv.hop, false)
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
		d.reinviteFailed(inv, 408, err)
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
	d.dialing.last = Unreachable{Err: err}
	d.nextHop()
}
