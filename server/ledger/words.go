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
	for _, l := range s.Lines() {
		out = append(out, fmt.Sprintf("%s  %-9s %s", l.At.In(zone).Format("15:04:05.000"), l.What, l.Text))
	}
	return out
}

// Lines tells the story, one line a fact.
func (s *Story) Lines() []Line {
	var out []Line
	for i := range s.Facts {
		e := &s.Facts[i]
		what, text := words(e)
		if what == "" {
			continue
		}
		out = append(out, Line{e.At, what, strings.TrimSpace(text)})
	}
	return out
}

// words says what a fact means to a person. States of the agent that say no more than the fact beside them are left out.
func words(e *fact.Entry) (what, text string) {
	who := short(string(e.Agent))
	switch f := e.Fact.(type) {
	case fact.Arrived:
		return "arrived", arrivedWords(e, f)
	case fact.Queued:
		return "queued", queuedWords(f)
	case fact.Left:
		return "left", list(string(f.Queue), gap(f.Reason), to(f.To))
	case fact.Offered:
		return "offered", list(who, f.Why, "until "+f.Deadline.Format("15:04:05"))
	case fact.OfferEnded:
		return string(outcomeWord(f.Outcome)), list(who, quoted(f.Reason))
	case fact.Connected:
		return "talking", list(who, "waited "+clock(f.WaitedMS))
	case fact.Held:
		return "hold", list(who, by(f.By))
	case fact.Resumed:
		return "resumed", list(who, by(f.By))
	case fact.Moved:
		return movedWords(e, f)
	case fact.Ended:
		return "ended", list(endPhrase(string(f.End), f.By), sip(f.Code, f.Reason), "talked "+clock(f.TalkMS), held(f.HoldMS))
	case fact.Wrapped:
		how := "done"
		if f.ByTimer {
			how = "time was up"
		}
		return "wrap-up", list(who, f.Code, clock(f.WrapMS), how)
	case fact.Noted:
		return "note", who + noteText(e)
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
	}
	via := ""
	if f.Trunk != "" {
		via = strings.TrimSpace("by " + f.Trunk + " " + f.Peer)
	}
	id := ""
	if f.SIPCallID != "" {
		id = "Call-ID " + f.SIPCallID
	}
	return list(from, "to "+string(f.To), via, id)
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
	stage := map[fact.Stage]string{fact.Started: "begins", fact.RingingAt: "rings", fact.Answered: "answered", fact.Failed: "failed", fact.TakenBack: "taken back"}[f.Stage]
	if f.Stage == fact.Failed && f.Back != "" {
		what = "back"
		stage = "to the " + f.Back
	}
	return what, list(f.ToKind+" "+target, stage, sip(f.Code, gap(f.Why)))
}

func outcomeWord(o fact.Outcome) string {
	return gap(string(o))
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

func gap(s string) string { return strings.ReplaceAll(s, "_", " ") }

func to(s string) string {
	if s == "" {
		return ""
	}
	return "to " + s
}

func by(s string) string {
	if s == "" || s == "agent" {
		return ""
	}
	return "by the " + s
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + gap(s) + "”"
}

func noteText(e *fact.Entry) string {
	if e.Personal == nil || e.Personal.Note == "" {
		return ""
	}
	return ": “" + oneLine(e.Personal.Note) + "”"
}

func held(ms int64) string {
	if ms == 0 {
		return ""
	}
	return "on hold " + clock(ms)
}

func mos(m, worst float64) string {
	switch {
	case m == 0:
		return ""
	case worst > 0:
		return fmt.Sprintf("MOS %.1f (worst %.1f)", m, worst)
	}
	return fmt.Sprintf("MOS %.1f", m)
}

// list joins what is there with commas.
func list(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// short is a sign-in name without its domain.
func short(id string) string {
	name, _, _ := strings.Cut(id, "@")
	return name
}

// oneLine takes out what would break a line or move a terminal's cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// clock writes milliseconds as m:ss, or h:mm:ss from one hour on.
func clock(ms int64) string {
	s := (ms + 500) / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
