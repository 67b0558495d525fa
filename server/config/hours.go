package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Hours are when queues are open.
type Hours struct {
	ID       string    `yaml:"id" need:"yes" doc:"names the hours for queues[].hours"`
	All      bool      `yaml:"all" doc:"they hold for every queue that names none; at most one has this"`
	TimeZone string    `yaml:"timezone" doc:"whose clock, as Europe/London; without one that of the tenant"`
	Open     []Opening `yaml:"open" need:"yes" doc:"when it is open in a week without holidays; a day that is not here is closed"`
	Holidays []Holiday `yaml:"holidays" doc:"days with hours of their own"`
}

// Opening is hours of some days of the week.
type Opening struct {
	Days Days  `yaml:"days" need:"yes" doc:"mon tue wed thu fri sat sun, as mon-fri or [sat, sun]"`
	Time Times `yaml:"time" need:"yes" doc:"from and to, as 09:00-17:30, several with commas; an end before the beginning is on the next day"`
}

// Holiday is a day with hours of its own.
type Holiday struct {
	Date Date   `yaml:"date" need:"yes" doc:"2026-12-25, or 12-25 for every year"`
	Name string `yaml:"name" doc:"what it is"`
	Time Times  `yaml:"time" doc:"when it is open all the same; without it closed all day"`
}

// Days are days of the week, in the order they were written.
type Days []time.Weekday

// Times are parts of a day in minutes since midnight.
type Times []Span

// Span is one part of a day: from and to in minutes since midnight. To at or before From is on the next day.
type Span struct{ From, To int }

