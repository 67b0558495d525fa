package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// others are those of the call whom the agent may mute or let go: everybody who was brought in, and the caller's
// voice.
func (m *Model) others() []wire.Party {
	c := m.board.Call
	if c == nil {
		return nil
	}
	var out []wire.Party
	for _, p := range c.Parties {
		if p.Role != "you" && p.State != "gone" {
			out = append(out, p)
		}
	}
	return out
}

// marked is the party that the keys of the group call act on: the one chosen, else the last who came.
func (m *Model) marked() *wire.Party {
	all := m.others()
	for i := range all {
		if all[i].ID == m.party {
			return &all[i]
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &all[len(all)-1]
}

func (m *Model) chooseParty(key string) tea.Cmd {
	all, now := m.others(), m.marked()
	if now == nil {
		return nil
	}
	for i := range all {
		if all[i].ID != now.ID {
			continue
		}
		if key == "up" || key == "ctrl+p" {
			i--
		} else {
			i++
		}
		m.party = all[min(max(i, 0), len(all)-1)].ID
		break
	}
	return nil
}

func (m *Model) canMuteParty() bool {
	p := m.marked()
	return p != nil && p.State == "talking" && !p.Muted
}

func (m *Model) canUnmuteParty() bool {
	p := m.marked()
	return p != nil && p.State == "talking" && p.Muted
}

// canRemove: the caller is not removed but hung up.
func (m *Model) canRemove() bool {
	p := m.marked()
	return p != nil && p.Role != "caller"
}

func (m *Model) muteParty(string) tea.Cmd {
	p := m.marked()
	return m.do(wire.Command{Do: wire.DoMuteParty, Party: p.ID, Muted: !p.Muted})
}

func (m *Model) removeParty(string) tea.Cmd {
	return m.do(wire.Command{Do: wire.DoRemove, Party: m.marked().ID})
}

// partyNamed is who of the call is meant by the beginning of a name; nil when it is nobody or several.
func (m *Model) partyNamed(s string) *wire.Party {
	var hit *wire.Party
	all := m.others()
	for i := range all {
		if strings.HasPrefix(strings.ToLower(all[i].Name), strings.ToLower(s)) {
			if hit != nil {
				return nil
			}
			hit = &all[i]
		}
	}
	return hit
}

// party is what can be said of one in a group call: remove Megan, muteone Megan, unmuteone Megan.
func (p *plain) party(a action, who string) {
	one := p.m.partyNamed(who)
	switch {
	case one == nil:
		p.no(p.m.v.f(wNobodyAt, "n", who))
	case a == actRemove:
		p.m.do(wire.Command{Do: wire.DoRemove, Party: one.ID})
	default:
		p.m.do(wire.Command{Do: wire.DoMuteParty, Party: one.ID, Muted: a == actMuteOne})
	}
}
