package ui

import (
	"os"

	tea "github.com/charmbracelet/bubbletea"
)

// watchSize has nothing to do: on Windows Bubble Tea draws, and asks for the size itself.
func watchSize(*tea.Program, *os.File, <-chan struct{}) {}
