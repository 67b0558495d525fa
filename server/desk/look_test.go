package desk

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// watched is an office with many experts, whose presence source notes who is on a screen.
func watched(t *testing.T, experts int) (*office, chan []fact.AgentID) {
	o := newOffice(t)
	all := []people.Person{{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent}}
	for i := range experts {
		all = append(all, people.Person{ID: fact.AgentID(fmt.Sprintf("expert-%04d", i)), Name: fmt.Sprintf("Person %04d", i), Number: "+441", Expert: true})
	}
	told := make(chan []fact.AgentID, 100)
	tenant := *o.room.r.tenant()
	tenant.Roster = people.NewRoster(all)
	tenant.Presences = &people.Presences{}
	tenant.Index = people.NewIndex(tenant.Roster, nil)
	tenant.OnScreen = func(who []*people.Person) {
		var ids []fact.AgentID
		for _, p := range who {
			ids = append(ids, p.ID)
		}
		told <- ids
	}
	tenant.Rules.PresenceOld = time.Minute
	o.room.Set(tenant)
	return o, told
}

// until waits for a list that fits.
func until(t *testing.T, told chan []fact.AgentID, what string, fits func([]fact.AgentID) bool) {
	t.Helper()
	end := time.After(5 * time.Second)
	for {
		select {
		case ids := <-told:
			if fits(ids) {
				return
			}
		case <-end:
			t.Fatalf("not told: %s", what)
		}
	}
}

func TestThePollerHearsWhoIsOnAScreen(t *testing.T) {
	o, told := watched(t, 500)
	c := o.connect(wire.Hello{Token: "adele agent", Console: "console-1"})
	w := c.welcome()
	if n := len(w.Board.Experts); n != expertsMost {
		t.Fatalf("a board of %d experts, want %d", n, expertsMost)
	}
	until(t, told, "the board's experts", func(ids []fact.AgentID) bool {
		return len(ids) == expertsMost && slices.Contains(ids, "expert-0000")
	})
	c.do(wire.Command{ID: "1", Do: wire.DoSearch, Text: "Person 0499"})
	until(t, told, "who was found", func(ids []fact.AgentID) bool { return slices.Contains(ids, "expert-0499") })
	c.ws.CloseNow()
	until(t, told, "nobody", func(ids []fact.AgentID) bool { return len(ids) == 0 })
}

func TestADeskHearsOnlyOfWhomItShows(t *testing.T) {
	o, _ := watched(t, 100)
	s := o.still()
	s.showExperts()
	now := time.Now()
	free := func(id string) []people.Reading {
		return []people.Reading{{ID: id, Availability: "Available", Activity: "Available", At: now}}
	}
	read := func(id string) bool {
		before := s.seq
		tenant := s.room.tenant()
		news := free(id)
		e := map[string]bool{id: len(tenant.Presences.Take(news)) > 0}
		presenceCame{e}.apply(s)
		return s.seq > before
	}
	if read("expert-0099") {
		t.Error("published for somebody who is not on the board")
	}
	if !read("expert-0001") {
		t.Error("a change on the board is not published")
	}
	now = now.Add(time.Second)
	if read("expert-0001") {
		t.Error("an age alone is published at once")
	}
	before := s.seq
	if s.checkLooks(time.Now().Add(agesEvery)); s.seq == before {
		t.Error("the age is never told")
	}
	before = s.seq
	if s.checkLooks(now.Add(agesEvery)); s.seq != before {
		t.Error("told again though nothing was read")
	}
}

func TestPresenceThatNobodyReadsAgainGrowsOldOnTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _ := watched(t, 3)
		s := o.still()
		tenant := s.room.tenant()
		tenant.Presences.Take([]people.Reading{{ID: "expert-0001", Availability: "Available", At: time.Now()}})
		s.showExperts()
		time.Sleep(time.Minute)
		s.checkLooks(time.Now())
		if s.board.Experts[1].Old {
			t.Fatal("old too soon")
		}
		time.Sleep(time.Second)
		s.checkLooks(time.Now())
		if !s.board.Experts[1].Old {
			t.Error("still looks available")
		}
	})
}
