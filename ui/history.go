package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// list is a place in rows that scroll.
type list struct{ at int }

func (m *Model) openHistory(key string) tea.Cmd {
	open(overHistory)(m, key)
	m.finding = false
	m.find.set("")
	if len(m.history) == 0 {
		m.history = m.board.Last
	}
	return m.do(wire.Command{Do: wire.DoHistory})
}

func (m *Model) row() *wire.Row {
	if rows := m.found(); m.list.at < len(rows) {
		return &rows[m.list.at]
	}
	return nil
}

// found are the rows of the day that hold what was typed after /: name, company, number, queue, code, or how it ended.
func (m *Model) found() []wire.Row {
	q := strings.ToLower(strings.TrimSpace(m.find.text()))
	if q == "" {
		return m.history
	}
	out := make([]wire.Row, 0, 32)
	for i := range m.history {
		r := &m.history[i]
		all := strings.Join([]string{r.Caller.Name, r.Caller.Company, r.Caller.Number, shownNumber(r.Caller.Number), r.Queue, r.Code, m.v.ending(r.End)}, " ")
		if strings.Contains(strings.ToLower(all), q) {
			out = append(out, *r)
		}
	}
	return out
}

func (m *Model) openFind(string) tea.Cmd {
	m.finding = true
	m.find.max = 80
	m.list.at = 0
	return nil
}

// findDone leaves the words and goes back to the rows that were found.
func (m *Model) findDone(string) tea.Cmd {
	m.finding = false
	return nil
}

func (m *Model) findNone(string) tea.Cmd {
	m.finding, m.list.at = false, 0
	m.find.set("")
	return nil
}

func (m *Model) hasRow() bool { return m.row() != nil }

func (m *Model) rowStory(key string) tea.Cmd {
	r := m.row()
	m.behind = overHistory
	m.over = overWhy
	m.whyText, m.steps, m.sum, m.contact = nil, nil, "", r.Contact
	return m.do(wire.Command{Do: wire.DoWhy, Contact: r.Contact})
}

func (m *Model) rowCall(string) tea.Cmd {
	m.over = overNone
	return m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: m.row().Caller.Number}})
}

func (m *Model) rowCopy(string) tea.Cmd { return m.copy(m.row().Caller.Number) }

// scroll moves the mark, or the page.
func (m *Model) scroll(key string) tea.Cmd {
	n := m.rowsOpen()
	page := max(1, m.h-8)
	switch key {
	case "up", "ctrl+p":
		m.list.at--
	case "down", "ctrl+n":
		m.list.at++
	case "pgup":
		m.list.at -= page
	case "pgdown":
		m.list.at += page
	case "home":
		m.list.at = 0
	case "end":
		m.list.at = n - 1
	}
	m.list.at = max(0, min(m.list.at, n-1))
	return nil
}

// scrolls says that there is more than is seen, or a mark to move.
func (m *Model) scrolls() bool {
	switch m.over {
	case overHistory:
		return len(m.found()) > 1
	case overSettings:
		return true
	case overHelp:
		return m.h < 24 // more keys than rows only in a small window
	}
	head := 0
	if m.board.caller() != nil {
		head = 4
	}
	return m.rowsOpen() > m.h-4-head-3
}

// rowsOpen is how many rows the open page has.
func (m *Model) rowsOpen() int {
	switch m.over {
	case overHistory:
		return len(m.found())
	case overWhy:
		return len(m.whyRows(m.w - 4))
	case overSettings:
		return len(m.settings())
	case overHelp:
		return len(m.helpRows(m.w - 4))
	}
	return 0
}

// window is the part of n rows that is seen in h, with the mark in it.
func (l list) window(n, h int) (from, to int) {
	from = max(0, min(l.at-h/2, n-h))
	return from, min(n, from+h)
}
