package ui

import "strings"

// shownNumber writes an international number in groups, for reading aloud: +44 20 7946 0018. It is copied and dialled as it came.
// A number that has blanks already, or is none, stays as it is.
func shownNumber(s string) string {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || len(digits) < 8 || strings.Trim(digits, "0123456789") != "" {
		return s
	}
	country := countryCode(digits)
	rest := digits[len(country):]
	var groups []string
	switch {
	case country == "1" && len(rest) == 10:
		groups = []string{rest[:3], rest[3:6], rest[6:]}
	case country == "44" && len(rest) == 10 && rest[0] == '2':
		groups = []string{rest[:2], rest[2:6], rest[6:]}
	case country == "44" && len(rest) == 10:
		groups = []string{rest[:4], rest[4:7], rest[7:]}
	case country == "86" && len(rest) == 11:
		groups = []string{rest[:3], rest[3:7], rest[7:]}
	case country == "33" && len(rest) == 9:
		groups = []string{rest[:1], rest[1:3], rest[3:5], rest[5:7], rest[7:]}
	default:
		groups = threes(rest)
	}
	return "+" + country + " " + strings.Join(groups, " ")
}

// threes splits into groups of three; the last has up to four, so that none stands alone.
func threes(s string) []string {
	var out []string
	for len(s) > 4 {
		out = append(out, s[:3])
		s = s[3:]
	}
	return append(out, s)
}

// countryCode is the country's part of an international number (ITU-T E.164, list of assigned codes).
func countryCode(d string) string {
	if d[0] == '1' || d[0] == '7' {
		return d[:1]
	}
	const twoDigits = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	if strings.Contains(twoDigits, " "+d[:2]+" ") {
		return d[:2]
	}
	return d[:3]
}
