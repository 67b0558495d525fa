package people

import (
	"time"

	"cordboard/server/fact"
)

// likelihood is what speaks for a person now, and which reason weighs most.
type likelihood struct {
	total, most int16
	why         reason
}

// reason is why somebody is likely.
type reason uint8

const (
	noReason reason = iota
	skilled
	free
	answering
	spokenWith
)

func (r reason) String() string {
	return [...]string{"", "skill", "free", "answers", "spoke"}[r]
}

func (l *likelihood) add(n int, why reason) {
	l.total += int16(n)
	if n > int(l.most) {
		l.most, l.why = int16(n), why
	}
}

// What speaks for a person. A word at the beginning of a name counts 64 beside it.
const (
	isExpert = 24
	isAgent  = 12
	hasSkill = 40
	saysSo   = 24 // has the skill by the own profile, which knows no levels
	isFree   = 20
	isAway   = -10
	answers  = 16 // always answered at this hour; never: as much against
	spoke    = 12 // today; a month ago nothing
	noNumber = -30
)

// How long the parts of the likelihood that are everybody's own are good: presence and record of ten thousand experts are not weighed at
// each key. The record changes from offer to offer, and an hour's last twenty count.
const (
	weighedFor = time.Second
	sharesFor  = 20 * time.Second
)

// weighed is what speaks for each person, whoever looks and whatever the call asks for.
type weighed struct {
	at  time.Time
	all []likelihood
}

// answered is what the record speaks for each person, or against.
type answered struct {
	at     time.Time
	record *Record
	all    []int8
}

// likely weighs everybody for a wish; out has room for all.
func (x *Index) likely(w Wish, out []likelihood) {
	base := x.weighed.Load()
	if base != nil {
		if age := w.Now.Sub(base.at); age < 0 || age >= weighedFor {
			base = nil
		}
	}
	if base == nil {
		base = &weighed{w.Now, make([]likelihood, len(x.all))}
		x.weigh(w, base.all)
		x.weighed.Store(base)
	}
	copy(out, base.all)
	for s, level := range w.Skills {
		for _, k := range x.skilled[s] {
			if k.level >= level {
				out[k.person].add(hasSkill, skilled)
			}
		}
		for _, i := range x.told[fold(s)] {
			out[i].add(saysSo, skilled)
		}
	}
	if w.Record != nil {
		w.Record.spokenWith(w.By, func(id fact.AgentID, at time.Time) {
			const month = 30 * 24 * time.Hour
			if i, known := x.at[id]; known && w.Now.Sub(at) < month {
				out[i].add(max(1, int(spoke*(month-max(0, w.Now.Sub(at)))/month)), spokenWith)
			}
		})
	}
}

// standing is what speaks for a person at all times.
func standing(p *Person, ofRoster bool) (l likelihood) {
	if p.Number == "" {
		l.total = noNumber
	}
	switch {
	case !ofRoster:
	case p.Expert:
		l.total += isExpert
	case p.Role >= Agent:
		l.total += isAgent
	}
	return l
}

func (x *Index) weigh(w Wish, out []likelihood) {
	copy(out, x.standing)
	known := w.Presences.all()
	shares := x.answers(w)
	for i, id := range x.ids {
		l := &out[i]
		if r, ok := known[id]; ok {
			if r.Free(w.Now, w.Stale) {
				l.add(isFree, free)
			} else if r.Away() {
				l.total += isAway
			}
		}
	}
	for i, n := range shares {
		if n > 0 {
			out[i].add(int(n), answering)
		} else if n < 0 {
			out[i].total += int16(n)
		}
	}
}

// answers gives what the record says of each person, nil without one.
func (x *Index) answers(w Wish) []int8 {
	if w.Record == nil {
		return nil
	}
	if a := x.answered.Load(); a != nil && a.record == w.Record && a.at.Hour() == w.Now.Hour() {
		if age := w.Now.Sub(a.at); age >= 0 && age < sharesFor {
			return a.all
		}
	}
	a := &answered{w.Now, w.Record, make([]int8, len(x.all))}
	w.Record.shares(w.Now.Hour(), func(id fact.AgentID, yes, of int) {
		i, known := x.at[id]
		if !known {
			return
		}
		// Two offers, one answered and one not, stand before the first: one alone proves little.
		share := float64(yes+1) / float64(of+2)
		a.all[i] = int8((share - 0.5) * 2 * answers)
	})
	x.answered.Store(a)
	return a.all
}
