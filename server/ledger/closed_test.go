package ledger

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
)

func TestWhyNobodyTookTheCallStandsOnTheReport(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000"})
	s.at(0, "C1", "", fact.Left{Queue: "support", Reason: "closed", To: "number:+442079460111"})
	s.at(30, "C1", "", fact.Ended{End: fact.Unanswered, By: "system", Reason: "closed"})
	s.at(40, "C2", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230001"})
	s.at(40, "C2", "", fact.Queued{Queue: "support", Since: nine.Add(40 * time.Second)})
	s.at(640, "C2", "", fact.Left{Queue: "support", Reason: "longest_wait"})
	s.at(645, "C2", "", fact.Ended{End: fact.Unanswered, By: "system", Reason: "longest_wait"})
	s.at(700, "C3", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230002"})
	s.at(700, "C3", "", fact.Queued{Queue: "sales", Since: nine.Add(700 * time.Second)})
	s.at(705, "C3", "", fact.Ended{End: fact.Abandoned, By: "caller"})
	settle(t, s.l)
	var out bytes.Buffer
	if err := ContactsReport(within(t), &out, ReportOptions{Dir: dirOf(s.l), Zone: time.UTC}, Filter{Queue: "support"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"unanswered: closed", "unanswered: longest wait", "2 contacts, 2 unanswered"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	if err := ContactReport(within(t), &out, ReportOptions{Dir: dirOf(s.l), Zone: time.UTC}, "C1"); err != nil || !strings.Contains(out.String(), "support, closed, to number:+442079460111") {
		t.Errorf("%v in\n%s", err, out.String())
	}
	levels, err := s.l.Levels(within(t), LevelOptions{Tenant: "contoso", Queue: "support"})
	if err != nil || len(levels) != 1 || levels[0].Offered() != 1 || levels[0].FlowOut != 1 {
		t.Errorf("a caller who came while it was closed is offered to nobody: %+v (%v)", levels, err)
	}
}

func TestFiltersOfTheContactsReportHoldTogether(t *testing.T) {
	s := newScript(t)
	one := func(id fact.ContactID, at float64, number fact.Number, queue fact.QueueID, agent fact.AgentID, end fact.End) {
		s.at(at, id, "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: number})
		s.at(at, id, "", fact.Queued{Queue: queue, Since: nine.Add(time.Duration(at) * time.Second)})
		if agent != "" {
			s.at(at+1, id, agent, fact.Connected{Queue: queue, WaitedMS: 1000})
		}
		if end != "" {
			s.at(at+2, id, "", fact.Ended{End: end, By: "caller"})
		}
	}
	one("C1", 0, "+15551230000", "support", "adele@contoso.com", fact.Completed)
	one("C2", 3600, "+15551230000", "support", "alex@contoso.com", fact.Completed)
	one("C3", 3700, "+15551230000", "sales", "adele@contoso.com", fact.Completed)
	one("C4", 3800, "+15551230001", "support", "adele@contoso.com", fact.Completed)
	one("C5", 3900, "+15551230000", "support", "", fact.Abandoned)
	one("C6", 4000, "+15551230000", "support", "adele@contoso.com", fact.Transferred)
	one("C7", 4100, "+15551230000", "support", "adele@contoso.com", "")
	settle(t, s.l)
	all := Filter{From: nine.Add(30 * time.Minute), To: nine.Add(2 * time.Hour), Queue: "support", Agent: "adele", Number: "0000", End: "transferred"}
	for name, c := range map[string]struct {
		narrow func(*Filter)
		want   string
	}{
		"all of them":      {func(*Filter) {}, "C6"},
		"any end":          {func(f *Filter) { f.End = "" }, "C6 C7"},
		"open":             {func(f *Filter) { f.End = "open" }, "C7"},
		"any time":         {func(f *Filter) { f.From, f.To, f.End = time.Time{}, time.Time{}, "completed" }, "C1"},
		"any queue":        {func(f *Filter) { f.Queue, f.End = "", "completed" }, "C3"},
		"any agent":        {func(f *Filter) { f.Agent, f.End = "", "completed" }, "C2"},
		"any number":       {func(f *Filter) { f.Number, f.End = "", "completed" }, "C4"},
		"without an agent": {func(f *Filter) { f.Agent, f.End = "", "abandoned" }, "C5"},
		"the newest first": {func(f *Filter) { *f = Filter{Newest: true, Limit: 2} }, "C7 C6"},
		"nobody":           {func(f *Filter) { f.Queue = "billing" }, ""},
	} {
		f := all
		c.narrow(&f)
		f.Tenant = "contoso"
		var got []string
		if err := s.l.Contacts(within(t), f, func(c *Contact) error { got = append(got, c.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}
