package ui

import (
	"slices"
	"strings"
	"time"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

type pickKind uint8

const (
	pickTransfer pickKind = iota
	pickDial
	pickAdd  // to the group call
	pickHelp // an emergency number, in any state
)

// picker finds people, queues and numbers. The server searches; what is on the desk is found at once.
type picker struct {
	kind   pickKind
	edit   editor
	rows   []pickRow
	at     int
	asked  string // the text of the last answer
	typed  time.Time
	people []wire.Person
	shown  int // which of Me.ShowAs who is called sees
}

// pickRow is one that can be chosen.
type pickRow struct {
	person *wire.Person
	number string
	help   bool // of an emergency: it is always called, and no caller is handed to it
}

func openPicker(kind pickKind) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.over, m.prefix, m.gate = overPicker, inNone, nil
		m.pick = picker{kind: kind}
		m.pick.edit.max = 80
		if kind == pickHelp {
			m.phoneRing(false) // whoever calls for help must hear
			m.listPeople("")
			return nil
		}
		return m.search()
	}
}

// search lists at once what the desk knows, and asks the server for the rest.
func (m *Model) search() tea.Cmd {
	q := strings.TrimSpace(m.pick.edit.text())
	m.pick.at, m.pick.typed = 0, m.server()
	m.listPeople(q)
	if m.pick.kind == pickHelp {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoSearch, Text: q})
}

// atOnce is how soon an answer must be there to change what the mark is on: sooner than a person can look and press.
const atOnce = 150 * time.Millisecond

// found takes the server's answer, unless the person has typed on. The server's order is the better one: it knows what
// the call asks for and who usually answers. Late, it changes only what stands below the mark.
func (p *picker) found(r wire.Reply, asked string, now time.Time) {
	q := strings.TrimSpace(p.edit.text())
	if !r.OK || asked != q {
		return
	}
	p.people, p.asked = r.People, asked
	var chosen string
	if p.at < len(p.rows) && p.rows[p.at].person != nil {
		chosen = p.rows[p.at].person.ID
	}
	soon := p.at == 0 && now.Sub(p.typed) <= atOnce
	if q == "" || !soon && chosen != "" {
		p.merge()
	} else {
		p.rank()
	}
	if soon && q != "" {
		return
	}
	for i, row := range p.rows {
		if row.person != nil && row.person.ID == chosen {
			p.at = i // what is marked stays marked
		}
	}
}

// anew shows the presence of those who are listed as it is now. Nobody moves: the mark may be on somebody.
func (p *picker) anew(all []wire.Person) {
	now := make(map[string]*wire.Person, len(all))
	for i := range all {
		now[all[i].ID] = &all[i]
	}
	put := func(e *wire.Person) wire.Person {
		n := now[e.ID]
		if n == nil || e.Kind == "queue" || e.Kind == "team" {
			return *e
		}
		out := *e // with its digit and why it stands there
		out.Availability, out.Activity, out.Message, out.OutOfOffice, out.Seen, out.Old, out.Number = n.Availability, n.Activity, n.Message, n.OutOfOffice, n.Seen, n.Old, n.Number
		return out
	}
	for i := range p.rows {
		if e := p.rows[i].person; e != nil {
			next := put(e)
			p.rows[i].person = &next
		}
	}
	for i := range p.people {
		p.people[i] = put(&p.people[i])
	}
}

// rank puts the rows into the server's order; what only the desk knows follows.
func (p *picker) rank() {
	listed := map[string]*wire.Person{}
	var rows, rest []pickRow
	for _, r := range p.rows {
		if r.person == nil {
			rows = append(rows, r)
		} else {
			listed[r.person.Kind+r.person.ID] = r.person
		}
	}
	for i := range p.people {
		e := &p.people[i]
		if own := listed[e.Kind+e.ID]; own != nil && own.Kind != "queue" {
			both := *own // with its digit, and how it went before
			both.Why = e.Why
			e = &both
		}
		delete(listed, e.Kind+e.ID)
		rows = append(rows, pickRow{person: e})
	}
	for _, r := range p.rows {
		if r.person != nil && listed[r.person.Kind+r.person.ID] != nil {
			rest = append(rest, r)
		}
	}
	p.rows = append(rows, rest...)
}

