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

// weighedFor is how long the part of the likelihood that is everybody's own is good: presence and record of ten
// thousand experts are not weighed at each key.
const weighedFor = time.Second

// weighed is what speaks for each person, whoever looks and whatever the call asks for.
type weighed struct {
	at  time.Time
	all []likelihood
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

func (x *Index) weigh(w Wish, out []likelihood) {
	for i, p := range x.all {
		l := &out[i]
		if p.Number == "" {
			l.total = noNumber
		}
		if i >= x.roster {
			continue
		}
		switch {
		case p.Expert:
			l.total += isExpert
		case p.Role >= Agent:
			l.total += isAgent
		}
		if w.Presences == nil {
			continue
		}
		if r, ok := w.Presences.Of(string(p.ID)); ok {
			if r.Free(w.Now, w.Stale) {
				l.add(isFree, free)
			} else if r.Away() {
				l.total += isAway
			}
		}
	}
	if w.Record == nil {
		return
	}
	w.Record.shares(w.Now.Hour(), func(id fact.AgentID, answered, of int) {
		i, known := x.at[id]
		if !known {
			return
		}
		// Two offers, one answered and one not, stand before the first: one alone proves little.
		share := float64(answered+1) / float64(of+2)
		if n := int((share - 0.5) * 2 * answers); n > 0 {
			out[i].add(n, answering)
		} else {
			out[i].total += int16(n)
		}
	})
}
