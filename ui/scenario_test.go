package ui

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// act is one line of a scenario: the keys of the screen and the words of --plain (with ; between) that mean the same.
type act struct{ keys, words string }

func readScenario(t *testing.T, file string) []act {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var acts []act
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		keys, words, ok := strings.Cut(line, "|")
		if !ok {
			t.Fatalf("%s: %q has no |", file, line)
		}
		acts = append(acts, act{strings.TrimSpace(keys), strings.TrimSpace(words)})
	}
	return acts
}

// plainCommand is a command without what differs from console to console.
func plainCommand(c wire.Command) wire.Command {
	c.ID, c.Reservation = "", ""
	return c
}

func wanted(list []wire.Command) []wire.Command {
	var out []wire.Command
	for _, c := range list {
		if c.Do != wire.DoSearch && c.Do != wire.DoSignOut {
			out = append(out, plainCommand(c))
		}
	}
	return out
}

// The same scenario through the keys of the screen and through the words of --plain gives the server the same commands.
func TestTheScreenAndPlainAreOne(t *testing.T) {
	acts := readScenario(t, "testdata/shift.scenario")
	var byWords, byKeys []wire.Command
	var server *stage.Server
	plainSession(t, nil, func(s *stage.Server, typed func(string, time.Duration)) {
		server = s
		s.Endpoints("softphone", "teams")
		for _, a := range acts {
			for w := range strings.SplitSeq(a.words, ";") {
				typed(strings.TrimSpace(w), 600*time.Millisecond)
			}
			<-time.After(8 * time.Second)
		}
	})
	byWords = wanted(server.Commands())
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, 80, 24)
		r.o.Now = time.Now
		told := make(chan any, 1000)
		s := stage.New(time.Now, func(v any) { told <- v })
		defer s.Close()
		r.o.Server = s
		settle := func() {
			for synctest.Wait(); ; synctest.Wait() {
				select {
				case v := <-told:
					r.Update(batch{v})
				default:
					return
				}
			}
		}
		s.Endpoints("softphone", "teams")
		s.Open()
		settle()
		for _, a := range acts {
			for _, k := range strings.Fields(a.keys) {
				k = strings.ReplaceAll(k, "Space", " ")
				<-time.After(600 * time.Millisecond)
				settle()
				m := key(k)
				if k == "enter" {
					m = tea.KeyMsg{Type: tea.KeyEnter}
				}
				second := r.sure.act != ""
				_, cmd := r.Update(m)
				if second {
					r.settle(nil, cmd)
				}
				settle()
			}
			<-time.After(8 * time.Second)
			settle()
		}
		byKeys = wanted(s.Commands())
	})
	if !slices.EqualFunc(byKeys, byWords, sameCommand) {
		t.Errorf("by keys\n%s\nby words\n%s", listed(byKeys), listed(byWords))
	}
	// Every verb there is but for these: the picker's search goes with each letter, signing out ends the shift, and a group is left by
	// handing it over (complete).
	for _, v := range []wire.Verb{wire.DoReady, wire.DoAnswer, wire.DoHold, wire.DoResume, wire.DoDecline, wire.DoComplete, wire.DoChat, wire.DoEndpoint,
		wire.DoDial, wire.DoHistory, wire.DoWhy, wire.DoMute, wire.DoTones, wire.DoNote, wire.DoTransfer, wire.DoUndo, wire.DoAsk, wire.DoDrop,
		wire.DoSwap, wire.DoJoin, wire.DoAdd, wire.DoMuteParty, wire.DoRemove, wire.DoHangup, wire.DoCode, wire.DoExtend, wire.DoDone, wire.DoNotReady} {
		if !slices.ContainsFunc(byKeys, func(c wire.Command) bool { return c.Do == v }) {
			t.Errorf("nobody said %s", v)
		}
	}
}

func sameCommand(a, b wire.Command) bool {
	ta, tb := a.To, b.To
	a.To, b.To = nil, nil
	return a == b && (ta == nil) == (tb == nil) && (ta == nil || *ta == *tb)
}

func listed(list []wire.Command) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(string(c.Do) + " " + c.Reason + c.Code + c.Digits + c.Text)
		if c.To != nil {
			b.WriteString(" to " + c.To.ID + c.To.Number)
		}
		b.WriteString("\n")
	}
	return b.String()
}
