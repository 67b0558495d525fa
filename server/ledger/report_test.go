package ledger

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"cordboard/server/fact"
)

// C4 of the feature list: A=85, A_T=70, B=15, B_T=5, Bs=4.
func TestServiceLevelsAreCountedAsTheirNamesSay(t *testing.T) {
	c := Counts{Answered: 85, AnsweredIn: 70, Abandoned: 15, AbandonIn: 5, Short: 4}
	for variant, want := range map[string]string{"answered": "82.4", "both": "75.0", "offered": "70.0", "without_short": "72.9", "dropped_abandons": "73.7"} {
		if got, ok := c.Level(variant); !ok || fmt.Sprintf("%.1f", got) != want {
			t.Errorf("%s: %.1f, want %s", variant, got, want)
		}
		if Formula(variant) == "" {
			t.Errorf("%s has no formula", variant)
		}
	}
	if _, ok := (&Counts{}).Level("offered"); ok {
		t.Error("nothing was offered, and yet there is a level")
	}
}

func TestQueueFiguresFromFacts(t *testing.T) {
	s := newScript(t)
	wait := func(id fact.ContactID, from float64) {
		s.at(from, id, "", fact.Arrived{Direction: fact.In})
		s.at(from, id, "", fact.Queued{Queue: "support", Since: nine.Add(time.Duration(from) * time.Second)})
	}
	wait("A1", 0)
	s.at(10, "A1", "adele", fact.Connected{Queue: "support", WaitedMS: 10_000})
	s.at(70, "A1", "adele", fact.Ended{End: fact.Completed, By: "caller", TalkMS: 60_000})
	s.at(80, "A1", "adele", fact.Wrapped{WrapMS: 10_000})
	wait("A2", 100)
	s.at(130, "A2", "adele", fact.Connected{Queue: "support", WaitedMS: 30_000})
	s.at(150, "A2", "adele", fact.Ended{End: fact.Completed, By: "agent", TalkMS: 20_000})
	wait("B1", 200)
	s.at(203, "B1", "", fact.Ended{End: fact.Abandoned, By: "caller", Code: 487})
	wait("B2", 210)
	s.at(250, "B2", "", fact.Ended{End: fact.Abandoned, By: "caller", Code: 487})
	wait("F1", 300)
	s.at(900, "F1", "", fact.Left{Queue: "support", Reason: "longest_wait"})
	s.at(900, "F1", "", fact.Ended{End: fact.Unanswered, By: "system"})
	wait("L1", 301)
	s.at(302, "L1", "", fact.Ended{End: fact.Broken, By: "system"})
	wait("W1", 1000)
	settle(t, s.l)
	got, err := s.l.Levels(within(t), LevelOptions{Tenant: "contoso"})
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	c := got[0]
	if c.Offered() != 5 || c.Answered != 2 || c.AnsweredIn != 1 || c.Abandoned != 2 || c.Short != 1 || c.AbandonIn != 1 || c.FlowOut != 1 || c.Lost != 1 || c.Waiting != 1 {
		t.Errorf("counts %+v", c)
	}
	if c.ASA() != 20*time.Second || c.AHT() != 45*time.Second {
		t.Errorf("ASA %v, AHT %v", c.ASA(), c.AHT())
	}
	var out bytes.Buffer
	if err := QueuesReport(within(t), &out, ReportOptions{Dir: dirOf(s.l)}, QueuesOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"support", "25.0 %", "2 (40.0 %)", "SL of support: offered, A_T / (A + B), within 20s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// dirOf is the folder of a ledger's tables.
func dirOf(l *Ledger) string {
	var seq, name, file string
	if err := l.db().QueryRow("PRAGMA database_list").Scan(&seq, &name, &file); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(file, "/"+dbName)
}

func TestTheContactsReportWhileTheLedgerIsWritten(t *testing.T) {
	l := ledgerIn(t, t.TempDir())
	d := newDay("contoso", 7, l.Put)
	for range 520 {
		d.contact()
	}
	settle(t, l)
	run := func(format string, f Filter) string {
		t.Helper()
		var out bytes.Buffer
		if err := ContactsReport(within(t), &out, ReportOptions{Dir: dirOf(l), Format: format, Zone: time.UTC}, f); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	table := strings.Split(strings.TrimSpace(run("table", Filter{})), "\n")
	if len(table) != 522 || !strings.HasPrefix(table[0], "arrived") || !strings.HasPrefix(table[521], "520 contacts, ") {
		t.Errorf("%d lines, first %q, last %q", len(table), table[0], table[len(table)-1])
	}
	var objects []map[string]any
	if err := json.Unmarshal([]byte(run("json", Filter{})), &objects); err != nil || len(objects) != 520 {
		t.Errorf("%d objects: %v", len(objects), err)
	}
	records, err := csv.NewReader(strings.NewReader(run("csv", Filter{}))).ReadAll()
	if err != nil || len(records) != 521 {
		t.Errorf("%d records: %v", len(records), err)
	}
	some := objects[7]
	for name, f := range map[string]Filter{
		"one number":       {Number: some["number"].(string)},
		"its last digits":  {Number: some["number"].(string)[6:]},
		"abandoned":        {End: "abandoned"},
		"a queue":          {Queue: "sales"},
		"an agent":         {Agent: "agent03"},
		"an agent's whole": {Agent: "Agent03@contoso.com"},
		"an hour":          {From: nine, To: nine.Add(time.Hour)},
		"nobody's":         {Agent: "agent"},
	} {
		want := 0
		for _, o := range objects {
			if matches(o, f) {
				want++
			}
		}
		var got []map[string]any
		if err := json.Unmarshal([]byte(run("json", f)), &got); err != nil || len(got) != want {
			t.Errorf("%s: %d contacts, want %d (%v)", name, len(got), want, err)
		}
	}
}

func matches(o map[string]any, f Filter) bool {
	at, _ := time.Parse(time.RFC3339Nano, o["arrived"].(string))
	with := false
	for w := range strings.SplitSeq(o["with"].(string), ", ") {
		with = with || w == strings.ToLower(f.Agent) || strings.HasPrefix(w, strings.ToLower(f.Agent)+"@")
	}
	return (f.Number == "" || strings.HasSuffix(o["number"].(string), f.Number)) && (f.End == "" || o["end"] == f.End) &&
		(f.Queue == "" || o["queue"] == f.Queue) && (f.Agent == "" || with) && (f.From.IsZero() || !at.Before(f.From) && at.Before(f.To))
}

func TestWhatACallerCallsHimselfCannotHurtTheReader(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230000", Name: "=cmd|'/c calc'!A0"})
	s.at(1, "C2", "", fact.Arrived{Direction: fact.In}, fact.Personal{Number: "+15551230001", Name: "evil\x1b]0;title\x07\n\u202eeman"})
	settle(t, s.l)
	for _, format := range []string{"table", "csv"} {
		var out bytes.Buffer
		if err := ContactsReport(within(t), &out, ReportOptions{Dir: dirOf(s.l), Format: format}, Filter{}); err != nil {
			t.Fatal(err)
		}
		if format == "csv" && strings.Contains(out.String(), ",=cmd") {
			t.Errorf("a formula in\n%s", out.String())
		}
		if format == "table" && (strings.ContainsAny(out.String(), "\x1b\x07\u202e") || strings.Count(out.String(), "\n") != 4) {
			t.Errorf("control characters in\n%q", out.String())
		}
	}
}

func TestTheStoryOfAContactIsOneScreen(t *testing.T) {
	s := newScript(t)
	s.at(0, "C1", "", fact.Arrived{Direction: fact.In, Trunk: "london", Peer: "192.0.2.20", To: "+442079460018", SIPCallID: "abc@sbc"}, fact.Personal{Number: "+15551230000", Name: "Nestor Wilke"})
	s.at(0.12, "C1", "", fact.Queued{Queue: "support", Since: nine, Priority: 5})
	s.at(2, "C1", "adele@contoso.com", fact.Offered{Reservation: "R1", Queue: "support", Deadline: nine.Add(22 * time.Second), Why: "idle longest: 11m20s"})
	s.at(7, "C1", "adele@contoso.com", fact.OfferEnded{Reservation: "R1", Queue: "support", Outcome: fact.Declined, Reason: "on_a_ticket"})
	s.at(9, "C1", "alex@contoso.com", fact.Connected{Queue: "support", WaitedMS: 9000})
	s.at(60, "C1", "alex@contoso.com", fact.Moved{Transfer: "T1", ToKind: "expert", To: "megan@contoso.com", Stage: fact.Failed, Code: 603, Why: "declined", Back: "agent"})
	s.at(70, "C1", "alex@contoso.com", fact.Noted{Chars: 3}, fact.Personal{Note: "VPN"})
	s.at(71, "C1", "", fact.Measured{Leg: "caller", Codec: "G722", MOS: 4.4, Worst: 3.9, Loss: 0.1, JitterMS: 2, Packets: 100})
	s.at(71, "C1", "alex@contoso.com", fact.Ended{End: fact.Completed, By: "caller", Code: 200, TalkMS: 62000})
	settle(t, s.l)
	var out bytes.Buffer
	if err := ContactReport(within(t), &out, ReportOptions{Dir: dirOf(s.l), Zone: time.UTC}, "C1"); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/story.golden"
	if os.Getenv("UPDATE") != "" {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || out.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	if err := ContactReport(within(t), &out, ReportOptions{Dir: dirOf(s.l), Zone: time.UTC, Format: "json"}, "C1"); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("json: %v\n%s", err, out.String())
	}
}

func TestMomentsAsPeopleWriteThem(t *testing.T) {
	now := time.Date(2026, 11, 25, 14, 30, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"today": "2026-11-25T00:00:00Z", "yesterday": "2026-11-24T00:00:00Z", "now": "2026-11-25T14:30:00Z", "2026-11-01": "2026-11-01T00:00:00Z",
		"2026-11-01 09:15": "2026-11-01T09:15:00Z", "09:15": "2026-11-25T09:15:00Z", "2h": "2026-11-25T12:30:00Z", "7d": "2026-11-18T14:30:00Z", "30m": "2026-11-25T14:00:00Z",
	} {
		if got, err := ParseWhen(in, now); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q is %v (%v), want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "tomorrowish", "25:00", "7x", "d", "-3d", "2026-13-01"} {
		if got, err := ParseWhen(in, now); err == nil {
			t.Errorf("%q is %v, want an error", in, got)
		}
	}
}

func TestColumnsAreAsWideAsTheyLook(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "王小明": 6, "e\u0301": 1, "é": 1, "a\u200bb": 2} {
		if got := width(in); got != want {
			t.Errorf("width of %q is %d, want %d", in, got, want)
		}
	}
	if got := pad("王小明", 5, false); got != "王小…" || width(got) != 5 {
		t.Errorf("cut to %q", got)
	}
}
