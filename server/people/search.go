package people

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"cordboard/server/fact"
)

// Wish is what is looked for, and what makes somebody likely now.
type Wish struct {
	Typed     string
	Limit     int
	Skills    map[string]int // that the call asks for, with the least level
	Presences *Presences     // nil: nobody's is known
	Stale     time.Duration  // older presence counts for nothing
	Record    *Record        // nil: nothing is remembered
	By        fact.AgentID   // who looks; left out of the answer
	Now       time.Time      // in the tenant's zone
}

// Found is one who was found. Why says in one word what speaks for the person: skill, free, answers, spoke, or
// nothing but what was typed.
type Found struct {
	Person *Person
	Why    string
}

// scratch is what one search needs to count in.
type scratch struct {
	sum  []uint16 // of all words so far; 0: not found
	best []uint8  // of this word
	like []likelihood
}

// typedCounts is how much what was typed counts against what makes a person likely.
const typedCounts = 4

// Search finds persons by what was typed: its words must each begin a word of the name, the user name, a skill, the
// job or the department; when few are found, letters that stand in order inside the name are enough. The most likely
// come first. Nothing typed finds the roster's persons.
func (x *Index) Search(w Wish) []Found {
	typed := words(fold(w.Typed))
	typed = typed[:min(len(typed), 8)]
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	n := len(x.all)
	if len(typed) == 0 {
		n = x.roster
		for i := range n {
			s.sum[i] = 1
		}
	} else if found := x.match(typed, s); found < w.Limit {
		x.inOrder(typed, s)
	}
	x.likely(w, s.like)
	top := topFew{limit: w.Limit}
	if self, known := x.at[w.By]; known {
		s.sum[self] = 0
	}
	for i, sum := range s.sum[:n] {
		if sum > 0 {
			top.offer(ranked{int32(sum)*typedCounts + int32(s.like[i].total), int32(i)})
		}
	}
	var out []Found
	for _, r := range top.sorted() {
		out = append(out, Found{x.all[r.i], s.like[r.i].why.String()})
	}
	return out
}

// match marks who has all the words, with what they are worth, and counts them.
func (x *Index) match(typed []string, s *scratch) (found int) {
	for n, w := range typed {
		clear(s.best)
		from := sort.SearchStrings(x.words, w)
		to := from + sort.Search(len(x.words)-from, func(i int) bool { return !strings.HasPrefix(x.words[from+i], w) })
		for k := from; k < to; k++ {
			whole := uint8(0)
			if len(x.words[k]) == len(w) {
				whole = 2
			}
			for _, h := range x.hits[x.from[k]:x.from[k+1]] {
				i := h.person()
				s.best[i] = max(s.best[i], h.weight()+whole)
			}
		}
		found = 0
		for i, b := range s.best {
			switch {
			case b == 0 || n > 0 && s.sum[i] == 0:
				s.sum[i] = 0
				continue
			case n == 0:
				s.sum[i] = uint16(b)
			default:
				s.sum[i] += uint16(b)
			}
			found++
		}
	}
	return found
}

// inOrder marks those in whose name the letters of every word stand in order, the first at the beginning of a word.
func (x *Index) inOrder(typed []string, s *scratch) {
	want := lettersOf(strings.Join(typed, ""))
	for i, has := range x.letters {
		if has&want != want || s.sum[i] > 0 {
			continue
		}
		name := x.names[i]
		if !slices.ContainsFunc(typed, func(w string) bool { return !inOrder(name, w) }) {
			s.sum[i] = 1
		}
	}
}

func inOrder(name, word string) bool {
	first, size := utf8.DecodeRuneInString(word)
	for at := 0; ; at += size {
		i := strings.IndexRune(name[at:], first)
		if i < 0 {
			return false
		}
		if at += i; (at == 0 || name[at-1] == ' ') && follow(name[at+size:], word[size:]) {
			return true
		}
	}
}

// follow says whether the letters of rest stand in name, in order.
func follow(name, rest string) bool {
	for _, r := range rest {
		i := strings.IndexRune(name, r)
		if i < 0 {
			return false
		}
		name = name[i+utf8.RuneLen(r):]
	}
	return true
}

// ranked is a person's index with what speaks for the person.
type ranked struct{ v, i int32 }

// better: more speaks for it, or as much, and it stands before the other.
func (r ranked) better(o ranked) bool { return r.v > o.v || r.v == o.v && r.i < o.i }

// topFew keeps the best of many: a heap with the worst of them at its root.
type topFew struct {
	limit int
	heap  []ranked
}

func (t *topFew) offer(r ranked) {
	h := t.heap
	if len(h) == t.limit {
		if t.limit == 0 || !r.better(h[0]) {
			return
		}
		h[0] = r
		for i := 0; ; {
			c := 2*i + 1
			if c >= len(h) {
				return
			}
			if c+1 < len(h) && h[c].better(h[c+1]) {
				c++
			}
			if h[c].better(h[i]) {
				return
			}
			h[i], h[c], i = h[c], h[i], c
		}
	}
	h = append(h, r)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[i].better(h[up]) {
			break
		}
		h[i], h[up], i = h[up], h[i], up
	}
	t.heap = h
}

func (t *topFew) sorted() []ranked {
	slices.SortFunc(t.heap, func(a, b ranked) int {
		if a.better(b) {
			return -1
		}
		return 1
	})
	return t.heap
}
