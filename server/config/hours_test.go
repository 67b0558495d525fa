package config

import (
	"fmt"
	"strings"
	"testing"
)

// withHours is base with hours, which the queue has by their id.
func withHours(t testing.TB, hours, queue string) string {
	t.Helper()
	text := changed(t, "    queues:", "    hours:\n"+hours+"    queues:")
	return strings.Replace(text, "        name: Support", "        name: Support\n"+queue, 1)
}

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	c, err := parse(withHours(t, `      - id: office
        all: true
        open:
          - {days: mon-thu, time: "09:00-12:00, 13:00-17:30"}
          - {days: [fri], time: 9:00-16:00}
          - {days: "sat, sun", time: 22:00-02:00}
        holidays:
          - {date: 2026-12-24, name: Christmas Eve, time: 09:00-12:00}
          - {date: 12-25}
          - {date: 02-29}
      - id: night
        timezone: Europe/Berlin
        open: [{days: fri-mon, time: 00:00-24:00}]
`, `        greeting: music.wav
        closed: "number:+442079460111"
        prompts: {closed: music.wav}`))
	if err != nil {
		t.Fatal(err)
	}
	ten := c.Tenant("contoso")
	q := ten.Queue("support")
	h := ten.HoursOf(q)
	if h == nil || h.ID != "office" {
		t.Fatalf("the hours for all do not hold: %+v", h)
	}
	if got, want := fmt.Sprint(h.Open), "[{[Monday Tuesday Wednesday Thursday] [{540 720} {780 1050}]} {[Friday] [{540 960}]} {[Saturday Sunday] [{1320 120}]}]"; got != want {
		t.Errorf("open %s\nwant %s", got, want)
	}
	if got, want := fmt.Sprint(h.Holidays), "[{2026-12-24 Christmas Eve [{540 720}]} {12-25  []} {02-29  []}]"; got != want {
		t.Errorf("holidays %s\nwant %s", got, want)
	}
	if night := &ten.Hours[1]; fmt.Sprint(night.Open) != "[{[Friday Saturday Sunday Monday] [{0 1440}]}]" || night.Zone(ten).String() != "Europe/Berlin" {
		t.Errorf("%+v", night)
	}
	if q.Closed.String() != "number:+442079460111" || q.Prompts.Closed != "/etc/cordboard/music.wav" || q.Greeting != "/etc/cordboard/music.wav" {
		t.Errorf("%+v", q)
	}
	always := *q
	if always.Hours = Always; ten.HoursOf(&always) != nil {
		t.Error("a queue that never closes has hours")
	}
}

