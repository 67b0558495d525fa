package ledger

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// sheet writes rows as a table, JSON or CSV, as they come. A table's columns are as wide as the first rows
// want; what is wider later is cut.
type sheet struct {
	o       ReportOptions
	w       *bufio.Writer
	csv     *csv.Writer
	columns []*column
	early   [][]string // rows before the widths stand
	widths  []int
	n       int
}

const widthRows = 500

func newSheet(w io.Writer, o ReportOptions, columns []*column) *sheet {
	s := &sheet{o: o, w: bufio.NewWriterSize(w, 1<<16)}
	for _, c := range columns {
		if !c.csvOnly || o.Format != "table" {
			s.columns = append(s.columns, c)
		}
	}
	if o.Format == "csv" {
		s.csv = csv.NewWriter(s.w)
		head := make([]string, len(s.columns))
		for i, c := range s.columns {
			head[i] = c.key
		}
		s.csv.Write(head)
	}
	return s
}

func (s *sheet) row(cell func(*column) string, c *Contact) error {
	s.n++
	switch s.o.Format {
	case "json":
		return s.object(c)
	case "csv":
		return s.record(c)
	}
	cells := make([]string, len(s.columns))
	for i, col := range s.columns {
		cells[i] = cell(col)
	}
	if s.widths == nil {
		if s.early = append(s.early, cells); len(s.early) == widthRows {
			return s.settle()
		}
		return nil
	}
	return s.line(cells)
}

// object writes one JSON object, its keys in the order of the columns.
func (s *sheet) object(c *Contact) error {
	sep := ",\n "
	if s.n == 1 {
		sep = "[\n "
	}
	s.w.WriteString(sep)
	for i, col := range s.columns {
		open := ", "
		if i == 0 {
			open = "{"
		}
		val, err := json.Marshal(col.raw(c, &s.o))
		if err != nil {
			return err
		}
		fmt.Fprintf(s.w, "%s%q: ", open, col.key)
		s.w.Write(val)
	}
	_, err := s.w.WriteString("}")
	return err
}

// record writes one CSV record.
func (s *sheet) record(c *Contact) error {
	cells := make([]string, len(s.columns))
	for i, col := range s.columns {
		cells[i] = tame(fmt.Sprint(col.raw(c, &s.o)))
	}
	return s.csv.Write(cells)
}

// tame keeps what a caller can choose, a name for example, from becoming a formula in a spreadsheet.
func tame(v string) string {
	if v != "" && strings.ContainsRune("=@\t\r-+", rune(v[0])) && !onlyDigits(v) {
		return "'" + v
	}
	return v
}

func onlyDigits(s string) bool {
	return strings.Trim(strings.TrimLeft(s, "+-"), "0123456789.") == ""
}

// settle fixes the widths and writes the rows that waited for them.
func (s *sheet) settle() error {
	s.widths = make([]int, len(s.columns))
	for i, c := range s.columns {
		s.widths[i] = width(c.head)
		for _, cells := range s.early {
			s.widths[i] = max(s.widths[i], width(cells[i]))
		}
		if c.most > 0 {
			s.widths[i] = min(s.widths[i], max(c.most, width(c.head)))
		}
	}
	head := make([]string, len(s.columns))
	for i, c := range s.columns {
		head[i] = c.head
	}
	if err := s.line(head); err != nil {
		return err
	}
	for _, cells := range s.early {
		if err := s.line(cells); err != nil {
			return err
		}
	}
	s.early = nil
	return nil
}

func (s *sheet) line(cells []string) error {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(pad(c, s.widths[i], s.columns[i].right))
	}
	text := strings.TrimRight(b.String(), " ")
	if s.o.Width > 0 {
		text = strings.TrimRight(cut(text, s.o.Width), " ")
	}
	_, err := s.w.WriteString(text + "\n")
	return err
}

// end writes what is left and the last line.
func (s *sheet) end(sum string) error {
	switch s.o.Format {
	case "json":
		if s.n == 0 {
			s.w.WriteString("[")
		}
		s.w.WriteString("\n]\n")
	case "csv":
		s.csv.Flush()
		if err := s.csv.Error(); err != nil {
			return err
		}
	default:
		if s.widths == nil && s.n > 0 {
			if err := s.settle(); err != nil {
				return err
			}
		}
		s.w.WriteString(sum + "\n")
	}
	return s.w.Flush()
}
