package ui

import (
	"strings"
	"time"
)

// tiny is a window too small for anything but what matters most. All keys still work.
func (m *Model) tiny(w, h int) []string {
	f, since := m.face()
	if m.lost() {
		f = face{m.t.g.alert, bad, wNoServer}
	}
	rows := make([]string, 0, max(1, h))
	s := f.glyph + " " + m.v[f.word]
	if !since.IsZero() {
		s += " " + running(m.since(since))
	}
	rows = append(rows, m.t.line(w).put(f.role|bold, s).String())
	if c := m.board.caller(); c != nil {
		rows = append(rows, m.t.line(w).put(text|bold, m.nameOf(c)).String(), m.t.line(w).put(text, shownNumber(c.Number)).String())
	}
	if m.board.Offer != nil && m.board.Call == nil {
		left := m.left(m.board.Offer.Deadline) / time.Second
		rows = append(rows, m.t.line(w).put(ring|bold, "Space ").put(text, m.v[wkAnswer]+" "+itoa(int(left))+" s").String())
	}
	if q := m.miniQuestion(w); q != "" {
		rows = append(rows, q)
	}
	rows = append(rows, m.t.line(w).put(dim, m.v[wLarger]).String())
	for len(rows) < h {
		rows = append(rows, strings.Repeat(" ", max(0, w)))
	}
	return rows[:max(0, min(len(rows), h))]
}
