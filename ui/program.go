package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/mattn/go-runewidth"
)

// Run draws the desk until the person leaves or ctx ends. start is called with the function that takes what
// session and softphone tell (values of session/wire); that function never waits.
func Run(ctx context.Context, o Options, start func(tell func(any))) error {
	ctx, unhook := signal.NotifyContext(ctx, syscall.SIGHUP) // the window was closed: leave in order
	defer unhook()
	runewidth.DefaultCondition.EastAsianWidth = false // the renderer and we count alike, whatever the locale
	in, out := files(o)
	m := newModel(ctx, o)
	m.out.w, m.out.tmux = out, os.Getenv("TMUX") != ""
	screen := newScreen(m, in, out)
	if err := screen.enter(); err != nil {
		return err
	}
	defer screen.leave()
	box := &mailbox{ready: make(chan struct{}, 1)}
	ended := make(chan struct{})
	go box.pump(screen.program, ended)
	go screen.watch(ctx, ended)
	go start(box.put)
	_, err := screen.program.Run()
	close(ended)
	m.phoneRing(false)
	if e := screen.easel; e != nil && e.fault != nil {
		return fmt.Errorf("the screen had to be closed: a fault of cordboard itself (%v)", e.fault)
	}
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// screen is the program with the terminal it runs on.
type screen struct {
	program *tea.Program
	easel   *easel    // nil on Windows, where Bubble Tea draws
	keys    *keyboard // nil on Windows
	file    *os.File  // the terminal; nil: none
	model   *Model
}

func newScreen(m *Model, in io.Reader, out io.Writer) *screen {
	s := &screen{model: m}
	if f, ok := out.(*os.File); ok && isTerminal(f) {
		s.file = f
	}
	opts := []tea.ProgramOption{tea.WithoutSignalHandler()}
	if runtime.GOOS == "windows" {
		opts = append(opts, tea.WithInput(in), tea.WithOutput(ttyOut{m.out, s.file}), tea.WithAltScreen(), tea.WithReportFocus(), tea.WithMouseCellMotion(), tea.WithFPS(120))
		s.program = tea.NewProgram(m, opts...)
		return s
	}
	s.keys = newKeyboard(in)
	p := &painter{out: m.out, tty: s.keys.f}
	s.easel = &easel{Model: m, p: p}
	if s.keys.f != nil {
		m.keyboard, m.suspend = s.keys, p.leave
	}
	s.program = tea.NewProgram(s.easel, append(opts, tea.WithInput(plainInput{s.keys}), tea.WithOutput(m.out), tea.WithoutRenderer())...)
	return s
}

func (s *screen) enter() error {
	if s.easel == nil {
		return nil
	}
	if err := s.easel.p.enter(); err != nil {
		return err
	}
	if s.file != nil && s.keys.f != nil {
		s.model.steady = false
		probe(s.keys, s.model.out, s.program)
	}
	return nil
}

func (s *screen) leave() {
	if s.easel != nil {
		s.easel.p.leave()
	}
}

// watch tells the program what happens around it: the window's size, the end.
func (s *screen) watch(ctx context.Context, ended <-chan struct{}) {
	if s.file != nil {
		go watchSize(s.program, s.file, ended)
	}
	select {
	case <-ctx.Done():
		s.program.Send(leaveMsg{})
	case <-ended:
	}
}

func files(o Options) (io.Reader, io.Writer) {
	var in io.Reader = os.Stdin
	var out io.Writer = os.Stdout
	if o.In != nil {
		in = o.In
	}
	if o.Out != nil {
		out = o.Out
	}
	return in, out
}

func isTerminal(f *os.File) bool {
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0
}

// probe asks the terminal, before the first frame, how wide it draws an ambiguous character and what its background is.
func probe(k *keyboard, out *terminal, p *tea.Program) {
	k.expect(func(a probed) { go p.Send(a) })
	go func() {
		out.send("\x1b]11;?\x1b\\\x1b[H●\x1b[6n\x1b[H\x1b[2K", false)
		<-time.After(200 * time.Millisecond)
		k.expect(nil)
		p.Send(probed{done: true})
	}()
}

func (m *Model) probed(a probed) {
	if a.background != 0 {
		m.env.light = a.background == 2
		m.setTheme()
	}
	if a.cells == 2 {
		m.env.wide = true
		m.setTheme()
	}
	m.steady = m.steady || a.done
}

// alert rings outside the screen: the bell, and a notification when the terminal is not looked at.
func (m *Model) alert() tea.Cmd {
	o := m.board.Offer
	m.out.bell()
	if !m.focused {
		m.out.notify("cordboard", m.v.f(wIsCalling, "who", m.nameOf(&o.Caller)))
	}
	return nil
}

// retitle gives the window the state as its title.
func (m *Model) retitle() tea.Cmd {
	s := m.windowTitle()
	if s == m.title {
		return nil
	}
	m.title = s
	m.out.send("\x1b]2;"+clean(s)+"\x07", false)
	return nil
}
