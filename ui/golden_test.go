package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"
)

var update = flag.Bool("update", false, "write the golden screens anew")

var sizes = [][2]int{{80, 24}, {120, 40}, {200, 60}, {60, 20}, {40, 8}}

// The pictures. Each also has its rows, its widths, its state word, and its caller where callers stand.
func TestScreensLookAsTheyDid(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		for _, size := range sizes {
			if language == "zh" && size[0] > 120 {
				continue
			}
			for _, s := range scenes() {
				name := fmt.Sprintf("%s-%dx%d-%s", s.name, size[0], size[1], language)
				t.Run(name, func(t *testing.T) {
					r := newRig(t, size[0], size[1], func(o *Options) { o.Language = language })
					s.set(r)
					checkFrame(t, r)
					rows := r.plainLines()
					if language == "en" && !strings.Contains(rows[0], s.state) {
						t.Errorf("first row %q does not say %q", rows[0], s.state)
					}
					if s.card && size[0] >= 80 && size[1] >= 24 {
						checkCaller(t, rows, size[0])
					}
					golden(t, name, strings.Join(rows, "\n")+"\n")
				})
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("screen changed (go test ./ui -update writes it anew):\n%s", d)
	}
}

// checkFrame asserts what holds for every frame: as many rows as the window, each exactly as wide.
func checkFrame(t testing.TB, r *rig) {
	t.Helper()
	rows := r.lines()
	if len(rows) != r.h {
		t.Errorf("%d rows in a window of %d", len(rows), r.h)
	}
	for i, row := range rows {
		if w := ansi.StringWidth(row); w != r.w {
			t.Errorf("row %d is %d cells wide, the window %d: %q", i+1, w, r.w, ansi.Strip(row))
		}
	}
}

// checkCaller asserts that the caller stands where callers stand, whatever the state and whatever is open.
func checkCaller(t testing.TB, rows []string, w int) {
	t.Helper()
	at := 2
	if w >= 180 {
		at += 30
	} else if w >= 120 {
		at += 26
	}
	row := []rune(rows[3])
	if len(row) < at+12 || string(row[at:at+12]) != "Nestor Wilke" {
		t.Errorf("the caller is not at row 4, column %d: %q", at+1, rows[3])
	}
}

// Whatever the colours, the words and their places are the same.
func TestColoursChangeNoCell(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			var first string
			for _, p := range []termenv.Profile{termenv.TrueColor, termenv.ANSI256, termenv.ANSI, termenv.Ascii} {
				r := newRig(t, 120, 40)
				r.env.profile = p
				r.setTheme()
				s.set(r)
				checkFrame(t, r)
				got := strings.Join(r.plainLines(), "\n")
				if first == "" {
					first = got
				} else if got != first && s.name != "signin" {
					t.Errorf("profile %v: %s", p, cmp.Diff(first, got))
				}
				if p == termenv.Ascii && (strings.Contains(r.View(), "38;") || strings.Contains(r.View(), "[3")) {
					t.Errorf("colour under NO_COLOR")
				}
			}
		})
	}
}

// With the ASCII set no character is left whose width terminals disagree about.
func TestASCIIScreensHaveOnlyASCII(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			r := newRig(t, 120, 40, func(o *Options) { o.ASCII = true })
			s.set(r)
			checkFrame(t, r)
			for i, row := range r.plainLines() {
				for _, c := range row {
					if strings.ContainsRune("●○◐■▲◆‖⊕│─▂█░▁▃▅╭╮╰╯┏┓╔═►◄┄┊▸›✓✗⇄⊖◌", c) {
						t.Fatalf("row %d has %q: %s", i+1, c, row)
					}
				}
			}
		})
	}
}
