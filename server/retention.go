package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/inbox"
)

const (
	firstCut = 2 * time.Minute // after the start: consoles come back first
	nextCut  = time.Hour
)

// retain has the ledger forget what is older than each tenant's retention, from time to time, until ctx ends.
func (s *Server) retain(ctx context.Context) {
	inbox.Go(func(p *inbox.Panic) {
		s.log.Error("old facts are not cut any more by a fault of our own", "err", p)
	}, func() {
		retain(ctx, s.o.Config.Now, s.ledger.Cut, s.log)
	})
}

// retain calls cut for every tenant that has a retention, by the configuration of that moment. What cannot be cut now is
// tried again the next time.
func retain(ctx context.Context, now func() *config.Config, cut func(context.Context, fact.TenantID, time.Time) error, log *slog.Logger) {
	wait := time.NewTimer(firstCut)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		c := now()
		for i := range c.Tenants {
			t := &c.Tenants[i]
			if t.Retention == nil {
				continue
			}
			err := cut(ctx, fact.TenantID(t.ID), t.Retention.Facts.Before(time.Now().In(t.Zone())))
			if err != nil && !errors.Is(err, context.Canceled) {
				log.Warn("old facts could not be cut; tried again in an hour", "tenant", t.ID, "err", err)
			}
		}
		wait.Reset(nextCut)
	}
}
