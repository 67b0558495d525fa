package audio

import "strings"

// plainName takes the part off that changes when a device is plugged in again: "Jabra: USB Audio (hw:2,0)".
func plainName(name string) string {
	if i := strings.LastIndex(name, " (hw:"); i >= 0 {
		return name[:i]
	}
	return name
}

// match finds the device that is meant: the same name, the same but for its hardware number, or the only
// part of a name. It returns -1 when there is none.
func match(want string, names []string) int {
	same := []func(name string) bool{
		func(n string) bool { return n == want },
		func(n string) bool { return plainName(n) == plainName(want) },
		func(n string) bool { return strings.EqualFold(plainName(n), plainName(want)) },
		func(n string) bool {
			return strings.Contains(strings.ToLower(n), strings.ToLower(plainName(want)))
		},
	}
	for _, test := range same {
		for i, n := range names {
			if test(n) {
				return i
			}
		}
	}
	return -1
}
