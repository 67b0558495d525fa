package ui

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"cordboard/session/wire"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain words stay", "Nestor Wilke", "Nestor Wilke"},
		{"other scripts stay", "王小明 يوسف Ünal", "王小明 يوسف Ünal"},
		{"a colour goes, with its letters", "a\x1b[31mb", "ab"},
		{"a title goes whole", "a\x1b]0;owned\x07b", "ab"},
		{"a title ended by ST goes whole", "a\x1b]0;owned\x1b\\b", "ab"},
		{"a C1 sequence goes", "a\u009b2Jb", "ab"},
		{"bidi controls go", "a\u202eb\u2066c", "abc"},
		{"zero width goes", "a\u200bb\ufeffc", "abc"},
		{"two marks stay, the third goes", "e\u0301\u0302\u0303x", "e\u0301\u0302x"},
		{"a line end is a blank", "a\nb\tc", "a b c"},
		{"broken bytes go", "a\xffb", "ab"},
		{"a lone escape goes", "a\x1b", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNewsIsCleanedWhole(t *testing.T) {
	bad := "x\x1b[2J"
	n := scrub(wire.News{Call: &wire.Call{Caller: wire.Caller{Name: bad}, Path: []string{bad}, Note: "a\nb" + bad, Known: []wire.Fact{{Text: bad}}}, Said: &wire.Said{Words: bad, Args: map[string]string{"who": bad}}})
	for _, s := range []string{n.Call.Caller.Name, n.Call.Path[0], n.Call.Known[0].Text, n.Said.Words, n.Said.Args["who"]} {
		if s != "x" {
			t.Errorf("left %q", s)
		}
	}
	if n.Call.Note != "a\nbx" {
		t.Errorf("the note is %q", n.Call.Note)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\x1b[31mb", "\x1b]8;;http://x\x07y", "\u202e", "e\u0301\u0301\u0301", "\x1bPq\x1b\\", "\x9c\x9d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		marks := 0
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%q keeps %U", got, r)
			}
			if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
				if marks++; marks > 2 {
					t.Fatalf("%q has three marks in a row", got)
				}
			} else {
				marks = 0
			}
		}
		if unsoiled(s) && got != s {
			t.Fatalf("%q counts as clean and is not: %q", s, got)
		}
		if again := clean(got); again != got {
			t.Fatalf("cleaning twice differs: %q, %q", got, again)
		}
		if strings.ContainsRune(got, 0x1b) {
			t.Fatal("an escape is left")
		}
		for _, n := range []int{1, 2, 5, 40} {
			if w := ansi.StringWidth(cut(got, n, "…")); w > n {
				t.Fatalf("cut to %d is %d wide", n, w)
			}
		}
		th := newTheme("dark", 0, false, false)
		for _, n := range []int{1, 3, 10} {
			l := th.line(n).put(text, visual(got)).String()
			if w := ansi.StringWidth(l); w != n {
				t.Fatalf("a line of %d is %d wide: %q of %q", n, w, l, got)
			}
		}
	})
}
