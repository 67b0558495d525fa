package trunk

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

const longestRing = 3 * time.Minute // as a proxy's timer C

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
	d.aside(func() {
		hops, err := d.e.hopsOf(d.e.stop, d.trunk, d.out)
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
		ring = longestRing
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
	if h.target != "" {
		d.remote, d.peer.target = "<sip:"+escapeUser(o.Phone)+"@"+d.e.identityHost(n, h)+">", h.target
	}
	if o.Target != "" {
		d.remote, d.peer.target = "<"+o.Target+">", o.Target
	}
	d.user = escapeUser(o.From)
	identity := d.identity(d.out.From, h)
	d.local = identity
	if o.FromName != "" {
		d.local = quote(o.FromName) + " " + identity
	}
	if o.Privacy {
		d.user, d.local = "", `"Anonymous" <sip:anonymous@anonymous.invalid>`
	}
	d.transport = h.transport
}

func (d *Dialog) identity(number string, h hop) string {
	s := "<sip:"
	if number != "" {
		s += escapeUser(number) + "@"
	}
	s += d.e.identityHost(d.trunk, h)
	if strings.HasPrefix(number, "+") {
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
	if n.Trusted && (o.From != "" || o.Asserted != "") {
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
