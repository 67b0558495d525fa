package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) // a Monday

// open and shut are hours that are always so.
var (
	open = &Hours{Zone: time.UTC, Week: [7][]Span{{{0, 1440}}, {{0, 1440}}, {{0, 1440}}, {{0, 1440}}, {{0, 1440}}, {{0, 1440}}, {{0, 1440}}}}
	shut = &Hours{Zone: time.UTC}
)

func TestWhatACallerPasses(t *testing.T) {
	plan := &Plan{Queues: map[string]Rule{
		"plain":     {},
		"polite":    {Greets: true, Hours: open, Longer: Destination{"queue", "plain"}, Nobody: Destination{"number", "+442079460111"}},
		"shut":      {Hours: shut},
		"night":     {Hours: shut, Closed: Destination{"number", "+442079460111"}},
		"away":      {Hours: shut, Closed: Destination{"queue", "polite"}},
		"feast":     {Hours: &Hours{Zone: time.UTC, Week: open.Week, Holidays: []Day{{Month: 11, Day: 30}}}},
		"ring":      {Longer: Destination{"queue", "ring back"}},
		"ring back": {Longer: Destination{"queue", "ring"}},
	}}
	said := func(w *Way, _ Command) Command { return w.Said() }
	left := func(queue, why string) func(*Way, Command) Command {
		return func(w *Way, _ Command) Command { return w.Left(queue, why, noon) }
	}
	failed := func(w *Way, _ Command) Command { return w.Failed() }
	for name, c := range map[string]struct {
		to   Destination
		then []func(*Way, Command) Command
		want []Command
	}{
		"an open queue is entered at once":       {Destination{"queue", "plain"}, nil, []Command{Queue{Queue: "plain"}}},
		"a queue without rules too":              {Destination{"queue", "none"}, nil, []Command{Queue{Queue: "none"}}},
		"an agent's own number rings the agent":  {Destination{"agent", "adele"}, nil, []Command{Ring{"adele"}}},
		"a number that leads nowhere is refused": {Destination{}, nil, []Command{Refuse{404, "this number leads nowhere"}}},
		"a greeting comes before the queue":      {Destination{"queue", "polite"}, []func(*Way, Command) Command{said}, []Command{Say{Word: Greeting, Queue: "polite"}, Queue{Queue: "polite"}}},
		"closed: words, then the end":            {Destination{"queue", "shut"}, []func(*Way, Command) Command{said}, []Command{Say{Word: Closed, Queue: "shut"}, End{Closed}}},
		"a holiday has words of its own":         {Destination{"queue", "feast"}, []func(*Way, Command) Command{said}, []Command{Say{Word: Holiday, Queue: "feast"}, End{Holiday}}},
		"closed, and on to a number":             {Destination{"queue", "night"}, []func(*Way, Command) Command{said}, []Command{Say{Word: Onward, Queue: "night"}, Dial{"+442079460111", "night", Closed}}},
		"that does not take it: the words after all": {Destination{"queue", "night"}, []func(*Way, Command) Command{said, failed, said},
			[]Command{Say{Word: Onward, Queue: "night"}, Dial{"+442079460111", "night", Closed}, Say{Word: Closed, Queue: "night"}, End{Closed}}},
		"closed, and on to another queue, which greets": {Destination{"queue", "away"}, []func(*Way, Command) Command{said, said},
			[]Command{Say{Word: Onward, Queue: "away"}, Say{Word: Greeting, Queue: "polite"}, Queue{Queue: "polite"}}},
		"the longest wait is over: words, then the end": {Destination{"queue", "plain"}, []func(*Way, Command) Command{left("plain", LongestWait), said},
			[]Command{Queue{Queue: "plain"}, Say{Word: LongestWait, Queue: "plain"}, End{LongestWait}}},
		"the longest wait is over: on to another queue": {Destination{"queue", "polite"}, []func(*Way, Command) Command{said, left("polite", LongestWait), said},
			[]Command{Say{Word: Greeting, Queue: "polite"}, Queue{Queue: "polite"}, Say{Word: Onward, Queue: "polite"}, Queue{Queue: "plain"}}},
		"nobody is signed in: on to a number, which fails": {Destination{"queue", "polite"}, []func(*Way, Command) Command{said, left("polite", Nobody), said, failed, said},
			[]Command{Say{Word: Greeting, Queue: "polite"}, Queue{Queue: "polite"}, Say{Word: Onward, Queue: "polite"}, Dial{"+442079460111", "polite", Nobody}, Say{Word: Nobody, Queue: "polite"}, End{Nobody}}},
		"a queue that is no more has words too": {Destination{"queue", "plain"}, []func(*Way, Command) Command{left("plain", "no_queue"), said},
			[]Command{Queue{Queue: "plain"}, Say{Word: Nobody, Queue: "plain"}, End{"no_queue"}}},
		"nobody is sent round in a ring": {Destination{"queue", "ring"}, []func(*Way, Command) Command{left("ring", LongestWait), said, left("ring back", LongestWait), said},
			[]Command{Queue{Queue: "ring"}, Say{Word: Onward, Queue: "ring"}, Queue{Queue: "ring back"}, Say{Word: LongestWait, Queue: "ring back"}, End{LongestWait}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(plan)
			got := []Command{w.Start(c.to, noon)}
			for _, f := range c.then {
				got = append(got, f(w, got[len(got)-1]))
			}
			for i, x := range got {
				if s, ok := x.(Say); ok {
					got[i] = Say{Word: s.Word, Queue: s.Queue}
				}
			}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("%+v,\nwant %+v", got, c.want)
			}
		})
	}
}

