package ui

import (
	"bufio"
	"bytes"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// commanding is the command line: the words of --plain, typed into the screen.
type commanding struct {
	edit   editor
	plain  *plain // carries the lines out
	lines  []string
	at     int // in lines, while going back
	offers []string
	head   string // before what is offered
	next   int    // of offers, for the next Tab
}

// pages are the words of --plain that have a page on the screen.
var pages = map[action]func(*Model, string) tea.Cmd{
	actHelp: open(overHelp), actHistory: (*Model).openHistory, actWhy: (*Model).askWhy, actSettings: (*Model).openSettings, actKeypad: open(overKeypad),
}

func (m *Model) openCommand(string) tea.Cmd {
	m.behindCommand = m.over
	m.over, m.prefix, m.gate = overCommand, inNone, nil
	m.command.edit = editor{max: 200}
	m.command.at, m.command.offers = len(m.command.lines), nil
	return nil
}

// closeCommand gives the page back that was open.
func (m *Model) closeCommand(string) tea.Cmd {
	m.over = m.behindCommand
	m.command.offers = nil
	return nil
}

// runCommand carries the line out, as --plain does; what it says stands in the second row, or in the news.
func (m *Model) runCommand(string) tea.Cmd {
	s := strings.TrimSpace(m.command.edit.text())
	m.closeCommand("")
	if s == "" {
		return nil
	}
	m.command.lines = append(m.command.lines, s)
	word, rest, _ := strings.Cut(s, " ")
	a, known := plainAlias[word]
	if !known {
		a = action(word)
	}
	if a == actPicker {
		kind := pickTransfer
		if m.board.Call == nil {
			kind = pickDial
		}
		cmd := openPicker(kind)(m, "")
		if rest = strings.TrimSpace(rest); rest == "" {
			return cmd
		}
		m.pick.edit.set(rest)
		return m.search()
	}
	if page := pages[a]; page != nil && (a != actKeypad || rest == "" && m.board.Call != nil) {
		return page(m, "")
	}
	if a == actLeave {
		return sure(actLeave)(m, "ctrl+c")
	}
	if m.command.plain == nil {
		m.command.plain = &plain{m: m, o: m.o, spoken: map[string]bool{}}
		m.command.plain.o.Quiet = true
	}
	p := m.command.plain
	var said bytes.Buffer
	p.w = bufio.NewWriter(&said)
	p.line(s)
	_ = p.w.Flush()
	for _, l := range strings.Split(strings.TrimSpace(said.String()), "\n") {
		if len(l) < 18 { // time, word, sentence
			continue
		}
		switch kind, words := strings.TrimSpace(l[9:16]), l[17:]; kind {
		case "no":
			m.problem = Told{m.server(), wire.Said{Words: words, Bad: true}}
		case "ok":
			m.say(words, false)
		}
	}
	return nil
}

// completeCommand writes out what the typed letters begin, as far as it is one thing, and lists what it can be.
func (m *Model) completeCommand(string) tea.Cmd {
	if n := len(m.command.offers); n > 0 { // the next of those that it can be
		m.command.edit.set(m.command.head + m.command.offers[m.command.next%n])
		m.command.next++
		return nil
	}
	s := m.command.edit.text()
	word, rest, more := strings.Cut(s, " ")
	head, part, from := "", word, plainWords()
	if more {
		head, part, from = word+" ", rest, m.whatFollows(word)
	}
	var hits []string
	for _, w := range from {
		if strings.HasPrefix(strings.ToLower(w), strings.ToLower(part)) {
			hits = append(hits, w)
		}
	}
	m.command.offers = nil
	switch len(hits) {
	case 0:
		return nil
	case 1:
		if part == hits[0] && more {
			return nil
		}
		m.command.edit.set(head + hits[0])
		if !more && m.whatFollows(hits[0]) != nil {
			m.command.edit.set(hits[0] + " ")
		}
		return nil
	}
	m.command.edit.set(head + common(hits, part))
	m.command.offers, m.command.head, m.command.next = hits, head, 0
	return nil
}

// whatFollows are the second words that a word of --plain can have.
func (m *Model) whatFollows(word string) []string {
	a, known := plainAlias[word]
	if !known {
		a = action(word)
	}
	var out []string
	switch a {
	case actTransfer, actAskDigit, actDial, actAdd:
		for i := range m.board.Experts {
			out = append(out, m.board.Experts[i].Name)
		}
	case actRemove, actMuteOne, actUnmuteOne:
		for _, p := range m.others() {
			out = append(out, p.Name)
		}
	case actQueue:
		for i := range m.board.Queues {
			out = append(out, m.board.Queues[i].Name)
		}
	case actNotReady, actDecline:
		for i := range m.board.Reasons {
			out = append(out, m.board.Reasons[i].Name)
		}
	case actCode:
		if m.board.Wrap != nil {
			for _, c := range m.board.Wrap.Codes {
				out = append(out, c.Name)
			}
		}
	case actHelpCall:
		out = slices.Clone(m.board.Tenant.Emergency)
	}
	return out
}

// common is what all of hits begin with; what was typed when they differ in capitals only.
func common(hits []string, typed string) string {
	first := []rune(hits[0])
	n := len(first)
	for _, h := range hits[1:] {
		r := []rune(h)
		n = min(n, len(r))
		for i := range n {
			if r[i] != first[i] {
				n = i
				break
			}
		}
	}
	if s := string(first[:n]); len(s) >= len(typed) {
		return s
	}
	return typed
}

// olderCommand goes back in what was typed before, newerCommand on.
func (m *Model) olderCommand(string) tea.Cmd { return m.commandAt(m.command.at - 1) }
func (m *Model) newerCommand(string) tea.Cmd { return m.commandAt(m.command.at + 1) }

func (m *Model) commandAt(i int) tea.Cmd {
	m.command.at = max(0, min(i, len(m.command.lines)))
	s := ""
	if m.command.at < len(m.command.lines) {
		s = m.command.lines[m.command.at]
	}
	m.command.edit.set(s)
	return nil
}

// commandRow is the command line in the second row, with what the typed letters can become.
func (m *Model) commandRow(l *line) {
	l.put(talk|bold, ":")
	l.drawText(text|bold, oneOf(m.command.edit.rows(max(10, l.max-20), 1)), m.t.g.cursor)
	l.sp(2)
	for _, o := range m.command.offers {
		if l.w+width(o)+2 > l.max {
			break
		}
		l.put(dim, o).sp(2)
	}
}
