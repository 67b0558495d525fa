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
		s.no(c.ID, "bad", "say_whom", "Say to whom.")
		return
	}
	if c.Contact == "" && s.call != nil { // reading the presence takes time: the next call must not be meant then
		c.Contact = string(s.call.ID())
	}
	t := s.room.tenant()
	to, p, no := s.target(t, *c.To)
	if no != nil {
		s.reply(refusal(c.ID, no))
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
		return presenceRead{c: c, to: to, p: p, r: r, now: ok}
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
		s.no(c.ID, "bad", "say_whom_call", "Say whom to call.")
		return
	}
	t := s.room.tenant()
	to, _, no := s.target(t, *c.To)
	switch {
	case s.noHelp(t, c.ID, to):
	case slices.Contains(t.Rules.Emergency, string(to.Number)):
		to.Kind = call.Help
		t.Dial(s.person.ID, s.view.Endpoint, to, s.answer(c.ID, done{"ok_calling", "calling {who}", []string{"who", to.Name}}))
	case no != nil:
		s.reply(refusal(c.ID, no))
	case to.Number == "":
		s.reply(refusal(c.ID, numberless(to.Name)))
	default:
		shown, ok := s.shownNumber(c.ShowAs)
		if !ok {
			s.no(c.ID, "not_allowed", "not_our_number", "This number may not be shown.")
			return
		}
		to.ShowAs = shown
		t.Dial(s.person.ID, s.view.Endpoint, to, s.answer(c.ID, done{"ok_calling", "calling {who}", []string{"who", to.Name}}))
	}
}

// noHelp tells an agent who dials an emergency number, by whichever road, that none is placed from here. It reports whether that is so.
func (s *seat) noHelp(t *Tenant, command string, to call.Target) bool {
	if to.Number == "" || t.Rules.Helps || !slices.Contains(t.Rules.Emergency, string(to.Number)) {
		return false
	}
	s.no(command, "not_allowed", "emergency_no", "No emergency calls from here. Take another telephone now.")
	return true
}

// presenceRead: the expert's presence at the moment of the key.
type presenceRead struct {
	c  wire.Command
	to call.Target
	p  *people.Person
	r  people.Reading

	now bool // it was read at the key; else it is what was known
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
	for _, p := range t.Roster.Experts() {
		r, ok := t.Presences.Of(string(p.ID))
		if !ok || !r.Free(now, t.Rules.PresenceOld) || p.Number == "" || p.ID == e.p.ID {
			continue
		}
		if instead = append(instead, s.expert(t, p)); len(instead) == 3 {
			break
		}
	}
	s.ask(e.c.ID, gateWords(e.p.Name, e.r, e.now, now, t.Rules.PresenceOld), instead)
}

// ask puts a question before a command; the same command with Anyway does it.
func (s *seat) ask(id string, q *call.No, instead []wire.Person) {
	r := refusal(id, q)
	r.Ask = &wire.Ask{Words: q.Words, Key: q.Key, Args: q.Args, Instead: instead}
	s.reply(r)
}

// busyWith are the questions about somebody of whom presence, read at the key, says that the person is not free (Graph presence:
// activity, else availability); wasBusyWith those where it could not be read and what was known decides.
var busyWith = map[string][2]string{
	"InACall":           {"gate_call", "{who} is in a call (read now)."},
	"InAConferenceCall": {"gate_conference", "{who} is in a conference (read now)."},
	"InAMeeting":        {"gate_meeting", "{who} is in a meeting (read now)."},
	"Presenting":        {"gate_presenting", "{who} is presenting (read now)."},
	"Busy":              {"gate_busy", "{who} is busy (read now)."},
	"DoNotDisturb":      {"gate_dnd", "{who} is not to be disturbed (read now)."},
	"Away":              {"gate_away", "{who} is away (read now)."},
	"BeRightBack":       {"gate_brb", "{who} is away, back soon (read now)."},
	"Offline":           {"gate_offline", "{who} is offline (read now)."},
	"OffWork":           {"gate_offwork", "{who} is off work (read now)."},
	"OutOfOffice":       {"gate_out", "{who} is out of office (read now)."},
}

