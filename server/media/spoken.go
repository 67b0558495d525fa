package media

import "slices"

// spoken are the words that we can say, as sounds of phones.
var spoken = map[string][]string{
	"call": {"k", "O", "l"}, "from": {"f", "r", "A", "m"}, "press": {"p", "r", "E", "s"},
	"0": {"z", "I", "r", "o", "u"}, "1": {"w", "A", "n"}, "2": {"t", "U"}, "3": {"T", "r", "i"}, "4": {"f", "O", "r"},
	"5": {"f", "a", "I", "v"}, "6": {"s", "I", "k", "s"}, "7": {"s", "E", "v", "@", "n"}, "8": {"E", "I", "t"}, "9": {"n", "a", "I", "n"},
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
	return p.shelf.get("word "+w, func() *Clip {
		v := newSpeaker()
		for i, name := range spoken[w] {
			v.say(speechSounds[name], i+1 == len(spoken[w]))
		}
		v.rest(0.05)
		if len(spoken[w]) == 0 {
			v.rest(0.15)
		}
		return NewClip(w, v.samples(), clipRate)
	})
}
