package stage

import (
	"time"

	"cordboard/session/wire"
)

func experts(now time.Time) []wire.Person {
	p := func(digit int, name, dept, skill, avail, act string, seen time.Duration) wire.Person {
		e := wire.Person{ID: name, Kind: "expert", Digit: digit, Name: name, Department: dept, Number: true, Availability: avail, Activity: act, Seen: now.Add(-seen)}
		if skill != "" {
			e.Skills = []string{skill}
		}
		return e
	}
	list := []wire.Person{
		p(1, "Megan Bowen", "Network", "VPN 3", "Available", "Available", 4*time.Second),
		p(2, "Isaiah Langer", "Desk", "VPN 2", "Available", "Available", 4*time.Second),
		p(3, "王小明", "Shanghai", "VPN 2", "Away", "Away", 9*time.Second),
		p(4, "Lee Gu", "Billing", "", "Busy", "InAMeeting", 4*time.Second),
		p(5, "Miriam Graham", "Contract", "", "DoNotDisturb", "Presenting", 4*time.Second),
		p(6, "Pradeep Gupta", "Network", "", "Busy", "InACall", 2*time.Second),
		p(7, "Johanna Lorenz", "Billing", "", "Offline", "Offline", 11*time.Minute),
		p(8, "Grady Archie", "Network", "VPN 1", "Available", "Available", 26*time.Minute),
		p(9, "Diego Siciliani", "Sales", "", "", "", 0),
	}
	list[7].Old = true
	list[8].Number = false
	list[8].Seen = time.Time{}
	return list
}

// Board is a desk in the middle of a shift, for screens.
func Board(now time.Time) wire.Board {
	return wire.Board{
		Tenant: wire.Tenant{ID: "contoso", Name: "Contoso", Emergency: []string{"112", "999"}},
		Me: wire.Me{ID: "adele", Name: "Adele Vance", Role: "agent", State: wire.NotReady, Since: now.Add(-12*time.Minute - 40*time.Second),
			Reason: &wire.Reason{ID: "lunch", Name: "Lunch", Key: "l", Allowance: 30 * time.Minute}, By: "you", Idle: wire.Idle{Place: 2, Of: 7, Before: "Isaiah Langer"}},
		Queues: []wire.Queue{
			{ID: "support", Name: "Support", Waiting: 3, Oldest: now.Add(-41 * time.Second), Ready: 4, Paused: 2, SL: 92, Target: "80/20", Expected: 60},
			{ID: "sales", Name: "Sales", Ready: 6, SL: 95, Target: "80/20", Expected: 240},
			{ID: "billing", Name: "Billing", Waiting: 1, Oldest: now.Add(-5 * time.Second), Ready: 1, SL: 90, Target: "80/20"},
		},
		Experts: experts(now),
		Team: []wire.Mate{
			{ID: "1", Name: "Isaiah Langer", State: wire.Ready, Since: now.Add(-9*time.Minute - 10*time.Second)},
			{ID: "2", Name: "Joni Sherman", State: wire.Talking, Since: now.Add(-11*time.Minute - 42*time.Second)},
			{ID: "3", Name: "Alex Wilber", State: wire.Wrapup, Since: now.Add(-12 * time.Second)},
			{ID: "4", Name: "Patti Fernandez", State: wire.Held, Since: now.Add(-50 * time.Second)},
			{ID: "5", Name: "Lidia Holloway", State: wire.NotReady, Since: now.Add(-12*time.Minute - 40*time.Second)},
			{ID: "6", Name: "Henrietta Mueller", State: wire.Offline},
		},
		Today: wire.Today{Calls: 14, Talk: 3500_000, Handle: 14 * 242_000, NotReady: 1265_000, Missed: 1},
		Last: []wire.Row{
			{Contact: "c1", At: now.Add(-17 * time.Minute), Caller: wire.Caller{Name: "Alex Wilber", Company: "Fabrikam Ltd", Number: "+44 20 7946 0107"}, Queue: "Support", Waited: 12_000, Talk: 250_000, Code: "VPN", End: "caller"},
			{Contact: "c2", At: now.Add(-26 * time.Minute), Caller: wire.Caller{Number: "+1 425 555 0142"}, Queue: "Sales", Waited: 4_000, Talk: 62_000, Code: "Quote", End: "you"},
			{Contact: "c3", At: now.Add(-33 * time.Minute), Caller: wire.Caller{Name: "王小明"}, Direction: "out", Talk: 55_000, End: "you"},
			{Contact: "c4", At: now.Add(-40 * time.Minute), Caller: wire.Caller{Name: "Lynne Robbins", Number: "+44 20 7946 0173"}, Queue: "Support", Waited: 91_000, Talk: 451_000, Code: "Password", End: "transferred"},
			{Contact: "c5", At: now.Add(-47 * time.Minute), Caller: wire.Caller{Name: "Isaiah Langer"}, Direction: "direct", Waited: 20_000, End: "missed"},
		},
		Reasons: []wire.Reason{
			{ID: "lunch", Name: "Lunch", Key: "l", Allowance: 30 * time.Minute}, {ID: "break", Name: "Break", Key: "b", Allowance: 15 * time.Minute},
			{ID: "training", Name: "Training", Key: "t"}, {ID: "ticket", Name: "Ticket", Key: "k"},
		},
	}
}

