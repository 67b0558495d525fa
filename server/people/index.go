package people

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"cordboard/server/fact"
)

// Index finds persons by what is typed: those of a roster, and everybody else of the company's directory. It is made
// once and never changed; a search in 50,000 persons takes a few milliseconds.
type Index struct {
	of     *Roster
	all    []*Person // the roster's first, in its order
	roster int
	at     map[fact.AgentID]int32
	users  map[string]int32
	rung   map[fact.Number]int32 // by telephone number; -1: several share it

	words []string // sorted, each once
	from  []int32  // where the hits of a word begin; one more than words
	hits  []hit

	names   []string // folded
	letters []uint64 // which letters are in the name
	skilled map[string][]skilledPerson
	told    map[string][]int32 // by folded skill: who says so and has it not by the configuration
	weighed atomic.Pointer[weighed]

	ids      []string     // of the roster's persons, as Presences has them
	standing []likelihood // of everybody
	answered atomic.Pointer[answered]

	scratch sync.Pool
}

type skilledPerson struct {
	person int32
	level  int
}

// hit is a person's index and, in the lowest eight bits, how much the word says about the person.
type hit uint32

func (h hit) person() int   { return int(h >> 8) }
func (h hit) weight() uint8 { return uint8(h) }

// What a word is worth, by where it stands. The first word of a field counts twice.
const (
	wordOfName  = 8
	wordOfSkill = 6
	wordOfTold  = 4
	wordOfUser  = 4
	wordOfJob   = 3
)

// maxPeople is how many an index can hold.
const maxPeople = 1 << 23

// NewIndex makes an index over a roster and the directory's other members. Who is in both is the roster's.
func NewIndex(r *Roster, directory []Member) *Index {
	x := &Index{of: r, all: slices.Clone(r.all), roster: len(r.all), skilled: map[string][]skilledPerson{}, told: map[string][]int32{}}
	for i := range directory {
		m := &directory[i]
		if m.OID == "" || m.Blocked || r.byOID[m.OID] != nil || r.byUser[m.User] != nil || len(x.all) >= maxPeople {
			continue
		}
		x.all = append(x.all, m.person())
	}
	x.at = make(map[fact.AgentID]int32, len(x.all))
	x.users, x.rung = make(map[string]int32, len(x.all)), make(map[fact.Number]int32, len(x.all))
	gathered := map[string][]hit{}
	x.standing, x.ids = make([]likelihood, len(x.all)), make([]string, x.roster)
	for i, p := range x.all {
		if x.standing[i] = standing(p, i < x.roster); i < x.roster {
			x.ids[i] = string(p.ID)
		}
		x.at[p.ID] = int32(i)
		x.reach(int32(i), p)
		x.gather(gathered, i, p)
	}
	x.lay(gathered)
	x.scratch.New = func() any {
		return &scratch{sum: make([]uint16, len(x.all)), best: make([]uint8, len(x.all)), like: make([]likelihood, len(x.all))}
	}
	return x
}

// person makes a person of a member whom the roster does not have: one who can be rung, and nothing else.
func (m *Member) person() *Person {
	p := &Person{ID: fact.AgentID(cmp.Or(m.User, m.OID)), User: m.User, OID: m.OID, Name: m.Name, Number: m.Number(), Job: m.Job, Department: m.Department, Outside: true}
	if p.Name == "" {
		p.Name = m.User
	}
	return p
}

// reach notes by what a caller is known as this person. A number that several share says nothing of who calls; one
// of the roster is believed before those of the directory.
func (x *Index) reach(i int32, p *Person) {
	if p.User != "" {
		x.users[strings.ToLower(p.User)] = i
	}
	if p.Number == "" {
		return
	}
	other, taken := x.rung[p.Number]
	switch {
	case !taken:
		x.rung[p.Number] = i
	case other >= 0 && int(other) < x.roster && int(i) >= x.roster:
	default:
		x.rung[p.Number] = -1
	}
}

// ByUser gives a person by user name, or nil.
func (x *Index) ByUser(user string) *Person {
	if x == nil {
		return nil
	}
	if i, ok := x.users[strings.ToLower(user)]; ok {
		return x.all[i]
	}
	return nil
}

// ByNumber gives the one person with a telephone number, + and digits; nil when there is none, or more than one.
func (x *Index) ByNumber(n fact.Number) *Person {
	if x == nil {
		return nil
	}
	if i, ok := x.rung[n]; ok && i >= 0 {
		return x.all[i]
	}
	return nil
}

// Roster is the one that the index was made of.
func (x *Index) Roster() *Roster { return x.of }

// Len is how many persons there are.
func (x *Index) Len() int { return len(x.all) }

// ByID gives a person of the roster or of the directory, or nil.
func (x *Index) ByID(id fact.AgentID) *Person {
	if x == nil {
		return nil
	}
	if i, ok := x.at[id]; ok {
		return x.all[i]
	}
	return nil
}

func (x *Index) gather(to map[string][]hit, i int, p *Person) {
	add := func(word string, weight int) {
		list := to[word]
		if n := len(list); n > 0 && list[n-1].person() == i { // the same word of another field: the better one
			list[n-1] = hit(i<<8 | max(int(list[n-1].weight()), weight))
			return
		}
		to[word] = append(list, hit(i<<8|weight))
	}
	field := func(folded string, weight int) {
		for n, w := range words(folded) {
			if n == 0 {
				add(w, 2*weight)
			} else {
				add(w, weight)
			}
			if r, size := utf8.DecodeRuneInString(w); unicode.Is(unicode.Han, r) { // a name without blanks
				for rest := w[size:]; rest != ""; rest = rest[size:] {
					add(rest, weight)
					_, size = utf8.DecodeRuneInString(rest)
				}
			}
		}
	}
	name := fold(p.Name)
	field(name, wordOfName)
	user, _, _ := strings.Cut(fold(p.User), "@")
	field(user, wordOfUser)
	field(fold(p.Department), wordOfJob)
	field(fold(p.Job), wordOfJob)
	for s, level := range p.Skills {
		field(fold(s), wordOfSkill)
		x.skilled[s] = append(x.skilled[s], skilledPerson{int32(i), level})
	}
	for _, s := range p.TellsToo() {
		folded := fold(s)
		field(folded, wordOfTold)
		x.told[folded] = append(x.told[folded], int32(i))
	}
	x.names = append(x.names, name)
	x.letters = append(x.letters, lettersOf(name))
}

// lay puts what was gathered into its final, flat form.
func (x *Index) lay(gathered map[string][]hit) {
	x.words = make([]string, 0, len(gathered))
	n := 0
	for w, list := range gathered {
		x.words = append(x.words, w)
		n += len(list)
	}
	sort.Strings(x.words)
	x.hits = make([]hit, 0, n)
	x.from = make([]int32, 0, len(x.words)+1)
	for _, w := range x.words {
		x.from = append(x.from, int32(len(x.hits)))
		x.hits = append(x.hits, gathered[w]...)
	}
	x.from = append(x.from, int32(len(x.hits)))
}

// lettersOf marks which letters are in folded text: one bit for each of a to z and 0 to 9, the others share the rest.
func lettersOf(folded string) (out uint64) {
	for _, r := range folded {
		switch {
		case r >= 'a' && r <= 'z':
			out |= 1 << (r - 'a')
		case r >= '0' && r <= '9':
			out |= 1 << (26 + r - '0')
		default:
			out |= 1 << (36 + r%28)
		}
	}
	return out
}
