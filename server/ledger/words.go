package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"cordboard/server/fact"
)

// Line is one line of a story: when, what, and the rest in words, SIP codes beside them.
type Line struct {
	At   time.Time
	What string // one word: arrived, queued, offered, talking, hold, transfer, back, ended, …
	Text string
	Said []Phrase // Text, part by part
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
		what, parts := words(e, zone)
		if what == "" {
			continue
		}
		said := there(parts)
		out = append(out, Line{e.At.In(zone), oneLine(what), inEnglish(said), said})
	}
	return out
}

// words says what a fact means to a person. States of the agent that say no more than the fact beside them are left out.
func words(e *fact.Entry, zone *time.Location) (what string, parts []Phrase) {
	who := raw(short(string(e.Agent)))
	switch f := e.Fact.(type) {
	case fact.Arrived:
		return "arrived", arrivedWords(e, f)
	case fact.Queued:
		return "queued", queuedWords(f)
	case fact.Left:
		return "left", all(raw(string(f.Queue)), coded(f.Reason), to(f.To))
	case fact.Offered:
		return "offered", all(who, rings(f.Endpoint), idleWords(f.Why), phrase("led_until", "until {time}", "time", f.Deadline.In(zone).Format("15:04:05")))
	case fact.OfferEnded:
		return gap(string(f.Outcome)), all(who, quoted(f.Reason))
	case fact.Connected:
		return "talking", all(who, phrase("led_waited", "waited {time}", "time", clock(f.WaitedMS)))
	case fact.Held:
		return "hold", all(who, by(f.By))
	case fact.Resumed:
		return "resumed", all(who, by(f.By))
	case fact.Moved:
		return movedWords(e, f)
	case fact.Party:
		return "group", partyWords(e, f)
	case fact.Ended:
		return "ended", all(coded(string(f.End)), hungUp(f.By), sip(f.Code, raw(f.Reason)), phrase("led_talked", "talked {time}", "time", clock(f.TalkMS)), held(f.HoldMS))
	case fact.Wrapped:
		how := phrase("led_done", "done")
		if f.ByTimer {
			how = phrase("led_time_up", "time was up")
		}
		return "wrap-up", all(who, raw(f.Code), raw(clock(f.WrapMS)), how)
	case fact.Noted:
		return "note", noteWords(short(string(e.Agent)), e.Personal)
	case fact.Chatted:
		if f.Stage == fact.ChatAnswered {
			return "chat", all(phrase("led_chat_answered", "{who} answered in Teams", "who", f.To))
		}
		return "chat", all(who, phrase("led_chat_wrote", "wrote to {who} in Teams", "who", f.To))
	case fact.Measured:
		return "quality", all(coded(f.Leg), raw(f.Codec), raw(mos(f.MOS, f.Worst)), phrase("led_loss", "loss {n} %", "n", fmt.Sprintf("%.1f", f.Loss)),
			phrase("led_jitter", "jitter {n} ms", "n", fmt.Sprintf("%.0f", f.JitterMS)), phrase("led_packets", "{n} packets", "n", strconv.Itoa(int(f.Packets))))
	case fact.AgentState:
		if f.To == fact.Lost || f.From == fact.Lost {
			return "agent", all(who, phrase("led_state", "{from} → {to}", "from", string(f.From), "to", string(f.To)), coded(f.Cause))
		}
		return "", nil
	}
	return e.Fact.Kind(), all(who)
}

func arrivedWords(e *fact.Entry, f fact.Arrived) []Phrase {
	from := phrase("led_withheld", "number withheld")
	if e.Personal != nil && e.Personal.Number != "" && !f.Withheld {
		from = phrase("led_from", "from {who}", "who", strings.TrimSpace(string(e.Personal.Number)+" "+e.Personal.Name))
	}
	parts := []Phrase{from}
	if f.Internal {
		parts = append(parts, phrase("led_internal", "internal"))
	}
	parts = append(parts, phrase("led_to", "to {to}", "to", string(f.To)))
	if e.Personal != nil {
		for _, d := range e.Personal.Diverted {
			parts = append(parts, divertedWords(string(d.Number)), coded(d.Why))
		}
	}
	if f.Trunk != "" {
		parts = append(parts, phrase("led_by_trunk", "by {trunk}", "trunk", strings.TrimSpace(f.Trunk+" "+f.Peer)))
	}
	if f.SIPCallID != "" {
		parts = append(parts, raw("Call-ID "+f.SIPCallID))
	}
	return parts
}

func divertedWords(number string) Phrase {
	if number == "" {
		return phrase("led_sent_hidden", "sent on from a withheld number")
	}
	return phrase("led_sent", "sent on from {number}", "number", number)
}

