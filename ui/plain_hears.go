package ui

import (
	"strings"

	"cordboard/session/wire"
)

// hears says who hears whom whenever that changes while more than two are in the call: what the screen draws as lines between names.
// The server's own sentence, when it brings one, is enough.
func (p *plain) hears(n wire.News) {
	words := p.hearsWords()
	if words == p.heard {
		return
	}
	p.heard = words
	if words != "" && (n.Said == nil || n.Said.Kind != "hears") {
		p.event("hears", words)
	}
}

func (p *plain) hearsWords() string {
	m := p.m
	c := m.board.Call
	if c == nil {
		return ""
	}
	who := m.nameOf(&c.Caller)
	switch m.stateMode() {
	case inAsking:
		to := c.Transfer.To
		switch {
		case m.hearsCaller(c):
			return m.v.f(wpHearEachOther, "list", who) + " " + m.v.f(wHearsMusicWho, "who", to)
		case c.Transfer.State == "answered":
			return m.v.f(wpHearEachOther, "list", to) + " " + m.v.f(wHearsMusicWho, "who", who)
		}
		return m.v.f(wpRingsAt, "who", to) + " " + m.v.f(wHearsMusicWho, "who", who)
	case inSending:
		switch c.Transfer.State {
		case "starting":
			return m.v.f(wHearsMusicWho, "who", who) + " " + m.v[wYouHearNothing]
		case "confirming":
			return m.v.f(wpIsAskedForKey, "who", c.Transfer.To) + " " + m.v.f(wHearsRinging, "who", who)
		}
		return m.v.f(wHearsRinging, "who", who) + " " + m.v[wYouHearNothing]
	case inGroup:
		return p.groupWords(c)
	}
	return ""
}

func (p *plain) groupWords(c *wire.Call) string {
	v := p.m.v
	var together, more []string
	for _, one := range c.Parties {
		if one.Role == "you" {
			continue
		}
		switch one.State {
		case "ringing":
			more = append(more, v.f(wpRingsAt, "who", one.Name))
		case "held":
			more = append(more, v.f(wHearsMusicWho, "who", one.Name))
		case "gone":
		default:
			together = append(together, one.Name)
			if one.Muted {
				more = append(more, v.f(wpIsMuted, "who", one.Name))
			}
		}
	}
	if len(together) > 0 {
		more = append([]string{v.f(wpHearEachOther, "list", strings.Join(together, ", "))}, more...)
	}
	return strings.Join(more, " ")
}
