package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

func (m *Model) asking() bool {
	c := m.board.Call
	return c != nil && (c.Transfer != nil && c.Transfer.Kind == "ask")
}

func (m *Model) consultAnswered() bool {
	return m.asking() && m.board.Call.Transfer.State == "answered"
}

// complete gives the caller to the person asked: by Enter, or by the digit that asked, pressed again.
func (m *Model) complete(key string) tea.Cmd {
	if d, err := strconv.Atoi(key); err == nil {
		p := m.board.expert(d)
		if p == nil || p.ID != m.board.Call.Transfer.ID {
			return nil
		}
		if m.lastKey == key && m.now.Sub(m.lastKeyAt) < secondPress {
			return nil // still the press that asked
		}
	}
	return m.do(wire.Command{Do: wire.DoComplete})
}

// target of a person on the desk.
func target(p *wire.Person) *wire.Target {
	switch p.Kind {
	case "queue":
		return &wire.Target{Kind: wire.ToQueue, ID: p.ID}
	case "agent":
		return &wire.Target{Kind: wire.ToAgent, ID: p.ID}
	case "team":
		return &wire.Target{Kind: wire.ToTeam, ID: p.ID}
	case "user":
		return &wire.Target{Kind: wire.ToUser, ID: p.ID}
	}
	return &wire.Target{Kind: wire.ToExpert, ID: p.ID}
}

// meant is the expert whom a digit means; nil, and a word about it, when nobody has it.
func (m *Model) meant(key string) *wire.Person {
	d, _ := strconv.Atoi(key)
	p := m.board.meant(d, m.server())
	if p == nil {
		m.say(m.v.f(wNobodyAt, "n", key), false)
		return nil
	}
	if !p.Number && p.Kind != "queue" {
		m.problem = Told{m.server(), wire.Said{Words: m.v.f(wNoNumber, "who", p.Name), Bad: true}}
		return nil
	}
	return p
}

func (m *Model) transferDigit(key string) tea.Cmd {
	p := m.meant(key)
	if p == nil {
		return nil
	}
	m.digitAt, m.digitWas = m.now, key
	return m.do(wire.Command{Do: wire.DoTransfer, To: target(p)})
}

// insteadDigit rings another expert in the place of the one who rings now.
func (m *Model) insteadDigit(key string) tea.Cmd {
	p := m.meant(key)
	if p == nil || m.board.Call.Transfer.ID == p.ID {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoTransfer, To: target(p)})
}

func (m *Model) askDigit(key string) tea.Cmd {
	m.prefix = inNone
	p := m.meant(key)
	if p == nil {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoAsk, To: target(p)})
}

func (m *Model) queueDigit(key string) tea.Cmd {
	m.prefix = inNone
	i, _ := strconv.Atoi(key)
	if i < 1 || i > len(m.board.Queues) {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToQueue, ID: m.board.Queues[i-1].ID}})
}

func (m *Model) keepCall(string) tea.Cmd {
	m.backSeen = true
	return nil
}
