package trunk

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// way is how a request within a dialog reaches the peer, as it was when the request was made.
type way struct {
	trunk  *trunk
	pin    hop
	pinned bool // over the connection that the call came on, if it lives
	next   string
	by     string // transport, unless next says otherwise
}

func (d *Dialog) wayTo(p party) way {
	w := way{trunk: d.trunk, pin: d.pin, by: d.transport, next: p.target}
	if len(p.route) > 0 {
		_, w.next, _ = splitAddress(p.route[0])
	}
	w.pinned = d.trunk.Reuse != "route" && d.pin.transport != "udp" && d.pin.addr.IsValid()
	return w
}

// walk tries the ways in order until one takes the request.
func (e *Edge) walk(ctx context.Context, w way, try func(h hop, pinned bool) error) error {
	if w.pinned && e.stream(w.pin.addr.String()) != nil {
		if err := try(w.pin, true); err == nil {
			return nil
		}
	}
	transport := w.by
	if t, ok := uriParam(w.next, "transport"); ok && w.trunk.Kind != "teams" {
		switch t = strings.ToLower(t); t {
		case "udp", "tcp", "tls":
			transport = t
		}
	}
	if strings.HasPrefix(strings.ToLower(w.next), "sips:") {
		transport = "tls"
	}
	_, host, port := uriParts(w.next)
	number, _ := strconv.Atoi(port)
	hops, err := e.resolve(ctx, transport, host, number, w.trunk.Kind != "teams")
	if err != nil {
		if w.pin.transport == "udp" && try(w.pin, false) == nil { // a Contact that nobody can find: back to where it came from
			return nil
		}
		return err
	}
	if w.trunk.Kind == "phones" && w.pin.transport == "udp" && len(hops) > 0 && hops[0].addr.Addr() != w.pin.addr.Addr() { // behind NAT
		return try(w.pin, false)
	}
	err = fmt.Errorf("%s has no address", host)
	for _, h := range hops[:min(len(hops), 4)] {
		if h.transport == "udp" && !e.admits(h.addr.Addr()) {
			e.log.Warn("a call goes on by an address outside of the access list: its answers are not heard", "trunk", w.trunk.ID, "peer", h.String())
		}
		if p := w.trunk.peerAt(h.addr.Addr(), ""); p != nil && h.host == h.addr.Addr().String() {
			h.host = p.Host // certificates have names
		}
		if err = try(h, false); err == nil {
			return nil
		}
	}
	return err
}

// builder makes a request within the dialog for whatever hop it goes by. It keeps nothing of the dialog's state.
func (d *Dialog) builder(method sip.RequestMethod, seq uint32, p party, add func(*sip.Request, hop)) func(hop) *sip.Request {
	local, remote, callID, tag, user, n, e := d.local, d.remote, d.info.CallID, d.localTag, d.user, d.trunk, d.e
	target, routes := p.target, p.route
	if len(routes) > 0 {
		if _, first, _ := splitAddress(routes[0]); !looseRouter(first) { // strict routing (RFC 3261 §12.2.1.1)
			routes = append(append([]string{}, routes[1:]...), "<"+target+">")
			target = first
		}
	}
	return func(h hop) *sip.Request {
		req := sip.NewRequest(method, rawURI(target))
		e.dress(req, n, h)
		for _, r := range routes {
			req.AppendHeader(sip.NewHeader("Route", r))
		}
		req.AppendHeader(sip.NewHeader("From", local+";tag="+tag))
		to := remote
		if p.tag != "" {
			to += ";tag=" + p.tag
		}
		req.AppendHeader(sip.NewHeader("To", to))
		id := sip.CallIDHeader(callID)
		req.AppendHeader(&id)
		req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
		switch method {
		case sip.INVITE, sip.UPDATE, sip.REFER, sip.NOTIFY:
			req.AppendHeader(sip.NewHeader("Contact", e.contact(n, user, h)))
		}
		switch method {
		case sip.INVITE, sip.UPDATE:
			e.capabilities(req, n)
		default:
			req.AppendHeader(sip.NewHeader("User-Agent", e.o.UserAgent))
		}
		if add != nil {
			add(req, h)
		}
		if req.ContentLength() == nil {
			req.SetBody(nil)
		}
		return req
	}
}

func looseRouter(uri string) bool {
	_, lr := uriParam(uri, "lr")
	return lr
}

