package ui

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/mattn/go-runewidth"
	"github.com/muesli/termenv"
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
	var keys *keyboard
	opts := []tea.ProgramOption{tea.WithAltScreen(), tea.WithReportFocus(), tea.WithMouseCellMotion(),
		tea.WithFPS(120), tea.WithoutSignalHandler()}
	if runtime.GOOS == "windows" {
		opts = append(opts, tea.WithInput(in)) // console events, not bytes: nothing is ever cut in two
	} else if keys = newKeyboard(in); keys.f != nil {
		opts = append(opts, tea.WithInput(keys))
		m.keyboard = keys
	} else {
		opts = append(opts, tea.WithInput(plainInput{keys}))
	}
	f, isFile := out.(*os.File)
	if isFile {
		opts = append(opts, tea.WithOutput(ttyOut{m.out, f}))
	} else {
		opts = append(opts, tea.WithOutput(m.out))
	}
	p := tea.NewProgram(m, opts...)
	if isFile && keys != nil && keys.f != nil && isTerminal(f) {
		m.steady = false
		probe(keys, m.out, p)
	}
	box := &mailbox{ready: make(chan struct{}, 1)}
	ended := make(chan struct{})
	go box.pump(p, ended)
	go func() {
		select {
		case <-ctx.Done():
			p.Send(leaveMsg{})
		case <-ended:
		}
	}()
	go start(box.put)
	m.out.send("\x1b[8l", false) // the terminal leaves the order of letters to us (ECMA-48, BDSM)
	_, err := p.Run()
	close(ended)
	m.phoneRing(false)
	m.out.send("\x1b[8h\x1b]2;\x07", false)
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
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
		time.Sleep(20 * time.Millisecond) // raw mode comes first, or the answers are echoed
		out.send("\x1b]11;?\x1b\\\x1b[H●\x1b[6n\x1b[H\x1b[2K", false)
		time.Sleep(200 * time.Millisecond)
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

// mailbox folds what comes in a burst into one message a frame. Putting never waits.
type mailbox struct {
	mu    sync.Mutex
	held  []any
	ready chan struct{}
}

const frameTime = time.Second / 120

func (b *mailbox) put(v any) {
	b.mu.Lock()
	b.held = append(b.held, v)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

func (b *mailbox) pump(p *tea.Program, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-b.ready:
		}
		b.mu.Lock()
		v := b.held
		b.held = nil
		b.mu.Unlock()
		if len(v) > 0 {
			p.Send(batch(v))
		}
		select {
		case <-ended:
			return
		case <-time.After(frameTime):
		}
	}
}

// environment is what the surroundings say of the terminal.
type environment struct {
	profile  termenv.Profile
	light    bool
	wide     bool // draws ambiguous characters two cells wide
	language string
}

func readEnvironment(o Options) environment {
	e := environment{profile: terminalProfile(), language: o.Language}
	if e.language == "" {
		e.language = "en"
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if v := os.Getenv(name); v != "" {
				if strings.HasPrefix(v, "zh") {
					e.language = "zh"
				}
				break
			}
		}
	}
	// COLORFGBG is "ink;ground" of the 16 colours, set by some terminals.
	if _, ground, ok := strings.Cut(os.Getenv("COLORFGBG"), ";"); ok {
		if n, err := strconv.Atoi(ground[strings.LastIndexByte(ground, ';')+1:]); err == nil {
			e.light = n == 7 || n == 15
		}
	}
	return e
}

func randomID() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func itoa(n int) string { return strconv.Itoa(n) }

func equalFold(a, b string) bool { return strings.EqualFold(a, b) && a != "" }

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
	return tea.SetWindowTitle(s)
}