func queuedWords(f fact.Queued) []Phrase {
	parts := all(raw(string(f.Queue)), raw(strings.Join(f.Path, " > ")))
	if len(f.Skills) > 0 {
		parts = append(parts, phrase("led_wants", "wants {skills}", "skills", strings.Join(f.Skills, " ")))
	}
	if f.Priority > 0 {
		parts = append(parts, phrase("led_priority", "priority {n}", "n", strconv.Itoa(f.Priority)))
	}
	if f.Head {
		parts = append(parts, phrase("led_head", "at the head"))
	}
	if f.Key != "" {
		return append(parts, keyed(f.Key, f.Reason, f.Args))
	}
	return append(parts, coded(f.Reason))
}

func movedWords(e *fact.Entry, f fact.Moved) (what string, parts []Phrase) {
	what = "transfer"
	if f.Consult {
		what = "asked"
	}
	stage := stageWords(f.Stage)
	if f.Stage == fact.Failed && f.Back != "" {
		what, stage = "back", backTo(f.Back)
	}
	return what, all(target(f.ToKind, f.To, e.Personal), raw(short(f.Who)), stage, sip(f.Code, coded(f.Why)))
}

func stageWords(s fact.Stage) Phrase {
	switch s {
	case fact.Started:
		return phrase("led_begins", "begins")
	case fact.RingingAt:
		return phrase("led_rings", "rings")
	case fact.Answered:
		return phrase("led_answered", "answered")
	case fact.Failed:
		return phrase("led_failed", "failed")
	case fact.TakenBack:
		return phrase("led_taken_back", "taken back")
	case fact.Confirming:
		return phrase("led_confirming", "answered, asked for a key")
	case fact.Tried:
		return phrase("led_tried", "did not take it")
	}
	return raw(string(s))
}

func backTo(s string) Phrase {
	switch s {
	case "agent":
		return phrase("led_back_agent", "to the agent")
	case "queue":
		return phrase("led_back_queue", "to the queue")
	case "expert":
		return phrase("led_back_expert", "to the expert")
	}
	return raw("to the " + s)
}

func partyWords(e *fact.Entry, f fact.Party) []Phrase {
	return all(target(f.ToKind, f.To, e.Personal), partyStage(f.Stage), sip(f.Code, coded(f.Why)))
}

func partyStage(s fact.PartyStage) Phrase {
	switch s {
	case fact.PartyRinging:
		return phrase("led_rings", "rings")
	case fact.PartyJoined:
		return phrase("led_joined", "joined")
	case fact.PartyFailed:
		return phrase("led_not_joined", "did not join")
	case fact.PartyLeft:
		return phrase("led_left", "left")
	case fact.PartyRemoved:
		return phrase("led_removed", "was let go")
	case fact.PartyMuted:
		return phrase("led_not_heard", "is not heard")
	case fact.PartyHeard:
		return phrase("led_heard", "is heard again")
	case fact.PartyStays:
		return phrase("led_stays", "stays with the caller")
	}
	return raw(string(s))
}

// target is whom a contact was to go to, a number in whole.
func target(kind, id string, p *fact.Personal) Phrase {
	to := short(id)
	if p != nil && p.Number != "" {
		to = string(p.Number)
	}
	return phrase("led_target", "{kind} {who}", "kind", kind, "who", to)
}

func hungUp(by string) Phrase {
	switch by {
	case "caller":
		return phrase("led_caller_hung_up", "caller hung up")
	case "agent":
		return phrase("led_agent_hung_up", "agent hung up")
	case "expert":
		return phrase("led_expert_hung_up", "expert hung up")
	case "system":
		return phrase("led_system_ended", "ended by the system")
	}
	return raw(by)
}

// sip puts a SIP code and its reason together.
func sip(code int, reason Phrase) Phrase {
	if code == 0 {
		return reason
	}
	reason.Before = strconv.Itoa(code)
	return reason
}

func noteWords(who string, p *fact.Personal) []Phrase {
	if p == nil || p.Note == "" {
		return all(raw(who))
	}
	return all(raw(who + ": “" + p.Note + "”"))
}

// rings says where an offer rings, unless at the console.
func rings(at fact.Endpoint) Phrase {
	switch at {
	case fact.AtSIP:
		return phrase("led_at_telephone", "at the telephone")
	case fact.AtTeams:
		return phrase("led_in_teams", "in Teams")
	}
	return Phrase{}
}

// idleWords are why an offer went where it went, as the fact has it.
func idleWords(why string) Phrase {
	if idle, ok := strings.CutPrefix(why, "idle longest: "); ok {
		return phrase("led_idle", "idle longest: {time}", "time", idle)
	}
	return raw(why)
}
