// Draws what tmux captured from a terminal (capture-pane -e -p) as an SVG picture: go run .ci/svg.go < screen > screen.svg
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	cellW, cellH = 8.4, 18.0
	margin       = 14.0
	paper, ink   = "#16181d", "#d8dbe2"
)

var palette = [16]string{"#2a2d34", "#e0626c", "#8ec07c", "#e2b86b", "#6ca5e8", "#c58fd9", "#6cc4c4", "#d8dbe2",
	"#7a808c", "#f0868e", "#a9d59a", "#f0cc88", "#8fbcf5", "#d9aeea", "#8edada", "#ffffff"}

// style is how a cell looks.
type style struct {
	fg, bg                             string
	bold, dim, italic, under, reversed bool
}

type cell struct {
	text  string
	width int
	style style
}

func main() {
	log.SetFlags(0)
	rows, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	draw(out, rows)
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func read(r io.Reader) ([][]cell, error) {
	var rows [][]cell
	var s style
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var row []cell
		for line := sc.Text(); line != ""; {
			if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
				params, after, found := strings.Cut(rest, "m")
				if !found {
					break
				}
				s.apply(params)
				line = after
				continue
			}
			for i, c := range line {
				if c == '\x1b' {
					line = line[i:]
					break
				}
				if w := runewidth.RuneWidth(c); w == 0 && len(row) > 0 {
					row[len(row)-1].text += string(c)
				} else {
					row = append(row, cell{string(c), max(w, 1), s})
				}
				if i+len(string(c)) == len(line) {
					line = ""
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, sc.Err()
}

// apply follows an SGR sequence (ECMA-48 §8.3.117).
func (s *style) apply(params string) {
	n := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(n) == 0 {
		*s = style{}
	}
	for i := 0; i < len(n); i++ {
		v, _ := strconv.Atoi(n[i])
		switch {
		case v == 0:
			*s = style{}
		case v == 1:
			s.bold = true
		case v == 2:
			s.dim = true
		case v == 3:
			s.italic = true
		case v == 4:
			s.under = true
		case v == 7:
			s.reversed = true
		case v == 22:
			s.bold, s.dim = false, false
		case v == 23:
			s.italic = false
		case v == 24:
			s.under = false
		case v == 27:
			s.reversed = false
		case v >= 30 && v <= 37:
			s.fg = palette[v-30]
		case v >= 90 && v <= 97:
			s.fg = palette[v-82]
		case v >= 40 && v <= 47:
			s.bg = palette[v-40]
		case v >= 100 && v <= 107:
			s.bg = palette[v-92]
		case v == 39:
			s.fg = ""
		case v == 49:
			s.bg = ""
		case v == 38 || v == 48:
			colour, used := extended(n[i+1:])
			i += used
			if v == 38 {
				s.fg = colour
			} else {
				s.bg = colour
			}
		}
	}
}

func extended(n []string) (colour string, used int) {
	at := func(i int) int { v, _ := strconv.Atoi(n[i]); return v }
	switch {
	case len(n) >= 2 && n[0] == "5":
		return indexed(at(1)), 2
	case len(n) >= 4 && n[0] == "2":
		return fmt.Sprintf("#%02x%02x%02x", at(1), at(2), at(3)), 4
	}
	return "", len(n)
}

func indexed(v int) string {
	switch {
	case v < 16:
		return palette[max(v, 0)]
	case v < 232:
		step := func(i int) int {
			if i == 0 {
				return 0
			}
			return 55 + 40*i
		}
		v -= 16
		return fmt.Sprintf("#%02x%02x%02x", step(v/36), step(v/6%6), step(v%6))
	}
	grey := 8 + 10*(min(v, 255)-232)
	return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
}

func draw(w io.Writer, rows [][]cell) {
	columns := 0
	for _, row := range rows {
		n := 0
		for _, c := range row {
			n += c.width
		}
		columns = max(columns, n)
	}
	width, height := float64(columns)*cellW+2*margin, float64(len(rows))*cellH+2*margin
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="ui-monospace,'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace" font-size="14">`+"\n", width, height, width, height)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", paper)
	for y, row := range rows {
		at := 0
		for i := 0; i < len(row); {
			j, n, text := i, 0, ""
			for ; j < len(row) && row[j].style == row[i].style; j++ {
				text += row[j].text
				n += row[j].width
			}
			run(w, margin+float64(at)*cellW, margin+float64(y)*cellH, n, text, row[i].style)
			at += n
			i = j
		}
	}
	fmt.Fprintln(w, "</svg>")
}

func run(w io.Writer, x, y float64, n int, text string, s style) {
	fg, bg := s.fg, s.bg
	if fg == "" {
		fg = ink
	}
	if s.reversed {
		fg, bg = orElse(bg, paper), fg
	}
	if bg != "" {
		fmt.Fprintf(w, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, float64(n)*cellW, cellH, bg)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	more := ""
	if s.bold {
		more += ` font-weight="700"`
	}
	if s.dim {
		more += ` opacity="0.6"`
	}
	if s.italic {
		more += ` font-style="italic"`
	}
	if s.under {
		more += ` text-decoration="underline"`
	}
	fmt.Fprintf(w, `<text xml:space="preserve" x="%.1f" y="%.1f" fill="%s" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
		x, y+cellH*0.74, fg, float64(n)*cellW, more, html.EscapeString(text))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