func TestHoursThatCannotBeMeantAreRefused(t *testing.T) {
	line := func(days, time string) string {
		return "      - id: office\n        open: [{days: " + days + ", time: " + time + "}]\n"
	}
	holiday := func(date string) string {
		return "      - id: office\n        open: [{days: mon, time: 09:00-17:00}]\n        holidays: [" + date + "]\n"
	}
	for name, c := range map[string]struct{ hours, queue, want string }{
		"a day that is none":           {line("mno", "09:00-17:00"), "", `:18:23: days: mon, tue, wed, thu, fri, sat or sun is wanted, not "mno"`},
		"a day twice":                  {line(`"mon-wed, tue"`, "09:00-17:00"), "", `days: tue is given twice`},
		"no day":                       {line("[]", "09:00-17:00"), "", `at least one day is wanted`},
		"a time without an end":        {line("mon", `"09:00"`), "", `:18:34: time: from and to as 09:00-17:30 are wanted, not "09:00"`},
		"a time past the day":          {line("mon", "09:00-25:00"), "", `a clock goes from 00:00 to 24:00`},
		"a minute past the hour":       {line("mon", "09:60-17:00"), "", `a clock goes from 00:00 to 24:00`},
		"a time of no length":          {line("mon", "09:00-09:00"), "", `it ends when it begins; the whole day is 00:00-24:00`},
		"times that overlap":           {line("mon", `"09:00-12:00, 11:00-17:00"`), "", `two times overlap`},
		"lines that overlap":           {"      - id: office\n        open: [{days: mon-fri, time: 09:00-17:00}, {days: fri, time: 16:00-18:00}]\n", "", `:18:52: hours "office": two times of fri overlap`},
		"a day that no year has":       {holiday("{date: 2026-02-30}"), "", `:19:27: date: "2026-02-30" is no day`},
		"29 February in another year":  {holiday("{date: 2026-02-29}"), "", `"2026-02-29" is no day`},
		"a date in another form":       {holiday("{date: 25.12.2026}"), "", `a date as 2026-12-25, or 12-25 for every year, is wanted, not "25.12.2026"`},
		"a holiday twice":              {holiday("{date: 12-25}, {date: 12-25}"), "", `:19:42: holiday "12-25" is already given in line 19`},
		"a zone that is not":           {"      - id: office\n        timezone: Europe/Lodnon\n        open: [{days: mon, time: 09:00-17:00}]\n", "", `timezone "Europe/Lodnon" is not known`},
		"hours that are not there":     {line("mon", "09:00-17:00"), "        hours: offise", `no hours "offise"; did you mean "office"?`},
		"two for all":                  {line("mon", "09:00-17:00") + "        all: true\n      - {id: b, all: true, open: [{days: mon, time: 09:00-17:00}]}\n", "", `hours "office" and "b" are both for all queues`},
		"a key that is none":           {line("mon", "09:00-17:00") + "        holidys: []\n", "", `unknown key "holidys"; did you mean "holidays"?`},
		"hours without any":            {"      - {id: office}\n", "", `open is missing`},
		"a word of the tenant's twice": {line("mon", "09:00-17:00"), "        greeting: music.wav\n        prompts: {greeting: music.wav}", `greeting and prompts.greeting are both given`},
		"the id that means none":       {"      - {id: always, open: [{days: mon, time: 09:00-17:00}]}\n", "", `always is for queues that never close`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(withHours(t, c.hours, c.queue))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			if n := len(strings.Split(err.Error(), "\n")); n > 2 {
				t.Errorf("%d errors for one mistake:\n%v", n, err)
			}
		})
	}
}

func TestWaysOutThatLeadNowhereAreRefused(t *testing.T) {
	two := func(support, sales string) string {
		return changed(t, "        name: Support", "        name: Support\n        "+support+"\n      - id: sales\n        name: Sales\n        "+sales)
	}
	for name, c := range map[string]struct{ text, want string }{
		"a ring of two":           {two(`nobody: "queue:sales"`, `closed: "queue:support"`), `queue "support": the way on leads back to it`},
		"a queue that is not":     {two(`nobody: "queue:saels"`, `ring: 20 s`), `no queue "saels"; did you mean "sales"?`},
		"a number that is not":    {two(`closed: "number:0207"`, `ring: 20 s`), `number "0207": the international form`},
		"a number not allowed":    {two(`closed: "number:+442079460111"`, `ring: 20 s`) + "    outbound: {rules: [{prefix: \"+1\", allow: true}]}\n", `number "+442079460111" may not be dialled; allow its prefix in outbound.rules`},
		"an attendant":            {two(`closed: "attendant:main"`, `ring: 20 s`), `attendants are not in this version`},
		"waiting outside hours":   {two(`closed: wait`, `ring: 20 s`), `"wait" cannot stand here; known: hangup, queue, number`},
		"waiting after too long":  {two(`longest_wait: {then: wait}`, `ring: 20 s`), `"wait" cannot stand here; known: hangup, queue, number`},
		"two ways, and both fine": {two(`longest_wait: {then: "queue:sales"}`, `nobody: "number:+442079460111"`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(c.text); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAQueuesCallerIDIsOneOfTheTenants(t *testing.T) {
	text := changed(t, "        name: Support", "        name: Support\n        caller_id: \"+442079460019\"") + "    outbound: {caller_ids: [{number: \"+442079460018\"}]}\n"
	if _, err := parse(text); err == nil || !strings.Contains(err.Error(), `:19:20: no number in outbound.caller_ids: "+442079460019"; did you mean "+442079460018"?`) {
		t.Errorf("%v", err)
	}
	if _, err := parse(strings.Replace(text, `"+442079460019"`, `"+442079460018"`, 1)); err != nil {
		t.Error(err)
	}
}