// Nestor is the caller of the mock-ups.
func Nestor() wire.Caller {
	return wire.Caller{Name: "Nestor Wilke", Number: "+44 20 7946 0018", Company: "Fabrikam Ltd", Language: "English", Today: 2}
}

func known() []wire.Fact {
	return []wire.Fact{
		{Label: "Customer", Text: "Gold since 2019, contract FAB-2219, 40 seats"},
		{Label: "Ticket", Text: "#8812 open 2 d  VPN drops hourly, Leeds"},
		{Label: "Last", Text: "Tue 17 Nov  Isaiah Langer  6 min  to Lee Gu"},
		{Label: "Menu", Text: "2 technical ▸ 1 VPN, account 2219 confirmed"},
	}
}

func because() []wire.Line {
	return []wire.Line{{Key: "why_skill", Args: map[string]string{"skill": "VPN", "level": "2"}, Words: "VPN 2 wanted"},
		{Key: "why_longest", Args: map[string]string{"n": "2", "time": "11:20"}, Words: "idle longest of 2: 11:20"}}
}

// Offer rings at now.
func Offer(now time.Time) *wire.Offer {
	return &wire.Offer{Reservation: "r1", Contact: "7Q4M-2219", Caller: Nestor(), Queue: "Support", Path: []string{"Support", "English", "VPN 2"},
		Arrived: now.Add(-38 * time.Second), Offered: now, Deadline: now.Add(20 * time.Second), Known: known(), Why: "VPN 3 (wanted 2), idle longest: 11:20", Because: because(),
		Story: []wire.Line{{At: now.Add(-38 * time.Second), Words: "came in by trunk london"}, {At: now.Add(-30 * time.Second), Words: "menu 2 ▸ 1, queued: VPN ≥ 2"},
			{At: now.Add(-time.Second), Words: "offered to Isaiah Langer: declined"}, {At: now, Words: "offered to you: idle longest of 2"}}}
}

// Call is what an answered offer becomes.
func Call(o *wire.Offer, now time.Time) *wire.Call {
	return &wire.Call{Contact: o.Contact, Caller: o.Caller, Queue: o.Queue, Path: o.Path, Direction: "in", Arrived: o.Arrived, Answered: now,
		Waited: o.Offered.Sub(o.Arrived).Milliseconds(), Recording: "on", Known: o.Known, Because: o.Because, Story: append(o.Story, wire.Line{At: now, Words: "talking; recording runs"}),
		Quality: wire.Quality{MOS: 4.4, Loss: 0.1, Jitter: 6, Delay: 84, Worst: 3.9},
		Parties: []wire.Party{{ID: "you", Name: "Adele Vance", Role: "you", State: "talking", Hears: []string{"caller"}}, {ID: "caller", Name: o.Caller.Name, Role: "caller", State: "talking", Hears: []string{"you"}}}}
}

// Wrap is what is to do after a call.
func Wrap(c *wire.Call, now time.Time) *wire.Wrap {
	return &wire.Wrap{Contact: c.Contact, Caller: c.Caller, Queue: c.Queue, Ended: "caller", Words: "hung up first", Talk: now.Sub(c.Answered).Milliseconds(), Hold: 34_000, Began: now, Until: now.Add(30 * time.Second), More: 2,
		Note: c.Note, Saved: c.NoteSaved,
		Codes: []wire.Code{{ID: "vpn", Name: "VPN"}, {ID: "net", Name: "Network"}, {ID: "bill", Name: "Billing"}, {ID: "pw", Name: "Password"}, {ID: "hw", Name: "Hardware"}, {ID: "order", Name: "Order"}, {ID: "compl", Name: "Complaint"}, {ID: "wrong", Name: "Wrong number"}}}
}
