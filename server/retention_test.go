package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
)

func TestOldFactsAreCutByEachTenantsRetentionFromHourToHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it begins at midnight of 1 January 2000, UTC
		var c atomic.Pointer[config.Config]
		c.Store(&config.Config{Tenants: []config.Tenant{
			{ID: "contoso", TimeZone: "UTC", Retention: &config.Retention{Facts: config.Age{Months: 13}}},
			{ID: "keeps", TimeZone: "UTC"},
			{ID: "fabrikam", TimeZone: "America/New_York", Retention: &config.Retention{Facts: config.Age{Days: 10}}},
		}})
		var mu sync.Mutex
		var got []string
		ctx, stop := context.WithCancel(t.Context())
		go retain(ctx, c.Load, func(_ context.Context, id fact.TenantID, before time.Time) error {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%s %s %s", time.Now().UTC().Format("2 15:04"), id, before.Format("2006-01-02 15:04 MST")))
			return errors.New("no space left") // is no reason to stop
		}, slog.New(slog.DiscardHandler))
		synctest.Wait()
		time.Sleep(90 * time.Second)
		mu.Lock()
		if len(got) > 0 {
			t.Errorf("cut at once: %v", got)
		}
		mu.Unlock()
		time.Sleep(time.Hour)
		// A reload takes effect the next time.
		next := *c.Load()
		next.Tenants = []config.Tenant{{ID: "contoso", TimeZone: "UTC", Retention: &config.Retention{Facts: config.Age{Days: 1}}}}
		c.Store(&next)
		time.Sleep(time.Hour)
		stop()
		synctest.Wait()
		want := []string{
			"1 00:02 contoso 1998-12-01 00:00 UTC", "1 00:02 fabrikam 1999-12-21 00:00 EST",
			"1 01:02 contoso 1999-12-31 00:00 UTC",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}
	})
}
