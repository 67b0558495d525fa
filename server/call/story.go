package call

import (
	"strings"
	"time"

	"cordboard/server/trunk"
)

// sentence is what a line of the story says: its key in the consoles' catalogue, what fills it, and the English words.
type sentence struct {
	key   string
	args  map[string]string
	words string
}

// says makes a sentence. In an argument named why the console reads a code, as no_answer, in its own language.
func says(key, words string, args ...string) sentence {
	s := sentence{key: key, words: words}
	for i := 0; i+1 < len(args); i += 2 {
		if s.args == nil {
			s.args = map[string]string{}
		}
		s.args[args[i]] = args[i+1]
		plain := args[i+1]
		if args[i] == "why" {
			plain = strings.ReplaceAll(plain, "_", " ")
		}
		s.words = strings.ReplaceAll(s.words, "{"+args[i]+"}", plain)
	}
	return s
}

func (c *Call) tellStory(key, words string, args ...string) { c.tell(says(key, words, args...)) }

func (c *Call) tell(s sentence) {
	c.story = append(c.story, Line{At: time.Now(), Key: s.key, Args: s.args, Words: s.words})
	if n := len(c.story); n > maxStory { // a caller who is held and taken back all day; the ledger has all of it
		c.story = append(c.story[:storyStart:storyStart], c.story[n-maxStory/2:]...)
	}
}

// went says how it ended that somebody was rung, as the card does.
func went(who, why string) sentence {
	key := "add_" + why
	switch why {
	case "left":
		key = "back_hung_up"
	case "nobody":
		key = "back_nobody_took"
	case "declined", "busy", "no_answer", "no_number", "voicemail":
	default:
		key = "add_unreachable"
	}
	return sentence{key: key, args: map[string]string{"who": who}, words: backWords(who, why)}
}

func (c *Call) tellBack(who, why string) { c.tell(went(who, why)) }

func (c *Call) tellDiverted(d trunk.Diverted) {
	switch {
	case d.User == "":
		c.tellStory("story_sent_hidden", "sent on from a withheld number")
	case d.Reason == "busy":
		c.tellStory("story_sent_busy", "sent on from {number}, which was busy", "number", d.User)
	case d.Reason == "no_answer":
		c.tellStory("story_sent_no_answer", "sent on from {number}, where nobody answered", "number", d.User)
	case d.Reason == "declined":
		c.tellStory("story_sent_declined", "sent on from {number}, where it was declined", "number", d.User)
	case d.Reason == "unavailable":
		c.tellStory("story_sent_unreachable", "sent on from {number}, which could not be reached", "number", d.User)
	default:
		c.tellStory("story_sent", "sent on from {number}", "number", d.User)
	}
}

// tellRefers says who hands on, and to whom.
func (c *Call) tellRefers(r *referral, to string) {
	switch {
	case r.stead != nil && r.stead.guest != nil:
		c.tellStory("story_hands_own", "{who} hands the own place to {to}", "who", r.stead.guest.to.Name, "to", to)
	case r.stead != nil:
		c.tellStory("story_caller_hands", "the caller hands the own place to {to}", "to", to)
	case r.who != "":
		c.tellStory("story_hands_to", "{who} hands the caller to {to}", "who", r.who, "to", to)
	default:
		c.tellStory("story_hands_to", "{who} hands the caller to {to}", "who", c.partnerTo.Name, "to", to)
	}
}
