package ui

import (
	"context"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// Server is the line to the contact centre. None of its methods waits for the network; answers come back as wire values.
type Server interface {
	Do(wire.Command)
	SignIn(action string) // "new_code", "browser", "approve_demo"
	Takeover(yes bool)
}

// Phone is the softphone on this machine. None of its methods waits.
type Phone interface {
	Mute(on bool)
	Ring(on bool)
	Levels() wire.Levels
}

// Options of the console. In and Out are the terminal; nil means standard input and output.
type Options struct {
	Server   Server
	Phone    Phone
	Theme    string // auto, dark, light, 16, none
	Language string // en, zh; empty: from the environment
	Demo     *Demo
	Now      func() time.Time
	In       io.Reader
	Out      io.Writer

	ASCII         bool   // glyphs of one byte, whatever the terminal
	Motion        string // full, calm
	Saved         func(Settings)
	Headsets      func() (inputs, outputs []string) // names to choose from; nil: no choice. May take its time
	Ringer        string                            // the device that the ring tone comes from, by name; empty: the ear
	Input, Output string                            // the devices in use, by name
	AutoAnswer    string                            // on: calls are answered by themselves after a second and a tone
	Open          func(url string)                  // opens the system's browser; nil: the key is not offered

	Clock string // --plain: "wall" (default), "mono": seconds of the monotonic clock before each line
	Quiet bool   // --plain: no bell before an offer
	Stay  bool   // --plain: the end of the input does not sign out
}

// Settings are what the person changed on the settings page; Options.Saved gets them.
type Settings struct {
	Theme, Language, Motion string
	ASCII                   bool
	Input, Output           string // names of devices; empty: the system's
	Ringer                  string // name of a device; empty: the ear
	AutoAnswer              string // on, off
}

// Demo is the first screen of the demo: who you are, what is simulated. Dots are addresses that are up.
type Demo struct {
	Lines []string  // who you are and what will happen
	Steps [4]string // beside Enter, r, Space, 1: what each step does; empty: the built-in words
	Dots  []string  // "SBC sip:5061", "server :8443"
}

type overlay uint8

const (
	overNone overlay = iota
	overNote
	overPicker
	overKeypad
	overHelp
	overWhy
	overHistory
	overSettings
	overCommand
)

// Model is the desk as Bubble Tea sees it. View reads it only; time comes with the messages.
type Model struct {
	o        Options
	ctx      context.Context
	v        words
	t        *theme
	keys     *keymap
	out      *terminal
	keyboard *keyboard // nil: the console cannot be stopped and gone on with
	suspend  func()    // gives the terminal back for a while
	repaint  bool      // the whole screen, with the next frame
	env      environment
	w, h     int
	now      time.Time
	steady   bool // the terminal has answered, or will not: draw

	board    Board
	sign     wire.SignIn
	conn     wire.Connected
	welcomed bool
	resumed  time.Time
	levels   wire.Levels
	mic, ear meter
	focused  bool
	title    string
	ticking  time.Duration
	tickID   int

	over          overlay
	trace         trace
	behind        overlay // what help lies over
	prefix        mode
	sure          sureness
	party         string // chosen in a group call
	gate          *gate
	problem       Told // row 2, until a key or 10 s
	news          Told // this console's own line, when newer than the server's
	list          list // what scrolls
	whyText       []string
	steps         []wire.Step // of a contact, from its arrival to its end
	sum           string
	command       commanding
	behindCommand overlay // what the command line lies over
	find          editor  // in the history
	finding       bool
	contact       string // whose story is open, when it is not the caller's

	note            editor
	noteFor         string
	noteSent        string
	pick            picker
	history         []wire.Row
	backSeen        bool
	muted           bool
	looping         bool // the microphone is in the ear
	metering        bool // its level is shown without a call
	inputs, outputs []string
	demoPast        bool
	approve         bool // the demo's sign-in, as soon as there is a code
	cannot          map[wire.Verb]bool
	demoDone        [4]bool

	pending   map[string]wire.Command
	sequence  int
	prefixID  string
	lastKey   string
	lastKeyAt time.Time
	sameKeyAt time.Time
	ringAt    time.Time // when the ring appeared
	ringAfter time.Time // the last key before that
	wrapAt    time.Time // when the wrap-up appeared
	digitAt   time.Time
	digitWas  string
	toneWait  string
	toneFor   string

	kept   map[string]kept
	joined [8][]joinedRow
	rows   []string // the frame, as long as it is not dirty
	frame  string   // the same in one piece, when it was asked for
	dirty  bool
}

type kept struct {
	key  panelKey
	rows []string
}

// sureness is a first press that waits for the second.
type sureness struct {
	act   action
	key   string
	since time.Time
	held  int // counts presses, so that a held key is told from a second press
}

// gate is a question of the server that stands before a command.
type gate struct {
	cmd wire.Command
	ask wire.Ask
}

// batch is what the session and the softphone told since the last frame.
type batch []any

type tickMsg struct{ id int }

type laterMsg struct{ run func(*Model) tea.Cmd }

func newModel(ctx context.Context, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	env := readEnvironment(o)
	m := &Model{o: o, ctx: ctx, env: env, keys: newKeymap(), focused: true, now: o.Now(), w: 80, h: 24, steady: true,
		pending: map[string]wire.Command{}, cannot: map[wire.Verb]bool{}, kept: map[string]kept{}, prefixID: randomID(), dirty: true, out: &terminal{}}
	m.v = catalogue(env.language)
	m.setTheme()
	m.note.lines = true
	return m
}

func (m *Model) setTheme() {
	version := 1
	if m.t != nil {
		version = m.t.version + 1
	}
	m.t = newTheme(m.o.Theme, m.env.profile, m.env.light, m.o.ASCII || m.env.wide)
	m.t.version = version
}

// Init starts the clock.
func (m *Model) Init() tea.Cmd { return m.tick() }

// Update takes one message. All of them come in order, from one goroutine.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.o.Now()
	m.dirty = true
	var cmds []tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		cmds = append(cmds, m.typed(msg))
	case tea.MouseMsg:
		cmds = append(cmds, m.mouse(msg))
	case batch:
		for _, v := range msg {
			cmds = append(cmds, m.told(v))
		}
	case tickMsg:
		if msg.id != m.tickID {
			m.dirty = false
			return m, nil
		}
		m.ticking = 0
		m.read()
		m.sample()
	case laterMsg:
		cmds = append(cmds, msg.run(m))
	case tea.FocusMsg:
		m.focused = true
	case tea.BlurMsg:
		m.focused = false
	case probed:
		m.probed(msg)
	case leaveMsg:
		return m, tea.Quit
	}
	m.showLevel()
	cmds = append(cmds, m.retitle(), m.tick())
	return m, tea.Batch(cmds...)
}

