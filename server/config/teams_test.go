package config

import (
	"slices"
	"testing"
)

func TestTheLongestPrefixSaysWhoseAnswerIsDoubted(t *testing.T) {
	o := Outbound{Confirm: "suspect", Rules: []NumberRule{{Prefix: "+44", Allow: true}, {Prefix: "+44800", Allow: true, Confirm: "never"}}}
	for number, want := range map[string]string{"+442079460101": "suspect", "+448001": "never", "+49": "suspect"} {
		if got := o.Doubt(number); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
}

func TestATeamIsWhoItNamesAndWhoHasItsSkill(t *testing.T) {
	p := People{Experts: []Person{{User: "megan@contoso.com"}, {User: "lee@contoso.com", Skills: Skills{{"vpn", 1}}}, {User: "Raj@contoso.com"}}}
	for want, team := range map[string]Team{"megan@contoso.com raj@contoso.com": {Experts: []string{"raj@contoso.com", "megan@contoso.com"}}, "lee@contoso.com": {Skill: "vpn"}} {
		got := ""
		for _, m := range p.Members(&team) {
			got += " " + m
		}
		if got != " "+want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if slices.Contains(p.Members(&Team{Skill: "golf"}), "lee@contoso.com") {
		t.Error("a skill that nobody has")
	}
}
