package ui

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// session drives --plain as a script does, in virtual time: it types a line, waits, and types the next.
func plainSession(t *testing.T, change func(*Options), script func(s *stage.Server, typed func(string, time.Duration))) string {
	t.Helper()
	var out strings.Builder
	synctest.Test(t, func(t *testing.T) {
		in, keyboard := io.Pipe()
		s := stage.New(time.Now, nil)
		o := Options{Server: s, In: in, Out: &out, Language: "en", Quiet: true}
		if change != nil {
			change(&o)
		}
		done := make(chan error, 1)
		go func() {
			done <- RunPlain(context.Background(), o, func(tell func(any)) {
				s.Tell = tell
				s.Open()
			})
		}()
		<-time.After(time.Second)
		script(s, func(l string, then time.Duration) {
			_, _ = keyboard.Write([]byte(l + "\n"))
			<-time.After(then)
		})
		_ = keyboard.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.Close()
		synctest.Wait()
	})
	return out.String()
}

var stampAhead = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `)

func TestPlainShift(t *testing.T) {
	out := plainSession(t, nil, func(s *stage.Server, typed func(string, time.Duration)) {
		typed("r", 4*time.Second)
		typed("answer", time.Second)
		typed("people vpn", time.Second)
		typed("4", time.Second)
		typed("no", time.Second)
		typed("3", time.Second)
		typed("anyway", 7*time.Second)
		typed("c 2", 7*time.Second)
		typed("2", time.Second)
		typed("note Firmware 7.2 tonight.", time.Second)
		typed("1", time.Second)
		typed("done", time.Second)
		typed("n lunch", time.Second)
	})
	got := stampAhead.ReplaceAllString(out, "")
	want := `state   Adele Vance, Contoso. not ready, Lunch, 12:40.
