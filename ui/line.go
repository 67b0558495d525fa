package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/bidi"
)

// width is the number of cells that s takes.
func width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// cut shortens s to n cells, with an ellipsis of one cell when something is left out. A half wide glyph becomes a blank.
func cut(s string, n int, ellipsis string) string {
	if n <= 0 {
		return ""
	}
	if width(s) <= n {
		return s
	}
	c := ansi.Truncate(s, n-1, "")
	return c + ellipsis + blanks(n-1-width(c))
}

const spaces = "                                                                                                                                                                                                                                                                "

func blanks(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(spaces):
		return spaces[:n]
	}
	return strings.Repeat(" ", n)
}

// line is one row under construction: styled words with a known width that never go beyond max.
type line struct {
	t    *theme
	b    []byte
	pre  int // bytes before the row: the box's side
	w    int
	max  int
	mark style // put under every style of the line: the selected row
}

func (t *theme) line(max int) *line { return t.sheet.line(t, max, 4*max+96) }

// put adds words in a style; what does not fit is cut with an ellipsis.
func (l *line) put(s style, words string) *line {
	if words == "" {
		return l
	}
	if l.t.g.ready == asciiGlyphs.ready {
		words = narrow(words)
	}
	w := width(words)
	if l.w+w > l.max {
		words = cut(words, l.max-l.w, l.t.g.ellipsis)
		if w = width(words); w == 0 {
			return l
		}
	}
	on := l.t.on[s|l.mark]
	l.b = append(l.b, on...)
	l.b = append(l.b, words...)
	if on != "" {
		l.b = append(l.b, off...)
	}
	l.w += w
	return l
}

// times adds a glyph of one cell n times over.
func (l *line) times(s style, glyph string, n int) *line {
	n = min(n, l.max-l.w)
	if n <= 0 {
		return l
	}
	on := l.t.on[s|l.mark]
	l.b = append(l.b, on...)
	for range n {
		l.b = append(l.b, glyph...)
	}
	if on != "" {
		l.b = append(l.b, off...)
	}
	l.w += n
	return l
}

// field adds words in exactly n cells, cut or padded at the right.
func (l *line) field(s style, words string, n int) *line {
	words = cut(words, n, l.t.g.ellipsis)
	l.put(s, words)
	return l.sp(n - width(words))
}

// num adds words in exactly n cells, set flush right.
func (l *line) num(s style, words string, n int) *line {
	words = cut(words, n, l.t.g.ellipsis)
	return l.sp(n-width(words)).put(s, words)
}

// sp adds n blanks.
func (l *line) sp(n int) *line {
	n = min(n, l.max-l.w)
	if n <= 0 {
		return l
	}
	if l.mark != 0 {
		return l.put(text, blanks(n))
	}
	l.b = append(l.b, blanks(n)...)
	l.w += n
	return l
}

// timer is a live timer in a field that has room for hours: what stands behind it never moves.
func (l *line) timer(s style, d time.Duration) *line {
	r := running(d)
	return l.put(s, r).sp(7 - len(r))
}

// to adds blanks up to a column.
func (l *line) to(col int) *line { return l.sp(col - l.w) }

// add puts another line behind this one.
func (l *line) add(o *line) *line {
	if l.w+o.w > l.max {
		return l.raw(ansi.Truncate(string(o.b[o.pre:]), max(0, l.max-l.w-1), "")+l.t.g.ellipsis, 0)
	}
	l.b = append(l.b, o.b[o.pre:]...)
	l.w += o.w
	return l
}

// raw adds a string that carries its own styles; w is its width, 0 to have it measured.
func (l *line) raw(s string, w int) *line {
	if w == 0 {
		w = ansi.StringWidth(s)
	}
	if l.w+w > l.max {
		s = ansi.Truncate(s, l.max-l.w, "")
		w = ansi.StringWidth(s)
	}
	l.b = append(l.b, s...)
	l.w += w
	return l
}

// end sets right flush right; the left part gives way.
func (l *line) end(right *line) *line {
	if room := l.max - right.w; l.w > room-1 && right.w > 0 {
		l.shorten(room - 1)
	}
	return l.to(l.max - right.w).add(right)
}

// shorten cuts the line to n cells.
func (l *line) shorten(n int) {
	if l.w <= n || n < 1 {
		return
	}
	s := ansi.Truncate(string(l.b[l.pre:]), n-1, "")
	w := ansi.StringWidth(s)
	l.b = append(l.b[:l.pre], s...)
	if l.t.on[text] != "" || l.t.on[dim] != "" {
		l.b = append(l.b, off...)
	}
	l.b = append(l.b, l.t.g.ellipsis...)
	l.w = w + 1
}

// String is the row, padded to its width.
func (l *line) String() string {
	if l.w < l.max {
		l.sp(l.max - l.w)
	}
	return string(l.b[l.pre:])
}

// visual puts a name with right-to-left parts into the order in which a terminal shows it.
func visual(s string) string {
	if !hasRTL(s) {
		return s
	}
	var p bidi.Paragraph
	if _, err := p.SetString(s); err != nil {
		return s
	}
	o, err := p.Order()
	if err != nil {
		return s
	}
	var b strings.Builder
	for i := range o.NumRuns() {
		r := o.Run(i)
		if r.Direction() == bidi.RightToLeft {
			b.WriteString(bidi.ReverseString(r.String()))
		} else {
			b.WriteString(r.String())
		}
	}
	return b.String()
}

func hasRTL(s string) bool {
	for _, r := range s {
		if r >= 0x590 && r <= 0x8ff || r >= 0xfb1d && r <= 0xfefc || r >= 0x10800 && r <= 0x10fff || r >= 0x1e800 && r <= 0x1efff {
			return true
		}
	}
	return false
}
