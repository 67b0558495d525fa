package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// Help is two keys away in every state of a signed-in agent, and what is under way is never handed to it.
func TestHelpIsCalledInEveryState(t *testing.T) {
	quiet := map[string]bool{"SIGN IN": true}
	for _, s := range scenes() {
		if quiet[s.state] {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			r := newRig(t, 80, 24)
			s.set(r)
			if m := r.mode(); m.typing() || m == inSure {
				r.keys("esc") // there it is text, or an answer
			}
			r.keys("!")
			if !strings.Contains(strings.Join(r.plainLines(), "\n"), "Emergency") {
				t.Fatalf("the emergency numbers are not on the screen:\n%s", strings.Join(r.plainLines(), "\n"))
			}
			checkFrame(t, r)
			r.keys("enter")
			if c := r.last(); c.Do != wire.DoDial || c.To == nil || c.To.Number != "112" {
				t.Errorf("sent %+v", c)
			}
		})
	}
}

// A number of help typed among the people is called, whatever the picker was opened for.
func TestNoCallerIsHandedToHelp(t *testing.T) {
	for _, last := range []string{"enter", "tab"} {
		r := newRig(t, 120, 40)
		r.call(nil)
		r.keys("t", "#", "9", "9", "9", last)
		if c := r.last(); c.Do != wire.DoDial || c.To.Number != "999" {
			t.Errorf("%s sent %+v", last, c)
		}
	}
}

// A call that ends, or comes, takes nobody's hand off the emergency numbers.
func TestNothingClosesTheEmergencyNumbers(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	r.keys("!")
	r.tell(wire.News{Seq: 9, At: r.now, Clear: []wire.Section{wire.ClearCall}})
	r.tell(wire.News{Seq: 10, At: r.now, Offer: stage.Offer(r.now)})
	r.keys("enter")
	if c := r.last(); c.Do != wire.DoDial || c.To.Number != "112" {
		t.Errorf("sent %+v", c)
	}
}

// The work after a call that wants a code says so, and Enter says it again instead of asking the server.
func TestACodeComesBeforeDone(t *testing.T) {
	r := newRig(t, 80, 24)
	for _, s := range scenes() {
		if s.name == "wrapcode" {
			s.set(r)
		}
	}
	before := len(r.sent)
	r.keys("enter")
	if len(r.sent) != before {
		t.Fatalf("sent %+v", r.last())
	}
	rows := strings.Join(r.plainLines(), "\n")
	if !strings.Contains(rows, "A code is needed") || !strings.Contains(rows, "This call wants a code first") || strings.Contains(rows[len(rows)-80:], "Enter done") {
		t.Error(rows)
	}
	r.keys("1")
	w := *r.board.Wrap
	w.Code = w.Codes[0].ID
	r.tell(wire.News{Seq: 20, Wrap: &w})
	r.keys("enter")
	if r.last().Do != wire.DoDone {
		t.Errorf("sent %+v", r.last())
	}
}
