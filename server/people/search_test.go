package people

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
)

// company makes a directory of n engineers with names that repeat as names do, a roster whose experts are of it,
// presence for all of them, and a record of a busy month.
func company(n, experts int) (*Index, Wish) {
	rnd := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("an ber cor da el fi gus ha in jo ka lo mi na ol pe qui ro sa ti ul vo wen xi yo za")
	name := func(k int) (s string) {
		for range k {
			s += syllables[rnd.IntN(len(syllables))]
		}
		return strings.ToUpper(s[:1]) + s[1:]
	}
	directory := make([]Member, n)
	for i := range directory {
		first, last := name(2), name(3)
		directory[i] = Member{OID: fmt.Sprintf("oid-%05d", i), User: fmt.Sprintf("%s.%s%d@contoso.com", strings.ToLower(first), strings.ToLower(last), i), Name: first + " " + last,
			Department: []string{"Network", "Billing", "Sales", "Support"}[i%4], Job: "Software Engineer", Phone: "+44207946" + fmt.Sprintf("%04d", i%10000)}
	}
	all := Join(nil, []Source{{ID: "g", Expert: true, Skills: map[string]int{"vpn": 2}, Members: directory[:experts]}}, unbound)
	var news []Reading
	record := &Record{}
	for i := range all {
		news = append(news, Reading{ID: string(all[i].ID), Availability: []string{"Available", "Busy", "Away"}[i%3], At: noon})
		by := fact.AgentID(fmt.Sprintf("agent-%d", i%200))
		record.Moved(by, fact.Moved{ToKind: "expert", To: string(all[i].ID), Stage: fact.Answered}, noon.Add(-time.Duration(i)*time.Hour))
	}
	presences := &Presences{}
	presences.Take(news)
	return NewIndex(NewRoster(all), directory), Wish{Limit: 50, Skills: map[string]int{"vpn": 1}, Presences: presences, Stale: time.Minute, Record: record, By: "agent-1", Now: noon}
}

// The worst keys: one letter, a word that everybody has, one that only the letters of names in order can find.
var worst = []string{"e", "engineer", "engineer software", "vpn", "an be", "bxz", ""}

func BenchmarkKeystroke(b *testing.B) {
	x, w := company(50_000, 10_000)
	for _, typed := range worst {
		b.Run(cmp.Or(strings.ReplaceAll(typed, " ", "_"), "nothing"), func(b *testing.B) {
			b.ReportAllocs()
			w := w
			w.Typed = typed
			for b.Loop() {
				x.Search(w)
			}
		})
	}
}

// The first key of a second weighs everybody anew.
func BenchmarkFirstKeystroke(b *testing.B) {
	x, w := company(50_000, 10_000)
	w.Typed = "engineer"
	for b.Loop() {
		w.Now = w.Now.Add(weighedFor)
		x.Search(w)
	}
}

func BenchmarkIndex(b *testing.B) {
	x, _ := company(50_000, 10_000)
	r := NewRoster(nil)
	var directory []Member
	for _, p := range x.all {
		directory = append(directory, Member{OID: p.OID, User: p.User, Name: p.Name, Department: p.Department, Job: p.Job, Phone: string(p.Number)})
	}
	for b.Loop() {
		NewIndex(r, directory)
	}
}

// The best few are those that sorting everybody would put first, whatever is typed.
func TestTheFirstOfManyAreTheBestOfAll(t *testing.T) {
	x, w := company(3000, 700)
	for _, typed := range worst {
		w.Typed, w.Limit = typed, 50
		few := x.Search(w)
		w.Limit = x.Len()
		all := x.Search(w)
		if len(all) < len(few) || len(few) > 50 || len(few) == 0 && typed != "bxz" {
			t.Fatalf("%q: %d of %d", typed, len(few), len(all))
		}
		if typed != "bxz" && !slices.Equal(few, all[:len(few)]) { // which of few in order may be more when more are wanted
			t.Errorf("%q: the first 50 are not the first 50 of %d", typed, len(all))
		}
	}
}