func TestWordsSayWhyTheCallerLeavesAndWhereTo(t *testing.T) {
	to := Destination{"queue", "plain"}
	w := New(&Plan{Queues: map[string]Rule{"support": {Nobody: to, Hours: shut, Closed: Destination{"number", "+44"}}, "shut": {Hours: shut}}})
	for name, c := range map[string]struct{ got, want Command }{
		"nobody, and on":    {w.Left("support", Nobody, noon), Say{Onward, "support", Nobody, to}},
		"closed, and on":    {w.Start(Destination{"queue", "support"}, noon), Say{Onward, "support", Closed, Destination{"number", "+44"}}},
		"closed, the end":   {w.Start(Destination{"queue", "shut"}, noon), Say{Closed, "shut", Closed, Destination{}}},
		"too long, the end": {w.Left("shut", LongestWait, noon), Say{LongestWait, "shut", LongestWait, Destination{}}},
	} {
		if fmt.Sprint(c.got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestWhoWaitedTooLongAndIsNotTakenElsewhereWaitsAgain(t *testing.T) {
	w := New(&Plan{Queues: map[string]Rule{"support": {Longer: Destination{"number", "+442079460111"}}}})
	w.Start(Destination{"queue", "support"}, noon)
	w.Left("support", LongestWait, noon)
	w.Said()
	if got := w.Failed(); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", Queue{Queue: "support"}) {
		t.Errorf("%+v", got)
	}
}

// Whatever a tenant lays down and whatever happens: every way comes to a queue, a person, or an end with words before it,
// and never walks on by itself for ever.
func TestEveryWayLeadsSomewhere(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	ids := []string{"a", "b", "c", "d"}
	somewhere := func() Destination {
		return []Destination{{}, {"hangup", ""}, {"number", "+44"}, {"queue", ids[r.IntN(4)]}, {"queue", ids[r.IntN(4)]}}[r.IntN(5)]
	}
	for range 20_000 {
		plan := &Plan{Queues: map[string]Rule{}}
		for _, id := range ids {
			plan.Queues[id] = Rule{Greets: r.IntN(2) == 0, Hours: []*Hours{nil, open, shut}[r.IntN(3)], Closed: somewhere(), Nobody: somewhere(), Longer: somewhere()}
		}
		w := New(plan)
		c := w.Start(Destination{"queue", ids[r.IntN(4)]}, noon)
		var before Command
		waits := 0
	walk:
		for steps := 0; ; steps++ {
			if steps > 60 {
				t.Fatalf("%+v: no end: %+v", plan, c)
			}
			next := before
			switch x := c.(type) {
			case End:
				if s, ok := before.(Say); !ok || s.Word == Onward || s.Word == Greeting {
					t.Fatalf("%+v: ended (%s) after %+v, without a word", plan, x.Why, before)
				}
				break walk
			case Say:
				next = w.Said()
			case Dial:
				if r.IntN(2) == 0 {
					break walk
				}
				next = w.Failed()
			case Queue:
				if waits++; waits > 10 || r.IntN(3) == 0 { // somebody answers
					break walk
				}
				next = w.Left(x.Queue, []string{Nobody, LongestWait, "no_queue"}[r.IntN(3)], noon)
			default:
				t.Fatalf("%+v", c)
			}
			before, c = c, next
		}
	}
}

func TestHours(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	day := []Span{{9 * 60, 17*60 + 30}}
	h := &Hours{Zone: london, Holidays: []Day{
		{2026, 12, 24, "Christmas Eve", []Span{{9 * 60, 12 * 60}}},
		{0, 12, 25, "Christmas Day", nil},
		{2027, 12, 25, "one that is worked", day},
	}}
	for d := time.Monday; d <= time.Friday; d++ {
		h.Week[d] = day
	}
	h.Week[time.Friday] = append(h.Week[time.Friday], Span{22 * 60, 2 * 60})
	h.Week[time.Saturday] = []Span{{10 * 60, 1440}}
	for at, want := range map[string][2]bool{ // open, holiday
		"2026-11-30T08:59:59": {false, false}, "2026-11-30T09:00:00": {true, false}, "2026-11-30T17:29:59": {true, false}, "2026-11-30T17:30:00": {false, false},
		"2026-12-04T22:00:00": {true, false}, "2026-12-05T01:59:00": {true, false}, "2026-12-05T02:00:00": {false, false}, "2026-12-05T23:59:00": {true, false},
		"2026-12-06T00:00:00": {false, false}, "2026-12-06T12:00:00": {false, false},
		"2026-12-24T11:00:00": {true, false}, "2026-12-24T12:00:00": {false, true}, "2026-12-25T10:00:00": {false, true}, "2026-12-25T01:00:00": {false, true},
		"2027-12-25T10:00:00": {true, false}, "2028-12-25T10:00:00": {false, true},
		"2026-07-01T09:00:00": {true, false}, "2026-07-01T08:59:00": {false, false}, // summer time
		"2026-03-29T10:00:00": {false, false}, "2026-10-23T23:00:00": {true, false},
	} {
		x, err := time.ParseInLocation("2006-01-02T15:04:05", at, london)
		if err != nil {
			t.Fatal(err)
		}
		if o, hol := h.Open(x.UTC()); o != want[0] || hol != want[1] {
			t.Errorf("%s: open %v, holiday %v; want %v", at, o, hol, want)
		}
	}
	if o, _ := (*Hours)(nil).Open(noon); !o {
		t.Error("no hours: closed")
	}
}
