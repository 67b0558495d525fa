package config

import (
	"strings"
	"testing"
	"time"
)

func TestAgesByTheCalendar(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		age, now, want string
	}{
		{"1 day", "2026-03-30 15:04", "2026-03-29 00:00"},
		{"30d", "2026-03-31 00:00", "2026-03-01 00:00"},
		{"1 month", "2026-03-31 23:59", "2026-02-28 00:00"},
		{"13 months", "2026-03-31 09:00", "2025-02-28 00:00"},
		{"24 mo", "2028-02-29 09:00", "2026-02-28 00:00"},
		{"2 years", "2026-11-28 09:00", "2024-11-28 00:00"},
		{"400 days", "2026-11-28 09:00", "2025-10-24 00:00"},
	} {
		var a Age
		if err := a.parse(c.age); err != nil {
			t.Fatal(err)
		}
		now, _ := time.ParseInLocation("2006-01-02 15:04", c.now, london)
		if got := a.Before(now).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s before %s is %s, not %s", c.age, c.now, got, c.want)
		}
	}
	for _, bad := range []string{"", "0 days", "12", "1 week", "-3 days", "24 h", "99999 days", "1 month 3 days"} {
		var a Age
		if err := a.parse(bad); err == nil || !strings.Contains(err.Error(), "wanted") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
