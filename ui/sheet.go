package ui

// sheet is where lines are put together. What lies there is swept away with the next frame, so that a frame costs the collector
// only the rows that come out of it: half a thousand lines of a large screen would otherwise be two allocations each, ten times a second.
type sheet struct {
	bytes []byte
	used  int
	lines []line
	taken int
}

const (
	sheetBytes = 320 << 10 // a whole frame of 200 by 60, with its colours
	sheetLines = 768
)

// sweep gives the place back. No line of the last frame may be in use.
func (s *sheet) sweep() {
	clear(s.lines[:s.taken])
	s.used, s.taken = 0, 0
}

// line is a row of at most max cells with room for n bytes. When the place is full, the row lies elsewhere.
func (s *sheet) line(t *theme, max, n int) *line {
	if s.lines == nil {
		s.lines, s.bytes = make([]line, sheetLines), make([]byte, sheetBytes)
	}
	if s.taken == len(s.lines) || s.used+n > len(s.bytes) {
		return &line{t: t, b: make([]byte, 0, n), max: max}
	}
	l := &s.lines[s.taken]
	s.taken++
	*l = line{t: t, b: s.bytes[s.used : s.used : s.used+n], max: max}
	s.used += n
	return l
}
