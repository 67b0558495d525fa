package ledger

import (
	"fmt"
	"strings"
)

func gap(s string) string { return strings.ReplaceAll(s, "_", " ") }

func mos(m, worst float64) string {
	switch {
	case m == 0:
		return ""
	case worst > 0:
		return fmt.Sprintf("MOS %.1f (worst %.1f)", m, worst)
	}
	return fmt.Sprintf("MOS %.1f", m)
}

// list joins what is there with commas.
func list(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// short is a sign-in name without its domain.
func short(id string) string {
	name, _, _ := strings.Cut(id, "@")
	return name
}

// oneLine takes out what would break a line or move a terminal's cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// clock writes milliseconds as m:ss, or h:mm:ss from one hour on.
func clock(ms int64) string {
	s := (ms + 500) / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
