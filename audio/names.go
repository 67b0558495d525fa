package audio

import "strings"

// plainName takes the part off that changes when a device is plugged in again: "Jabra: USB Audio (hw:2,0)".
func plainName(name string) string {
	if i := strings.LastIndex(name, " (hw:"); i >= 0 {
		return name[:i]
	}
	return name
}

// same finds the device of that name, whatever its hardware number and its case; -1: there is none.
func same(want string, names []string) int {
	for i, n := range names {
		if n == want {
			return i
		}
	}
	for i, n := range names {
		if strings.EqualFold(plainName(n), plainName(want)) {
			return i
		}
	}
	return -1
}

// match finds the device of that name, or else the first of which it is a part; -1: there is none.
func match(want string, names []string) int {
	if i := same(want, names); i >= 0 {
		return i
	}
	for i, n := range names {
		if strings.Contains(strings.ToLower(n), strings.ToLower(plainName(want))) {
			return i
		}
	}
	return -1
}
