package ui

import (
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clean takes out of a stranger's words what could move the cursor, hide, or reorder: control characters,
// escape sequences, bidi controls, zero-width characters, private use, and more than two combining marks in a row.
// Newlines become blanks.
func clean(s string) string { return filter(s, false) }

// cleanText is clean for text of several lines: newlines stay.
func cleanText(s string) string { return filter(s, true) }

func filter(s string, lines bool) string {
	if plainASCII(s) {
		return s
	}
	s = stripSequences(s)
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	for _, r := range s {
		switch {
		case r == '\n' && lines:
		case r == '\n' || r == '\t' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029:
			r = ' '
		case r == utf8.RuneError || unicode.Is(unicode.C, r) || unicode.Is(unicode.Variation_Selector, r) || invisible(r):
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > 2 {
				continue
			}
			b.WriteRune(r)
			continue
		}
		marks = 0
		b.WriteRune(r)
	}
	return b.String()
}

func invisible(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r == 0x61c, r == 0x180e, r == 0xfeff, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x34f:
		return true
	}
	return false
}

func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// stripSequences takes out whole escape sequences, so that their letters do not stay behind (ECMA-48 §5.4, §5.6).
func stripSequences(s string) string {
	if strings.IndexByte(s, 0x1b) < 0 && !strings.ContainsAny(s, "\u009b\u009d\u0090") {
		return s
	}
	r := []rune(s)
	out := r[:0:0]
	for i := 0; i < len(r); i++ {
		kind := r[i]
		if kind == 0x1b && i+1 < len(r) {
			i++
			switch kind = r[i]; kind {
			case '[':
				kind = 0x9b
			case ']':
				kind = 0x9d
			case 'P', 'X', '^', '_':
				kind = 0x90
			default:
				continue
			}
		}
		switch kind {
		case 0x1b:
		case 0x9b:
			for i++; i < len(r) && (r[i] < 0x40 || r[i] > 0x7e); i++ {
			}
		case 0x9d, 0x90:
			for i++; i < len(r) && r[i] != 0x07 && r[i] != 0x9c && r[i] != 0x1b; i++ {
			}
			if i < len(r) && r[i] == 0x1b && i+1 < len(r) {
				i++
			}
		default:
			out = append(out, r[i])
		}
	}
	return string(out)
}

var timeType = reflect.TypeFor[time.Time]()

// scrub copies v with every string in it cleaned. The server's messages go through it once, on their way to the board.
func scrub[T any](v T) T {
	r := reflect.ValueOf(&v).Elem()
	if spotless(r) {
		return v // nearly always: nothing is copied
	}
	r.Set(scrubbed(r, false))
	return v
}

// spotless says that no string in v needs cleaning.
func spotless(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return unsoiled(v.String())
	case reflect.Pointer:
		return v.IsNil() || spotless(v.Elem())
	case reflect.Struct:
		if v.Type() == timeType {
			return true
		}
		for i := range v.NumField() {
			if !spotless(v.Field(i)) {
				return false
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if !spotless(v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !spotless(it.Value()) {
				return false
			}
		}
	}
	return true
}

// unsoiled is true for words that cleaning would leave as they are: the quick answer for most of the world's names.
func unsoiled(s string) bool {
	if plainASCII(s) {
		return true
	}
	for i, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r > 0x7f && !unicode.IsLetter(r) && !unicode.IsPunct(r) && !unicode.IsSymbol(r) && !unicode.IsDigit(r) && r != ' ' {
			return false
		}
		if invisible(r) || i > 4096 {
			return false
		}
	}
	return true
}

func scrubbed(v reflect.Value, lines bool) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !plainASCII(s) {
			n := reflect.New(v.Type()).Elem()
			n.SetString(filter(s, lines))
			return n
		}
	case reflect.Pointer:
		if !v.IsNil() {
			n := reflect.New(v.Type().Elem())
			n.Elem().Set(scrubbed(v.Elem(), lines))
			return n
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return v
		}
		n := reflect.New(v.Type()).Elem()
		n.Set(v)
		for i := range v.NumField() {
			n.Field(i).Set(scrubbed(v.Field(i), v.Type().Field(i).Name == "Note"))
		}
		return n
	case reflect.Slice:
		if v.IsNil() || v.Len() == 0 {
			return v
		}
		n := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			n.Index(i).Set(scrubbed(v.Index(i), lines))
		}
		return n
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		n := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			n.SetMapIndex(it.Key(), scrubbed(it.Value(), lines))
		}
		return n
	}
	return v
}
