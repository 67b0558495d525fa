package ui

import "math"

// meter shows a level as it moved in the last moments: quick up, 12 dB a second down.
type meter struct {
	bars [8]uint8 // newest last, 0 to 8
	now  float64
}

const meterFall = 0.8710 // 1.2 dB, a tenth of a second at 12 dB/s

// push takes a peak between 0 and 1, ten times a second.
func (m *meter) push(peak float64) {
	m.now = math.Max(peak, m.now*meterFall)
	step := uint8(0)
	if m.now > 0 {
		// -48 dBFS and below is nothing, 0 dBFS all eight steps.
		step = uint8(max(0, min(8, math.Round((20*math.Log10(m.now)+48)/6))))
	}
	copy(m.bars[:], m.bars[1:])
	m.bars[len(m.bars)-1] = step
}

// draw gives the last n moments.
func (m *meter) draw(g *glyphs, n int) string {
	b := make([]byte, 0, 3*n)
	for _, step := range m.bars[len(m.bars)-n:] {
		b = append(b, g.level[step]...)
	}
	return string(b)
}

// bar is a bar of w cells, filled from the left in eighths of a cell.
func (l *line) bar(s style, w int, part float64, fine bool) *line {
	part = math.Max(0, math.Min(1, part))
	eighths := int(math.Round(part * float64(w) * 8))
	whole, rest := eighths/8, eighths%8
	if !fine {
		whole, rest = int(math.Round(part*float64(w))), 0
	}
	l.times(s, l.t.g.full, whole)
	if rest > 0 && whole < w {
		l.put(s, l.t.g.eighths[rest])
		whole++
	}
	return l.times(rule, l.t.g.empty, w-whole)
}
