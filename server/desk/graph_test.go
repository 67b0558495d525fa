package desk

import (
	"testing"

	"cordboard/server/people"
	"cordboard/session/wire"
)

func TestHowMicrosoftGraphIsStandsOnEveryDeskAndIsSaidToWhomItMatters(t *testing.T) {
	o := newOffice(t)
	said := func(role people.Role, line GraphLine, first bool) (key string) {
		s := newSeat(o.room.r, o.room.r.tenant().Roster.ByID("adele"), role)
		graphCame{line, first}.apply(s)
		if s.board.Graph == nil || s.board.Graph.State != line.State {
			t.Errorf("%s is not on the board: %+v", line.State, s.board.Graph)
		}
		if n := s.news[len(s.news)-1].Said; n != nil {
			key = n.Key
		}
		return key
	}
	for _, c := range []struct {
		role  people.Role
		state string
		first bool
		want  string
	}{
		{people.Agent, "throttled", false, "graph_throttled"}, {people.Agent, "unreachable", true, "graph_unreachable"}, {people.Agent, "fine", false, "graph_fine"},
		{people.Agent, "fine", true, ""}, {people.Agent, "consent_missing", false, ""}, {people.Agent, "credential", false, ""},
		{people.Supervisor, "consent_missing", true, "graph_consent_missing"}, {people.Admin, "credential", false, "graph_credential"},
	} {
		if got := said(c.role, GraphLine{State: c.state, Words: c.state}, c.first); got != c.want {
			t.Errorf("%s, %s, first %v: said %q, want %q", c.role, c.state, c.first, got, c.want)
		}
	}
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	o.room.Graph(GraphLine{State: "consent_missing", Words: "w", Missing: []GraphRight{{Permission: "Presence.Read.All", Feature: "presence"}}, Consent: "https://login"})
	f := c.next("the line", func(f wire.FromServer) bool { return f.News != nil && f.News.Graph != nil })
	if g := f.News.Graph; g.Missing[0].Permission != "Presence.Read.All" || g.Consent != "https://login" {
		t.Errorf("%+v", g)
	}
	again := o.connect(wire.Hello{Token: "miriam supervisor", Console: "console-2"})
	if w := again.welcome(); w.Board.Graph == nil || w.Board.Graph.State != "consent_missing" {
		t.Errorf("who comes later sees %+v", w.Board.Graph)
	}
}
