package desk

import (
	"strings"
	"time"

	"cordboard/server/call"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// merge replaces the sections of a board that a news item carries.
func merge(b *wire.Board, n *wire.News) {
	for _, s := range n.Clear {
		switch s {
		case wire.ClearOffer:
			b.Offer = nil
		case wire.ClearCall:
			b.Call = nil
		case wire.ClearWrap:
			b.Wrap = nil
		case wire.ClearMissed:
			b.Missed = nil
		}
	}
	if n.Me != nil {
		b.Me = *n.Me
	}
	if n.Offer != nil {
		b.Offer = n.Offer
	}
	if n.Call != nil {
		b.Call = n.Call
	}
	if n.Wrap != nil {
		b.Wrap = n.Wrap
	}
	if n.Missed != nil {
		b.Missed = n.Missed
	}
	if n.Queues != nil {
		b.Queues = n.Queues
	}
	if n.Experts != nil {
		b.Experts = n.Experts
	}
	if n.Team != nil {
		b.Team = n.Team
	}
	if n.Today != nil {
		b.Today = *n.Today
	}
	if n.Last != nil {
		b.Last = n.Last
	}
	if n.Graph != nil {
		if b.Graph = n.Graph; n.Graph.State == "none" {
			b.Graph = nil
		}
	}
}

func wireCaller(c call.Caller) wire.Caller {
	return wire.Caller{Name: clean(c.Name), Number: clean(string(c.Number)), Withheld: c.Withheld, Internal: c.Internal, Department: clean(c.Department)}
}

func wireStory(in []call.Line) []wire.Line {
	out := make([]wire.Line, 0, len(in))
	for _, l := range in {
		out = append(out, wire.Line{At: l.At, Key: l.Key, Args: cleanAll(l.Args), Words: clean(l.Words)})
	}
	return out
}

func wireOffer(o call.Offer) *wire.Offer {
	return &wire.Offer{
		Reservation: string(o.Reservation), Contact: string(o.Contact), Caller: wireCaller(o.Caller), Queue: o.Queue, Path: o.Path,
		Arrived: o.Arrived, Offered: o.Offered, Deadline: o.Deadline, Why: o.Why, Because: wireStory(o.Because), Story: wireStory(o.Story), Head: o.Head, Endpoint: string(o.Endpoint),
		Kind: o.Kind, From: clean(o.From),
	}
}

func wireCall(k call.Card) *wire.Call {
	w := &wire.Call{
		Contact: string(k.Contact), Caller: wireCaller(k.Caller), Queue: k.Queue, Path: k.Path, Direction: string(k.Direction), Arrived: k.Arrived,
		Answered: k.Answered, Waited: k.Waited.Milliseconds(), Held: k.Held, HeldSince: k.HeldSince, Muted: k.Muted, Note: k.Note, NoteSaved: k.NoteSaved,
		Story: wireStory(k.Story), Because: wireStory(k.Because), Tones: k.Tones, OneWay: k.OneWay, Endpoint: string(k.Endpoint),
		Quality: wire.Quality{MOS: k.Quality.MOS, Worst: k.Quality.Worst, Loss: k.Quality.Loss, Jitter: ms(k.Quality.Jitter), Delay: ms(k.Quality.Delay)},
	}
	for i, p := range k.Parties {
		role := p.Role
		if i == 0 && role == "agent" { // whose card it is stands first
			role = "you"
		}
		w.Parties = append(w.Parties, wire.Party{ID: p.ID, Name: clean(p.Name), Role: role, State: p.State, Hears: p.Hears, Music: p.Music, Muted: p.Muted})
	}
	if t := k.Transfer; t != nil {
		w.Transfer = &wire.Moving{Kind: t.Kind, To: t.To, ID: t.ID, State: t.State, Since: t.Since, Until: t.Until}
	}
	if b := k.Back; b != nil {
		w.Back = &wire.Back{To: b.To, Code: b.Code, Why: b.Why, Words: backWords(b), At: b.At}
		for _, x := range b.Each {
			w.Back.Each = append(w.Back.Each, wire.Try{To: x.To, ID: x.ID, Code: x.Code, Why: x.Why, Words: tryWords(x)})
		}
	}
	return w
}

func backWords(b *call.Back) string {
	switch b.Why {
	case "declined":
		return b.To + " declined."
	case "busy":
		return b.To + " is busy."
	case "no_answer":
		return b.To + " did not answer."
	case "voicemail":
		return "The voicemail of " + b.To + " answered."
	case "nobody":
		return "Nobody of " + b.To + " took the call. " + eachWords(b.Each)
	case "left":
		return b.To + " hung up."
	case "no_number":
		return "The number of " + b.To + " does not exist."
	}
	return b.To + " could not be reached."
}

// eachWords says what became of everybody of a team.
func eachWords(all []call.Try) string {
	var parts []string
	for _, x := range all {
		parts = append(parts, tryWords(x))
	}
	return strings.Join(parts, " ")
}

func tryWords(x call.Try) string { return backWords(&call.Back{To: x.To, Why: x.Why}) }

func wireWrap(w call.Wrap, more int, required bool) *wire.Wrap {
	out := &wire.Wrap{
		Contact: string(w.Contact), Caller: wireCaller(w.Caller), Queue: w.Queue, Ended: w.Ended, Words: endWords(w), Talk: w.Talk.Milliseconds(), Hold: w.Hold.Milliseconds(),
		Code: w.Code, Note: w.Note, Saved: w.Saved, Began: w.Began, Until: w.Until, More: more - w.Extended,
	}
	out.Required = required
	for _, c := range w.Codes {
		out.Codes = append(out.Codes, wire.Code{ID: c.ID, Name: c.Name})
	}
	return out
}

func endWords(w call.Wrap) string {
	switch w.Ended {
	case "caller":
		return "The caller hung up."
	case "you":
		return "You hung up."
	case "transferred":
		return "Transferred to " + w.To + "."
	}
	return "The call was cut off."
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (s *seat) me(v routing.AgentView) *wire.Me {
	m := &wire.Me{
		ID: string(s.person.ID), Name: s.person.Name, Role: s.role.String(), State: wire.State(v.State), Since: v.Since, By: s.author(v.By), Until: v.Until,
	}
	if v.Reason != "" {
		m.Reason = s.reason(v.Reason)
	}
	if v.After != "" {
		m.Pending = &wire.Pending{State: wire.State(v.After), By: s.author(v.AfterBy)}
		if v.AfterWhy != "" {
			m.Pending.Reason = s.reason(v.AfterWhy)
		}
	}
	if v.State == fact.Ready {
		m.Idle = s.idle
	}
	m.Endpoint, m.Endpoints = wordOf(v.Endpoint), s.endpoints()
	m.Kept = s.kept(v)
	if s.undo != nil {
		m.Undo = &wire.Undo{What: s.undo.what, Until: s.undo.until}
	}
	for k := range s.person.Skills {
		m.Skills = append(m.Skills, k)
	}
	if all := s.showAs(); len(all) > 1 {
		m.ShowAs = all
	}
	return m
}

func (s *seat) author(by string) string {
	switch by {
	case routing.ByAgent:
		return "you"
	case routing.ByRule, routing.ByServer, "caller", "expert", "system":
		return "rule"
	}
	return by
}

func (s *seat) reason(id string) *wire.Reason {
	for _, r := range s.room.tenant().Rules.Reasons {
		if r.ID == id {
			return &r
		}
	}
	for _, q := range s.room.tenant().Rules.Queues {
		for _, r := range q.Declines {
			if r.ID == id {
				return &r
			}
		}
	}
	if name, known := builtIn[id]; known {
		return &wire.Reason{ID: id, Name: name}
	}
	return &wire.Reason{ID: id, Name: id}
}

// builtIn names the reasons that rules give.
var builtIn = map[string]string{
	routing.ReasonLogin: "Just signed in", routing.ReasonConnection: "Connection lost", routing.ReasonEmergency: "Emergency call", routing.ReasonDeclined: "Declined a call", routing.ReasonLine: "Voice line down", routing.ReasonTelephone: "Telephone not there", routing.ReasonBusy: "Telephone busy", routing.ReasonMissed: "Missed calls",
}

// shownSkills is how many of a person's skills a console is told.
const shownSkills = 6

// personOf is how a person is shown; asked are the skills that the call asks for.
func personOf(t *Tenant, p *people.Person, asked map[string]int) wire.Person {
	w := wire.Person{ID: string(p.ID), Kind: "agent", Name: p.Name, Job: p.Job, Department: p.Department, Number: p.Number != ""}
	switch {
	case p.Expert:
		w.Kind = "expert"
	case p.Outside:
		w.Kind = "user"
	default:
		w.Number = true // rung at the console, which needs none
	}
	for _, k := range p.AllSkills(asked) {
		if len(w.Skills) < shownSkills {
			w.Skills = append(w.Skills, clean(k))
		}
	}
	if r, ok := t.Presences.Of(string(p.ID)); ok {
		w.Availability, w.Activity, w.Message, w.OutOfOffice, w.Seen = r.Availability, r.Activity, clean(r.Message), r.OutOfOffice, r.At
		w.Old = r.Old(time.Now(), t.Rules.PresenceOld)
	}
	return w
}
