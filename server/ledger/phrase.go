package ledger

import (
	"strconv"
	"strings"
)

// Phrase is a part of what a story says: a key of the console's catalogue with what fills it, a code, or text as it is.
type Phrase struct {
	Key    string
	Args   map[string]string
	Code   string // as no_answer, instead of a key
	Before string // stands before it: a SIP code
	Words  string // in English, without Before
}

func phrase(key, words string, args ...string) Phrase {
	p := Phrase{Key: key, Words: words}
	for i := 0; i+1 < len(args); i += 2 {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args[args[i]] = oneLine(args[i+1])
		p.Words = strings.ReplaceAll(p.Words, "{"+args[i]+"}", args[i+1])
	}
	p.Words = oneLine(p.Words)
	return p
}

// keyed is a sentence that a fact has by its key.
func keyed(key, words string, args map[string]string) Phrase {
	p := Phrase{Key: key, Words: oneLine(words)}
	for k, v := range args {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args[k] = oneLine(v)
	}
	return p
}

// raw is text that is the same in every language.
func raw(s string) Phrase { return Phrase{Words: oneLine(strings.TrimSpace(s))} }

// coded is what a fact names by a code.
func coded(s string) Phrase { return Phrase{Code: s, Words: oneLine(gap(s))} }

// quoted is a code that may also be somebody's own words.
func quoted(s string) Phrase {
	if s == "" {
		return Phrase{}
	}
	return Phrase{Code: s, Words: "“" + oneLine(gap(s)) + "”"}
}

func all(p ...Phrase) []Phrase { return p }

// there are those that say something.
func there(in []Phrase) (out []Phrase) {
	for _, p := range in {
		if p.Words != "" || p.Before != "" {
			out = append(out, p)
		}
	}
	return out
}

func inEnglish(parts []Phrase) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = strings.TrimSpace(p.Before + " " + p.Words)
	}
	return strings.Join(words, ", ")
}

func to(s string) Phrase {
	if s == "" {
		return Phrase{}
	}
	return phrase("led_to", "to {to}", "to", s)
}

func by(s string) Phrase {
	switch s {
	case "", "agent":
		return Phrase{}
	case "caller":
		return phrase("led_by_caller", "by the caller")
	case "expert":
		return phrase("led_by_expert", "by the expert")
	case "server", "system":
		return phrase("led_by_system", "by the system")
	}
	return raw("by the " + s)
}

func held(ms int64) Phrase {
	if ms == 0 {
		return Phrase{}
	}
	return phrase("led_held", "on hold {time}", "time", clock(ms))
}

// SumPhrases are the contact in one line: waited, talked, held, wrap-up, code, with whom, how it ended, the worst voice.
func (s *Story) SumPhrases() []Phrase {
	c := s.Contact
	parts := all(phrase("led_waited", "waited {time}", "time", clock(c.WaitedMS)), phrase("led_talked", "talked {time}", "time", clock(c.TalkMS)),
		held(c.HoldMS), phrase("led_wrapup", "wrap-up {time}", "time", clock(c.WrapMS)), raw(c.WrapCode))
	if c.With != "" {
		parts = append(parts, phrase("led_with", "with {who}", "who", strings.ReplaceAll(shortAll(c.With), ", ", " and ")))
	}
	if c.Ended == 0 {
		parts = append(parts, phrase("led_goes_on", "goes on"))
	} else {
		parts = append(parts, coded(c.End), hungUp(c.EndedBy), sip(c.Code, raw(c.Reason)))
	}
	if c.MOS > 0 {
		parts = append(parts, phrase("led_worst", "worst leg MOS {n}", "n", strconv.FormatFloat(c.MOS, 'f', 1, 64)))
	}
	return there(parts)
}
