package ledger

import (
	"fmt"
	"testing"
	"time"

	"cordboard/server/fact"
)

func TestWhatExpertsDidWithCallsIsRememberedOverARestart(t *testing.T) {
	s := newScript(t)
	for i, m := range []fact.Moved{
		{Transfer: "T1", ToKind: "expert", To: "megan", Stage: fact.Failed, Why: "no_answer"}, {Transfer: "T2", ToKind: "expert", To: "lee", Consult: true, Stage: fact.Answered},
		{Transfer: "T3", ToKind: "number", To: "+44…01", Stage: fact.Answered}, {Transfer: "T4", ToKind: "expert", To: "ana", Stage: fact.RingingAt},
	} {
		c := fact.ContactID(fmt.Sprintf("C%d", i))
		s.at(float64(i*100), c, "", fact.Arrived{Direction: fact.In})
		started := m
		started.Stage, started.Why = fact.Started, ""
		s.at(float64(i*100+1), c, "adele", started)
		s.at(float64(i*100+2), c, "adele", m)
	}
	settle(t, s.l)
	read := func(since float64) (got string) {
		err := s.l.Handed(within(t), "contoso", nine.Add(time.Duration(since)*time.Second), func(by fact.AgentID, at time.Time, m fact.Moved) {
			got += fmt.Sprintf("%s %s %s %s %v %v; ", by, m.To, m.Stage, m.Why, m.Consult, at.Sub(nine).Round(time.Second))
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got, want := read(0), "adele megan failed no_answer false 2s; adele lee answered  true 1m42s; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := read(50), "adele lee answered  true 1m42s; "; got != want {
		t.Errorf("later: got %s", got)
	}
}
