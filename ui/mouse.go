package ui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// mouse scrolls lists and presses footer keys. Nothing needs it.
func (m *Model) mouse(e tea.MouseMsg) tea.Cmd {
	if !m.welcomed {
		return nil
	}
	switch {
	case e.Button == tea.MouseButtonWheelUp && e.Action == tea.MouseActionPress:
		return m.wheel("up")
	case e.Button == tea.MouseButtonWheelDown && e.Action == tea.MouseActionPress:
		return m.wheel("down")
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress && e.Y == m.h-1:
		return m.clickFooter(e.X)
	}
	return nil
}

func (m *Model) wheel(key string) tea.Cmd {
	switch m.mode() {
	case inPicker:
		return m.pickMove(key)
	case inHelp, inWhy, inHistory, inSettings:
		return m.scroll(key)
	}
	return nil
}

// clickFooter presses the key under the pointer.
func (m *Model) clickFooter(x int) tea.Cmd {
	in := m.mode()
	at := width(m.v[m.keys.chips[in].word]) + 2
	for _, k := range m.footerRow(in) {
		b := m.keys.bindings[k.act]
		if k.act == actHelp {
			if x >= m.w-k.width() {
				return b.run(m, "?")
			}
			continue
		}
		end := at + k.width()
		if x >= at && x < end && b != nil && len(b.keys) < 9 {
			return m.press(keyOf(b.keys[0]))
		}
		at = end
	}
	return nil
}

// keyOf is the message that a key of the table makes.
func keyOf(name string) tea.KeyMsg {
	switch name {
	case "enter":
		return tea.KeyMsg{Type: tea.KeyEnter}
	case "esc":
		return tea.KeyMsg{Type: tea.KeyEsc}
	case "tab":
		return tea.KeyMsg{Type: tea.KeyTab}
	case "up":
		return tea.KeyMsg{Type: tea.KeyUp}
	case "down":
		return tea.KeyMsg{Type: tea.KeyDown}
	case "backspace":
		return tea.KeyMsg{Type: tea.KeyBackspace}
	case "f3":
		return tea.KeyMsg{Type: tea.KeyF3}
	case "f4":
		return tea.KeyMsg{Type: tea.KeyF4}
	case "ctrl+u":
		return tea.KeyMsg{Type: tea.KeyCtrlU}
	case " ":
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}
