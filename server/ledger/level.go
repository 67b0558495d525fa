package ledger

import (
	"context"
	"fmt"
	"time"

	"cordboard/server/fact"
)

// Counts are the figures of one queue in a time. O = A + B + F; what was lost by us or the network before an
// answer stands apart, and waits that go on count nowhere.
type Counts struct {
	Queue      string
	Answered   int // A
	Abandoned  int // B
	Short      int // Bs: abandoned before ShortAfter
	FlowOut    int // F: left for another destination, longest wait, nobody there
	Lost       int
	Waiting    int
	AnsweredIn int           // A_T: answered within the threshold
	AbandonIn  int           // B_T: abandoned within the threshold
	WaitA      time.Duration // sum of waits of the answered
	WaitB      time.Duration // sum of waits of the abandoned
	LongestMS  int64
	Talks      int
	Talk, Hold time.Duration
	Wrap       time.Duration
	Offers     int
	Missed     int
}

// Offered is O.
func (c *Counts) Offered() int { return c.Answered + c.Abandoned + c.FlowOut }

// Variants are the ways to count a service level, in the order they are printed.
var Variants = []string{"answered", "both", "offered", "without_short", "dropped_abandons"}

// Formula says how a variant counts.
func Formula(variant string) string {
	return map[string]string{
		"answered":         "A_T / A",
		"both":             "(A_T + B_T) / (A + B)",
		"offered":          "A_T / (A + B)",
		"without_short":    "A_T / (A + B - Bs)",
		"dropped_abandons": "A_T / (A + B - B_T)",
	}[variant]
}

// Level gives the service level of a variant in per cent; ok is false when nothing counts.
func (c *Counts) Level(variant string) (percent float64, ok bool) {
	a, b := c.AnsweredIn, 0
	switch variant {
	case "answered":
		b = c.Answered
	case "both":
		a, b = c.AnsweredIn+c.AbandonIn, c.Answered+c.Abandoned
	case "offered":
		b = c.Answered + c.Abandoned
	case "without_short":
		b = c.Answered + c.Abandoned - c.Short
	case "dropped_abandons":
		b = c.Answered + c.Abandoned - c.AbandonIn
	}
	if b <= 0 {
		return 0, false
	}
	return 100 * float64(a) / float64(b), true
}

// mean gives sum/n, 0 for none.
func mean(sum time.Duration, n int) time.Duration {
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n)
}

// ASA is the average speed of answer: the mean wait of the answered.
func (c *Counts) ASA() time.Duration { return mean(c.WaitA, c.Answered) }

// AHT is the average handle time: talk, hold and wrap-up of each talk.
func (c *Counts) AHT() time.Duration { return mean(c.Talk+c.Hold+c.Wrap, c.Talks) }

// LevelOptions say what is counted.
type LevelOptions struct {
	Tenant     fact.TenantID
	From, To   time.Time                                               // To is not included; zero: open
	ByEnd      bool                                                    // by the moment the wait ended, instead of when it began
	Queue      string                                                  // empty: all
	Thresholds func(queue string) (within, shortAbandon time.Duration) // nil: 20 s and 5 s
}

// Levels counts each queue, in the order of their ids.
func (r *Reader) Levels(ctx context.Context, o LevelOptions) ([]Counts, error) {
	queues, err := r.queues(ctx, o)
	if err != nil {
		return nil, err
	}
	var out []Counts
	for _, q := range queues {
		c, err := r.count(ctx, o, q)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (r *Reader) queues(ctx context.Context, o LevelOptions) ([]string, error) {
	if o.Queue != "" {
		return []string{o.Queue}, nil
	}
	rs, err := r.db.QueryContext(ctx, "SELECT DISTINCT queue FROM visits WHERE tenant = ? ORDER BY queue", string(o.Tenant)) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	var out []string
	err = each(rs, func() error {
		var q string
		err := rs.Scan(&q)
		out = append(out, q)
		return err
	})
	return out, err
}

func (o *LevelOptions) span() (from, to int64) {
	to = 1<<62 - 1
	if !o.From.IsZero() {
		from = o.From.UnixMicro()
	}
	if !o.To.IsZero() {
		to = o.To.UnixMicro()
	}
	return from, to
}

func (r *Reader) count(ctx context.Context, o LevelOptions, queue string) (Counts, error) {
	within, short := 20*time.Second, 5*time.Second
	if o.Thresholds != nil {
		within, short = o.Thresholds(queue)
	}
	from, to := o.span()
	column := "since"
	if o.ByEnd {
		column = "left"
	}
	c := Counts{Queue: queue}
	var waitA, waitB, talk, hold, wrap int64
	err := r.db.QueryRowContext(ctx, fmt.Sprintf(`
		SELECT count(CASE how WHEN 'answered' THEN 1 END), count(CASE how WHEN 'abandoned' THEN 1 END),
		       count(CASE WHEN how = 'abandoned' AND waited_ms < ?5 THEN 1 END), count(CASE WHEN how IN ('left', 'moved') THEN 1 END),
		       count(CASE how WHEN 'lost' THEN 1 END), count(CASE how WHEN 'waiting' THEN 1 END),
		       count(CASE WHEN how = 'answered' AND waited_ms <= ?6 THEN 1 END), count(CASE WHEN how = 'abandoned' AND waited_ms <= ?6 THEN 1 END),
		       coalesce(sum(CASE how WHEN 'answered' THEN waited_ms END), 0), coalesce(sum(CASE how WHEN 'abandoned' THEN waited_ms END), 0),
		       coalesce(max(waited_ms), 0)
		FROM visits WHERE tenant = ?1 AND queue = ?2 AND %[1]s >= ?3 AND %[1]s < ?4`, column),
		string(o.Tenant), queue, from, to, short.Milliseconds(), within.Milliseconds()).
		Scan(&c.Answered, &c.Abandoned, &c.Short, &c.FlowOut, &c.Lost, &c.Waiting, &c.AnsweredIn, &c.AbandonIn, &waitA, &waitB, &c.LongestMS)
	if err != nil {
		return c, err
	}
	err = r.db.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum((ended - began) / 1000 - hold_ms), 0), coalesce(sum(hold_ms), 0), coalesce(sum(wrap_ms), 0)
		FROM talks WHERE tenant = ?1 AND queue = ?2 AND ended > 0 AND began >= ?3 AND began < ?4`, string(o.Tenant), queue, from, to).
		Scan(&c.Talks, &talk, &hold, &wrap)
	if err != nil {
		return c, err
	}
	err = r.db.QueryRowContext(ctx, `SELECT count(*), count(CASE outcome WHEN 'missed' THEN 1 END) FROM offers
		WHERE tenant = ?1 AND queue = ?2 AND offered >= ?3 AND offered < ?4`, string(o.Tenant), queue, from, to).Scan(&c.Offers, &c.Missed)
	c.WaitA, c.WaitB = time.Duration(waitA)*time.Millisecond, time.Duration(waitB)*time.Millisecond
	c.Talk, c.Hold, c.Wrap = time.Duration(talk)*time.Millisecond, time.Duration(hold)*time.Millisecond, time.Duration(wrap)*time.Millisecond
	return c, err
}
