package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
)

func TestOldFactsAreCutByEachTenantsRetentionFromHourToHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it begins at midnight of 1 January 2000, UTC
		c := &config.Config{Tenants: []config.Tenant{
			{ID: "contoso", TimeZone: "UTC", Retention: &config.Retention{Facts: config.Age{Months: 13}}},
			{ID: "keeps", TimeZone: "UTC"},
			{ID: "fabrikam", TimeZone: "America/New_York", Retention: &config.Retention{Facts: config.Age{Days: 10}}},
		}}
		var got []string
		ctx, stop := context.WithCancel(t.Context())
		go retain(ctx, func() *config.Config { return c }, func(_ context.Context, id fact.TenantID, before time.Time) error {
			got = append(got, fmt.Sprintf("%s %s %s", time.Now().UTC().Format("2 15:04"), id, before.Format("2006-01-02 15:04 MST")))
			return errors.New("no space left") // is no reason to stop
		}, slog.New(slog.DiscardHandler))
		synctest.Wait()
		time.Sleep(90 * time.Second)
		if len(got) > 0 {
			t.Errorf("cut at once: %v", got)
		}
		time.Sleep(time.Hour)
		// A reload takes effect the next time.
		next := *c
		next.Tenants = []config.Tenant{{ID: "contoso", TimeZone: "UTC", Retention: &config.Retention{Facts: config.Age{Days: 1}}}}
		c = &next
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
