package ui

import "strings"

// Three rows of half blocks for the words that must be read from three metres.
var bigLetters = map[rune][3]string{
	'A': {"▄▀▄", "█▀█", "▀ ▀"}, 'B': {"█▀▄", "█▀▄", "▀▀ "}, 'C': {"▄▀▀", "█  ", " ▀▀"}, 'D': {"█▀▄", "█ █", "▀▀ "},
	'E': {"█▀▀", "█▀ ", "▀▀▀"}, 'F': {"█▀▀", "█▀ ", "▀  "}, 'G': {"▄▀▀", "█ █", " ▀▀"}, 'H': {"█ █", "█▀█", "▀ ▀"},
	'I': {"▀█▀", " █ ", "▀▀▀"}, 'L': {"█  ", "█  ", "▀▀▀"}, 'M': {"█▄ ▄█", "█ ▀ █", "▀   ▀"}, 'N': {"█▄ █", "█ ▀█", "▀  ▀"},
	'O': {"█▀█", "█ █", "▀▀▀"}, 'P': {"█▀▄", "█▀ ", "▀  "}, 'R': {"█▀▄", "█▀▄", "▀ ▀"}, 'S': {"▄▀▀", " ▀▄", "▀▀ "},
	'T': {"▀█▀", " █ ", " ▀ "}, 'U': {"█ █", "█ █", "▀▀▀"}, 'V': {"█ █", "█ █", " ▀ "}, 'W': {"█   █", "█ █ █", "▀▄▀▄▀"},
	'Y': {"█ █", " █ ", " ▀ "}, ' ': {"  ", "  ", "  "}, '-': {"  ", "▀▀", "  "},
}

// bigWord is a word three rows high; letters that are not in the set (other scripts, ASCII screens) stand spaced out in the middle row.
func (t *theme) bigWord(word string) [3]string {
	var rows [3]string
	word = strings.ToUpper(word)
	known := t.g.ready != asciiGlyphs.ready
	for _, r := range word {
		if _, ok := bigLetters[r]; !ok {
			known = false
		}
	}
	if !known {
		var spaced []string
		for _, r := range word {
			spaced = append(spaced, string(r))
		}
		s := strings.Join(spaced, " ")
		return [3]string{strings.Repeat(t.edges(thick).h, width(s)), s, strings.Repeat(t.edges(thick).h, width(s))}
	}
	for i, r := range word {
		for n := range rows {
			if i > 0 {
				rows[n] += " "
			}
			rows[n] += bigLetters[r][n]
		}
	}
	return rows
}
