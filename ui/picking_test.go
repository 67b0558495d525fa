package ui

import (
	"testing"
	"time"

	"cordboard/session/wire"
)

// The server knows who is most likely: its order stands, at once. An answer that comes late does not change whom the
// mark is on, nor does one that finds the mark moved.
func TestTheMostLikelyStandsFirstButNotUnderTheFinger(t *testing.T) {
	for name, c := range map[string]struct {
		late time.Duration
		keys []string
		want string
	}{
		"at once":          {0, nil, "zoe@contoso.com"},
		"late":             {time.Second, nil, "Megan Bowen"},
		"the mark moved":   {0, []string{"down"}, "Isaiah Langer"},
		"late, mark moved": {time.Second, []string{"down"}, "Isaiah Langer"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 120, 40)
			r.call(nil)
			r.keys("t", "v", "p")
			if got := r.pick.rows[0].person.ID; got != "Megan Bowen" {
				t.Fatalf("the desk's own first is %s", got)
			}
			r.keys(c.keys...)
			r.now = r.now.Add(c.late)
			r.reply(wire.Reply{OK: true, People: []wire.Person{
				{ID: "zoe@contoso.com", Kind: "user", Name: "Zoe Quick", Number: true, Why: "answers"},
				{ID: "Isaiah Langer", Kind: "expert", Name: "Isaiah Langer", Number: true, Why: "free"}, {ID: "Megan Bowen", Kind: "expert", Name: "Megan Bowen", Number: true},
			}})
			r.keys("enter")
			if c2 := r.last(); c2.Do != wire.DoTransfer || c2.To.ID != c.want {
				t.Errorf("Enter rang %+v, want %s", c2.To, c.want)
			}
		})
	}
}

func TestAnExpertKeepsTheDigitInTheServersOrder(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys("t", "v", "p")
	own := *r.pick.rows[1].person
	r.reply(wire.Reply{OK: true, People: []wire.Person{{ID: own.ID, Kind: own.Kind, Name: own.Name, Number: true, Why: "free"}}})
	first := r.pick.rows[0].person
	if first.ID != own.ID || first.Digit != own.Digit || first.Why != "free" {
		t.Errorf("%+v", first)
	}
	if len(r.pick.rows) < 3 || r.board.Experts[0].Why != "" {
		t.Errorf("%d rows, and the desk's own: %+v", len(r.pick.rows), r.board.Experts[0])
	}
}

// Presence that changes while the picker is open is seen in it, of experts and of anybody else who was found; nobody moves.
func TestPresenceChangesInTheOpenPicker(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys("t", "z")
	r.reply(wire.Reply{OK: true, People: []wire.Person{
		{ID: "zoe@contoso.com", Kind: "user", Name: "Zoe Quick", Number: true, Availability: "Available", Seen: r.now, Why: "answers"},
		{ID: "zed@contoso.com", Kind: "user", Name: "Zed Quick", Number: true, Availability: "Available", Seen: r.now},
	}})
	first := r.pick.rows[0].person.ID
	r.told(wire.News{Seq: r.board.Seq + 1, At: r.now, Found: []wire.Person{{ID: "zoe@contoso.com", Kind: "user", Name: "Zoe Quick", Number: true, Availability: "Busy", Activity: "InACall", Seen: r.now}}})
	for _, row := range r.pick.rows {
		if e := row.person; e != nil && e.ID == "zoe@contoso.com" && (e.Availability != "Busy" || e.Why != "answers") || e != nil && e.ID == "zed@contoso.com" && e.Availability != "Available" {
			t.Errorf("%+v", e)
		}
	}
	if r.pick.rows[0].person.ID != first {
		t.Error("the rows have moved")
	}
	r.keys("backspace")
	experts := append([]wire.Person(nil), r.board.Experts...)
	for i := range experts {
		experts[i].Availability, experts[i].Activity = "DoNotDisturb", "Presenting"
	}
	r.told(wire.News{Seq: r.board.Seq + 1, At: r.now, Experts: experts})
	for _, row := range r.pick.rows {
		if e := row.person; e != nil && e.Kind == "expert" && e.Availability != "DoNotDisturb" {
			t.Errorf("an expert of the desk: %+v", e)
		}
	}
}
