package ui

import (
	"context"
	"fmt"
	"strings"
)

// Guide is the page that an agent reads (docs/agent.md), made from the same table as the footer and the help.
func Guide() string {
	m := newModel(context.Background(), Options{Language: "en"})
	var b strings.Builder
	b.WriteString("# Keys\n\nThe last row always names the keys that act now; `?` lists them all, and says why the others do not.\n" +
		"The mode at its left says what digits mean. In `--plain` the same keys are words' short forms.\n")
	for _, in := range []mode{inPause, inReady, inRing, inTalk, inHold, inSending, inBack, inAsking, inGroup, inKeypad, inWrap, inMissed, inNote, inPicker, inHistory} {
		c := &m.keys.chips[in]
		fmt.Fprintf(&b, "\n## %s\n\n| key | what |\n|---|---|\n", m.v[c.word])
		seen := map[action]bool{}
		for _, a := range c.keys {
			k := m.keys.bindings[a]
			if k == nil || seen[a] || k.quiet || m.v[k.label] == "" {
				continue
			}
			seen[a] = true
			fmt.Fprintf(&b, "| `%s` | %s |\n", k.shown(), m.v[k.label])
		}
	}
	fmt.Fprintf(&b, "\n## Everywhere\n\n| key | what |\n|---|---|\n")
	for _, a := range []action{actHelp, actCommand, actHelpCall, actWhy, actHistory, actSettings, actRedraw, actLeave} {
		k := m.keys.bindings[a]
		fmt.Fprintf(&b, "| `%s` | %s |\n", k.shown(), m.v[k.label])
	}
	b.WriteString("| `F1` `F2` `F3` `F4` | ready, not ready, answer, hang up: they act while you type, too |\n")
	fmt.Fprintf(&b, "\nAfter `:` come the words of --plain, written out with Tab: %s.\n", strings.Join(plainWords(), " "))
	b.WriteString("\nHanging up wants the key twice, within 3 seconds and not held down. A transfer is taken back with `z` until it is answered.\n" +
		"Two digits typed within 0.4 s are tones for the caller's line, not an expert: the transfer of the first is taken back.\n")
	return b.String()
}
