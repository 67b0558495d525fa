package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// transfer decides whether this person may hand the call there, and reads an expert's presence once more.
func (s *seat) transfer(c wire.Command) {
	if c.To == nil {
		s.no(c.ID, "bad", "Say to whom.")
		return
	}
	if c.Contact == "" && s.call != nil { // reading the presence takes time: the next call must not be meant then
		c.Contact = string(s.call.ID())
	}
	t := s.room.tenant()
	to, p, words := s.target(t, *c.To)
	if words != "" {
		code := "unknown"
		if p != nil {
			code = "no_number"
		}
		s.no(c.ID, code, words)
		return
	}
	if s.noHelp(t, c.ID, to) {
		return
	}
	if to.Kind == "team" {
		s.toTeam(c, to)
		return
	}
	if to.Kind != "expert" || c.Anyway || t.Fresh == nil {
		s.goes(c, to, p)
		return
	}
	s.besideFor(c.ID, func() event {
		ctx, cancel := context.WithTimeout(context.Background(), presenceTake)
		defer cancel()
		r, ok := t.Fresh(ctx, p)
		if !ok {
			r, _ = t.Presences.Of(string(p.ID))
		}
		return presenceRead{c, to, p, r}
	})
}

func (s *seat) goes(c wire.Command, to call.Target, p *people.Person) {
	s.toCall(c, func(r call.Reply) call.Event {
		switch c.Do {
		case wire.DoAsk:
			return call.Ask{Agent: s.person.ID, To: to, Reply: r}
		case wire.DoAdd:
			return call.Add{Agent: s.person.ID, To: to, Reply: r}
		}
		return call.Transfer{Agent: s.person.ID, To: to, Reply: r}
	})
}

// dial rings a number, or a colleague's telephone.
func (s *seat) dial(c wire.Command) {
	if c.To == nil {
		s.no(c.ID, "bad", "Say whom to call.")
		return
	}
	t := s.room.tenant()
	to, _, words := s.target(t, *c.To)
	switch {
	case s.noHelp(t, c.ID, to):
	case slices.Contains(t.Rules.Emergency, string(to.Number)):
		to.Kind = call.Help
		t.Dial(s.person.ID, to, s.answer(c.ID, "calling "+to.Name))
	case words != "":
		s.no(c.ID, "unknown", words)
	case to.Number == "":
		s.no(c.ID, "no_number", to.Name+" has no telephone number.")
	default:
		t.Dial(s.person.ID, to, s.answer(c.ID, "calling "+to.Name))
	}
}

// noHelp tells an agent who dials an emergency number, by whichever road, that none is placed from here. It reports whether that is so.
func (s *seat) noHelp(t *Tenant, command string, to call.Target) bool {
	if to.Number == "" || t.Rules.Helps || !slices.Contains(t.Rules.Emergency, string(to.Number)) {
		return false
	}
	s.reply(wire.Reply{ID: command, Code: "not_allowed", Key: "emergency_no", Words: "No emergency calls from here. Take another telephone now."})
	return true
}

// presenceRead: the expert's presence at the moment of the key.
type presenceRead struct {
	c  wire.Command
	to call.Target
	p  *people.Person
	r  people.Reading
}

func (e presenceRead) apply(s *seat) {
	now := time.Now()
	t := s.room.tenant()
	here := s.room.talks(e.p.ID)
	if !here && e.r.Ours && !e.r.Old(now, t.Rules.PresenceOld) || e.r.Free(now, t.Rules.PresenceOld) {
		s.goes(e.c, e.to, e.p)
		return
	}
	var instead []wire.Person
	for i, p := range t.Roster.Experts() {
		r, ok := t.Presences.Of(string(p.ID))
		if !ok || !r.Free(now, t.Rules.PresenceOld) || p.Number == "" || p.ID == e.p.ID {
			continue
		}
		if instead = append(instead, s.expert(t, i, p)); len(instead) == 3 {
			break
		}
	}
	words := gateWords(e.p.Name, e.r, now, t.Rules.PresenceOld)
	s.reply(wire.Reply{ID: e.c.ID, Code: "ask", Words: words, Ask: &wire.Ask{Words: words, Instead: instead}})
}

func gateWords(name string, r people.Reading, now time.Time, limit time.Duration) string {
	if r.At.IsZero() {
		return "Nothing is known of " + name + "'s presence."
	}
	if r.Old(now, limit) {
		return "Presence of " + name + " is " + now.Sub(r.At).Round(time.Second).String() + " old."
	}
	words := map[string]string{
		"InACall": "in a call", "InAConferenceCall": "in a conference", "InAMeeting": "in a meeting", "Presenting": "presenting", "Busy": "busy",
		"DoNotDisturb": "not to be disturbed", "Away": "away", "BeRightBack": "away, back soon", "Offline": "offline", "OffWork": "off work", "OutOfOffice": "out of office",
	}
	w, ok := words[r.Activity]
	if !ok {
		w, ok = words[r.Availability]
	}
	if !ok || r.OutOfOffice {
		w = "not available (" + clean(r.Activity) + ")"
		if r.OutOfOffice {
			w = "out of office"
		}
	}
	return name + " is " + w + " (read now)."
}

// target resolves who is meant. Words say why it cannot be; then the person is set if it is one without a number.
func (s *seat) target(t *Tenant, w wire.Target) (call.Target, *people.Person, string) {
	switch w.Kind {
	case wire.ToNumber:
		n, ok := dialable(w.Number)
		if !ok {
			return call.Target{}, nil, "That is not a telephone number."
		}
		return call.Target{Kind: "number", Name: n, Number: fact.Number(n)}, nil, ""
	case wire.ToQueue:
		for _, q := range t.Rules.Queues {
			if string(q.ID) == w.ID {
				return call.Target{Kind: "queue", ID: w.ID, Name: q.Name}, nil, ""
			}
		}
		return call.Target{}, nil, "There is no such queue."
	case wire.ToTeam:
		return teamTarget(t, w.ID)
	case wire.ToExpert, wire.ToAgent, wire.ToUser:
		p := t.person(w.ID)
		switch {
		case p == nil:
			return call.Target{}, nil, "There is no such person."
		case p.ID == s.person.ID:
			return call.Target{}, nil, "That is yourself."
		case w.Kind == wire.ToAgent && !p.Expert && !p.Outside:
			return call.Target{Kind: "agent", ID: w.ID, Name: p.Name}, p, ""
		case p.Number == "":
			return call.Target{}, p, p.Name + " has no telephone number."
		}
		return call.Target{Kind: "expert", ID: w.ID, Name: p.Name, Number: p.Number}, p, ""
	}
	return call.Target{}, nil, "Say to whom."
}

// dialable reads a number as people type it.
func dialable(s string) (string, bool) {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '+':
			return r
		case strings.ContainsRune(" -()./ ", r):
			return -1
		}
		return 'x'
	}, strings.TrimSpace(s))
	digits := strings.TrimPrefix(out, "+")
	if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return out, true
}
