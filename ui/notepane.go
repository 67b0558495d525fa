package ui

import (
	"time"

	"cordboard/session/wire"
)

// knownBlock lists what is known, in exactly n rows under a rule.
func (m *Model) knownBlock(p *pane, known []wire.Fact, n int) {
	if n <= 0 {
		return
	}
	p.rule(m.t.words().put(dim, m.v[wKnown]), nil)
	m.facts(p, known, n)
}

// facts fills n rows.
func (m *Model) facts(p *pane, known []wire.Fact, n int) {
	for i := range n {
		l := p.line()
		if i < len(known) {
			l.field(dim, known[i].Label, 8).sp(1).put(text, visual(known[i].Text))
		} else if i == 0 {
			l.put(dim, m.v[wNothingKnown])
		}
		p.add(l)
	}
}

// noteBlock is the note, in what is left of h rows.
func (m *Model) noteBlock(p *pane, h int) {
	n := h - p.height() - 2
	if n < 1 {
		return
	}
	title, right := m.noteTitle()
	p.rule(title, right)
	m.noteRows(p, n)
}

func (m *Model) noteTitle() (title, right *line) {
	title = m.t.words().put(dim, m.v[wNote])
	right = m.t.words()
	var saved time.Time
	switch b := &m.board; {
	case b.Call != nil:
		saved = b.Call.NoteSaved
	case b.Wrap != nil:
		saved = b.Wrap.Saved
	}
	switch {
	case m.over == overNote && m.note.text() != m.noteSent:
		right.put(dim, m.v[wTyping])
	case !saved.IsZero():
		right.put(dim, m.v[wSaved]+" "+clock(m.local(saved), false))
	default:
		right.put(text|bold, "e ").put(dim, m.v[wkNote])
	}
	return title, right
}

// noteRows are n rows of the note, the cursor among them while it is written.
func (m *Model) noteRows(p *pane, n int) {
	var rows []string
	if m.over == overNote && m.noteFor == m.board.contact() {
		rows = m.note.rows(p.inner()-1, n)
	} else if s := m.noteText(); s != "" {
		rows = wrapText(s, p.inner()-1)
	}
	for i := range n {
		l := p.line()
		if i < len(rows) {
			l.drawText(text, rows[i], m.t.g.cursor)
		}
		p.add(l)
	}
}
