package people

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestLateNewsCannotTurnTimeBack(t *testing.T) {
	var p Presences
	p.Take([]Reading{{ID: "megan", Availability: "Busy", At: noon}})
	if got := p.Take([]Reading{{ID: "megan", Availability: "Available", At: noon.Add(-time.Second)}}); got != nil {
		t.Fatalf("an older reading changed %v", got)
	}
	if r, _ := p.Of("megan"); r.Availability != "Busy" {
		t.Fatalf("now %+v", r)
	}
	if got := p.Take([]Reading{{ID: "megan", Availability: "Busy", At: noon.Add(time.Second)}}); got != nil {
		t.Fatalf("the same state again changed %v", got)
	}
	if r, _ := p.Of("megan"); !r.At.Equal(noon.Add(time.Second)) {
		t.Fatal("its age was not renewed")
	}
}

func TestOnlyAFreshAvailableIsFree(t *testing.T) {
	for name, c := range map[string]struct {
		r    Reading
		want bool
	}{
		"available now":            {Reading{Availability: "Available", At: noon}, true},
		"available but old":        {Reading{Availability: "Available", At: noon.Add(-2 * time.Minute)}, false},
		"available, out of office": {Reading{Availability: "Available", OutOfOffice: true, At: noon}, false},
		"busy":                     {Reading{Availability: "Busy", At: noon}, false},
		"a word nobody knows":      {Reading{Availability: "Contemplating", At: noon}, false},
		"never read":               {Reading{}, false},
	} {
		if got := c.r.Free(noon.Add(time.Second), time.Minute); got != c.want {
			t.Errorf("%s: free %v, want %v", name, got, c.want)
		}
	}
}

func TestSearchFindsByTheBeginningOfWords(t *testing.T) {
	r := NewRoster([]Person{
		{ID: "a", Name: "Melissa Brandt", Department: "Billing"},
		{ID: "b", Name: "Megan Bowen", Skills: map[string]int{"vpn": 3}},
		{ID: "c", Name: "Meena Brar"},
		{ID: "d", Name: "王小明", Skills: map[string]int{"vpn": 2}},
	})
	for typed, want := range map[string]string{"me br": "ac", "bowen": "b", "vpn": "bd", "王": "d", "bill": "a", "mgn": "b", "zz": ""} {
		got := ""
		for _, f := range NewIndex(r, nil).Search(Wish{Typed: typed, Limit: 9}) {
			got += string(f.Person.ID)
		}
		if got != want {
			t.Errorf("%q found %q, want %q", typed, got, want)
		}
	}
}

func TestANameStaysWithTheAccountOfItsFirstSignIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.json")
	b, err := OpenBindings(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Bind("contoso", "adele", "oid-1"); err != nil {
		t.Fatal(err)
	}
	again, err := OpenBindings(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Bind("contoso", "adele", "oid-1"); err != nil {
		t.Fatalf("the same account: %v", err)
	}
	if err := again.Bind("contoso", "adele", "oid-2"); !errors.Is(err, ErrOtherPerson) {
		t.Fatalf("another account: %v", err)
	}
	if err := again.Bind("fabrikam", "adele", "oid-2"); err != nil {
		t.Fatalf("the same name in another tenant: %v", err)
	}
}

func TestRolesOfATokenAreWrittenWithACapital(t *testing.T) {
	for word, want := range map[string]Role{"Agent": Agent, "supervisor": Supervisor, "Admin": Admin, "Reports": NoRole, "": NoRole} {
		if got := ParseRole(word); got != want {
			t.Errorf("%q is %v, want %v", word, got, want)
		}
	}
}

func TestReadingsOfTwoSourcesAreAllKept(t *testing.T) {
	var p Presences
	var both sync.WaitGroup
	at := time.Now()
	for _, source := range []string{"poll", "key"} {
		both.Go(func() {
			for i := range 500 {
				p.Take([]Reading{{ID: fmt.Sprint(source, i), At: at}})
			}
		})
	}
	both.Wait()
	if n := len(p.all()); n != 1000 {
		t.Fatalf("%d readings, want 1000", n)
	}
}

func TestAServerOfGraphThatLagsDoesNotTurnTimeBack(t *testing.T) {
	var p Presences
	start := time.Now()
	read := func(after time.Duration, seq, availability string) string {
		p.Take([]Reading{{ID: "lee", Availability: availability, At: start.Add(after), Seq: seq}})
		r, _ := p.Of("lee")
		return r.Availability
	}
	for _, c := range []struct {
		after              time.Duration
		seq, tells, stands string
	}{
		{0, "A07", "Available", "Available"},
		{5 * time.Second, "A09", "Busy", "Busy"},
		{3 * time.Second, "A09", "Available", "Busy"},  // asked for earlier, answered later
		{10 * time.Second, "A07", "Available", "Busy"}, // another server, which does not know yet
		{11 * time.Second, "", "Away", "Away"},         // no number: the time decides
		{12 * time.Second, "B10", "Busy", "Busy"},
		{13 * time.Second, "A9", "Available", "Available"}, // another form of number says nothing
		{14 * time.Second, "999", "Busy", "Busy"},
		{80 * time.Second, "100", "Available", "Available"}, // and no number holds for ever
	} {
		if got := read(c.after, c.seq, c.tells); got != c.stands {
			t.Errorf("after %v, number %q: %s stands, want %s", c.after, c.seq, got, c.stands)
		}
	}
}
