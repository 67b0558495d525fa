package ledger

import (
	"testing"
	"time"

	"cordboard/server/fact"
)

// script puts facts at given seconds after nine o'clock.
type script struct {
	t testing.TB
	l *Ledger
	n uint64
}

var nine = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func (s *script) at(seconds float64, contact fact.ContactID, agent fact.AgentID, f fact.Fact, personal ...fact.Personal) {
	s.n++
	e := fact.Entry{Tenant: "contoso", N: s.n, At: nine.Add(time.Duration(seconds * float64(time.Second))), Contact: contact, Agent: agent, Fact: f}
	if len(personal) > 0 {
		e.Personal = &personal[0]
	}
	s.l.Put(e)
}

func (s *script) contact(id fact.ContactID) *Story {
	s.t.Helper()
	settle(s.t, s.l)
	story, err := s.l.Contact(within(s.t), "contoso", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return story
}

func newScript(t testing.TB) *script { return &script{t: t, l: ledgerIn(t, t.TempDir())} }

func TestATransferThatFailsBringsTheCallerBackToTheSameTalk(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In, To: "+442079460018"}, fact.Personal{Number: "+15551230000", Name: "Nestor Wilke"})
	s.at(0.1, "C1", "", fact.Queued{Queue: "support", Since: nine})
	s.at(5, "C1", "adele", fact.Offered{Reservation: "R1", Queue: "support", Deadline: nine.Add(25 * time.Second)})
	s.at(8, "C1", "adele", fact.OfferEnded{Reservation: "R1", Queue: "support", Outcome: fact.Accepted})
	s.at(8, "C1", "adele", fact.AgentState{From: fact.OfferedState, To: fact.Talking, By: "agent", Cause: "accept"})
	s.at(8, "C1", "adele", fact.Connected{Queue: "support", WaitedMS: 8000})
	s.at(60, "C1", "adele", fact.Held{By: "agent"})
	s.at(70, "C1", "adele", fact.Resumed{By: "agent"})
	s.at(80, "C1", "adele", fact.Moved{Transfer: "T1", ToKind: "expert", To: "megan", Stage: fact.Started})
	s.at(81, "C1", "adele", fact.Moved{Transfer: "T1", ToKind: "expert", To: "megan", Stage: fact.RingingAt, Code: 180})
	s.at(85, "C1", "adele", fact.Moved{Transfer: "T1", ToKind: "expert", To: "megan", Stage: fact.Failed, Code: 603, Why: "declined", Back: "agent"})
	s.at(100, "C1", "adele", fact.Moved{Transfer: "T2", ToKind: "number", To: "+44…01", Stage: fact.Started}, fact.Personal{Number: "+442079460101"})
	s.at(104, "C1", "adele", fact.Moved{Transfer: "T2", ToKind: "number", To: "+44…01", Stage: fact.Answered, Code: 200})
	s.at(104, "C1", "adele", fact.AgentState{From: fact.Transferring, To: fact.Wrapup, By: "server", Cause: "transfer"})
	s.at(130, "C1", "adele", fact.Wrapped{Code: "vpn", WrapMS: 26000})
	s.at(200, "C1", "", fact.Ended{End: fact.Transferred, By: "expert", Code: 200})
	got := s.contact("C1")

	if len(got.Talks) != 1 || got.Talks[0].TalkMS() != 86_000 || got.Talks[0].HoldMS != 10_000 || got.Talks[0].HandedTo != "+44…01" || got.Talks[0].Code != "vpn" {
		t.Errorf("talks %+v", *got.Talks[0])
	}
	if len(got.Transfers) != 2 || got.Transfers[0].Stage != "failed" || got.Transfers[0].Code != 603 || got.Transfers[0].Back != "agent" || got.Transfers[1].Number != "+442079460101" {
		t.Errorf("transfers %+v %+v", got.Transfers[0], got.Transfers[1])
	}
	c := got.Contact
	if c.With != "adele, +44…01" || c.End != "transferred" || c.EndedBy != "expert" || c.WaitedMS != 8000 || c.Transfers != 2 || c.WrapMS != 26000 || c.TalkMS != 86_000 {
		t.Errorf("contact %+v", c)
	}
	if v := got.Visits[0]; v.How != "answered" || v.WaitedMS != 8000 || v.Agent != "adele" {
		t.Errorf("visit %+v", v)
	}
}

func TestACallerWhoComesBackToTheHeadIsOneVisitAndWasAnswered(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000"})
	s.at(0, "C1", "", fact.Queued{Queue: "support", Since: nine})
	s.at(4, "C1", "adele", fact.Connected{Queue: "support", WaitedMS: 4000})
	s.at(30, "C1", "adele", fact.AgentState{From: fact.Talking, To: fact.Lost, By: "server", Cause: "console_gone"})
	s.at(50, "C1", "", fact.Queued{Queue: "support", Since: nine, Head: true, Reason: "the agent was lost"})
	s.at(50, "C1", "adele", fact.AgentState{From: fact.Lost, To: fact.NotReady, Reason: "connection", By: "server", Cause: "grace_over"})
	s.at(58, "C1", "alex", fact.Connected{Queue: "support", WaitedMS: 8000})
	s.at(90, "C1", "alex", fact.Ended{End: fact.Completed, By: "caller", Code: 200, TalkMS: 78000})
	got := s.contact("C1")
	if len(got.Visits) != 1 || got.Visits[0].How != "answered" || got.Visits[0].WaitedMS != 4000 || got.Visits[0].Returns != 1 {
		t.Errorf("visits %+v", got.Visits[0])
	}
	if len(got.Talks) != 2 || got.Talks[0].Ended-got.Talks[0].Began != 46_000_000 || got.Talks[1].Agent != "alex" {
		t.Errorf("talks %+v %+v", got.Talks[0], got.Talks[1])
	}
	if got.Contact.With != "adele, alex" || got.Contact.WaitedMS != 4000 {
		t.Errorf("contact %+v", got.Contact)
	}
}

