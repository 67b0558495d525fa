package trunk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ErrNotRegistered says that a telephone which registers has not, or no longer.
var ErrNotRegistered = errors.New("it has not registered")

// hopsOf gives the places of an outgoing call in the order they should be tried.
func (e *Edge) hopsOf(ctx context.Context, n *trunk, o Outgoing) ([]hop, error) {
	if o.Phone == "" {
		return e.hops(ctx, n, o.Target)
	}
	all := e.phoneHops(n.ID, o.Phone)
	if len(all) == 0 {
		return nil, fmt.Errorf("telephone %s: %w", o.Phone, ErrNotRegistered)
	}
	return all, nil
}

// watchPhones sends OPTIONS to the telephones at fixed addresses, until ctx ends.
func (e *Edge) watchPhones(ctx context.Context, t *table) {
	for _, n := range t.trunks {
		for _, p := range n.Phones {
			if p.Target != "" && p.Health > 0 {
				e.run("health", func() { e.watchPhone(ctx, n, p) })
			}
		}
	}
}

func (e *Edge) watchPhone(ctx context.Context, n *trunk, p Phone) {
	for failed := 0; ; {
		began := time.Now()
		err := e.probePhone(ctx, n, p)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			failed = 0
		} else {
			failed++
		}
		e.judgePhone(phoneKey{n.ID, p.id()}, failed, err)
		wait := p.Health
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

// judgePhone tells a change: gone at the second failure in a row, back at the first answer.
func (e *Edge) judgePhone(k phoneKey, failed int, err error) {
	if failed == 1 {
		return
	}
	r := e.phones
	r.mu.Lock()
	turned := r.silent[k] != (failed > 1)
	r.silent[k] = failed > 1
	r.mu.Unlock()
	if turned {
		e.log.Info("a telephone at a fixed address", "trunk", k.trunk, "answers", failed == 0, "err", err)
		e.phoneTurned(k)
	}
}

// probePhone asks a telephone by OPTIONS. An answer says that it is there, unless it says itself that it is not.
func (e *Edge) probePhone(ctx context.Context, n *trunk, p Phone) error {
	hops, err := e.hops(ctx, n, p.Target)
	if err != nil {
		return err
	}
	for _, h := range hops[:min(len(hops), 4)] {
		var res *sip.Response
		if res, err = e.ask(ctx, n, h, firstWait, func(h hop) *sip.Request { return e.optionsTo(n, p.Target, h) }); err != nil {
			continue
		}
		switch c := res.StatusCode; {
		case c == 404, c == 408, c == 410, c == 480, c >= 500 && c != 501:
			err = fmt.Errorf("answers %d %s", c, res.Reason)
		default:
			return nil
		}
	}
	return err
}

// optionsTo is an OPTIONS to a URI.
func (e *Edge) optionsTo(n *trunk, uri string, h hop) *sip.Request {
	req := sip.NewRequest(sip.OPTIONS, rawURI(uri))
	e.dress(req, n, h)
	req.AppendHeader(sip.NewHeader("From", fmt.Sprintf("<sip:%s>;tag=%s", e.identityHost(n, h), sip.GenerateTagN(10))))
	req.AppendHeader(sip.NewHeader("To", "<"+uri+">"))
	id := sip.CallIDHeader(newCallID())
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.OPTIONS})
	req.AppendHeader(sip.NewHeader("Contact", e.contact(n, "", h)))
	e.capabilities(req, n)
	req.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	req.SetBody(nil)
	return req
}
