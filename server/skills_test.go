package server

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/config"
	"cordboard/server/fact"
	"cordboard/server/people"
)

// profiles answers for people as a test says, and notes when it was asked.
type profiles struct {
	mu    sync.Mutex // of the rest, and of profiled's
	says  map[string][]string
	busy  bool // tells nobody now
	down  bool
	asked []time.Time
	who   []string
}

func (p *profiles) SkillsAtOnce() int { return 2 }

func (p *profiles) Skills(_ context.Context, who []string) (map[string][]string, []string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.who = append(p.asked, time.Now()), append(p.who, who...)
	switch {
	case p.down:
		return nil, nil, errors.New("no answer")
	case p.busy:
		return map[string][]string{}, who, nil
	}
	out := map[string][]string{}
	for _, w := range who {
		out[w] = p.says[w]
	}
	return out, nil, nil
}

// profiled is a skills that reads some people's profiles.
type profiled struct {
	*skills
	p    *profiles
	who  []*people.Person
	tell int
}

func newProfiled(t *testing.T, dir string, who ...*people.Person) *profiled {
	t.Helper()
	r := &profiled{p: &profiles{says: map[string][]string{}}, who: who}
	r.skills = newSkills(r.p, filepath.Join(dir, "skills.json"), slog.New(slog.DiscardHandler))
	r.wanted = func() (who []*people.Person) { r.with(func() { who = r.who }); return who }
	r.told = func() { r.with(func() { r.tell++ }) }
	return r
}

// with does something to what the test and the reader share.
func (r *profiled) with(f func()) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	f()
}

func (r *profiled) start(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { r.run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
}

func TestSkillsOfProfilesComeOnceADayAndSlowly(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var who []*people.Person
		for _, n := range []string{"a", "b", "c", "d", "e"} {
			who = append(who, &people.Person{OID: n})
		}
		r := newProfiled(t, dir, who...)
		r.p.says["e"] = []string{"VPN"}
		r.start(t)
		time.Sleep(time.Minute)
		got := r.of(who[4])
		r.with(func() {
			if len(r.p.asked) != 3 || r.p.asked[1].Sub(r.p.asked[0]) < skillsPause || strings.Join(r.p.who, "") != "abcde" {
				t.Fatalf("asked at %v for %v", r.p.asked, r.p.who)
			}
			if !slices.Equal(got, []string{"VPN"}) || r.tell != 1 {
				t.Errorf("e can %v, told %d times", got, r.tell)
			}
			r.who = append(r.who, &people.Person{User: "F"}) // somebody new, known by name alone
		})
		r.again()
		time.Sleep(time.Second)
		r.with(func() {
			if len(r.p.asked) != 4 || r.p.who[5] != "f" {
				t.Errorf("a new one: asked for %v", r.p.who)
			}
		})
		time.Sleep(skillsEvery + time.Minute)
		r.with(func() {
			if len(r.p.who) != 12 || r.tell != 1 {
				t.Errorf("after a day: asked for %v, told %d times", r.p.who, r.tell)
			}
		})
	})
	synctest.Test(t, func(t *testing.T) { // the next start
		r := newProfiled(t, dir, &people.Person{OID: "e"})
		if got := r.of(r.who[0]); !slices.Equal(got, []string{"VPN"}) {
			t.Errorf("after a restart e can %v", got)
		}
	})
}

func TestSkillsThatGraphDoesNotTellNowAreAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newProfiled(t, t.TempDir(), &people.Person{OID: "a"})
		r.p.says["a"], r.p.busy = []string{"VPN"}, true
		r.start(t)
		time.Sleep(skillsAgain / 2)
		r.with(func() {
			if len(r.p.asked) != 1 {
				t.Errorf("asked %d times in %s", len(r.p.asked), skillsAgain/2)
			}
			r.p.busy, r.p.down = false, true
		})
		time.Sleep(skillsAgain)
		r.with(func() { r.p.down = false })
		time.Sleep(2 * skillsAgain)
		if got := r.of(r.who[0]); len(got) != 1 {
			t.Errorf("after trouble: %v, asked at %v", got, r.p.asked)
		}
	})
}

// What an expert writes into the own profile orders the picker; it is no skill by which calls are given out.
func TestAProfileGivesNoRightToCalls(t *testing.T) {
	c := &config.Tenant{}
	c.People.Experts = []config.Person{{User: "megan@contoso.com", Skills: config.Skills{{Name: "vpn", Level: 3}}}, {User: "lee@contoso.com"}}
	r := roster(c, nil, func(fact.AgentID) string { return "" }, func(*people.Person) []string { return []string{"VPN", "Cisco"} })
	megan, lee := r.ByID("megan@contoso.com"), r.ByID("lee@contoso.com")
	if len(lee.Skills) != 0 || megan.Skills["vpn"] != 3 || len(megan.Skills) != 1 {
		t.Errorf("skills by the profile: %v, %v", megan.Skills, lee.Skills)
	}
	if got := megan.AllSkills(map[string]int{"cisco": 1}); !slices.Equal(got, []string{"Cisco", "vpn"}) {
		t.Errorf("shown: %v", got)
	}
	found := people.NewIndex(r, nil).Search(people.Wish{Typed: "cisco", Limit: 5})
	if len(found) != 2 {
		t.Errorf("by what they say of themselves %d are found", len(found))
	}
}