func TestAWithheldNumberIsNeverJoinedIntoAHistory(t *testing.T) {
	s := newScript(t)
	for i, id := range []fact.ContactID{"C1", "C2"} {
		s.at(float64(i), id, "", fact.Arrived{Direction: fact.In, Withheld: true}, fact.Personal{Number: "anonymous"})
	}
	s.at(3, "C3", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000"})
	settle(t, s.l)
	for number, want := range map[fact.Number]int{"": 0, "anonymous": 0, "+15551230000": 1} {
		if n, err := s.l.CallerToday(within(t), "contoso", number, nine); n != want || err != nil {
			t.Errorf("%q called %d times (%v), want %d", string(number), n, err, want)
		}
	}
}

func TestTheTimeAServerWasDeadIsNobodysWork(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000"})
	s.at(1, "C1", "", fact.Queued{Queue: "support", Since: nine})
	s.at(2, "", "adele", fact.AgentState{From: fact.Offline, To: fact.NotReady, By: "agent", Cause: "login"})
	s.at(5, "C1", "alex", fact.Connected{Queue: "support", WaitedMS: 5000})
	s.at(65, "C2", "", fact.Arrived{Direction: fact.In}) // the last sign of life
	const later = 3600
	s.at(later-1, "", "", fact.Unknown{Name: startedKind, Body: []byte("{}")})
	s.at(later, "C1", "", fact.Ended{End: fact.Broken, By: "system", Reason: "the server had stopped"})
	s.at(later+1, "", "adele", fact.AgentState{From: fact.Offline, To: fact.NotReady, By: "agent", Cause: "login"})
	c := s.contact("C1").Contact
	if c.TalkMS != 60_000 || c.Ended != micro(nine.Add(65*time.Second)) {
		t.Errorf("talked %d ms, ended %v", c.TalkMS, When(c.Ended))
	}
	day, err := s.l.Today(within(t), "contoso", "adele", nine, nine.Add((later+11)*time.Second))
	if want := (63 + 10) * time.Second; err != nil || day.NotReady != want {
		t.Errorf("not ready %v (%v), want %v: from 2 s to 65 s, and 10 s after the start", day.NotReady, err, want)
	}
	open, err := s.l.Unfinished(within(t), "contoso")
	if err != nil || len(open) != 1 || open[0].ID != "C2" {
		t.Errorf("unfinished %v %v", open, err)
	}
}

func TestAnAgentsDayAndLastCalls(t *testing.T) {
	s := newScript(t)
	s.at(0, "", "adele", fact.AgentState{From: fact.Offline, To: fact.NotReady, By: "agent", Cause: "login"})
	s.at(60, "", "adele", fact.AgentState{From: fact.NotReady, To: fact.Ready, By: "agent", Cause: "ready"})
	s.at(100, "C1", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000", Name: "Nestor"})
	s.at(101, "C1", "adele", fact.Offered{Reservation: "R1", Queue: "support"})
	s.at(121, "C1", "adele", fact.OfferEnded{Reservation: "R1", Queue: "support", Outcome: fact.Missed})
	s.at(121, "C1", "adele", fact.AgentState{From: fact.OfferedState, To: fact.MissedState, By: "rule", Cause: "deadline"})
	s.at(150, "", "adele", fact.AgentState{From: fact.MissedState, To: fact.Ready, By: "agent", Cause: "ready"})
	s.at(200, "C2", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230001"})
	s.at(203, "C2", "adele", fact.Connected{Queue: "support", WaitedMS: 3000})
	s.at(210, "C2", "adele", fact.Held{By: "agent"})
	s.at(215, "C2", "adele", fact.Resumed{By: "agent"})
	s.at(263, "C2", "adele", fact.Ended{End: fact.Completed, By: "caller", TalkMS: 55000, HoldMS: 5000})
	s.at(273, "C2", "adele", fact.Wrapped{Code: "vpn", WrapMS: 10000})
	settle(t, s.l)
	day, err := s.l.Today(within(t), "contoso", "adele", nine, nine.Add(300*time.Second))
	want := Day{Calls: 1, Talk: 55 * time.Second, Handle: 70 * time.Second, NotReady: 89 * time.Second, Missed: 1}
	if err != nil || day != want {
		t.Errorf("day %+v (%v), want %+v", day, err, want)
	}
	last, err := s.l.Last(within(t), "contoso", "adele", 10)
	if err != nil || len(last) != 2 {
		t.Fatalf("last %v %v", last, err)
	}
	if c := last[0]; c.Missed || c.Contact.ID != "C2" || c.Talk != 55*time.Second || c.Code != "vpn" {
		t.Errorf("newest %+v", c)
	}
	if c := last[1]; !c.Missed || c.Contact.Name != "Nestor" {
		t.Errorf("before it %+v", c)
	}
}
