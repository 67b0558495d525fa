package ledger

import (
	"strings"
	"unicode"
)

// width is how many cells of a terminal a text takes: two for East Asian wide characters, none for marks.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf && r != 0x303f, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1f64f,
		r >= 0x1f900 && r <= 0x1f9ff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// cut shortens a text to n cells, the last one "…".
func cut(s string, n int) string {
	if width(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	used := 0
	for i, r := range s {
		if used += cellsOf(r); used > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// pad brings a text to n cells.
func pad(s string, n int, right bool) string {
	s = cut(s, n)
	space := strings.Repeat(" ", n-width(s))
	if right {
		return space + s
	}
	return s + space
}

// shortAll is short for names joined by commas.
func shortAll(ids string) string {
	parts := strings.Split(ids, ", ")
	for i := range parts {
		parts[i] = short(parts[i])
	}
	return strings.Join(parts, ", ")
}