// listPeople lists the desk's own people that match, and the number when it is one.
func (m *Model) listPeople(q string) {
	p := &m.pick
	p.rows = p.rows[:0]
	if p.kind == pickHelp {
		for _, n := range m.board.Tenant.Emergency {
			if strings.HasPrefix(n, q) {
				p.rows = append(p.rows, pickRow{number: n, help: true})
			}
		}
		return
	}
	if n := asNumber(q); n != "" {
		p.rows = append(p.rows, pickRow{number: n, help: slices.Contains(m.board.Tenant.Emergency, n)})
	}
	type scored struct {
		p *wire.Person
		n int
	}
	var hits []scored
	for i := range m.board.Experts {
		e := &m.board.Experts[i]
		if n, ok := fuzzy(q, e.Name+" "+e.Department+" "+strings.Join(e.Skills, " ")); ok {
			hits = append(hits, scored{e, n})
		}
	}
	for i := 1; i < len(hits); i++ { // insertion: stable, and there are few
		for j := i; j > 0 && hits[j].n > hits[j-1].n; j-- {
			hits[j], hits[j-1] = hits[j-1], hits[j]
		}
	}
	for _, h := range hits {
		p.rows = append(p.rows, pickRow{person: h.p})
	}
	if p.kind == pickTransfer {
		for i := range m.board.Queues {
			q2 := &m.board.Queues[i]
			if _, ok := fuzzy(q, q2.Name); ok {
				p.rows = append(p.rows, pickRow{person: &wire.Person{ID: q2.ID, Kind: "queue", Name: q2.Name, Number: true}})
			}
		}
	}
	if p.asked != "" && strings.HasPrefix(q, p.asked) {
		p.merge() // until the answer is here, what was found for the shorter word
	}
}

// merge adds the server's people behind those already listed.
func (p *picker) merge() {
	have := map[string]bool{}
	for _, r := range p.rows {
		if r.person != nil {
			have[r.person.Kind+r.person.ID] = true
		}
	}
	q := strings.TrimSpace(p.edit.text())
	for i := range p.people {
		e := &p.people[i]
		if have[e.Kind+e.ID] {
			continue
		}
		if p.asked != q {
			if _, ok := fuzzy(q, e.Name+" "+e.Department+" "+strings.Join(e.Skills, " ")); !ok {
				continue
			}
		}
		p.rows = append(p.rows, pickRow{person: e})
	}
}

// asNumber is the text as a number to dial: digits with the usual signs between, or # and an extension. Empty when it is none.
func asNumber(s string) string {
	s = strings.TrimSpace(s)
	d := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()./\u00a0", r) {
			return -1
		}
		return r
	}, s)
	body := strings.TrimPrefix(strings.TrimPrefix(d, "+"), "#")
	if len(body) < 2 || strings.Trim(body, "0123456789") != "" {
		return ""
	}
	return strings.TrimPrefix(d, "#")
}

// fuzzy says whether the words of q begin words of s, or q's letters stand in s in order; a higher score is better.
func fuzzy(q, s string) (int, bool) {
	if q == "" {
		return 0, true
	}
	lq, ls := strings.ToLower(q), strings.ToLower(s)
	score, all := 0, true
	for _, w := range strings.Fields(lq) {
		i := strings.Index(ls, w)
		switch {
		case i == 0:
			score += 30
		case i > 0 && !isLetter(ls[i-1]):
			score += 20
		case i > 0:
			score += 5
		default:
			all = false
		}
	}
	if all {
		return score, true
	}
	rs := []rune(ls)
	at := 0
	for _, r := range lq {
		if unicode.IsSpace(r) {
			continue
		}
		for at < len(rs) && rs[at] != r {
			at++
		}
		if at == len(rs) {
			return 0, false
		}
		at++
	}
	return 1, true
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

func (m *Model) pickable() bool { return m.pick.at < len(m.pick.rows) }

func (m *Model) pickMove(key string) tea.Cmd {
	n := len(m.pick.rows)
	if n == 0 {
		return nil
	}
	if key == "up" || key == "ctrl+p" {
		m.pick.at = max(0, m.pick.at-1)
	} else {
		m.pick.at = min(n-1, m.pick.at+1)
	}
	return nil
}

// chosen is the target under the mark; nil, with a word about it, when it cannot be rung.
func (m *Model) chosen() *wire.Target {
	r := m.pick.rows[m.pick.at]
	if r.number != "" {
		return &wire.Target{Kind: wire.ToNumber, Number: r.number}
	}
	if !r.person.Number && r.person.Kind != "queue" {
		m.problem = Told{m.server(), wire.Said{Words: m.v.f(wNoNumber, "who", r.person.Name), Bad: true}}
		return nil
	}
	return target(r.person)
}

func (m *Model) pickGo(string) tea.Cmd {
	to := m.chosen()
	if to == nil {
		return nil
	}
	help := m.pick.rows[m.pick.at].help
	m.over = overNone
	if help || m.pick.kind == pickDial || m.board.Call == nil {
		c := wire.Command{Do: wire.DoDial, To: to}
		if n := m.shownNumber(); n != nil && !help {
			c.ShowAs = n.Number
		}
		return m.do(c)
	}
	if m.pick.kind == pickAdd {
		return m.do(wire.Command{Do: wire.DoAdd, To: to})
	}
	return m.do(wire.Command{Do: wire.DoTransfer, To: to})
}

func (m *Model) pickAsk(string) tea.Cmd {
	if m.pick.rows[m.pick.at].help {
		return m.pickGo("")
	}
	to := m.chosen()
	if to == nil {
		return nil
	}
	m.over = overNone
	return m.do(wire.Command{Do: wire.DoAsk, To: to})
}

// pickDigit transfers to the expert with that digit while the field is empty: old hands lose nothing.
func (m *Model) pickDigit(key string) tea.Cmd {
	if m.board.Call == nil {
		return nil
	}
	m.over = overNone
	return m.transferDigit(key)
}
