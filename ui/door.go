package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

func signAction(a string) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.board.Out = nil
		if m.o.Server != nil {
			m.o.Server.SignIn(a)
		}
		return nil
	}
}

func takeover(yes bool) func(*Model, string) tea.Cmd {
	return func(m *Model, key string) tea.Cmd {
		if m.o.Server != nil {
			m.o.Server.Takeover(yes)
		}
		if !yes {
			return func() tea.Msg { return leaveMsg{} }
		}
		m.conn = wire.Connected{State: wire.ConnTrying}
		return nil
	}
}

// demoSignIn opens the demo's Microsoft page and approves it.
func (m *Model) demoSignIn(string) tea.Cmd {
	m.demoPast = true
	m.approve = !m.hasCode() // the code is on its way: approved when it is here
	if m.o.Server != nil {
		m.o.Server.SignIn("approve_demo")
	}
	return nil
}

// openPage opens the sign-in page with the system's browser.
func (m *Model) openPage(string) tea.Cmd {
	m.o.Open(m.sign.URL)
	return nil
}

func (m *Model) hasCode() bool { return m.sign.Code != "" && m.sign.Stage == wire.SignInCode }

func (m *Model) copyCode(string) tea.Cmd {
	return m.copy(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, m.sign.Code))
}

func (m *Model) copySSH(string) tea.Cmd { return m.copy(m.sign.Remote) }

// copy puts words on the clipboard by OSC 52, and says so.
func (m *Model) copy(words string) tea.Cmd {
	if words == "" {
		return nil
	}
	m.out.copy(words)
	m.say(m.v.f(wCopied, "what", cut(clean(words), 40, m.t.g.ellipsis)), false)
	return nil
}

func copyOf(what func(*Model) string) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.prefix = inNone
		return m.copy(what(m))
	}
}

// knownText is all that is known about the caller, one fact a line.
func (m *Model) knownText() string {
	var b strings.Builder
	for _, f := range m.known() {
		b.WriteString(f.Label + ": " + f.Text + "\n")
	}
	return strings.TrimSpace(b.String())
}

func (m *Model) known() []wire.Fact {
	switch {
	case m.board.Call != nil:
		return m.board.Call.Known
	case m.board.Offer != nil:
		return m.board.Offer.Known
	}
	return nil
}

// group writes a code in groups of three.
func group(code string) string {
	if strings.ContainsAny(code, " -") || len(code) <= 4 {
		return code
	}
	var b strings.Builder
	for i, r := range []rune(code) {
		if i > 0 && i%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
