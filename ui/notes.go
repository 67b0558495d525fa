package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

const noteRest = 500 * time.Millisecond // a note is saved when the typing rests this long

// openNote puts the cursor into the note of this contact.
func (m *Model) openNote(string) tea.Cmd {
	id := m.board.contact()
	if id == "" {
		return nil
	}
	if m.noteFor != id {
		m.noteFor = id
		m.note.set(m.savedNote())
		m.noteSent = m.note.text()
	}
	m.over, m.prefix = overNote, inNone
	return nil
}

// savedNote is the note as the server has it.
func (m *Model) savedNote() string {
	switch b := &m.board; {
	case b.Call != nil:
		return b.Call.Note
	case b.Wrap != nil:
		return b.Wrap.Note
	}
	return ""
}

// noteText is the note as it stands on the screen: what is typed here, before it is saved.
func (m *Model) noteText() string {
	if m.noteFor != "" && m.noteFor == m.board.contact() {
		return m.note.text()
	}
	return m.savedNote()
}

// edited changes the open text field; a note is saved when the typing rests, a search is sent at once.
func (m *Model) edited(change func(*editor)) tea.Cmd {
	if m.over == overPicker {
		before := m.pick.edit.text()
		change(&m.pick.edit)
		if m.pick.edit.text() == before {
			return nil
		}
		return m.search()
	}
	switch {
	case m.over == overCommand:
		change(&m.command.edit)
		m.command.offers = nil
		return nil
	case m.over == overHistory && m.finding:
		change(&m.find)
		m.list.at = 0
		return nil
	}
	before := m.note.text()
	change(&m.note)
	after := m.note.text()
	if after == before {
		return nil
	}
	return later(noteRest, func(m *Model) tea.Cmd {
		if m.note.text() == after {
			m.flushNote()
		}
		return nil
	})
}

// flushNote saves what is not saved yet.
func (m *Model) flushNote() {
	if s := m.note.text(); m.noteFor != "" && s != m.noteSent {
		m.noteSent = s
		m.do(wire.Command{Do: wire.DoNote, Contact: m.noteFor, Text: s})
	}
}

// closeText leaves the open text field. There is no unsaved note.
func (m *Model) closeText(string) tea.Cmd {
	if m.over == overNote {
		m.flushNote()
	}
	m.over = overNone
	return nil
}

func (m *Model) clearLine(string) tea.Cmd {
	return m.edited(func(e *editor) { e.key(tea.KeyMsg{Type: tea.KeyCtrlU}) })
}