// server is the moment by the server's clock.
func (m *Model) server() time.Time { return m.now.Add(m.board.Skew) }

// tick asks for the next message of the clock: ten a second while something moves, one a second with a timer on the screen.
func (m *Model) tick() tea.Cmd {
	want := m.pace()
	if want == 0 || m.ticking == want {
		return nil
	}
	if m.ticking != 0 && m.ticking < want {
		return nil // the quicker one comes anyway
	}
	m.ticking = want
	m.tickID++
	id := m.tickID
	wait := want
	if want == time.Second {
		wait = want - m.server().Sub(m.server().Truncate(time.Second)) // on the second
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return tickMsg{id} })
}

func (m *Model) pace() time.Duration {
	calmly := m.o.Motion == "calm"
	switch {
	case m.welcomed && (m.board.Call != nil || m.board.Offer != nil || m.looping || m.metering) && !calmly:
		return 100 * time.Millisecond
	case m.welcomed, m.sign.Stage == wire.SignInCode, m.sign.Stage == wire.SignInStarting, m.conn.State == wire.ConnTrying:
		return time.Second
	}
	return 0
}

// read takes the meters' levels from the softphone.
func (m *Model) read() {
	if m.o.Phone == nil {
		return
	}
	m.levels = m.o.Phone.Levels()
	m.levels.Device = clean(m.levels.Device)
	if m.board.Call == nil && m.board.Offer == nil && !m.looping && !m.metering { // read once a second: the last moments say nothing
		m.mic, m.ear = meter{}, meter{}
	}
	m.mic.push(m.levels.Mic)
	m.ear.push(m.levels.Ear)
}

// later runs f after a while, in the loop.
func later(d time.Duration, f func(*Model) tea.Cmd) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return laterMsg{f} })
}
