package lab

import (
	"context"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Probe asks the server with OPTIONS, as an SBC does for the health of its trunk, and gives the code of the answer.
func (s *SBC) Probe(ctx context.Context) (int, error) {
	p := &Party{sbc: s, tag: random(8), id: random(16) + "@" + s.domain(), ended: make(chan struct{}), transport: s.o.Transport}
	s.mu.Lock()
	p.next = s.server
	s.mu.Unlock()
	if err := p.address(CallOptions{From: "options"}); err != nil {
		return 0, err
	}
	p.local.Address = sip.Uri{Scheme: "sip", Host: s.domain()}
	p.target.User, p.target.UriParams = "", nil
	p.remote.Address = sip.Uri{Scheme: "sip", Host: p.target.Host}
	res, err := p.final(ctx, p.request(sip.OPTIONS, 1, nil))
	if err != nil {
		return 0, fmt.Errorf("options to %s: %w", p.next, err)
	}
	return res.StatusCode, nil
}

// probe asks for as long as the SBC lives.
func (s *SBC) probe() {
	t := time.NewTicker(s.o.Options)
	defer t.Stop()
	for range t.C {
		s.mu.Lock()
		closed, to := s.closed, s.server
		s.mu.Unlock()
		if closed {
			return
		}
		if to == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if code, err := s.Probe(ctx); err != nil || code != 200 {
			s.log.Info("server does not answer OPTIONS", "peer", to, "code", code, "err", err)
		}
		cancel()
	}
}
