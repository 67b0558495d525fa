package ledger

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/fact"
)

func TestContactsThatEndedAreNotKeptAtHand(t *testing.T) {
	s := &shelf{newest: 100_000}
	s.forget()
	put := func(id string, ended int64) *book {
		b := &book{contact: &Contact{ID: id, Ended: ended}}
		s.books[[2]string{"contoso", id}] = b
		return b
	}
	put("open", 0)
	put("just ended", 80_000)
	s.dirty[put("changed", 1000)] = true
	s.agents[[2]string{"contoso", "adele"}] = &agent{of: put("in the work after it", 1000)}
	for i := range someBooks {
		put(fmt.Sprint(i), 69_000)
	}
	s.putAway()
	if len(s.books) != 4 {
		t.Errorf("%d contacts are at hand, want the 4 that something may still come for soon", len(s.books))
	}
	put("late", 1000)
	if s.putAway(); len(s.books) != 5 {
		t.Errorf("looked for closed ones again although only one came")
	}
}

// TestWhatComesLateIsAddedToAContactThatWasPutAway: nothing of it is lost or counted twice.
func TestWhatComesLateIsAddedToAContactThatWasPutAway(t *testing.T) {
	s := newScript(t)
	for i := range 3 * someBooks {
		id, at := fact.ContactID(fmt.Sprint("C", i)), float64(i)
		s.at(at, id, "", fact.Arrived{Direction: fact.In})
		s.at(at, id, "", fact.Queued{Queue: "support", Since: nine.Add(time.Duration(i) * time.Second)})
		s.at(at+0.4, id, "adele", fact.Connected{Queue: "support", WaitedMS: 400})
		s.at(at+0.9, id, "", fact.Ended{End: fact.Completed, By: "caller"})
		if i%someBooks == 0 {
			settle(t, s.l) // a commit
		}
	}
	s.at(500, "C0", "adele", fact.Wrapped{Code: "vpn", WrapMS: 26000})
	got := s.contact("C0")
	if c := got.Contact; c.WaitedMS != 400 || c.End != "completed" || c.WrapCode != "vpn" || len(got.Visits) != 1 || len(got.Talks) != 1 {
		t.Errorf("%+v, %d visits, %d talks", c, len(got.Visits), len(got.Talks))
	}
}
