package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Retention says how long the ledger keeps what happened.
type Retention struct {
	Facts Age `yaml:"facts" need:"yes" doc:"older contacts, notes, numbers and agents' states are deleted: 24 months, 400 days"`
}

// Age is a time by the calendar: days, months, or years. The zero Age is for ever.
type Age struct{ Months, Days int }

var agePart = regexp.MustCompile(`^(\d{1,4})\s*(d|days?|mo|months?|y|years?)$`)

func (a *Age) parse(text string) error {
	m := agePart.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return fmt.Errorf("days, months or years are wanted, as 400 days or 24 months, not %q", text)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return fmt.Errorf("at least 1 day is wanted, not %q; leave retention out to keep everything", text)
	}
	switch m[2][0] {
	case 'd':
		*a = Age{Days: n}
	case 'm':
		*a = Age{Months: n}
	default:
		*a = Age{Months: 12 * n}
	}
	return nil
}

// Before gives the moment before which everything is older: the beginning of the day on which it becomes so.
func (a Age) Before(now time.Time) time.Time {
	y, m, d := now.Date()
	first := time.Date(y, m-time.Month(a.Months), 1, 0, 0, 0, 0, now.Location())
	// A month may be shorter than the day asked for: 13 months before 31 March ends in February.
	d = min(d, first.AddDate(0, 1, -1).Day())
	return first.AddDate(0, 0, d-1-a.Days)
}
