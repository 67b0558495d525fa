package desk

import (
	"strings"
	"unicode"
)

// clean takes out of a stranger's text what could move a cursor or turn the reading order: control
// characters, escape sequences, and the characters that change direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c, r == 0xfeff, r == 0x200b:
			return -1
		case r == unicode.ReplacementChar:
			return '?'
		}
		return r
	}, s)
}

func cleanAll(in map[string]string) map[string]string {
	if in == nil {
		return nil
	}
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[k] = clean(v)
	}
	return out
}
