package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"cordboard/session/wire"
)

var hole = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesHaveEveryWord(t *testing.T) {
	for w := word(1); w < wordCount; w++ {
		if w == wkNothing {
			continue
		}
		if english[w] == "" || chinese[w] == "" {
			t.Errorf("word %d: English %q, Chinese %q", w, english[w], chinese[w])
		}
		a, b := hole.FindAllString(english[w], -1), hole.FindAllString(chinese[w], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q and %q have different names to fill in", english[w], chinese[w])
		}
	}
	for key := range said["en"] {
		if said["zh"][key] == "" {
			t.Errorf("the sentence %q is missing in Chinese", key)
		}
	}
}

func TestNoSentenceIsTooWide(t *testing.T) {
	for _, v := range []words{english[:], chinese[:]} {
		for w, s := range v {
			if width(s) > 76 {
				t.Errorf("word %d is %d cells wide: %q", w, width(s), s)
			}
			if word(w) >= wkSignIn && word(w) <= wkRedraw && width(s) > 18 {
				t.Errorf("the label %q is %d cells wide, too much for a footer", s, width(s))
			}
		}
		for w := wpFree; w <= wpUnknown; w++ {
			if width(v[w]) > 4 {
				t.Errorf("the presence %q takes more than its 4 cells", v[w])
			}
		}
	}
}

func TestWordsBlameNobody(t *testing.T) {
	for _, s := range english {
		for _, no := range []string{"error", "failed to", "invalid", "illegal", "abort", " leg", "RONA", " he ", " she "} {
			if strings.Contains(strings.ToLower(s), strings.ToLower(no)) {
				t.Errorf("%q says %q", s, no)
			}
		}
	}
}

// A rule's reason is said in the person's language; a reason of the configuration has the name that it was given.
func TestTheReasonsOfRulesAreTranslated(t *testing.T) {
	for id, name := range builtInNames {
		if w := catalogue("zh").reason(&wire.Reason{ID: id, Name: name}); w == name || w == "" {
			t.Errorf("%s is %q in Chinese", id, w)
		}
		if w := catalogue("en").reason(&wire.Reason{ID: id, Name: name}); w != name {
			t.Errorf("%s is %q in English", id, w)
		}
	}
	if w := catalogue("zh").reason(&wire.Reason{ID: "busy", Name: "Paperwork"}); w != "Paperwork" {
		t.Errorf("a name of the configuration became %q", w)
	}
}

func TestTheStoryOfACallIsToldInThePersonsLanguage(t *testing.T) {
	l := wire.Line{Key: "story_outcome", Args: map[string]string{"who": "Megan", "why": "no_answer"}, Words: "Megan: no answer"}
	o := &wire.Offer{Why: "vpn 2 wanted, the only one free, idle 0:41", Because: []wire.Line{
		{Key: "why_skill", Args: map[string]string{"skill": "vpn", "level": "2"}, Words: "vpn 2 wanted"},
		{Key: "why_only", Args: map[string]string{"time": "0:41"}, Words: "the only one free, idle 0:41"},
	}}
	for language, want := range map[string][2]string{
		"en": {"Megan: no answer", "vpn 2 wanted, the only one free, idle 0:41"},
		"zh": {"Megan：无人接听", "需要 vpn 2 级，唯一空闲，已空闲 0:41"},
	} {
		v := catalogue(language)
		if got := v.told(l); got != want[0] {
			t.Errorf("%s: %q", language, got)
		}
		if got := v.because(o); got != want[1] {
			t.Errorf("%s: %q", language, got)
		}
		if l.Args["why"] != "no_answer" {
			t.Error("the line itself was changed")
		}
	}
	if got := catalogue("zh").told(wire.Line{Key: "of_a_newer_server", Words: "something new"}); got != "something new" {
		t.Errorf("a line of a newer server is %q", got)
	}
}

func TestTheContactScreenIsInThePersonsLanguage(t *testing.T) {
	moved := []wire.Part{
		{Key: "led_target", Args: map[string]string{"kind": "expert", "who": "megan"}, Words: "expert megan"},
		{Key: "led_back_agent", Words: "to the agent"}, {Code: "declined", Before: "603", Words: "declined"}, {Words: "+15551230000"}, {Code: "on a ticket", Words: "“on a ticket”"},
	}
	if got, want := catalogue("zh").parts(moved, ""), "专家 megan，回到坐席，603 已拒接，+15551230000，“on a ticket”"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := catalogue("en").parts(moved, ""), "expert megan, to the agent, 603 declined, +15551230000, “on a ticket”"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lost := []wire.Part{
		{Key: "led_state", Args: map[string]string{"from": "held", "to": "lost"}, Words: "held → lost"}, {Code: "console_gone", Words: "console gone"},
		{Key: "story_transfer_failed", Args: map[string]string{"who": "Megan Bowen", "why": "no_answer"}, Words: "transfer to Megan Bowen failed: no answer"},
	}
	if got, want := catalogue("zh").parts(lost, ""), "保持 → 连接丢失，终端断开，转接给 Megan Bowen 失败：无人接听"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := catalogue("en").parts(lost, ""), "held → lost, console gone, transfer to Megan Bowen failed: no answer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := catalogue("zh").parts(nil, "as an older server says it"); got != "as an older server says it" {
		t.Errorf("got %q", got)
	}
}
