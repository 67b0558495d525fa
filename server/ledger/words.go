package ledger

import (
	"fmt"
	"strings"
	"time"

	"cordboard/server/fact"
)

// Line is one line of a story: when, what, and the rest in words, SIP codes beside them.
type Line struct {
	At   time.Time
	What string // one word: arrived, queued, offered, talking, hold, transfer, back, ended, …
	Text string
}

// StoryLines tells a contact's story, one line a fact, times in zone.
func StoryLines(s *Story, zone *time.Location) []string {
	var out []string
	for _, l := range s.Lines(zone) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s  %-9s %s", l.At.Format("15:04:05.000"), l.What, l.Text)))
	}
	return out
}

// Lines tells the story, one line a fact, times in zone. Nothing in it can move a terminal's cursor.
func (s *Story) Lines(zone *time.Location) []Line {
	var out []Line
	for i := range s.Facts {
		e := &s.Facts[i]
		what, text := words(e, zone)
		if what == "" {
			continue
		}
		out = append(out, Line{e.At.In(zone), oneLine(what), oneLine(strings.TrimSpace(text))})
	}
	return out
}

// words says what a fact means to a person. States of the agent that say no more than the fact beside them are left out.
func words(e *fact.Entry, zone *time.Location) (what, text string) {
	who := short(string(e.Agent))
	switch f := e.Fact.(type) {
	case fact.Arrived:
		return "arrived", arrivedWords(e, f)
	case fact.Queued:
		return "queued", queuedWords(f)
	case fact.Left:
		return "left", list(string(f.Queue), gap(f.Reason), to(f.To))
	case fact.Offered:
		return "offered", list(who, rings[f.Endpoint], f.Why, "until "+f.Deadline.In(zone).Format("15:04:05"))
	case fact.OfferEnded:
		return gap(string(f.Outcome)), list(who, quoted(f.Reason))
	case fact.Connected:
		return "talking", list(who, "waited "+clock(f.WaitedMS))
	case fact.Held:
		return "hold", list(who, by(f.By))
	case fact.Resumed:
		return "resumed", list(who, by(f.By))
	case fact.Moved:
		return movedWords(e, f)
	case fact.Party:
		return "group", partyWords(e, f)
	case fact.Ended:
		return "ended", list(endPhrase(string(f.End), f.By), sip(f.Code, f.Reason), "talked "+clock(f.TalkMS), held(f.HoldMS))
	case fact.Wrapped:
		how := "done"
		if f.ByTimer {
			how = "time was up"
		}
		return "wrap-up", list(who, f.Code, clock(f.WrapMS), how)
	case fact.Noted:
		return "note", noteWords(who, e.Personal)
	case fact.Chatted:
		if f.Stage == fact.ChatAnswered {
			return "chat", list(f.To, "answered in Teams")
		}
		return "chat", list(who, "wrote to "+f.To+" in Teams")
	case fact.Measured:
		return "quality", list(f.Leg, f.Codec, mos(f.MOS, f.Worst), fmt.Sprintf("loss %.1f %%", f.Loss), fmt.Sprintf("jitter %.0f ms", f.JitterMS), fmt.Sprintf("%d packets", f.Packets))
	case fact.AgentState:
		if f.To == fact.Lost || f.From == fact.Lost {
			return "agent", list(who, string(f.From)+" → "+string(f.To), f.Cause)
		}
		return "", ""
	}
	return e.Fact.Kind(), who
}

func arrivedWords(e *fact.Entry, f fact.Arrived) string {
	from := "number withheld"
	if e.Personal != nil && e.Personal.Number != "" && !f.Withheld {
		from = strings.TrimSpace("from " + string(e.Personal.Number) + " " + e.Personal.Name)
	} else if e.Personal != nil && e.Personal.Name != "" {
		from += ", " + e.Personal.Name
	}
	via := ""
	if f.Trunk != "" {
		via = strings.TrimSpace("by " + f.Trunk + " " + f.Peer)
	}
	id := ""
	if f.SIPCallID != "" {
		id = "Call-ID " + f.SIPCallID
	}
	internal := ""
	if f.Internal {
		internal = "internal"
	}
	parts := []string{from, internal, "to " + string(f.To)}
	if e.Personal != nil {
		for _, d := range e.Personal.Diverted {
			number := string(d.Number)
			if number == "" {
				number = "a withheld number"
			}
			parts = append(parts, strings.TrimSpace("sent on from "+number+" "+strings.ReplaceAll(d.Why, "_", " ")))
		}
	}
	return list(append(parts, via, id)...)
}

func queuedWords(f fact.Queued) string {
	needs, priority, head := "", "", ""
	if len(f.Skills) > 0 {
		needs = "wants " + strings.Join(f.Skills, " ")
	}
	if f.Priority > 0 {
		priority = fmt.Sprintf("priority %d", f.Priority)
	}
	if f.Head {
		head = "at the head"
	}
	return list(string(f.Queue), strings.Join(f.Path, " > "), needs, priority, head, gap(f.Reason))
}

func movedWords(e *fact.Entry, f fact.Moved) (what, text string) {
	what = "transfer"
	if f.Consult {
		what = "asked"
	}
	target := short(f.To)
	if e.Personal != nil && e.Personal.Number != "" {
		target = string(e.Personal.Number)
	}
	stage := map[fact.Stage]string{fact.Started: "begins", fact.RingingAt: "rings", fact.Answered: "answered", fact.Failed: "failed", fact.TakenBack: "taken back",
		fact.Confirming: "answered, asked for a key", fact.Tried: "did not take it"}[f.Stage]
	if f.Stage == fact.Failed && f.Back != "" {
		what = "back"
		stage = "to the " + f.Back
	}
	return what, list(f.ToKind+" "+target, short(f.Who), stage, sip(f.Code, gap(f.Why)))
}

func partyWords(e *fact.Entry, f fact.Party) string {
	target := short(f.To)
	if e.Personal != nil && e.Personal.Number != "" {
		target = string(e.Personal.Number)
	}
	stage := map[fact.PartyStage]string{
		fact.PartyRinging: "rings", fact.PartyJoined: "joined", fact.PartyFailed: "did not join", fact.PartyLeft: "left", fact.PartyRemoved: "was let go",
		fact.PartyMuted: "is not heard", fact.PartyHeard: "is heard again", fact.PartyStays: "stays with the caller",
	}[f.Stage]
	return list(f.ToKind+" "+target, stage, sip(f.Code, gap(f.Why)))
}

// endPhrase says how a contact ended and who hung up.
func endPhrase(end, by string) string {
	who := map[string]string{"caller": "caller hung up", "agent": "agent hung up", "expert": "expert hung up", "system": "ended by the system"}[by]
	if who == "" {
		who = by
	}
	return list(gap(end), who)
}

// sip puts a SIP code and its reason together.
func sip(code int, reason string) string {
	if code == 0 {
		return reason
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, reason))
}

func noteWords(who string, p *fact.Personal) string {
	if p == nil || p.Note == "" {
		return who
	}
	return who + ": “" + p.Note + "”"
}

// rings says where an offer rings, unless at the console.
var rings = map[fact.Endpoint]string{fact.AtSIP: "at the telephone", fact.AtTeams: "in Teams"}