func names(found []Found) string {
	var out []string
	for _, f := range found {
		out = append(out, strings.TrimSuffix(f.Person.Name+" "+f.Why, " "))
	}
	return strings.Join(out, ", ")
}

func TestWhoIsLikelyStandsFirstWithTheReason(t *testing.T) {
	expert := func(id, name string, skills map[string]int) Person {
		return Person{ID: fact.AgentID(id), Name: name, Number: "+441", Expert: true, Skills: skills}
	}
	r := NewRoster([]Person{
		expert("plain", "Bo Plain", nil), expert("last", "Bo Last", nil), expert("answers", "Bo Answers", nil), expert("free", "Bo Free", nil),
		expert("skilled", "Bo Skilled", map[string]int{"vpn": 2}), expert("little", "Bo Little", map[string]int{"vpn": 1}), expert("away", "Bo Away", nil), expert("never", "Bo Never", nil),
		{ID: "says", Name: "Bo Says", Number: "+441", Expert: true, Told: []string{"VPN", "Golf"}},
		{ID: "dumb", Name: "Bo Dumb", Expert: true}, {ID: "adele", Name: "Bo Adele", Role: Agent, Number: "+441"},
	})
	presences := &Presences{}
	presences.Take([]Reading{{ID: "free", Availability: "Available", At: noon}, {ID: "away", Availability: "Away", At: noon}, {ID: "plain", Availability: "Available", At: noon.Add(-time.Hour)}})
	record := &Record{}
	for range 20 {
		record.Offered("answers", noon, true)
		record.Offered("never", noon, false)
		record.Offered("plain", noon.Add(2*time.Hour), true) // at another hour
	}
	record.Spoke("adele", "last", noon.Add(-time.Hour))
	record.Spoke("isaiah", "plain", noon.Add(-time.Hour))
	x := NewIndex(r, []Member{{OID: "outside", Name: "Bo Outside", Phone: "+44 1234"}})
	w := Wish{Typed: "bo", Limit: 20, Skills: map[string]int{"vpn": 2}, Presences: presences, Stale: time.Minute, Record: record, By: "adele", Now: noon}
	want := "Bo Skilled skill, Bo Says skill, Bo Free free, Bo Answers answers, Bo Last spoke, Bo Plain, Bo Little, Bo Away, Bo Never, Bo Outside, Bo Dumb"
	if got := names(x.Search(w)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	presences.Take([]Reading{{ID: "free", Availability: "Busy", At: noon.Add(2 * time.Second)}})
	w.Now = noon.Add(2 * time.Second)
	if got := names(x.Search(w)); !strings.Contains(got, "Bo Free, ") {
		t.Errorf("two seconds after a change: %s", got)
	}
	w.Typed = "outside"
	if got := x.Search(w); len(got) != 1 || !got[0].Person.Outside || got[0].Person.Number != "+441234" || got[0].Person.ID != "outside" {
		t.Errorf("of the directory alone: %+v", got)
	}
	w.Typed = ""
	if got := x.Search(w); len(got) != 10 {
		t.Errorf("nothing typed found %s", names(got))
	}
}

func TestNamesAreFoundAsPeopleTypeThem(t *testing.T) {
	x := NewIndex(NewRoster(nil), []Member{
		{OID: "1", Name: "José Díaz-Ñandú", User: "jose.diaz@contoso.com"}, {OID: "2", Name: "王小明"}, {OID: "3", Name: "Łukasz Groß", Department: "Netz & Telefonie"},
		{OID: "4", Name: "O'Brien, Sinéad", Job: "VPN Engineer"}, {OID: "5", User: "svc-print@contoso.com"}, {OID: "6", Name: "Zoe Quick"}, {OID: ""},
	})
	for typed, want := range map[string]string{
		"jose diaz": "1", "JOSÉ": "1", "nandu": "1", "小明": "2", "明": "2", "王": "2", "gross": "3", "lukasz": "3", "telef": "3", "sinead": "4", "brien": "4", "vpn eng": "4", "o'br": "4",
		"svc": "5", "zqc": "6", "zkq": "", "jdz": "1", "diaz jose": "1", "jose gross": "", "///": "123456", "\xff": "",
	} {
		got := ""
		for _, f := range x.Search(Wish{Typed: typed, Limit: 9}) {
			got += f.Person.OID
		}
		if typed == "///" {
			want = "" // no word at all: the roster, which is empty
		}
		if got != want {
			t.Errorf("%q found %q, want %q", typed, got, want)
		}
	}
}

func TestARosterPersonIsNotFoundAgainInTheDirectory(t *testing.T) {
	r := NewRoster([]Person{{ID: "megan", OID: "1", Name: "Megan"}, {ID: "lee@contoso.com", User: "lee@contoso.com", Name: "Lee"}})
	x := NewIndex(r, []Member{{OID: "1", Name: "Megan Bowen"}, {OID: "2", User: "lee@contoso.com", Name: "Lee Gu"}, {OID: "3", Name: "Ana"}})
	if x.Len() != 3 || x.ByID("3") == nil || x.ByID("1") != nil || x.ByID("megan") == nil {
		t.Errorf("%d persons", x.Len())
	}
}

// The record of somebody of the directory counts too, and is looked at again: within a minute, and when another hour begins.
func TestTheRecordIsWeighedAgain(t *testing.T) {
	record := &Record{}
	x := NewIndex(NewRoster(nil), []Member{{OID: "1", User: "ann.lee@contoso.com", Name: "Ann Lee", Phone: "+441"}, {OID: "2", User: "ann.roe@contoso.com", Name: "Ann Roe", Phone: "+442"}})
	w := Wish{Typed: "ann", Limit: 9, Record: record, Now: noon}
	first := func() string { return x.Search(w)[0].Person.Name + " " + x.Search(w)[0].Why }
	if got := first(); got != "Ann Lee " {
		t.Fatalf("first is %q", got)
	}
	for range 5 {
		record.Offered("ann.roe@contoso.com", noon, true)
		record.Offered("ann.lee@contoso.com", noon.Add(time.Hour), true)
	}
	w.Now = w.Now.Add(time.Minute)
	if got := first(); got != "Ann Roe answers" {
		t.Errorf("a minute later first is %q", got)
	}
	w.Now = noon.Add(time.Hour)
	if got := first(); got != "Ann Lee answers" {
		t.Errorf("in the next hour first is %q", got)
	}
}

func TestTheShareIsOfTheLastTwentyAtTheHour(t *testing.T) {
	var r Record
	for i := range 30 {
		r.Moved("adele", fact.Moved{ToKind: "expert", To: "megan", Stage: fact.Failed, Why: []string{"no_answer", "declined", "busy", "voicemail"}[i%4]}, noon)
	}
	for range 5 {
		r.Moved("adele", fact.Moved{ToKind: "team", To: "network", Who: "megan", Stage: fact.Answered}, noon)
	}
	for _, m := range []fact.Moved{
		{ToKind: "expert", To: "megan", Stage: fact.Failed, Why: "unreachable"}, {ToKind: "expert", To: "megan", Stage: fact.TakenBack}, {ToKind: "expert", To: "megan", Stage: fact.Started},
		{ToKind: "team", To: "megan", Stage: fact.Failed, Why: "nobody"}, {ToKind: "queue", To: "megan", Stage: fact.Answered},
	} {
		r.Moved("adele", m, noon)
	}
	if a, of := r.Share("megan", 12); a != 5 || of != 20 {
		t.Errorf("%d of %d, want 5 of 20", a, of)
	}
	if a, of := r.Share("megan", 13); a != 0 || of != 0 {
		t.Errorf("an hour later %d of %d", a, of)
	}
}

func FuzzSearch(f *testing.F) {
	x, w := company(200, 50)
	for _, s := range append(worst, "ÀÉ\u0301", "王", "\xff\xfe", strings.Repeat("a ", 100)) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		w := w
		w.Typed, w.Limit = typed, 7
		found := x.Search(w)
		if len(found) > 7 {
			t.Errorf("%d found", len(found))
		}
		seen := map[fact.AgentID]bool{}
		for _, g := range found {
			if seen[g.Person.ID] {
				t.Errorf("%s twice", g.Person.ID)
			}
			seen[g.Person.ID] = true
		}
	})
}
