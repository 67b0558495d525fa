package people

import (
	"sort"
	"strings"
	"unicode"
)

// Search finds persons by what was typed: the words must each begin a word of the name, the user name, a
// skill, the job or the department, or be found in order inside the name. Best first, at most limit.
func (r *Roster) Search(typed string, limit int) []*Person {
	words := strings.Fields(strings.ToLower(typed))
	type hit struct {
		p     *Person
		score int
		order int
	}
	var hits []hit
	for i, p := range r.all {
		if s, ok := score(p, words); ok {
			hits = append(hits, hit{p, s, i})
		}
	}
	sort.Slice(hits, func(i, j int) bool {
		if hits[i].score != hits[j].score {
			return hits[i].score > hits[j].score
		}
		return hits[i].order < hits[j].order
	})
	var out []*Person
	for _, h := range hits[:min(len(hits), limit)] {
		out = append(out, h.p)
	}
	return out
}

func score(p *Person, words []string) (int, bool) {
	total := 0
	for _, w := range words {
		s := fieldScore(p.Name, w, 8)
		s = max(s, fieldScore(p.User, w, 4), fieldScore(p.Department, w, 3), fieldScore(p.Job, w, 3))
		for skill := range p.Skills {
			s = max(s, fieldScore(skill, w, 6))
		}
		if s == 0 && inOrder(strings.ToLower(p.Name), w) {
			s = 1
		}
		if s == 0 {
			return 0, false
		}
		total += s
	}
	return total, true
}

func fieldScore(field, word string, weight int) int {
	field = strings.ToLower(field)
	if strings.HasPrefix(field, word) {
		return 2 * weight
	}
	for _, part := range strings.FieldsFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.HasPrefix(part, word) {
			return weight
		}
	}
	if strings.Contains(field, word) {
		return weight / 2
	}
	return 0
}

func inOrder(field, word string) bool {
	for _, r := range word {
		i := strings.IndexRune(field, r)
		if i < 0 {
			return false
		}
		field = field[i+len(string(r)):]
	}
	return true
}
