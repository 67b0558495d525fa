package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// choosesShown says that there is a choice of what who is called will see.
func (m *Model) choosesShown() bool {
	return m.pick.kind == pickDial && len(m.board.Me.ShowAs) > 1
}

// shownNumber is what who is called will see, nil where there is no choice.
func (m *Model) shownNumber() *wire.ShownNumber {
	if !m.choosesShown() {
		return nil
	}
	return &m.board.Me.ShowAs[m.pick.shown%len(m.board.Me.ShowAs)]
}

// nextShown takes the tenant's next number.
func (m *Model) nextShown(string) tea.Cmd {
	m.pick.shown++
	return nil
}

// shownNamed finds a number of the tenant by its name or by itself, nil when it is none.
func shownNamed(all []wire.ShownNumber, s string) *wire.ShownNumber {
	n := asNumber(s)
	for i := range all {
		if equalFold(all[i].Name, s) || n != "" && all[i].Number == n {
			return &all[i]
		}
	}
	return nil
}
