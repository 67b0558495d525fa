package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// The question of the server: ring anyway, somebody else, ask first, no.
func (m *Model) gateYes(string) tea.Cmd {
	c := m.gate.cmd
	m.gate = nil
	c.Anyway = true
	return m.do(c)
}

func (m *Model) gateNo(string) tea.Cmd {
	m.gate = nil
	return nil
}

func (m *Model) gateAsk(string) tea.Cmd {
	c := m.gate.cmd
	m.gate = nil
	c.Do, c.Anyway = wire.DoAsk, false
	return m.do(c)
}

// gateDigit takes one of the colleagues proposed, else the expert with that digit.
func (m *Model) gateDigit(key string) tea.Cmd {
	c := m.gate.cmd
	d, _ := strconv.Atoi(key)
	var p *wire.Person
	for i := range m.gate.ask.Instead {
		if m.gate.ask.Instead[i].Digit == d {
			p = &m.gate.ask.Instead[i]
		}
	}
	if p == nil {
		if p = m.meant(key); p == nil {
			return nil
		}
	}
	m.gate = nil
	c.To, c.Anyway = target(p), false
	return m.do(c)
}
