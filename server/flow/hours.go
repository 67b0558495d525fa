package flow

import "time"

// Hours are when a queue is open, by the clock on the wall of its time zone. They do not change.
type Hours struct {
	Zone     *time.Location
	Week     [7][]Span // by time.Weekday
	Holidays []Day
}

// Span is a part of a day in minutes since midnight. One that ends at or before it begins goes on into the next day;
// 24:00 is 1440.
type Span struct{ From, To int }

// Day is a date with hours of its own: none means closed. A Year of 0 is every year.
type Day struct {
	Year  int
	Month time.Month
	Day   int
	Name  string
	Open  []Span
}

// Open says whether it is open at a time, and when not, whether a holiday is why. nil hours are always open.
func (h *Hours) Open(at time.Time) (open, holiday bool) {
	if h == nil {
		return true, false
	}
	at = at.In(h.Zone)
	minute := at.Hour()*60 + at.Minute()
	today, special := h.of(at)
	before, _ := h.of(at.AddDate(0, 0, -1))
	for _, s := range today {
		if minute >= s.From && (minute < s.To || s.overnight()) {
			return true, false
		}
	}
	for _, s := range before {
		if s.overnight() && minute < s.To {
			return true, false
		}
	}
	return false, special
}

func (s Span) overnight() bool { return s.To <= s.From }

// of gives the hours of a date, and whether they are those of a holiday. A date with its year goes before one of every year.
func (h *Hours) of(date time.Time) ([]Span, bool) {
	var every *Day
	for i := range h.Holidays {
		d := &h.Holidays[i]
		if d.Month != date.Month() || d.Day != date.Day() {
			continue
		}
		switch d.Year {
		case date.Year():
			return d.Open, true
		case 0:
			every = d
		}
	}
	if every != nil {
		return every.Open, true
	}
	return h.Week[date.Weekday()], false
}
