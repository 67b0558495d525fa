package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

// offer is two lines: who and how long, and what is known.
func (p *plain) offer() {
	m := p.m
	o := m.board.Offer
	p.known = ""
	if !p.o.Quiet {
		_, _ = p.w.WriteString("\a")
	}
	c := &o.Caller
	who := []string{m.nameOf(c)}
	if c.Company != "" {
		who = append(who, c.Company)
	} else if c.Department != "" {
		who = append(who, c.Department)
	}
	if c.Internal {
		who = append(who, m.v[wInternal])
	}
	if c.Name != "" && c.Number != "" {
		who = append(who, shownNumber(c.Number))
	} else if c.Number == "" {
		who = append(who, m.v[wWithheld])
	}
	path := o.Path
	if o.Queue != "" && (len(path) == 0 || path[0] != o.Queue) {
		path = append([]string{o.Queue}, path...)
	}
	s := strings.Join(who, ", ") + ". "
	if len(path) > 0 {
		s += strings.Join(path, ", ") + ". "
	}
	s += m.v.f(wpWaited, "t", lasted(o.Offered.Sub(o.Arrived))) + " " + m.v.f(wpToAnswer, "n", itoa(int((m.left(o.Deadline)+500*time.Millisecond)/time.Second)))
	p.event("offer", s)
}

// offerKnown is what is known about the caller; it may come a moment after the ring.
func (p *plain) offerKnown(o *wire.Offer) {
	m := p.m
	facts := make([]string, 0, len(o.Known)+1)
	for _, f := range o.Known {
		facts = append(facts, f.Label+" "+f.Text)
	}
	if o.Caller.Today > 1 {
		facts = append(facts, m.v.f(wNthToday, "n", m.v.ordinal(o.Caller.Today)))
	}
	if words := strings.Join(facts, ". "); words != "" && words != p.known {
		p.known = words
		p.event("offer", m.v[wKnown]+": "+words+".")
	}
}

// stateWords are the state, the caller and the timer in one sentence.
func (p *plain) stateWords() string {
	m := p.m
	f, since := m.face()
	s := strings.ToLower(m.v[f.word])
	if r := m.board.Me.Reason; r != nil && m.board.Me.State == wire.NotReady {
		s += ", " + r.Name
	}
	if c := m.board.caller(); c != nil {
		s += ", " + m.nameOf(c)
	}
	if !since.IsZero() {
		s += ", " + lasted(m.since(since))
	}
	if pn := m.board.Me.Pending; pn != nil {
		after := strings.ToLower(m.v[m.t.faceOf(pn.State).word])
		if pn.Reason != nil {
			after += ", " + p.m.v.reason(pn.Reason)
		}
		s += ". " + m.v[wAfterCall] + " " + after
	}
	if kept := p.keptWords(&m.board.Me); kept != "" {
		return s + ". " + kept
	}
	return s + "."
}

// keptWords say to who is ready why calls do not come.
func (p *plain) keptWords(me *wire.Me) string {
	if me.State != wire.Ready {
		return ""
	}
	return p.m.v.kept(me.Kept)
}

func (p *plain) wrapWords(w *wire.Wrap) string {
	m := p.m
	codes := make([]string, 0, len(w.Codes))
	for i, c := range w.Codes {
		codes = append(codes, itoa(i+1)+" "+c.Name)
	}
	s := m.v.f(wpWrap, "n", itoa(int((m.left(w.Until)+500*time.Millisecond)/time.Second)))
	if len(codes) > 0 {
		s += " " + m.v.f(wpCodes, "list", strings.Join(codes, ", "))
	}
	return s
}

// nextWords are what can be done after a transfer came back.
func (p *plain) nextWords() string {
	var s []string
	if e := p.m.nextFree(p.m.board.Call.Back.To); e != nil {
		d := itoa(e.Digit)
		s = append(s, d+" "+e.Name, "ask "+d)
	}
	if len(p.m.board.Queues) > 0 {
		s = append(s, "queue "+p.m.board.Queues[0].Name)
	}
	return strings.Join(append(s, "keep"), ", ")
}

func (p *plain) gate(a *wire.Ask) {
	s := []string{"anyway"}
	for _, e := range a.Instead {
		if e.Digit > 0 {
			s = append(s, itoa(e.Digit)+" "+e.Name)
		}
	}
	p.print("ask", strings.Join(append(s, "no"), ", "))
}

// people are the picker's rows in one sentence.
func (p *plain) people() string {
	m := p.m
	if len(m.pick.rows) == 0 {
		return m.v[wNobodyFound]
	}
	var s []string
	for i, r := range m.pick.rows {
		if i == 12 {
			s = append(s, m.v.f(wpMore, "n", itoa(len(m.pick.rows)-12)))
			break
		}
		if r.number != "" {
			s = append(s, r.number)
			continue
		}
		e := r.person
		one := e.Name
		if e.Digit > 0 {
			one = itoa(e.Digit) + " " + one
		}
		if k := m.skill(e); k != "" {
			one += ", " + k
		}
		if e.Kind != "queue" {
			state := strings.ToLower(m.v.availability(e))
			if e.Old {
				state = m.v.f(wLastSeen, "what", state)
			}
			one += ", " + state
			if !e.Seen.IsZero() {
				one += ", " + m.v.f(wpAgo, "t", age(m.since(e.Seen)))
			}
			if !e.Number {
				one += ", " + m.v[wNoNumberShort]
			}
		}
		s = append(s, one)
	}
	return strings.Join(s, ". ") + "."
}