// Date is a day of a year, or of every year (Year 0).
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String writes it as in the file.
func (d Date) String() string {
	if d.Year == 0 {
		return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// decodeNode takes mon-fri, "sat, sun" and [sat, sun].
func (w *Days) decodeNode(d *decoder, n *yaml.Node, f field) {
	*w = nil
	parts := []*yaml.Node{n}
	switch n.Kind {
	case yaml.SequenceNode:
		parts = n.Content
	case yaml.MappingNode:
		d.bad(n, "", "%s: days as mon-fri are wanted, not %s", what(f), kindOf(n))
		return
	}
	for _, item := range parts {
		text, ok := d.text(resolve(item), f)
		if !ok {
			return
		}
		for _, part := range strings.Split(text, ",") {
			if err := w.add(strings.TrimSpace(part)); err != nil {
				d.bad(item, "", "%s: %v", what(f), err)
				return
			}
		}
	}
	if len(*w) == 0 {
		d.bad(n, "", "%s: at least one day is wanted", what(f))
	}
}

func (w *Days) add(part string) error {
	a, b, isRange := strings.Cut(part, "-")
	from, err := weekday(strings.TrimSpace(a))
	to := from
	if isRange && err == nil {
		to, err = weekday(strings.TrimSpace(b))
	}
	if err != nil {
		return err
	}
	for day := from; ; day = (day + 1) % 7 {
		if slices.Contains(*w, day) {
			return fmt.Errorf("%s is given twice", weekdays[day])
		}
		*w = append(*w, day)
		if day == to {
			return nil
		}
	}
}

func weekday(s string) (time.Weekday, error) {
	i := slices.Index(weekdays, strings.ToLower(s))
	if i < 0 {
		return 0, fmt.Errorf("mon, tue, wed, thu, fri, sat or sun is wanted, not %q", s)
	}
	return time.Weekday(i), nil
}

var spanForm = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})$`)

func (t *Times) parse(text string) error {
	*t = nil
	for _, part := range strings.Split(text, ",") {
		m := spanForm.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return fmt.Errorf("from and to as 09:00-17:30 are wanted, not %q", strings.TrimSpace(part))
		}
		from, ok1 := clockMinute(m[1], m[2])
		to, ok2 := clockMinute(m[3], m[4])
		switch {
		case !ok1 || !ok2 || from == 24*60:
			return fmt.Errorf("%q: a clock goes from 00:00 to 24:00", strings.TrimSpace(part))
		case from == to:
			return fmt.Errorf("%q: it ends when it begins; the whole day is 00:00-24:00", strings.TrimSpace(part))
		}
		*t = append(*t, Span{from, to})
	}
	for i, a := range *t {
		for _, b := range (*t)[:i] {
			if a.From < b.end() && b.From < a.end() {
				return fmt.Errorf("%q: two times overlap", text)
			}
		}
	}
	return nil
}

// end is where the span ends when the next day counts on.
func (s Span) end() int {
	if s.To <= s.From {
		return s.To + 24*60
	}
	return s.To
}

func clockMinute(hour, minute string) (int, bool) {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	at := h*60 + m
	return at, m < 60 && at <= 24*60
}

var dateForm = regexp.MustCompile(`^(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})$`)

func (d *Date) parse(text string) error {
	m := dateForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return fmt.Errorf("a date as 2026-12-25, or 12-25 for every year, is wanted, not %q", text)
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	*d = Date{year, time.Month(month), day}
	leap := year
	if m[1] == "" {
		leap = 2024 // 29 February is a day of some years
	}
	if t := time.Date(leap, d.Month, day, 0, 0, 0, 0, time.UTC); t.Month() != d.Month || t.Day() != day {
		return fmt.Errorf("%q is no day", text)
	}
	return nil
}

// checkHours looks at all of a tenant's hours.
func (t *Tenant) checkHours(k *checker, r *refs) {
	var all *Hours
	for i := range t.Hours {
		h := &t.Hours[i]
		k.id(&h.ID, "hours")
		if h.ID == Always {
			k.bad(&h.ID, "hours %q: always is for queues that never close", h.ID)
		}
		r.hours.add(&h.ID, h.ID)
		if h.All && all != nil {
			k.bad(&h.All, "hours %q and %q are both for all queues", all.ID, h.ID)
		}
		if h.All {
			all = h
		}
		h.check(k)
	}
}

func (h *Hours) check(k *checker) {
	if h.TimeZone != "" {
		if _, err := time.LoadLocation(h.TimeZone); err != nil {
			k.bad(&h.TimeZone, "timezone %q is not known; write it as Europe/London", h.TimeZone)
		}
	}
	if len(h.Open) == 0 {
		k.odd(h, "give at least one line to open", "hours %q: never open", h.ID)
	}
	var week [7][]Span
	for i := range h.Open {
		for _, day := range h.Open[i].Days {
			for _, a := range h.Open[i].Time {
				for _, b := range week[day] {
					if a.From < b.end() && b.From < a.end() {
						k.bad(&h.Open[i], "hours %q: two times of %s overlap", h.ID, weekdays[day])
					}
				}
			}
			week[day] = append(week[day], h.Open[i].Time...)
		}
	}
	dates := k.names("holiday")
	for i := range h.Holidays {
		dates.add(&h.Holidays[i].Date, h.Holidays[i].Date.String())
	}
}

// Always is what a queue says that never closes, though there are hours for all.
const Always = "always"

// HoursOf gives the hours of a queue, nil when it never closes.
func (t *Tenant) HoursOf(q *Queue) *Hours {
	for i := range t.Hours {
		if h := &t.Hours[i]; h.ID == q.Hours || q.Hours == "" && h.All {
			return h
		}
	}
	return nil
}

// Zone is whose clock the hours are read from.
func (h *Hours) Zone(t *Tenant) *time.Location {
	if h.TimeZone != "" {
		if l, err := time.LoadLocation(h.TimeZone); err == nil {
			return l
		}
	}
	return t.Zone()
}

// Prompts are WAV files of the tenant's own words to callers; what is not here is said by a built-in voice.
type Prompts struct {
	Greeting    Path `yaml:"greeting" doc:"heard first; there is no built-in one"`
	Closed      Path `yaml:"closed" doc:"outside the hours"`
	Holiday     Path `yaml:"holiday" doc:"on a holiday; without one that of closed"`
	Nobody      Path `yaml:"nobody" doc:"no agent is signed in"`
	LongestWait Path `yaml:"longest_wait" doc:"nobody could answer in time"`
	Onward      Path `yaml:"onward" doc:"the call goes to another queue or a number"`
}

// checkWays refuses queues that send their callers round in a ring.
func (t *Tenant) checkWays(k *checker) {
	for i := range t.Queues {
		q := &t.Queues[i]
		for _, way := range []*Target{&q.Closed, &q.Nobody, &q.LongestWait.Then} {
			if way.Kind == "queue" && t.leadsTo(way.ID, q.ID, map[string]bool{}) {
				k.bad(way, "queue %q: the way on leads back to it: a caller would go round in a ring", q.ID)
			}
		}
	}
}

// leadsTo reports whether a caller can come from one queue to another.
func (t *Tenant) leadsTo(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	q := t.Queue(from)
	if q == nil || seen[from] {
		return false
	}
	seen[from] = true
	for _, way := range []Target{q.Closed, q.Nobody, q.LongestWait.Then} {
		if way.Kind == "queue" && t.leadsTo(way.ID, to, seen) {
			return true
		}
	}
	return false
}

// checkWayOut looks at a destination of callers whom a queue cannot serve.
func (r *refs) checkWayOut(k *checker, t *Target, kinds ...string) {
	r.target(k, t, kinds...)
	if t.Kind != "number" || r.outbound == nil || !numberForm.MatchString(t.ID) {
		return
	}
	if _, allowed := r.outbound.Rule(t.ID); !allowed {
		k.hint(t, "allow its prefix in outbound.rules", "number %q may not be dialled", t.ID)
	}
}
