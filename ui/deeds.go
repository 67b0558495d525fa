package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

func undo() wire.Command { return wire.Command{Do: wire.DoUndo} }

// send makes a deed of a command without details.
func send(v wire.Verb) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd { return m.do(wire.Command{Do: v}) }
}

// prefix makes a deed that waits for one more key.
func prefix(in mode) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.prefix = in
		return nil
	}
}

// pause asks for the reason, when there are reasons to choose from.
func pause(m *Model, _ string) tea.Cmd {
	if len(m.board.Reasons) == 0 {
		return m.do(wire.Command{Do: wire.DoNotReady})
	}
	m.prefix = inReason
	return nil
}

// optional are the commands that not every server knows.
var optional = map[wire.Verb]bool{wire.DoAsk: true, wire.DoDial: true, wire.DoChat: true}

// open makes a deed that lays a page over the body.
func open(o overlay) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		switch m.over {
		case overNone, overKeypad, overHistory, overSettings:
			m.behind = m.over
		}
		m.over = o
		m.list = list{}
		if o != overHelp {
			m.prefix = inNone
		}
		return nil
	}
}

// mute works at the source, and tells the server.
func mute(on bool) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.muted = on
		m.phoneMute(on)
		return m.do(wire.Command{Do: wire.DoMute, Muted: on})
	}
}

// sure makes a deed that wants its key a second time.
func sure(a action) func(*Model, string) tea.Cmd {
	return func(m *Model, key string) tea.Cmd {
		if a == actHangup && (m.otherEndGone() || m.onePress()) {
			return m.do(wire.Command{Do: wire.DoHangup})
		}
		m.sure = sureness{act: a, key: key, since: m.now}
		at := m.now
		return later(sureFor, func(m *Model) tea.Cmd {
			if m.sure.act != "" && !m.sure.since.After(at) {
				m.sure = sureness{}
			}
			return nil
		})
	}
}

// otherEndGone says that hanging up cuts nobody off.
func (m *Model) otherEndGone() bool {
	c := m.board.Call
	if c == nil {
		return true
	}
	for _, p := range c.Parties {
		if p.Role != "you" && p.State != "gone" {
			return false
		}
	}
	return len(c.Parties) > 0
}

// onePress says that the queue wants no second press.
func (m *Model) onePress() bool { return m.board.Call != nil && m.board.Call.OnePress }

func (m *Model) sureYes(string) tea.Cmd {
	act := m.sure.act
	m.sure = sureness{}
	switch act {
	case actHangup, actEndAll:
		return m.do(wire.Command{Do: wire.DoHangup})
	case actLeave:
		return m.leave()
	case actSuspend:
		m.flushNote()
		m.suspend()
		time.AfterFunc(100*time.Millisecond, m.keyboard.interrupt) // Bubble Tea lets go of the keyboard meanwhile
		return tea.Suspend
	}
	return nil
}

func (m *Model) sureNo(string) tea.Cmd {
	m.sure = sureness{}
	return nil
}

type leaveMsg struct{}

// leave signs out, unless a caller would be cut off: the server then holds the call for the grace time.
func (m *Model) leave() tea.Cmd {
	m.flushNote()
	if m.welcomed && m.board.Call == nil && m.o.Server != nil {
		m.do(wire.Command{Do: wire.DoSignOut})
	}
	return later(80*time.Millisecond, func(*Model) tea.Cmd { return func() tea.Msg { return leaveMsg{} } })
}

func (m *Model) redraw(string) tea.Cmd {
	clear(m.kept)
	m.repaint = true
	return tea.ClearScreen
}

// back closes what is on top.
func (m *Model) back(string) tea.Cmd {
	if m.prefix != inNone && m.over != overHelp {
		m.prefix = inNone
		return nil
	}
	m.over, m.behind = m.behind, overNone
	return nil
}

func (m *Model) undoable() bool {
	u := m.board.Me.Undo
	return u != nil && (u.Until.IsZero() || m.server().Before(u.Until))
}

func (m *Model) askWhy(string) tea.Cmd {
	open(overWhy)(m, "")
	m.whyText, m.steps, m.sum, m.contact = m.story(), nil, "", m.board.contact()
	return m.do(wire.Command{Do: wire.DoWhy, Contact: m.board.contact()})
}

// story is what the desk itself knows of the contact, until the server's answer is here.
func (m *Model) story() []string {
	var lines []wire.Line
	switch b := &m.board; {
	case b.Call != nil:
		lines = b.Call.Story
	case b.Offer != nil:
		lines = b.Offer.Story
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, clock(l.At.In(m.now.Location()), true)+"  "+m.v.told(l))
	}
	return out
}
