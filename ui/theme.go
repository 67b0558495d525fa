package ui

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/muesli/termenv"
)

// A style is a role with marks on it: bold, pill (ink on the role's colour), mark (the selected row), link.
type style uint8

// The roles. Each state has a role, a glyph and a word; any two of them are enough.
const (
	text style = iota
	dim
	rule // borders; no meaning
	good // ready, available
	ring // a key is awaited
	talk // the call, focus
	calm // hold, asking, away
	wrap // after the call
	rest // not ready
	bad  // missed, lost, busy
	roles
)

const (
	bold style = 1 << (iota + 4)
	pill
	mark
	link
)

// hue is one role's colour: true colour, the 256 palette, and one of the 16 (0: the terminal's own).
type hue struct {
	hex     string
	x256    int
	x16     int
	heavier bool // bold in 16 colours and without colour, where the shade alone would say too little
}

// palette is a theme's colours by role, the ink of pills and the ground of the selected row.
type palette struct {
	hues     [roles]hue
	ink      hue
	selected hue
}

// The contrast of these against seven common backgrounds is recomputed by theme_test.go.
var dark = palette{
	hues: [roles]hue{
		text: {hex: "#E6EAF0", x256: 254},
		dim:  {hex: "#A0A9B5", x256: 248},
		rule: {hex: "#55606E", x256: 240},
		good: {hex: "#72EDA5", x256: 85, x16: 32},
		ring: {hex: "#FDE047", x256: 220, x16: 33},
		talk: {hex: "#3DA9FB", x256: 75, x16: 34},
		calm: {hex: "#BACEF7", x256: 153, x16: 36},
		wrap: {hex: "#D19AB8", x256: 175, x16: 35},
		rest: {hex: "#E3E5E5", x256: 254, heavier: true},
		bad:  {hex: "#FF7A5C", x256: 209, x16: 31},
	},
	ink:      hue{hex: "#0B0F14", x256: 233},
	selected: hue{hex: "#223044", x256: 237},
}

var light = palette{
	hues: [roles]hue{
		text: {hex: "#1A1F26", x256: 234},
		dim:  {hex: "#59636E", x256: 241},
		rule: {hex: "#9AA4AF", x256: 247},
		good: {hex: "#1A5A3A", x256: 22, x16: 32},
		ring: {hex: "#8E5B01", x256: 94, x16: 33},
		talk: {hex: "#176AA8", x256: 25, x16: 34},
		calm: {hex: "#5F5A6E", x256: 60, x16: 36},
		wrap: {hex: "#6B2F7A", x256: 90, x16: 35},
		rest: {hex: "#3A3D40", x256: 237, heavier: true},
		bad:  {hex: "#8F100B", x256: 88, x16: 31},
	},
	ink:      hue{hex: "#FFFFFF", x256: 231},
	selected: hue{hex: "#DCE7F5", x256: 254},
}

// theme is a palette made ready for one terminal: the escape sequence of every style, and the glyphs.
type theme struct {
	name    string
	profile termenv.Profile
	light   bool
	on      [256]string
	g       glyphs
	version int // changes with every new theme, so that kept panels are drawn again
	sheet   sheet
}

const off = "\x1b[m"

// newTheme makes the theme name ("auto", "dark", "light", "16", "none") for a terminal of that profile.
// Auto takes light when the terminal's background is light.
func newTheme(name string, profile termenv.Profile, lightBackground, ascii bool) *theme {
	t := &theme{name: name, profile: profile, light: name == "light" || name != "dark" && lightBackground, g: unicodeGlyphs}
	if ascii {
		t.g = asciiGlyphs
	}
	switch name {
	case "16":
		t.profile = max(profile, termenv.ANSI)
	case "none":
		t.profile = termenv.Ascii
	}
	p := &dark
	if t.light {
		p = &light
	}
	for s := range 256 {
		t.on[s] = t.sequence(p, style(s))
	}
	return t
}

// sequence is the escape sequence that turns a style on.
func (t *theme) sequence(p *palette, s style) string {
	r := s & 0xf
	if r >= roles {
		return ""
	}
	h := p.hues[r]
	var codes []string
	if s&bold != 0 || h.heavier && t.profile >= termenv.ANSI || s&pill != 0 {
		codes = append(codes, "1")
	}
	if s&link != 0 {
		codes = append(codes, "4")
	}
	coloured := t.profile < termenv.ANSI
	switch {
	case s&pill != 0 && coloured:
		codes = append(codes, t.colour(p.ink, 38), t.colour(h, 48))
	case s&pill != 0:
		codes = append(codes, t.colour(h, 38), "7")
	default:
		codes = append(codes, t.colour(h, 38))
		if s&mark != 0 && coloured {
			codes = append(codes, t.colour(p.selected, 48))
		} else if s&mark != 0 {
			codes = append(codes, "7")
		}
	}
	codes = drop(codes, "")
	if len(codes) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

// colour is the SGR parameter of a hue; layer is 38 for ink, 48 for ground.
func (t *theme) colour(h hue, layer int) string {
	switch t.profile {
	case termenv.TrueColor:
		n, _ := strconv.ParseUint(strings.TrimPrefix(h.hex, "#"), 16, 32)
		return fmt.Sprintf("%d;2;%d;%d;%d", layer, n>>16, n>>8&0xff, n&0xff)
	case termenv.ANSI256:
		return fmt.Sprintf("%d;5;%d", layer, h.x256)
	case termenv.ANSI:
		if h.x16 != 0 && layer == 38 {
			return strconv.Itoa(h.x16)
		}
	}
	return ""
}

func drop(list []string, s string) []string {
	kept := list[:0]
	for _, v := range list {
		if v != s {
			kept = append(kept, v)
		}
	}
	return kept
}

// paint wraps words in a style.
func (t *theme) paint(s style, words string) string {
	on := t.on[s]
	if on == "" || words == "" {
		return words
	}
	return on + words + off
}

// terminalProfile asks the environment how many colours there are.
func terminalProfile() termenv.Profile {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return termenv.Ascii
	}
	p := termenv.EnvColorProfile()
	// tmux and screen pass 256 colours on; a pipe has none of its own, and the person who forces a theme wants to see it.
	if p == termenv.Ascii && strings.Contains(os.Getenv("TERM"), "256color") {
		p = termenv.ANSI256
	}
	if p == termenv.Ascii && os.Getenv("TERM") != "" {
		p = termenv.ANSI
	}
	return p
}
