package ui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"

	"cordboard/session/wire"
)

// grid is a frame cell by cell; the second half of a wide glyph is 0.
func grid(rows []string) [][]rune {
	c := runewidth.Condition{}
	g := make([][]rune, len(rows))
	for i, row := range rows {
		for _, r := range row {
			g[i] = append(g[i], r)
			if c.RuneWidth(r) == 2 {
				g[i] = append(g[i], 0)
			}
		}
	}
	return g
}

const (
	upperLeft  = "╭┏╔"
	upperRight = "╮┓╗"
	lowerLeft  = "╰┗╚"
	sides      = "│┃║├┤┣┫╠╣"
)

// emptyBoxes gives the boxes of a frame that have nothing in them.
func emptyBoxes(g [][]rune) (empty []string) {
	for y, row := range g {
		for x, c := range row {
			if !strings.ContainsRune(upperLeft, c) {
				continue
			}
			x2, y2 := x+1, y+1
			for x2 < len(row) && !strings.ContainsRune(upperRight, row[x2]) {
				x2++
			}
			for y2 < len(g) && x < len(g[y2]) && strings.ContainsRune(sides, g[y2][x]) {
				y2++
			}
			if x2 == len(row) || y2 == len(g) || !strings.ContainsRune(lowerLeft, g[y2][x]) {
				continue // a drawing, not a box
			}
			full := false
			for _, in := range g[y+1 : y2] {
				for _, c := range in[x+1 : x2] {
					full = full || c != ' ' && c != 0 && !strings.ContainsRune("─━═", c)
				}
			}
			if !full {
				empty = append(empty, strings.TrimSpace(string(row[x:x2+1])))
			}
		}
	}
	return empty
}

var (
	ownWords  = regexp.MustCompile(`\S+`)
	pillShown = regexp.MustCompile(`48;2;(\d+;\d+;\d+)`)
)

// What was looked at beside the drawings of the screens, held for every state, size and language.
func TestEveryScreenLooksAsItShould(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		for _, size := range sizes {
			for _, s := range scenes() {
				t.Run(fmt.Sprintf("%s-%dx%d-%s", s.name, size[0], size[1], language), func(t *testing.T) {
					r := newRig(t, size[0], size[1], func(o *Options) { o.Language = language })
					s.set(r)
					rows := r.plainLines()
					for _, b := range emptyBoxes(grid(rows)) {
						t.Errorf("a box without content: %s", b)
					}
					lastRow := ownWords.FindAllString(rows[len(rows)-1], -1)
					if len(lastRow) < 3 {
						t.Errorf("the last row names no key: %q", rows[len(rows)-1])
					}
					accents := map[string]bool{}
					for i, row := range r.lines() {
						if s.name == "signin" && i > 1 && i < r.h-2 {
							continue // the square
						}
						for _, m := range pillShown.FindAllStringSubmatch(row, -1) {
							accents[m[1]] = true
						}
					}
					delete(accents, "34;48;68") // the selected row
					if len(accents) > 2 {
						t.Errorf("%d filled colours at once: %v", len(accents), accents)
					}
					if size[0] >= 80 {
						r.wholeSentences(t, rows)
					}
				})
			}
		}
	}
}

// wholeSentences: what the catalogue says is never cut; names and what is known may be.
func (r *rig) wholeSentences(t *testing.T, rows []string) {
	t.Helper()
	for _, row := range rows {
		for _, cell := range regexp.MustCompile(`[│┃║╭╮┏┓╔╗]`).Split(row, -1) {
			at := strings.Index(cell, r.Model.t.g.ellipsis)
			if at <= 0 {
				continue
			}
			head := strings.TrimSpace(cell[:at])
			for _, w := range r.catalogue() {
				for k := 12; k < len(w) && k <= len(head); k++ {
					if strings.HasSuffix(head, w[:k]) && !strings.HasSuffix(w, r.Model.t.g.ellipsis) {
						t.Errorf("a sentence is cut: %q, of %q", strings.TrimSpace(cell), w)
						k = len(w)
					}
				}
			}
		}
	}
}

// catalogue is every sentence, or what stands before, between and after the names that are filled in.
func (r *rig) catalogue() (all []string) {
	for _, w := range r.v {
		all = append(all, hole.Split(w, -1)...)
	}
	return all
}

// A number that changes its width moves nothing: every word stands where it stood.
func TestNothingMovesWhenANumberChangesItsWidth(t *testing.T) {
	grow := func(r *rig) {
		b := &r.board
		far := func(at *time.Time, d time.Duration) {
			if !at.IsZero() {
				*at = at.Add(-d)
			}
		}
		far(&b.Me.Since, 72*time.Minute)
		if c := b.Call; c != nil {
			next := *c
			far(&next.Answered, 72*time.Minute)
			far(&next.HeldSince, 72*time.Minute)
			next.Quality = wire.Quality{MOS: 3.1, Loss: 12.5, Jitter: 120, Delay: 840, Worst: c.Quality.Worst}
			b.Call = &next
		}
		b.Queues = slices.Clone(b.Queues)
		for i := range b.Queues {
			b.Queues[i].Waiting += 20
			far(&b.Queues[i].Oldest, 33*time.Minute)
			b.Queues[i].Ready += 10
			b.Queues[i].Paused += 10
		}
		b.Experts = slices.Clone(b.Experts)
		for i := range b.Experts {
			far(&b.Experts[i].Seen, 3*time.Hour)
		}
		b.Team = slices.Clone(b.Team)
		for i := range b.Team {
			far(&b.Team[i].Since, 7*time.Hour)
		}
		b.Today.Calls, b.Today.Talk, b.Today.Handle, b.Today.NotReady = 140, 20000_000, 140*724_000, 13000_000
		r.levels.Quality = wire.Quality{MOS: 3.1, Loss: 12.5, Delay: 840}
		for i := range b.ver {
			b.ver[i]++
		}
		r.dirty = true
	}
	words := regexp.MustCompile(`\pL[\pL.]*`)
	for _, language := range []string{"en", "zh"} {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {60, 20}} {
			for _, s := range scenes() {
				t.Run(fmt.Sprintf("%s-%dx%d-%s", s.name, size[0], size[1], language), func(t *testing.T) {
					r := newRig(t, size[0], size[1], func(o *Options) { o.Language = language })
					s.set(r)
					before := r.plainLines()
					grow(r)
					after := r.plainLines()
					for i := range before {
						a, b := words.FindAllStringIndex(before[i], -1), words.FindAllStringIndex(after[i], -1)
						place := func(row string, at []int) string {
							return fmt.Sprintf("%s at %d", row[at[0]:at[1]], ansi.StringWidth(row[:at[0]]))
						}
						for k := range min(len(a), len(b)) {
							if was, is := place(before[i], a[k]), place(after[i], b[k]); was != is && strings.Fields(was)[0] == strings.Fields(is)[0] {
								t.Errorf("row %d: %s, then %s\n%s\n%s", i+1, was, is, before[i], after[i])
								break
							}
						}
					}
				})
			}
		}
	}
}
