package ui

import (
	"strings"

	"cordboard/session/wire"
)

// glyphs are the signs of the screen. The ASCII set serves terminals that draw ambiguous characters two cells wide.
type glyphs struct {
	ready, ringing, talking, group, held, moving, wrap, rest, missed, alert string
	busy, dnd, away, off, unknown, old                                      string
	rec, tick, step, then, dot, ellipsis, cursor, pick, out, note           string
	full, empty, dash                                                       string
	both, line2, corner2, turn2, drop2, dots, dotTurn, dotDown              string
	level                                                                   [9]string
	eighths                                                                 [8]string
	signal                                                                  [3]string
	up, down                                                                string
}

var unicodeGlyphs = glyphs{
	ready: "●", ringing: "▲", talking: "►", group: "⊕", held: "‖", moving: "⇄", wrap: "◆", rest: "○", missed: "✗", alert: "!",
	busy: "■", dnd: "⊖", away: "◐", off: "○", unknown: "?", old: "◌",
	rec: "●", tick: "✓", step: "▸", then: "○", dot: "·", ellipsis: "…", cursor: "█", pick: "›", out: "→", note: "♪",
	full: "█", empty: "░", dash: "–",
	both: "◄═►", line2: "═", corner2: "╔", turn2: "╗", drop2: "║", dots: "┄", dotTurn: "┐", dotDown: "┊",
	level:   [9]string{"▁", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	eighths: [8]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"},
	signal:  [3]string{"▂", "▂▄", "▂▄▆"},
	up:      "↑", down: "↓",
}

var asciiGlyphs = glyphs{
	ready: "*", ringing: "^", talking: ">", group: "&", held: "=", moving: "~", wrap: "#", rest: "o", missed: "x", alert: "!",
	busy: "#", dnd: "-", away: "~", off: "o", unknown: "?", old: "'",
	rec: "*", tick: "+", step: ">", then: "o", dot: "-", ellipsis: ".", cursor: "_", pick: ">", out: ">", note: "~",
	full: "#", empty: "-", dash: "-",
	both: "<=>", line2: "=", corner2: "+", turn2: "+", drop2: "|", dots: ".", dotTurn: "+", dotDown: ":",
	level:   [9]string{".", ".", ".", ":", ":", ":", "|", "|", "|"},
	eighths: [8]string{"", "-", "-", "-", "=", "=", "=", "#"},
	signal:  [3]string{"l", "ll", "lll"},
	up:      "^", down: "v",
}

// narrow puts a plain sign in the place of each that a terminal set up for Chinese may draw two cells wide.
func narrow(s string) string {
	if plainASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if n, ok := narrowRunes[r]; ok {
			return n
		}
		return r
	}, s)
}

var narrowRunes = map[rune]rune{'“': '"', '”': '"', '‘': '\'', '’': '\'', '…': '.', '–': '-', '—': '-', '·': '-', '▸': '>', '►': '>', '◄': '<', '›': '>', '‹': '<',
	'≥': '>', '≤': '<', '×': 'x', '→': '>', '←': '<', '↑': '^', '↓': 'v', '●': '*', '○': 'o', '■': '#', '▲': '^', '◆': '#', '✓': '+', '✗': 'x', '♪': '~', '±': '~', '⇄': '~', '°': '\'', '§': '#'}

// edges are the strokes of a border: top left, horizontal, top right, vertical, bottom left, bottom right, left and right joint.
type edges struct{ tl, h, tr, v, bl, br, jl, jr string }

// The border says how things stand: round is calm, thick wants a key, double is broken.
type border uint8

const (
	round border = iota
	thick
	double
)

var unicodeEdges = [3]edges{
	round:  {"╭", "─", "╮", "│", "╰", "╯", "├", "┤"},
	thick:  {"┏", "━", "┓", "┃", "┗", "┛", "┣", "┫"},
	double: {"╔", "═", "╗", "║", "╚", "╝", "╠", "╣"},
}

var asciiEdges = [3]edges{
	round:  {"+", "-", "+", "|", "+", "+", "+", "+"},
	thick:  {"#", "=", "#", "#", "#", "#", "#", "#"},
	double: {"!", "=", "!", "!", "!", "!", "!", "!"},
}

func (t *theme) edges(b border) *edges {
	if t.g.ready == asciiGlyphs.ready {
		return &asciiEdges[b]
	}
	return &unicodeEdges[b]
}

// face is how a state looks: its glyph, its colour, its word.
type face struct {
	glyph string
	role  style
	word  word
}

// faceOf an agent's state.
func (t *theme) faceOf(s wire.State) face {
	g := &t.g
	switch s {
	case wire.Ready:
		return face{g.ready, good, wReady}
	case wire.Offered:
		return face{g.ringing, ring, wRinging}
	case wire.Connecting:
		return face{g.talking, talk, wConnecting}
	case wire.Talking:
		return face{g.talking, talk, wTalking}
	case wire.DirectCall:
		return face{g.talking, talk, wDirect}
	case wire.Dialing:
		return face{g.talking, talk, wDialing}
	case wire.Held:
		return face{g.held, calm, wOnHold}
	case wire.Consulting:
		return face{g.moving, calm, wAsking}
	case wire.Transfer:
		return face{g.moving, calm, wSending}
	case wire.Conference:
		return face{g.group, talk, wGroup}
	case wire.Wrapup:
		return face{g.wrap, wrap, wWrapUp}
	case wire.MissedCall:
		return face{g.missed, bad, wMissed}
	case wire.Lost:
		return face{g.alert, bad, wLost}
	case wire.Offline:
		return face{g.rest, rest, wOffline}
	}
	return face{g.rest, rest, wNotReady}
}

// presence is how an expert's Teams presence looks: glyph, colour, short word. What is unknown or old never looks available.
func (t *theme) presence(p *wire.Person) (string, style, word) {
	g := &t.g
	if p.Old {
		return g.old, dim, wpOld
	}
	switch p.Availability {
	case "Available", "AvailableIdle":
		if p.OutOfOffice {
			return g.off, dim, wpOut
		}
		return g.ready, good, wpFree
	case "Busy", "BusyIdle":
		switch p.Activity {
		case "InACall", "InAConferenceCall":
			return g.busy, bad, wpCall
		case "InAMeeting", "Presenting":
			return g.busy, bad, wpMeeting
		}
		return g.busy, bad, wpBusy
	case "DoNotDisturb":
		return g.dnd, bad, wpDnd
	case "Away":
		return g.away, calm, wpAway
	case "BeRightBack":
		return g.away, calm, wpBrb
	case "Offline":
		if p.OutOfOffice {
			return g.off, dim, wpOut
		}
		return g.off, dim, wpOff
	}
	return g.unknown, dim, wpUnknown
}
