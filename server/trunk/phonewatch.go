package trunk

import (
	"context"
	"errors"
	"fmt"

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
				e.run("health", func() {
					keepProbing(ctx, p.Health, func(ctx context.Context) error { return e.probePhone(ctx, n, p) },
						func(failed int, err error) { e.judgePhone(phoneKey{n.ID, p.id()}, failed, err) })
				})
			}
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
		if res, err = e.ask(ctx, n, h, firstWait, func(h hop) *sip.Request { return e.optionsTo(n, p.Target, p.Target, h) }); err != nil {
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
