package media

import (
	"slices"
	"strings"
)

// spoken are the words that we can say, as sounds of phones.
var spoken = map[string][]string{
	"sorry": {"s", "O", "r", "i"}, "we": {"w", "i"}, "are": {"a", "r"}, "closed": {"k", "l", "o", "u", "z", "d"}, "now": {"n", "a", "u"},
	"today": {"t", "u", "d", "E", "I"}, "nobody": {"n", "o", "u", "b", "O", "d", "i"}, "is": {"I", "z"}, "here": {"h", "I", "@", "r"},
	"can": {"k", "&", "n"}, "take": {"t", "E", "I", "k"}, "your": {"j", "O", "r"}, "moment": {"m", "o", "u", "m", "@", "n", "t"},
	"please": {"p", "l", "i", "z"}, "again": {"@", "g", "E", "n"}, "later": {"l", "E", "I", "t", "@", "r"}, "goodbye": {"g", "u", "d", "b", "a", "I"},
	"call": {"k", "O", "l"}, "from": {"f", "r", "A", "m"}, "press": {"p", "r", "E", "s"},
	"0": {"z", "I", "r", "o", "u"}, "1": {"w", "A", "n"}, "2": {"t", "U"}, "3": {"T", "r", "i"}, "4": {"f", "O", "r"},
	"5": {"f", "a", "I", "v"}, "6": {"s", "I", "k", "s"}, "7": {"s", "E", "v", "@", "n"}, "8": {"E", "I", "t"}, "9": {"n", "a", "I", "n"},
}

// sentences are what we say to callers whom nobody can take, by the names of server/flow; a comma is a pause.
var sentences = map[string]string{
	"closed":       ", sorry , we are closed now , , please call again later , goodbye ,",
	"holiday":      ", sorry , we are closed today , , please call again later , goodbye ,",
	"nobody":       ", sorry , nobody is here now , , please call again later , goodbye ,",
	"longest_wait": ", sorry , nobody can take your call now , , please call again later , goodbye ,",
	"onward":       ", 1 moment please ,",
}

// Announcement says why a caller is not taken, or goes elsewhere: closed, holiday, nobody, longest_wait, onward. nil for others.
func (p *Plane) Announcement(name string) *Clip {
	text, ok := sentences[name]
	if !ok {
		return nil
	}
	return p.shelf.get("sentence "+name, func() *Clip {
		var pcm []int16
		for _, w := range strings.Fields(text) {
			pcm = append(pcm, sayWord(w).pcm...)
		}
		return NewClip(name, pcm, clipRate)
	})
}

// lastDigits of a number are read, so that all is said before the key must be there; the telephone shows the rest.
const lastDigits = 4

// Confirm asks for key 1: "press one, call from" and the last digits of the number, or without them when there is none.
func (p *Plane) Confirm(number string) *Clip {
	number = number[max(0, len(number)-lastDigits):]
	words := []string{"", "press", "1", ",", "call"}
	if number != "" {
		words = append(words, "from")
	}
	for _, r := range number {
		if r >= '0' && r <= '9' {
			words = append(words, string(r))
		}
	}
	pcm := slices.Clone(p.BuiltinPrompt("zip").pcm)
	for _, w := range append(words, ",", ",") {
		pcm = append(pcm, p.word(w).pcm...)
	}
	return NewClip("confirm", pcm, clipRate)
}

// word says one word; any that we cannot say is a pause.
func (p *Plane) word(w string) *Clip {
	return p.shelf.get("word "+w, func() *Clip { return sayWord(w) })
}

func sayWord(w string) *Clip {
	v := newSpeaker()
	for i, name := range spoken[w] {
		v.say(speechSounds[name], i+1 == len(spoken[w]))
	}
	v.rest(0.05)
	if len(spoken[w]) == 0 {
		v.rest(0.15)
	}
	return NewClip(w, v.samples(), clipRate)
}
