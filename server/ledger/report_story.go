package ledger

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// storyText is one screen: who, what happened in which millisecond, and the sum.
func storyText(w io.Writer, s *Story, zone *time.Location) error {
	c := s.Contact
	var b strings.Builder
	fmt.Fprintf(&b, "Contact %s  %s  %s\n", c.ID, When(c.Arrived).In(zone).Format("Mon 2 Jan 2006"), oneLine(c.caller()))
	lines := s.Lines(zone)
	widest := 0
	for _, l := range lines {
		widest = max(widest, width(l.What))
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "  %s  %s  %s\n", l.At.Format("15:04:05.000"), pad(l.What, widest, false), l.Text)
	}
	fmt.Fprintf(&b, "%s\n", s.sum())
	for _, n := range s.Notes {
		if n.Text != "" {
			fmt.Fprintf(&b, "note by %s: %s\n", short(n.Agent), oneLine(n.Text))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Sum is the contact in one line: waited, talked, held, wrap-up, code, with whom, how it ended, the worst voice.
func (s *Story) Sum() string { return s.sum() }

func (s *Story) sum() string { return inEnglish(s.SumPhrases()) }

func storyCSV(w io.Writer, s *Story, zone *time.Location) error {
	out := csv.NewWriter(w)
	out.Write([]string{"at", "what", "text"})
	for _, l := range s.Lines(zone) {
		out.Write([]string{l.At.Format(time.RFC3339Nano), l.What, tame(l.Text)})
	}
	out.Flush()
	return out.Error()
}

// json is the story for programs: the sums as in the contacts report, the lines, and the facts as they are.
func (s *Story) json(zone *time.Location) any {
	o := &ReportOptions{Zone: zone}
	sums := map[string]any{}
	for _, col := range contactColumns {
		sums[col.key] = col.raw(s.Contact, o)
	}
	type line struct {
		At   time.Time `json:"at"`
		What string    `json:"what"`
		Text string    `json:"text"`
	}
	var lines []line
	for _, l := range s.Lines(zone) {
		lines = append(lines, line{l.At, l.What, l.Text})
	}
	var facts []json.RawMessage
	for i := range s.Facts {
		if raw, err := json.Marshal(s.Facts[i]); err == nil {
			facts = append(facts, raw)
		}
	}
	return map[string]any{"contact": sums, "story": lines, "facts": facts}
}
