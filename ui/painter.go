package ui

import (
	"fmt"
	"os"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
)

// painter draws frames on a terminal: the rows that changed, as soon as they have. Bubble Tea's own renderer looks for a new
// frame 120 times a second whether there is one or not, which costs an idle console more than all its other work, and
// lets a key wait for up to 8 ms.
type painter struct {
	out  *terminal
	tty  *os.File // nil: not a terminal; nothing to put into raw mode
	was  *term.State
	rows []string // as they stand on the screen
	last time.Time
	on   bool
}

const (
	// Other screen, empty, no cursor, no wrapping (a glyph wider than thought must not move the rows below), pastes marked,
	// clicks and wheel reported, focus reported, the order of letters left to us (ECMA-48, BDSM).
	screenOn  = "\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[8l"
	screenOff = "\x1b[?1004l\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[?7h\x1b[8h\x1b]2;\x07\x1b[2J\x1b[?1049l\x1b[?25h"
)

// enter takes the terminal.
func (p *painter) enter() error {
	if p.on {
		return nil
	}
	if p.tty != nil && term.IsTerminal(p.tty.Fd()) {
		was, err := term.MakeRaw(p.tty.Fd())
		if err != nil {
			return fmt.Errorf("terminal: %w", err)
		}
		p.was = was
	}
	p.on = true
	p.out.send(screenOn, false)
	p.forget()
	return nil
}

// leave gives it back as it was.
func (p *painter) leave() {
	if !p.on {
		return
	}
	p.on = false
	p.out.send(screenOff, false)
	if p.was != nil {
		_ = term.Restore(p.tty.Fd(), p.was)
	}
}

// forget makes the next frame a whole one.
func (p *painter) forget() { p.rows = nil }

// paint brings the screen from the last frame to this one. The terminal shows it at once, not row by row, where it knows how
// (synchronised output, DEC mode 2026).
func (p *painter) paint(rows []string) {
	if !p.on || len(rows) == 0 {
		return
	}
	var b strings.Builder
	if len(rows) != len(p.rows) {
		b.WriteString("\x1b[2J")
		p.rows = make([]string, len(rows))
	}
	for i, row := range rows {
		if row != p.rows[i] {
			fmt.Fprintf(&b, "\x1b[%d;1H%s", i+1, row)
		}
	}
	p.rows = rows
	if b.Len() > 0 {
		p.out.send("\x1b[?2026h"+b.String()+"\x1b[?2026l", false)
	}
}

// easel is the desk with its screen: a key is drawn at once, everything else as soon as it is applied, at most 120
// frames a second.
type easel struct {
	*Model
	p     *painter
	due   bool
	fault any // what went wrong in our own code: the person gets a sentence, not a stack
}

type paintMsg struct{}

// Update applies a message and draws.
func (e *easel) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer func() {
		if f := recover(); f != nil {
			e.fault, next, cmd = f, e, tea.Quit
		}
	}()
	switch msg.(type) {
	case paintMsg:
		e.due = false
		e.draw()
		return e, nil
	case tea.WindowSizeMsg:
		e.p.forget()
	case tea.ResumeMsg:
		if err := e.p.enter(); err != nil {
			return e, tea.Quit
		}
	}
	_, cmd = e.Model.Update(msg)
	_, pressed := msg.(tea.KeyMsg)
	if wait := frameTime - time.Since(e.p.last); wait <= 0 || pressed {
		e.draw()
	} else if !e.due {
		e.due = true
		cmd = tea.Batch(cmd, tea.Tick(wait, func(time.Time) tea.Msg { return paintMsg{} }))
	}
	return e, cmd
}

func (e *easel) draw() {
	if e.repaint {
		e.repaint = false
		e.p.forget()
	}
	e.p.paint(e.drawn())
	e.p.last = time.Now()
}

// View has nothing for Bubble Tea to draw.
func (e *easel) View() string { return "" }
