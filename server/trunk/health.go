package trunk

import (
	"context"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// watchPeers sends OPTIONS to each peer that wants them, until ctx ends.
func (e *Edge) watchPeers(ctx context.Context, t *table) {
	for _, n := range t.trunks {
		for _, p := range n.peers {
			if p.Health > 0 {
				e.run("health", func() {
					keepProbing(ctx, p.Health, func(ctx context.Context) error { return e.probe(ctx, n, p) },
						func(failed int, err error) { e.judge(n, p, failed, err) })
				})
			}
		}
	}
}

// keepProbing asks again and again until ctx ends, and says how many times in a row that failed.
func keepProbing(ctx context.Context, every time.Duration, probe func(context.Context) error, judge func(failed int, err error)) {
	for failed := 0; ; {
		began := time.Now()
		err := probe(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			failed++
		} else {
			failed = 0
		}
		judge(failed, err)
		wait := every
		if failed == 1 {
			wait = min(wait, 2*time.Second) // once may be chance
		}
		select {
		case <-time.After(max(wait-time.Since(began), 100*time.Millisecond)):
		case <-ctx.Done():
			return
		}
	}
}

// judge tells a change of a peer's health: up at its first answer, down at the second failure in a row, or at the
// first when nothing was known yet.
func (e *Edge) judge(n *trunk, p *peer, failed int, err error) {
	p.mu.Lock()
	was, known := !p.down, p.known
	if failed == 0 {
		p.down, p.known, p.failed = false, true, time.Time{}
	} else if failed > 1 || !known {
		p.down, p.known = true, true
	}
	is := !p.down
	p.mu.Unlock()
	if known && was == is {
		return
	}
	why := ""
	if err != nil {
		why = err.Error()
	}
	e.o.Handler.PeerHealth(n.ID, p.name(), is, why)
}

func (p *peer) name() string {
	if p.Port == 0 {
		return p.Host
	}
	return fmt.Sprintf("%s:%d", p.Host, p.Port)
}

// probe sends one OPTIONS to a peer's places until one answers. Any answer but 503 and 408 says that it lives; 403
// with Direct Routing says that it will not take our calls.
func (e *Edge) probe(ctx context.Context, n *trunk, p *peer) error {
	hops, err := e.resolve(ctx, p.Transport, p.Host, p.Port, n.Kind != "teams")
	if err != nil {
		return err
	}
	e.learn(p, hops)
	for _, h := range hops[:min(len(hops), 4)] {
		h.peer = p
		var res *sip.Response
		if res, err = e.ask(ctx, n, h, firstWait, func(h hop) *sip.Request { return e.options(n, p, h) }); err != nil {
			if s := e.stream(h.addr.String()); s != nil && s.dialed && ctx.Err() == nil {
				s.Close() // it may be open at our end only
			}
			continue
		}
		switch c := res.StatusCode; {
		case c == 503, c == 408, c == 403 && n.Kind == "teams":
			err = fmt.Errorf("answers %d %s", c, res.Reason)
		default:
			return nil
		}
	}
	return err
}

// options is an OPTIONS outside of dialogs, in the shape that Direct Routing wants (no user anywhere, Contact by name).
func (e *Edge) options(n *trunk, p *peer, h hop) *sip.Request {
	to := "sip:" + withPort(p.Host, p.Port)
	uri := to
	if n.Kind != "teams" && h.transport != "udp" {
		uri += ";transport=" + h.transport
	}
	return e.optionsTo(n, uri, to, h)
}

// optionsTo is an OPTIONS to a URI, with what stands in To.
func (e *Edge) optionsTo(n *trunk, uri, to string, h hop) *sip.Request {
	req := sip.NewRequest(sip.OPTIONS, rawURI(uri))
	e.dress(req, n, h)
	req.AppendHeader(sip.NewHeader("From", fmt.Sprintf("<sip:%s>;tag=%s", e.identityHost(n, h), sip.GenerateTagN(10))))
	req.AppendHeader(sip.NewHeader("To", "<"+to+">"))
	id := sip.CallIDHeader(newCallID())
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.OPTIONS})
	req.AppendHeader(sip.NewHeader("Contact", e.contact(n, "", h)))
	e.capabilities(req, n)
	req.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	req.SetBody(nil)
	return req
}
