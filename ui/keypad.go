package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// tone sends a digit; it is shown until the keypad closes.
func (m *Model) tone(key string) tea.Cmd {
	if len(m.toneFor) < 200 {
		m.toneFor += key
	}
	return m.do(wire.Command{Do: wire.DoTones, Digits: key})
}

func (m *Model) toneClear(string) tea.Cmd {
	m.toneFor = ""
	return nil
}

// pasteTones sends pasted digits, and nothing when there is anything else among them.
func (m *Model) pasteTones(s string) tea.Cmd {
	d := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()\u00a0", r) {
			return -1
		}
		return r
	}, s)
	if d == "" || len(d) > 40 || strings.Trim(d, "0123456789*#,") != "" {
		m.say(m.v[wPasteTones], false)
		return nil
	}
	m.toneFor += d
	return m.do(wire.Command{Do: wire.DoTones, Digits: d})
}
