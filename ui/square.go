package ui

import (
	"strings"

	"github.com/boombuler/barcode/qr"
)

// square is a QR code of an address in half blocks, black on white in every theme, with two quiet modules around it.
// Scheme and host are put in capitals (they are the same in either case), which makes it smaller. Too high: none.
func (m *Model) square(url string, most int) ([]string, int) {
	if url == "" || m.t.g.ready == asciiGlyphs.ready {
		return nil, 0
	}
	code, err := qr.Encode(capitals(url), qr.L, qr.Auto)
	if err != nil {
		return nil, 0
	}
	n := code.Bounds().Dx()
	side := n + 4
	if (side+1)/2 > most {
		return nil, 0
	}
	white := func(x, y int) bool {
		x, y = x-2, y-2
		if x < 0 || y < 0 || x >= n || y >= n {
			return true
		}
		r, _, _, _ := code.At(x, y).RGBA()
		return r > 0x7fff
	}
	on := "\x1b[38;2;255;255;255;48;2;0;0;0m"
	halves := [4]string{" ", "▄", "▀", "█"}
	switch m.t.profile {
	case 1: // termenv.ANSI256
		on = "\x1b[38;5;231;48;5;16m"
	case 2: // termenv.ANSI
		on = "\x1b[97;40m"
	case 3: // no colour: reverse, so that the light modules are the ground of a dark terminal's ink
		on = ""
	}
	var rows []string
	for y := 0; y < side; y += 2 {
		var b strings.Builder
		b.WriteString(on)
		for x := range side {
			i := 0
			if white(x, y) {
				i |= 2
			}
			if y+1 >= side || white(x, y+1) {
				i |= 1
			}
			b.WriteString(halves[i])
		}
		if on != "" {
			b.WriteString(off)
		}
		rows = append(rows, b.String())
	}
	return rows, side
}

// capitals puts an address into the small alphabet of QR codes where that changes nothing: scheme and host.
// A short path in lower case stays as it is.
func capitals(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, has := strings.Cut(rest, "/")
	out := strings.ToUpper(scheme + "://" + host)
	if has {
		out += "/" + path
	}
	return out
}
