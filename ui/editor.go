package ui

import (
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// editor is a text field: one line, or several. It measures as the screen does, whatever the language of the terminal.
type editor struct {
	runes []rune
	at    int
	lines bool
	max   int // runes; 0: 4000
}

func (e *editor) text() string { return string(e.runes) }
func (e *editor) empty() bool  { return len(e.runes) == 0 }

func (e *editor) set(s string) {
	e.runes = []rune(s)
	e.at = len(e.runes)
}

// insert puts typed or pasted words at the cursor, cleaned.
func (e *editor) insert(s string) {
	if e.lines {
		s = cleanText(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	} else {
		s = clean(s)
	}
	add := []rune(s)
	limit := e.max
	if limit == 0 {
		limit = 4000
	}
	if room := limit - len(e.runes); len(add) > room {
		add = add[:max(0, room)]
	}
	e.runes = append(e.runes[:e.at:e.at], append(add, e.runes[e.at:]...)...)
	e.at += len(add)
}

// key edits; it says whether the key was one of the field's.
func (e *editor) key(k tea.KeyMsg) bool {
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return e.word(string(k.Runes))
		}
		e.insert(string(k.Runes))
	case tea.KeyEnter:
		if !e.lines {
			return false
		}
		e.insert("\n")
	case tea.KeyBackspace, tea.KeyCtrlH:
		if k.Alt {
			e.remove(e.wordStart(), e.at)
			break
		}
		e.remove(e.clusterStart(), e.at)
	case tea.KeyDelete, tea.KeyCtrlD:
		e.remove(e.at, e.clusterEnd())
	case tea.KeyCtrlW:
		e.remove(e.wordStart(), e.at)
	case tea.KeyCtrlK:
		e.remove(e.at, e.lineEnd())
	case tea.KeyCtrlU:
		e.remove(e.lineStart(), e.at)
	case tea.KeyLeft, tea.KeyCtrlB:
		e.at = e.clusterStart()
	case tea.KeyRight, tea.KeyCtrlF:
		e.at = e.clusterEnd()
	case tea.KeyHome, tea.KeyCtrlA:
		e.at = e.lineStart()
	case tea.KeyEnd, tea.KeyCtrlE:
		e.at = e.lineEnd()
	case tea.KeyUp, tea.KeyDown:
		if !e.lines {
			return false
		}
		e.vertical(k.Type == tea.KeyUp)
	default:
		return false
	}
	return true
}

func (e *editor) word(k string) bool {
	switch k {
	case "b":
		e.at = e.wordStart()
	case "f":
		for e.at < len(e.runes) && unicode.IsSpace(e.runes[e.at]) {
			e.at++
		}
		for e.at < len(e.runes) && !unicode.IsSpace(e.runes[e.at]) {
			e.at++
		}
	default:
		return false
	}
	return true
}

func (e *editor) remove(from, to int) {
	e.runes = append(e.runes[:from:from], e.runes[to:]...)
	e.at = from
}

func (e *editor) lineStart() int {
	i := e.at
	for i > 0 && e.runes[i-1] != '\n' {
		i--
	}
	return i
}

func (e *editor) lineEnd() int {
	i := e.at
	for i < len(e.runes) && e.runes[i] != '\n' {
		i++
	}
	return i
}

func (e *editor) wordStart() int {
	i := e.at
	for i > 0 && unicode.IsSpace(e.runes[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.runes[i-1]) {
		i--
	}
	return i
}

// A character is a letter with its combining marks.
func (e *editor) clusterStart() int {
	i := e.at
	for i > 0 {
		i--
		if !unicode.Is(unicode.M, e.runes[i]) {
			break
		}
	}
	return i
}

func (e *editor) clusterEnd() int {
	i := e.at
	if i < len(e.runes) {
		i++
	}
	for i < len(e.runes) && unicode.Is(unicode.M, e.runes[i]) {
		i++
	}
	return i
}

func (e *editor) vertical(up bool) {
	start := e.lineStart()
	col := e.at - start
	if up {
		if start == 0 {
			e.at = 0
			return
		}
		e.at = start - 1
		e.at = min(e.lineStart()+col, start-1)
		return
	}
	end := e.lineEnd()
	if end == len(e.runes) {
		e.at = end
		return
	}
	e.at = end + 1
	e.at = min(e.at+col, e.lineEnd())
}

// caret marks the cursor in the text while it is laid out; it is a private character that cleaning keeps out of real text.
const caret = '\ue000'

// rows lays the text out in lines of w cells, the last h around the cursor. The cursor's row holds caret.
func (e *editor) rows(w, h int) []string {
	withCaret := string(e.runes[:e.at]) + string(caret) + string(e.runes[e.at:])
	rows := wrapText(withCaret, w)
	at := 0
	for i, r := range rows {
		if strings.ContainsRune(r, caret) {
			at = i
		}
	}
	from := max(0, min(at-h+1, len(rows)-h))
	if at < from {
		from = at
	}
	return rows[from:min(len(rows), from+h)]
}

// wrapText breaks text into lines of at most w cells, at blanks where it can.
func wrapText(s string, w int) []string {
	if w < 2 {
		return nil
	}
	rows := strings.Split(ansi.Wrap(s, w, ""), "\n")
	for i := 0; i < len(rows); i++ {
		if width(rows[i]) > w { // at a hyphen it may go too far
			parts := strings.Split(ansi.Hardwrap(rows[i], w, true), "\n")
			rows = append(rows[:i], append(parts, rows[i+1:]...)...)
		}
	}
	return rows
}

// drawText puts one row of a field, with its cursor.
func (l *line) drawText(s style, row, cursor string) *line {
	before, after, here := strings.Cut(row, string(caret))
	l.put(s, before)
	if here {
		l.put(s, cursor).put(s, after)
	}
	return l
}