func withSDP(req sip.Message, sdp []byte) {
	if sdp == nil {
		return
	}
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(sdp)
}

// request sends a request other than INVITE within the dialog and comes back with its final answer. A challenge is
// answered once.
func (d *Dialog) request(method sip.RequestMethod, p party, within time.Duration, add func(*sip.Request, hop), done func(*sip.Response, error)) {
	d.requestAs(method, p, within, add, nil, done)
}

func (d *Dialog) requestAs(method sip.RequestMethod, p party, within time.Duration, add func(*sip.Request, hop), auth *challenge, done func(*sip.Response, error)) {
	d.localSeq++
	build := d.builder(method, d.localSeq, p, func(req *sip.Request, h hop) {
		if auth != nil {
			d.authorise(req, *auth)
		}
		if add != nil {
			add(req, h)
		}
	})
	w := d.wayTo(p)
	before, after := d.turn()
	d.aside(func() {
		defer after()
		var tx *sip.ClientTx
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		<-before
		err := d.e.walk(ctx, w, func(h hop, pinned bool) (err error) {
			tx, _, err = d.e.begin(ctx, d.trunk, h, pinned, build)
			return err
		})
		after()
		var res *sip.Response
		if err == nil {
			res, err = finalOf(ctx, tx)
		}
		d.back(func() {
			if c, ok := d.mayAuthorise(res, auth); ok {
				d.requestAs(method, p, within, add, &c, done)
				return
			}
			done(res, err)
		})
	}, func(err error) { done(nil, err) })
}

// finalOf waits for the final answer of a transaction other than INVITE.
func finalOf(ctx context.Context, tx *sip.ClientTx) (*sip.Response, error) {
	for {
		select {
		case res := <-tx.Responses():
			if res.StatusCode >= 200 {
				return res, nil
			}
		case <-tx.Done():
			return nil, tx.Err()
		case <-ctx.Done():
			tx.Terminate()
			return nil, ctx.Err()
		}
	}
}

// mayAuthorise says whether a final answer is a challenge that we can and should answer.
func (d *Dialog) mayAuthorise(res *sip.Response, tried *challenge) (challenge, bool) {
	if res == nil || res.StatusCode != 401 && res.StatusCode != 407 || d.trunk.Username == "" {
		return challenge{}, false
	}
	c, ok := readChallenge(res)
	return c, ok && (tried == nil || c.stale && tried.nonce != c.nonce)
}

func (d *Dialog) authorise(req *sip.Request, c challenge) {
	name, value := c.credentials(d.trunk.Username, d.trunk.Password, req.Method, req.Recipient.String(), 1)
	req.AppendHeader(sip.NewHeader(name, value))
}

// write sends a request that has no answer (ACK).
func (d *Dialog) write(p party, build func(hop) *sip.Request) {
	w := d.wayTo(p)
	before, after := d.turn()
	d.aside(func() {
		defer after()
		ctx, cancel := context.WithTimeout(context.Background(), connectWithin)
		defer cancel()
		<-before
		err := d.e.walk(ctx, w, func(h hop, pinned bool) error {
			req, _, err := d.e.way(ctx, d.trunk, h, pinned, build)
			if err != nil {
				return err
			}
			return d.e.tp.WriteMsg(req)
		})
		after()
		d.back(func() {
			if err != nil {
				d.log.Warn("an ACK could not be sent", "err", err)
			}
		})
	}, func(error) {})
}

// farewell sends BYE (RFC 3261 §15).
func (d *Dialog) farewell(why Reason) { d.farewellTo(d.peer, why) }

func (d *Dialog) farewellTo(p party, why Reason) {
	d.request(sip.BYE, p, lifetime, func(req *sip.Request, _ hop) {
		if h := reasonHeader(why); h != nil {
			req.AppendHeader(h)
		}
	}, func(res *sip.Response, err error) {
		if err != nil {
			d.log.Info("a BYE was not answered", "err", err)
		}
	})
}

func (e *Edge) sourceHop(req *sip.Request) hop {
	transport := strings.ToLower(req.MessageData.Transport())
	a, _ := netip.ParseAddrPort(req.MessageData.Source())
	return hop{transport: transport, addr: netip.AddrPortFrom(a.Addr().Unmap(), a.Port())}
}
