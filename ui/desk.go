package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

// View is the frame as Bubble Tea takes it.
func (m *Model) View() string {
	rows := m.drawn()
	if m.frame == "" {
		m.frame = strings.Join(rows, "\n")
	}
	return m.frame
}

// drawn is the frame row by row; nil before the terminal has answered. The same frame twice costs nothing.
func (m *Model) drawn() []string {
	if !m.steady {
		return nil
	}
	if m.dirty || m.rows == nil {
		m.rows, m.frame, m.dirty = m.screen(), "", false
	}
	return m.rows
}

// panelKey says what a kept panel was drawn from.
type panelKey struct {
	w, h, theme, mode int
	versions          [3]int
	moment            int64
	state             string
}

// panel draws a region, or gives the rows of the last time when nothing in it has changed.
func (m *Model) panel(name string, w, h int, k panelKey, draw func(w, h int) []string) []string {
	k.w, k.h, k.theme = w, h, m.t.version
	if old, ok := m.kept[name]; ok && old.key == k {
		return old.rows
	}
	rows := draw(w, h)
	m.kept[name] = kept{k, rows}
	return rows
}

// screen is every row: status, second line, body, news, footer. Three places never change: the state is the first
// cell of the first row, the caller the first line of the card, the keys the last row.
func (m *Model) screen() []string {
	m.t.sheet.sweep()
	w, h := m.w, m.h
	switch {
	case w < 40 || h < 8:
		return m.tiny(w, h)
	case w < 80 || h < 20:
		return m.mini(w, h)
	}
	rows := make([]string, 0, h)
	rows = append(rows, m.status(w), m.second(w))
	rows = append(rows, m.body(w, h-4)...)
	return append(rows, m.newsRow(w), m.footer(w))
}

// body is what stands between the fixed rows.
func (m *Model) body(w, h int) []string {
	if !m.welcomed || m.board.Out != nil {
		if m.over == overHelp {
			return m.helpPane(w, h)
		}
		return m.door(w, h)
	}
	if m.lost() {
		warning := m.lostPane(w)
		return append(warning, m.desk(w, h-len(warning))...)
	}
	return m.desk(w, h)
}

// lost says that the connection is gone while the desk is open.
func (m *Model) lost() bool {
	return m.welcomed && (m.conn.State == wire.ConnLost || m.conn.State == wire.ConnTrying && m.conn.Attempt > 0)
}

func (m *Model) desk(w, h int) []string {
	switch {
	case w >= 180:
		return m.beside(0, h, m.leftColumn(30, h), m.middle(w-30-50, h, 42), m.storyColumn(50, h))
	case w >= 120:
		return m.beside(1, h, m.leftColumn(26, h), m.middle(w-26, h, 36))
	case w >= 100:
		return m.middle(w, h, 36)
	}
	low := max(5, min(7, h-13))
	if h >= 30 {
		low = min(20, h-19)
	}
	if len(m.board.Experts) == 0 && m.over != overKeypad {
		low = 0
	}
	if m.covered() && m.over != overNote {
		return m.centre(w, h)
	}
	rows := m.centre(w, h-low)
	if low > 0 {
		rows = append(rows, m.right(w, low)...)
	}
	return rows
}

// middle is the call with the experts beside it. A page that is open takes the width of both, under the card.
func (m *Model) middle(w, h, right int) []string {
	if !m.covered() {
		return m.beside(2, h, m.state(w-right, h), m.right(right, h))
	}
	head := m.head(h)
	if head == 0 {
		return m.page(w, h)
	}
	rows := m.beside(3, head, m.state(w-right, head), m.right(right, head))
	return append(rows, m.page(w, h-head)...)
}

// head is how many rows of the card stay over a page: the caller stays where the caller is.
func (m *Model) head(h int) int {
	switch {
	case m.board.caller() == nil || m.board.Missed != nil && m.board.Call == nil:
		return 0
	case h >= 30:
		return 11
	}
	return 4
}

// right is the experts' place; the keypad takes it while it is open.
func (m *Model) right(w, h int) []string {
	if m.over != overKeypad || m.board.Call == nil {
		return m.expertsPane(w, h)
	}
	if w >= 60 || h < 20 {
		return m.keypadPane(w, h)
	}
	return append(m.keypadPane(w, 9), m.expertsPane(w, h-9)...)
}

// covered says that a page lies over the middle. A ring shrinks it to its title.
func (m *Model) covered() bool {
	switch m.over {
	case overHelp, overWhy:
		return true
	case overHistory, overSettings, overPicker:
		return m.board.Offer == nil || m.board.Call != nil || m.over == overHistory && m.finding || m.over == overPicker && m.pick.kind == pickHelp
	}
	return false
}

// centre is the middle: the call, and what lies around it.
func (m *Model) centre(w, h int) []string {
	head := m.head(h)
	switch {
	case !m.covered():
		return m.state(w, h)
	case head == 0:
		return m.page(w, h)
	}
	rows := m.state(w, head)
	return append(rows, m.page(w, h-head)...)
}

// page is the open overlay.
func (m *Model) page(w, h int) []string {
	switch m.over {
	case overHelp:
		return m.helpPane(w, h)
	case overWhy:
		return m.whyPane(w, h)
	case overHistory:
		return m.historyPane(w, h)
	case overSettings:
		return m.settingsPane(w, h)
	}
	return m.pickerPane(w, h)
}

// state is the screen of the agent's state.
func (m *Model) state(w, h int) []string {
	switch m.stateMode() {
	case inRing:
		return m.ringing(w, h)
	case inWrap:
		return m.wrapping(w, h)
	case inMissed:
		return m.missed(w, h)
	case inReady:
		return m.waiting(w, h)
	case inPause:
		return m.paused(w, h)
	case inWait:
		return m.connecting(w, h)
	}
	return m.talking(w, h)
}

// since is how long ago a moment of the server was.
func (m *Model) since(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return m.server().Sub(t)
}

// left is how long until a moment of the server.
func (m *Model) left(t time.Time) time.Duration { return max(0, t.Sub(m.server())) }

// local puts a moment of the server into this machine's time zone.
func (m *Model) local(t time.Time) time.Time { return t.In(m.now.Location()) }