ok      r
state   Ready.
offer   Nestor Wilke, Fabrikam Ltd, +44 20 7946 0018. Support, English, VPN 2. Waited 0:38. 20 seconds to answer.
offer   Known: Customer Gold since 2019, contract FAB-2219, 40 seats. Ticket #8812 open 2 d  VPN drops hourly, Leeds. Last Tue 17 Nov  Isaiah Langer  6 min  to Lee Gu. Menu 2 technical ▸ 1 VPN, account 2219 confirmed. 2nd call today.
ok      answer
hears   You and Nestor Wilke hear each other. Recording runs (rule of Support).
ok      1 Megan Bowen, VPN 3, available, 10s ago. 2 Isaiah Langer, VPN 2, available, 10s ago. 3 王小明, VPN 2, away, 15s ago. 8 Grady Archie, VPN 1, last seen available, 26m ago.
no      Lee Gu is in a meeting (read now).
ask     anyway, 2 Isaiah Langer, no
ok      no
no      王小明 is in a meeting (read now).
ask     anyway, 2 Isaiah Langer, no
ok      anyway
state   transfer, Nestor Wilke, 0:00.
hears   Nestor Wilke hears ringing. You hear nothing.
state   王小明 declined. Nestor Wilke is back with you.
ask     1 Megan Bowen, ask 1, queue Support, keep
ok      c 2
state   asking, Nestor Wilke, 0:00.
hears   It rings at Isaiah Langer. Nestor Wilke hears music.
hears   You and Isaiah Langer hear each other. Nestor Wilke hears music.
ok      2
call    The call has ended.
state   wrap-up, 30 seconds. Codes: 1 VPN, 2 Network, 3 Billing, 4 Password, 5 Hardware, 6 Order, 7 Complaint, 8 Wrong number
ok      note Firmware 7.2 tonight.
ok      1
ok      done
state   Done.
ok      n lunch
state   Not ready: Lunch.
bye     Goodbye.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Whoever does not see the drawing hears the same: who is rung, who is there, who waits, who is muted.
func TestPlainSaysWhoHearsWhom(t *testing.T) {
	out := plainSession(t, nil, func(s *stage.Server, typed func(string, time.Duration)) {
		for _, l := range []string{"r", "answer", "ask 2", "swap", "swap", "join", "add megan", "muteone megan", "remove megan"} {
			typed(l, 7*time.Second)
		}
	})
	var got []string
	for l := range strings.Lines(stampAhead.ReplaceAllString(out, "")) {
		if words, ok := strings.CutPrefix(l, "hears   "); ok {
			got = append(got, strings.TrimSpace(words))
		}
	}
	want := []string{
		"You and Nestor Wilke hear each other. Recording runs (rule of Support).",
		"It rings at Isaiah Langer. Nestor Wilke hears music.",
		"You and Isaiah Langer hear each other. Nestor Wilke hears music.",
		"You and Nestor Wilke hear each other. Isaiah Langer hears music.",
		"You and Isaiah Langer hear each other. Nestor Wilke hears music.",
		"You and Nestor Wilke, Isaiah Langer hear each other.",
		"You and Nestor Wilke, Isaiah Langer, Megan Bowen hear each other.",
		"You and Nestor Wilke, Isaiah Langer, Megan Bowen hear each other. Megan Bowen is muted.",
		"You and Nestor Wilke, Isaiah Langer hear each other.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A colleague who was asked is handed the caller: whoever does not see the card hears who is there now.
func TestPlainSaysWhenSomebodyElseIsThere(t *testing.T) {
	out := plainSession(t, nil, func(s *stage.Server, typed func(string, time.Duration)) {
		typed("r", 4*time.Second)
		typed("answer", time.Second)
		s.Tell(wire.News{Call: &wire.Call{Contact: "other", Caller: wire.Caller{Name: "Grady Archie"}}})
		<-time.After(time.Second)
	})
	if !strings.Contains(out, "talking, Grady Archie") {
		t.Errorf("said\n%s", out)
	}
}

func TestPlainLines(t *testing.T) {
	in := func(lines ...string) func(*stage.Server, func(string, time.Duration)) {
		return func(_ *stage.Server, typed func(string, time.Duration)) {
			typed("r", 4*time.Second)
			typed("answer", time.Second)
			for _, l := range lines {
				typed(l, time.Second)
			}
		}
	}
	tests := []struct {
		name   string
		lines  []string
		want   string
		sent   wire.Verb
		not    wire.Verb
		change func(*Options)
	}{
		{name: "x is asked once more", lines: []string{"x"}, want: "ask     sure? x", not: wire.DoHangup},
		{name: "x twice hangs up", lines: []string{"x", "x"}, want: "state   wrap-up", sent: wire.DoHangup},
		{name: "an unknown word is said so", lines: []string{"frobnicate"}, want: "no      No such word: frobnicate."},
		{name: "a beginning of a name is enough", lines: []string{"transfer megan"}, sent: wire.DoTransfer, want: "ok      transfer megan"},
		{name: "two that begin alike are asked", lines: []string{"transfer m"}, not: wire.DoTransfer, want: "no      Several: Megan Bowen, Miriam Graham"},
		{name: "who has no number is not rung", lines: []string{"9"}, not: wire.DoTransfer, want: "no      Diego Siciliani has no phone number."},
		{name: "a number is a person too", lines: []string{"transfer +44 20 7946 0999"}, sent: wire.DoTransfer, want: "ok      transfer"},
		{name: "tones", lines: []string{"k 22#"}, sent: wire.DoTones, want: "ok      k 22#"},
		{name: "words are no tones", lines: []string{"k hello"}, not: wire.DoTones, want: "no      Only digits"},
		{name: "where", lines: []string{"where"}, want: "ok      talking, Nestor Wilke, 0:01."},
		{name: "hold and resume by the same key", lines: []string{"h", "h"}, sent: wire.DoResume, want: "hear each other"},
		{name: "help lists what acts", lines: []string{"?"}, want: "x hang up"},
		{name: "the monotonic clock stands first", lines: nil, want: "", change: func(o *Options) { o.Clock = "mono" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var server *stage.Server
			out := plainSession(t, tt.change, func(s *stage.Server, typed func(string, time.Duration)) {
				server = s
				in(tt.lines...)(s, typed)
			})
			if !strings.Contains(out, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, out)
			}
			var sent []wire.Verb
			for _, c := range server.Commands() {
				sent = append(sent, c.Do)
			}
			has := func(v wire.Verb) bool {
				for _, s := range sent {
					if s == v {
						return true
					}
				}
				return v == ""
			}
			if !has(tt.sent) || tt.not != "" && has(tt.not) {
				t.Errorf("sent %v", sent)
			}
			answers := regexp.MustCompile(`(?m)^\S+ (\S+ )?(ok|no) `).FindAllString(out, -1)
			if n := len(tt.lines) + 2; len(answers) != n {
				t.Errorf("%d answers to %d lines:\n%s", len(answers), n, out)
			}
			for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
				if tt.change != nil && !regexp.MustCompile(`^\d+\.\d{6} \d\d:\d\d:\d\d `).MatchString(l) {
					t.Errorf("no monotonic clock: %q", l)
				}
				if strings.ContainsRune(l, 0x1b) {
					t.Errorf("an escape sequence: %q", l)
				}
			}
		})
	}
}

// The end of the input signs out; in a call it leaves the call to the server.
func TestPlainEndOfInput(t *testing.T) {
	for name, tt := range map[string]struct {
		answer bool
		want   bool
	}{"signs out": {false, true}, "in a call leaves it to the server": {true, false}} {
		t.Run(name, func(t *testing.T) {
			var server *stage.Server
			plainSession(t, nil, func(s *stage.Server, typed func(string, time.Duration)) {
				server = s
				typed("r", 4*time.Second)
				if tt.answer {
					typed("answer", time.Second)
				} else {
					typed("decline", time.Second)
				}
			})
			out := false
			for _, c := range server.Commands() {
				out = out || c.Do == wire.DoSignOut
			}
			if out != tt.want {
				t.Errorf("signed out: %v, want %v", out, tt.want)
			}
		})
	}
}

func TestPlainCountsDown(t *testing.T) {
	out := plainSession(t, nil, func(_ *stage.Server, typed func(string, time.Duration)) { typed("r", 25*time.Second) })
	for _, want := range []string{"10 seconds left", "5 seconds left", "You missed a call"} {
		if strings.Count(out, want) != 1 {
			t.Errorf("%q %d times in\n%s", want, strings.Count(out, want), out)
		}
	}
}
