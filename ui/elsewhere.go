package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// ringElsewhere lets calls ring at the next of the agent's telephones.
func (m *Model) ringElsewhere(string) tea.Cmd {
	me := &m.board.Me
	at := slices.Index(me.Endpoints, me.Endpoint)
	return m.do(wire.Command{Do: wire.DoEndpoint, Endpoint: me.Endpoints[(at+1)%len(me.Endpoints)]})
}
