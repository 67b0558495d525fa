package people

import (
	"maps"
	"slices"
	"testing"

	"cordboard/server/fact"
)

func unbound(fact.AgentID) string { return "" }

func TestANumberOfADirectoryIsReadOnlyWhenItIsInternational(t *testing.T) {
	for phone, want := range map[string]fact.Number{
		"+442079460101": "+442079460101", "+44 20 7946 0101": "+442079460101", "+44 (0)20 7946-0101": "+442079460101", "+1 (425) 555.0100": "+14255550100",
		"\u00a0+49 30 901820\u2011": "+4930901820", "": "", "020 7946 0101": "", "+": "", "0101": "", "+44 20 7946 0101 x12": "", "+44 20 7946 0101;ext=5": "", "+0044207946": "",
		"++442079460101": "", "+12345678901234567": "", "+44 207 946 O101": "",
	} {
		if got := Number(phone); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("+44 (0)20 7946-0018")
	f.Add("+(0)(0)12345")
	f.Fuzz(func(t *testing.T, s string) {
		n := string(Number(s))
		if n == "" {
			return
		}
		if n[0] != '+' || len(n) < 5 || len(n) > 16 || n[1] == '0' {
			t.Errorf("%q gave %q", s, n)
		}
		for _, r := range n[1:] {
			if r < '0' || r > '9' {
				t.Errorf("%q gave %q", s, n)
			}
		}
		if again := string(Number(n)); again != n {
			t.Errorf("%q gave %q, and that %q", s, n, again)
		}
	})
}

func TestAPersonOfTheConfigurationWinsOverTheMember(t *testing.T) {
	base := []Person{
		{ID: "megan@contoso.com", User: "megan@contoso.com", OID: "ID-1", Name: "Meg", Skills: map[string]int{"vpn": 2}, Expert: true},
		{ID: "lee@contoso.com", User: "lee@contoso.com", Name: "Lee Gu", Number: "+442079460102", Role: Supervisor},
	}
	got := Join(base, []Source{{ID: "net", Expert: true, Skills: map[string]int{"vpn": 5, "dns": 1}, Languages: []string{"en"}, Members: []Member{
		{OID: "id-1", User: "megan.bowen@contoso.com", Name: "Megan Bowen", Phone: "+44 20 7946 0101", Department: "IT", Job: "Engineer"},
		{OID: "id-2", User: "LEE@contoso.com", Name: "Gu, Lee", Phone: "+44 20 7946 9999"},
		{OID: "id-3", User: "ana@contoso.com", Name: "Ana Diaz", Phone: "0103"},
	}}}, unbound)
	if len(got) != 3 {
		t.Fatalf("%d persons: %+v", len(got), got)
	}
	meg, lee, ana := got[0], got[1], got[2]
	if meg.ID != "megan@contoso.com" || meg.Name != "Meg" || meg.Number != "+442079460101" || meg.Department != "IT" || meg.Skills["vpn"] != 2 || meg.Skills["dns"] != 1 {
		t.Errorf("by object id: %+v", meg)
	}
	if lee.Number != "+442079460102" || lee.Name != "Lee Gu" || lee.OID != "id-2" || lee.Role != Supervisor || !lee.Expert || lee.Skills["vpn"] != 5 {
		t.Errorf("by name: %+v", lee)
	}
	if ana.ID != "ana@contoso.com" || ana.Number != "" || !ana.Expert || ana.Role != NoRole || !slices.Equal(ana.Languages, []string{"en"}) || !slices.Equal(ana.From, []string{"net"}) {
		t.Errorf("a new one: %+v", ana)
	}
	if base[1].OID != "" || len(base[0].Skills) != 1 {
		t.Error("what was given has changed")
	}
}

// A name that an earlier sign-in has tied to one account is not another account's, and a person by object id
// keeps the place when the name changes.
func TestAMemberCannotTakeAnothersName(t *testing.T) {
	base := []Person{{ID: "lee@contoso.com", User: "lee@contoso.com", Name: "Lee", Role: Agent}, {ID: "raj@contoso.com", User: "raj@contoso.com", OID: "id-9"}}
	bound := func(id fact.AgentID) string {
		if id == "lee@contoso.com" {
			return "ID-1"
		}
		return ""
	}
	got := Join(base, []Source{{ID: "g", Expert: true, Members: []Member{
		{OID: "id-2", User: "lee@contoso.com", Name: "Another Lee", Phone: "+442079460102"},
		{OID: "id-3", User: "raj@contoso.com", Name: "Another Raj", Phone: "+442079460103"},
		{OID: "id-1", User: "lee.new@contoso.com", Name: "Lee Gu"},
	}}}, bound)
	if len(got) != 2 || got[0].Number != "" || got[1].Number != "" || got[1].Expert {
		t.Fatalf("%+v", got)
	}
	if !got[0].Expert || got[0].ID != "lee@contoso.com" {
		t.Errorf("the bound account is not the person: %+v", got[0])
	}
}

func TestAMemberOfSeveralGroupsHasAllOfThem(t *testing.T) {
	m := Member{OID: "id-1", User: "ana@contoso.com", Name: "Ana", Language: "pt-BR"}
	got := Join(nil, []Source{
		{ID: "a", Expert: true, Skills: map[string]int{"vpn": 1}, Members: []Member{m}},
		{ID: "b", Role: Agent, Skills: map[string]int{"vpn": 4}, Queues: []fact.QueueID{"support"}, Members: []Member{m, {OID: ""}}},
	}, unbound)
	if len(got) != 1 || !got[0].Expert || got[0].Role != Agent || !maps.Equal(got[0].Skills, map[string]int{"vpn": 4}) ||
		!slices.Equal(got[0].Queues, []fact.QueueID{"support"}) || !slices.Equal(got[0].From, []string{"a", "b"}) || !slices.Equal(got[0].Languages, []string{"pt"}) {
		t.Errorf("%+v", got)
	}
}

func TestATeamGrowsWithItsGroupAndItsSkill(t *testing.T) {
	all := Join([]Person{{ID: "megan", Expert: true}}, []Source{
		{ID: "net", Expert: true, Members: []Member{{OID: "2", User: "zoe", Name: "Zoe"}, {OID: "1", User: "ana", Name: "Ana"}}},
		{ID: "vpn", Expert: true, Skills: map[string]int{"vpn": 1}, Members: []Member{{OID: "3", User: "raj", Name: "Raj"}, {OID: "1", User: "ana", Name: "Ana"}}},
	}, unbound)
	r := NewRoster(all, Group{ID: "n", From: "net", Members: []fact.AgentID{"megan", "gone"}}, Group{ID: "v", Skill: "vpn"})
	for id, want := range map[string]string{"n": "megan ana zoe ", "v": "ana raj "} {
		got := ""
		for _, p := range r.Team(id).Members {
			got += string(p.ID) + " "
		}
		if got != want {
			t.Errorf("team %s: %q, want %q", id, got, want)
		}
	}
}
