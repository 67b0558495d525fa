package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// contextMost is how many characters of a chat message the server takes.
const contextMost = 4000

// chat sends somebody the story of the call, in the agent's language: who is calling, why, and the notes so far.
func (m *Model) chat(p *wire.Person) tea.Cmd {
	return m.do(wire.Command{Do: wire.DoChat, To: target(p), Text: m.contextWords()})
}

// contextWords tells an expert what the agent knows.
func (m *Model) contextWords() string {
	k := m.board.Call
	if k == nil {
		return ""
	}
	var out []string
	line := func(w word, text string) {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, m.v.f(w, "what", text))
		}
	}
	line(wContextCaller, m.contextCaller(&k.Caller))
	about := make([]string, 0, 1+len(k.Path))
	for _, s := range append([]string{k.Queue}, k.Path...) {
		if s != "" {
			about = append(about, s)
		}
	}
	line(wContextAbout, strings.Join(about, " > "))
	if k.Waited > 0 {
		line(wContextWaited, lasted(ms(k.Waited)))
	}
	for _, f := range k.Known {
		if f.Label != "" && f.Text != "" {
			out = append(out, m.v.f(wContextFact, "label", f.Label, "what", f.Text))
		}
	}
	line(wContextNotes, m.noteText())
	text := strings.Join(append(out, m.v[wContextAsk]), "\n")
	if r := []rune(text); len(r) > contextMost {
		text = string(r[:contextMost-1]) + "…"
	}
	return text
}

func (m *Model) contextCaller(c *wire.Caller) string {
	var who []string
	for _, s := range []string{c.Name, c.Company, c.Department, c.Number} {
		if s != "" {
			who = append(who, s)
		}
	}
	if c.Withheld || len(who) == 0 {
		who = append(who, m.v[wWithheld])
	}
	return strings.Join(who, ", ")
}
