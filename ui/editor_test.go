package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestEditor(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string
	}{
		{"letters go in at the cursor", []string{"a", "c", "left", "b"}, "abc"},
		{"backspace takes the letter before", []string{"a", "b", "backspace"}, "a"},
		{"a letter with its marks is one", []string{"e\u0301", "backspace"}, ""},
		{"home and end stay in the line", []string{"a", "enter", "b", "home", "x", "end", "y"}, "a\nxby"},
		{"up keeps the column", []string{"a", "b", "enter", "c", "d", "left", "up", "x"}, "axb\ncd"},
		{"ctrl+u empties the line to the left", []string{"a", "enter", "b", "c", "ctrl+u", "d"}, "a\nd"},
		{"escape sequences in a paste are no text", []string{"a\x1b[Bb"}, "ab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := editor{lines: true}
			for _, k := range tt.keys {
				e.key(key(k))
			}
			if got := e.text(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzEditorRows(f *testing.F) {
	f.Add("hello world\n王小明", uint8(3))
	f.Add("\u0301\n\n\n", uint8(0))
	f.Fuzz(func(t *testing.T, s string, at uint8) {
		e := editor{lines: true}
		e.insert(s)
		for range at {
			e.key(key("left"))
		}
		rows := e.rows(20, 3)
		if len(rows) > 3 {
			t.Fatalf("%d rows of 3", len(rows))
		}
		cursor := false
		for _, r := range rows {
			if w := ansi.StringWidth(r); w > 21 {
				t.Fatalf("row is %d wide: %q", w, r)
			}
			cursor = cursor || strings.ContainsRune(r, caret)
		}
		if !cursor {
			t.Fatalf("no cursor in %q", rows)
		}
	})
}
