package ledger

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"cordboard/server/fact"
)

// QueuesOptions of the queues report.
type QueuesOptions struct {
	From, To   time.Time
	ByEnd      bool
	Queue      string
	Thresholds func(queue string) (within, shortAbandon time.Duration)
	Variant    func(queue string) string // which service level is shown; nil: "offered"
}

// QueuesReport gives the figures of each queue, the service level with the name of its variant and its formula.
func QueuesReport(ctx context.Context, w io.Writer, o ReportOptions, q QueuesOptions) error {
	r, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := o.sayCut(ctx, r, q.From); err != nil {
		return err
	}
	counts, err := r.Levels(ctx, LevelOptions{Tenant: fact.TenantID(o.Tenant), From: q.From, To: q.To, ByEnd: q.ByEnd, Queue: q.Queue, Thresholds: q.Thresholds})
	if err != nil {
		return err
	}
	switch o.Format {
	case "json":
		var all []map[string]any
		for i := range counts {
			all = append(all, q.object(&counts[i]))
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	case "csv":
		return q.csv(w, counts)
	}
	return q.table(w, counts)
}

func (q *QueuesOptions) variant(queue string) string {
	if q.Variant == nil {
		return "offered"
	}
	return q.Variant(queue)
}

func (q *QueuesOptions) within(queue string) time.Duration {
	if q.Thresholds == nil {
		return 20 * time.Second
	}
	t, _ := q.Thresholds(queue)
	return t
}

func (q *QueuesOptions) object(c *Counts) map[string]any {
	levels := map[string]any{}
	for _, v := range Variants {
		if p, ok := c.Level(v); ok {
			levels[v] = float64(int(p*10+0.5)) / 10
		}
	}
	return map[string]any{
		"queue": c.Queue, "offered": c.Offered(), "answered": c.Answered, "abandoned": c.Abandoned, "short_abandons": c.Short, "flow_out": c.FlowOut,
		"lost": c.Lost, "waiting": c.Waiting, "answered_in_time": c.AnsweredIn, "abandoned_in_time": c.AbandonIn, "service_levels": levels,
		"service_level_shown": q.variant(c.Queue), "within_s": q.within(c.Queue).Seconds(), "asa_s": c.ASA().Seconds(),
		"time_to_abandon_s": mean(c.WaitB, c.Abandoned).Seconds(), "longest_wait_s": float64(c.LongestMS) / 1000, "aht_s": c.AHT().Seconds(),
		"offers": c.Offers, "missed_offers": c.Missed,
	}
}

var queueKeys = strings.Fields("queue offered answered abandoned short_abandons flow_out lost waiting answered_in_time abandoned_in_time asa_s time_to_abandon_s longest_wait_s aht_s offers missed_offers within_s")

func (q *QueuesOptions) csv(w io.Writer, counts []Counts) error {
	out := csv.NewWriter(w)
	head := append([]string{}, queueKeys...)
	for _, v := range Variants {
		head = append(head, "sl_"+v)
	}
	out.Write(head)
	for i := range counts {
		o := q.object(&counts[i])
		var cells []string
		for _, k := range queueKeys {
			cells = append(cells, fmt.Sprint(o[k]))
		}
		for _, v := range Variants {
			cell := ""
			if p, ok := counts[i].Level(v); ok {
				cell = strconv.FormatFloat(p, 'f', 1, 64)
			}
			cells = append(cells, cell)
		}
		out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

func (q *QueuesOptions) table(w io.Writer, counts []Counts) error {
	rows := [][]string{{"queue", "offered", "answered", "abandoned", "short", "flow-out", "lost", "waiting", "SL", "ASA", "longest", "AHT", "missed"}}
	for i := range counts {
		c := &counts[i]
		level := "–"
		if p, ok := c.Level(q.variant(c.Queue)); ok {
			level = fmt.Sprintf("%.1f %%", p)
		}
		rows = append(rows, []string{c.Queue, strconv.Itoa(c.Offered()), strconv.Itoa(c.Answered), share(c.Abandoned, c.Offered()), strconv.Itoa(c.Short),
			strconv.Itoa(c.FlowOut), strconv.Itoa(c.Lost), strconv.Itoa(c.Waiting), level, clock(c.ASA().Milliseconds()), clock(c.LongestMS),
			clock(c.AHT().Milliseconds()), share(c.Missed, c.Offers)})
	}
	var b strings.Builder
	writeRows(&b, rows)
	for i := range counts {
		v := q.variant(counts[i].Queue)
		fmt.Fprintf(&b, "SL of %s: %s, %s, within %s\n", counts[i].Queue, strings.ReplaceAll(v, "_", " "), Formula(v), q.within(counts[i].Queue))
	}
	if len(counts) == 0 {
		b.WriteString("no queue has had a contact\n")
	} else {
		b.WriteString("A answered, B abandoned, Bs short abandons, _T within the time; by " + map[bool]string{false: "arrival", true: "end"}[q.ByEnd] + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func share(n, of int) string {
	if of == 0 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d (%.1f %%)", n, 100*float64(n)/float64(of))
}

// writeRows writes a small table, the first column to the left and figures to the right.
func writeRows(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], width(c))
		}
	}
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(pad(oneLine(c), widths[i], i > 0))
		}
		b.WriteString("\n")
	}
}