var wasBusyWith = map[string][2]string{
	"InACall":           {"gate_call_was", "{who} was in a call {age} ago; it cannot be read now."},
	"InAConferenceCall": {"gate_conference_was", "{who} was in a conference {age} ago; it cannot be read now."},
	"InAMeeting":        {"gate_meeting_was", "{who} was in a meeting {age} ago; it cannot be read now."},
	"Presenting":        {"gate_presenting_was", "{who} was presenting {age} ago; it cannot be read now."},
	"Busy":              {"gate_busy_was", "{who} was busy {age} ago; it cannot be read now."},
	"DoNotDisturb":      {"gate_dnd_was", "{who} was not to be disturbed {age} ago; it cannot be read now."},
	"Away":              {"gate_away_was", "{who} was away {age} ago; it cannot be read now."},
	"BeRightBack":       {"gate_brb_was", "{who} was away, back soon {age} ago; it cannot be read now."},
	"Offline":           {"gate_offline_was", "{who} was offline {age} ago; it cannot be read now."},
	"OffWork":           {"gate_offwork_was", "{who} was off work {age} ago; it cannot be read now."},
	"OutOfOffice":       {"gate_out_was", "{who} was out of office {age} ago; it cannot be read now."},
}

// gateWords asks whether somebody is to be rung who is not known to be free. read: presence was read at the key; else it is what was known,
// and its age is said.
func gateWords(name string, r people.Reading, read bool, now time.Time, limit time.Duration) *call.No {
	age := now.Sub(r.At).Round(time.Second).String()
	if r.At.IsZero() {
		return call.Because("ask", "gate_unknown", "Nothing is known of {who}'s presence.", "who", name)
	}
	if r.Old(now, limit) {
		return call.Because("ask", "gate_old", "Presence of {who} is {age} old.", "who", name, "age", age)
	}
	with := busyWith
	if !read {
		with = wasBusyWith
	}
	w, ok := with[r.Activity]
	if !ok {
		w, ok = with[r.Availability]
	}
	if r.OutOfOffice {
		w, ok = with["OutOfOffice"], true
	}
	switch {
	case ok && read:
		return call.Because("ask", w[0], w[1], "who", name)
	case ok:
		return call.Because("ask", w[0], w[1], "who", name, "age", age)
	case read:
		return call.Because("ask", "gate_other", "{who} is not available ({what}) (read now).", "who", name, "what", clean(r.Activity))
	}
	return call.Because("ask", "gate_other_was", "{who} was not available ({what}) {age} ago; it cannot be read now.", "who", name, "what", clean(r.Activity), "age", age)
}

func numberless(name string) *call.No {
	return call.Because("no_number", "no_number", "{who} has no telephone number.", "who", name)
}

func sayWhom() *call.No { return call.Because("bad", "say_whom", "Say to whom.") }

// target resolves who is meant, or says why it cannot be.
func (s *seat) target(t *Tenant, w wire.Target) (call.Target, *people.Person, *call.No) {
	switch w.Kind {
	case wire.ToNumber:
		n, ok := dialable(w.Number)
		if !ok {
			return call.Target{}, nil, call.Because("unknown", "not_a_number", "That is not a telephone number.")
		}
		return call.Target{Kind: "number", Name: n, Number: fact.Number(n)}, nil, nil
	case wire.ToQueue:
		for _, q := range t.Rules.Queues {
			if string(q.ID) == w.ID {
				return call.Target{Kind: "queue", ID: w.ID, Name: q.Name}, nil, nil
			}
		}
		return call.Target{}, nil, call.Because("unknown", "no_queue", "There is no such queue.")
	case wire.ToTeam:
		return teamTarget(t, w.ID)
	case wire.ToExpert, wire.ToAgent, wire.ToUser:
		p := t.person(w.ID)
		switch {
		case p == nil:
			return call.Target{}, nil, call.Because("unknown", "no_person", "There is no such person.")
		case p.ID == s.person.ID:
			return call.Target{}, nil, call.Because("unknown", "yourself", "That is yourself.")
		case w.Kind == wire.ToAgent && !p.Expert && !p.Outside:
			return call.Target{Kind: "agent", ID: w.ID, Name: p.Name}, p, nil
		case p.Number == "":
			return call.Target{}, p, numberless(p.Name)
		}
		return call.Target{Kind: "expert", ID: w.ID, Name: p.Name, Number: p.Number}, p, nil
	}
	return call.Target{}, nil, sayWhom()
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
