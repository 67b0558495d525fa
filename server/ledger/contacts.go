package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cordboard/server/fact"
)

// Filter says which contacts are meant. Empty fields do not narrow.
type Filter struct {
	Tenant   fact.TenantID // must be given
	From, To time.Time     // of arrival; To is not included
	Queue    string        // waited in it at any time, or came to it while it was closed
	Agent    string        // talked with this agent; the whole sign-in name, or what stands before the @
	Number   string        // of the caller: the whole number, or its last digits
	End      string        // completed, abandoned, transferred, unanswered, refused, broken, open
	Internal bool          // only calls from somebody of the company
	SentOn   bool          // only calls that were sent on to us
	Limit    int           // 0: all
	Newest   bool          // newest first

	columns []string // what is read; nil: all
}

// where puts a filter into SQL.
func (f *Filter) where() (string, []any) {
	cond, args := []string{"tenant = ?"}, []any{string(f.Tenant)}
	add := func(c string, a ...any) { cond, args = append(cond, c), append(args, a...) }
	if !f.From.IsZero() {
		add("arrived >= ?", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		add("arrived < ?", f.To.UnixMicro())
	}
	if f.Internal {
		add("internal")
	}
	if f.SentOn {
		add("sent_on <> ''")
	}
	// Sets are made once and looked up; asked for each contact, SQLite would walk a tenant's rows each time.
	if f.Queue != "" {
		add("(queue = ? OR id IN (SELECT contact FROM visits WHERE tenant = ? AND queue = ?))", f.Queue, string(f.Tenant), f.Queue)
	}
	if f.Agent != "" {
		a := strings.ToLower(f.Agent)
		add("id IN (SELECT contact FROM talks WHERE tenant = ? AND agent = ? UNION SELECT contact FROM talks WHERE tenant = ? AND agent > ? AND agent < ?)",
			string(f.Tenant), a, string(f.Tenant), a+"@", a+"A") // between a@ and a@…: A comes after @
	}
	if f.Number != "" {
		n := digits(f.Number)
		if strings.HasPrefix(n, "+") {
			add("number = ?", n)
		} else {
			add("number IN (SELECT DISTINCT number FROM contacts WHERE tenant = ? AND substr(number, ?) = ?)", string(f.Tenant), -len(n), n)
		}
	}
	switch f.End {
	case "":
	case "open":
		add("ended = 0")
	default:
		add("end = ?", f.End)
	}
	order := " ORDER BY arrived, id"
	if f.Newest {
		order = " ORDER BY arrived DESC, id DESC"
	}
	if f.Limit > 0 {
		order += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	return "WHERE " + strings.Join(cond, " AND ") + order, args
}

// digits keeps the digits of a number and its plus.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// Contacts gives the contacts of a filter one by one; the row is valid until each returns.
func (r *Reader) Contacts(ctx context.Context, f Filter, each func(*Contact) error) error {
	if err := f.check(); err != nil {
		return err
	}
	where, args := f.where()
	var c Contact
	columns, at := contactTable.some(f.columns, c.fields())
	rs, err := r.db.QueryContext(ctx, "SELECT "+columns+" FROM contacts "+where, args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		if err := rs.Scan(at...); err != nil {
			return err
		}
		if err := each(&c); err != nil {
			return err
		}
	}
	return rs.Err()
}

var ends = []string{string(fact.Completed), string(fact.Abandoned), string(fact.Transferred), string(fact.Unanswered), string(fact.Refused), string(fact.Broken), "open"}

func (f *Filter) check() error {
	if f.Number != "" && len(digits(f.Number)) < 2 {
		return fmt.Errorf("number %q: at least two digits are wanted", f.Number)
	}
	if f.End == "" {
		return nil
	}
	for _, e := range ends {
		if e == f.End {
			return nil
		}
	}
	return fmt.Errorf("end %q is not known; known: %s", f.End, strings.Join(ends, ", "))
}

// ParseWhen reads a moment as a person writes it: today, yesterday, now, 2026-11-25, 2026-11-25 09:00, 09:00
// (of today), or how long ago: 2h, 7d.
func ParseWhen(s string, now time.Time) (time.Time, error) {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch s = strings.TrimSpace(s); s {
	case "now":
		return now, nil
	case "today":
		return day, nil
	case "yesterday":
		return day.AddDate(0, 0, -1), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		return day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute), nil
	}
	var n int
	var unit string
	if c, err := fmt.Sscanf(s, "%d%1s", &n, &unit); err == nil && c == 2 && len(s) == len(fmt.Sprint(n))+1 && n >= 0 && n < 100_000 {
		switch unit {
		case "m":
			return now.Add(-time.Duration(n) * time.Minute), nil
		case "h":
			return now.Add(-time.Duration(n) * time.Hour), nil
		case "d":
			return now.AddDate(0, 0, -n), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no moment; write today, yesterday, 2026-11-25, \"2026-11-25 09:00\", 09:00, 2h or 7d", s)
}
