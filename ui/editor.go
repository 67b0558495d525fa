package ui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// editor is a text field: one line, or several. The editing is that of bubbles; the layout is ours, since it must
// measure as the screen does, whatever the language of the terminal, and a letter goes with its marks.
type editor struct {
	area  *textarea.Model
	lines bool
	max   int // runes; 0: 4000
}

func (e *editor) field() *textarea.Model {
	if e.area == nil {
		a := textarea.New()
		a.MaxHeight, a.MaxWidth = 0, 0
		a.SetWidth(1 << 16) // lines are broken by rows, not by the field
		a.CharLimit = 4000
		if e.max > 0 {
			a.CharLimit = e.max
		}
		a.Focus()
		e.area = &a
	}
	return e.area
}

func (e *editor) text() string {
	if e.area == nil {
		return ""
	}
	return e.area.Value()
}

func (e *editor) empty() bool { return e.text() == "" }

func (e *editor) set(s string) { e.field().SetValue(s) }

// at is the place of the cursor in the text, in runes.
func (e *editor) at() int {
	a := e.field()
	at, row := 0, a.Line()
	for i, l := range strings.Split(a.Value(), "\n") {
		if i == row {
			break
		}
		at += len([]rune(l)) + 1
	}
	info := a.LineInfo()
	return at + info.StartColumn + info.ColumnOffset
}

// insert puts typed or pasted words at the cursor, cleaned.
func (e *editor) insert(s string) {
	if e.lines {
		s = cleanText(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	} else {
		s = clean(s)
	}
	e.field().InsertString(s)
}

// press gives a key to the field, n times.
func (e *editor) press(k tea.KeyMsg, n int) {
	a := e.field()
	for range n {
		*a, _ = a.Update(k)
	}
}

// key edits; it says whether the key was one of the field's.
func (e *editor) key(k tea.KeyMsg) bool {
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		if !k.Alt {
			e.insert(string(k.Runes))
			return true
		}
		if s := string(k.Runes); s != "b" && s != "f" { // a word back, a word on
			return false
		}
		e.press(k, 1)
	case tea.KeyBackspace, tea.KeyCtrlH, tea.KeyLeft, tea.KeyCtrlB:
		if k.Alt {
			e.press(k, 1)
			break
		}
		e.press(k, e.letter(-1))
	case tea.KeyDelete, tea.KeyCtrlD, tea.KeyRight, tea.KeyCtrlF:
		e.press(k, e.letter(1))
	case tea.KeyEnter, tea.KeyUp, tea.KeyDown:
		if !e.lines {
			return false
		}
		e.press(k, 1)
	case tea.KeyCtrlW, tea.KeyCtrlK, tea.KeyCtrlU, tea.KeyHome, tea.KeyCtrlA, tea.KeyEnd, tea.KeyCtrlE:
		e.press(k, 1)
	default:
		return false
	}
	return true
}

// letter is how many runes the letter before or behind the cursor has, its combining marks included.
func (e *editor) letter(way int) int {
	r, at, n := []rune(e.text()), e.at(), 0
	if way < 0 {
		for at > 0 {
			at--
			n++
			if !unicode.Is(unicode.M, r[at]) {
				break
			}
		}
		return n
	}
	for at < len(r) && (n == 0 || unicode.Is(unicode.M, r[at])) {
		at++
		n++
	}
	return n
}

// caret marks the cursor in the text while it is laid out; it is a private character that cleaning keeps out of real text.
const caret = '\ue000'

// rows lays the text out in lines of w cells, the last h around the cursor. The cursor's row holds caret.
func (e *editor) rows(w, h int) []string {
	r := []rune(e.text())
	at := min(e.at(), len(r))
	withCaret := string(r[:at]) + string(caret) + string(r[at:])
	rows := wrapText(withCaret, w)
	row := 0
	for i, r := range rows {
		if strings.ContainsRune(r, caret) {
			row = i
		}
	}
	from := max(0, min(row-h+1, len(rows)-h))
	if row < from {
		from = row
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
