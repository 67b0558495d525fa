package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// The command line has the words of --plain, and does with them what --plain does.
func TestTheCommandLineHasTheWordsOfPlain(t *testing.T) {
	for _, k := range []struct {
		typed string
		want  wire.Command
	}{
		{"hold", wire.Command{Do: wire.DoHold}},
		{"transfer megan", wire.Command{Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToExpert, ID: "Megan Bowen"}}},
		{"ask 2", wire.Command{Do: wire.DoAsk, To: &wire.Target{Kind: wire.ToExpert, ID: "Isaiah Langer"}}},
		{"queue Sales", wire.Command{Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToQueue, ID: "sales"}}},
		{"tones 22#", wire.Command{Do: wire.DoTones, Digits: "22#"}},
		{"n lunch", wire.Command{Do: wire.DoNotReady, Reason: "lunch"}},
		{"emergency 112", wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: "112"}}},
		{"undo", wire.Command{Do: wire.DoUndo}},
	} {
		r := newRig(t, 80, 24)
		r.call(nil)
		r.keys(append([]string{":"}, strings.Split(k.typed, "")...)...)
		r.keys("enter")
		c := r.last()
		to := c.To == nil && k.want.To == nil || c.To != nil && k.want.To != nil && *c.To == *k.want.To
		if c.Do != k.want.Do || !to || c.Digits != k.want.Digits || c.Reason != k.want.Reason || r.over != overNone {
			t.Errorf("%q sent %+v, over %d", k.typed, c, r.over)
		}
		checkFrame(t, r)
	}
}

func TestTheCommandLineSaysWhatItDoesNotKnow(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	before := len(r.sent)
	r.keys(":", "z", "z", "z", "enter")
	if rows := r.plainLines(); len(r.sent) != before || !strings.Contains(rows[1], "No such word: zzz") {
		t.Errorf("%d sent; %q", len(r.sent)-before, rows[1])
	}
	r.keys(":", "h", "e", "l", "p", "enter")
	if r.over != overHelp {
		t.Errorf("over %d", r.over)
	}
}

// Tab writes out what is meant, and lists what could be.
func TestTabWritesCommandsOut(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys(":", "t", "r", "tab")
	if got := r.command.edit.text(); got != "transfer " {
		t.Errorf("tr: %q", got)
	}
	r.keys("m", "tab")
	if got := r.command.edit.text(); got != "transfer M" && got != "transfer m" || len(r.command.offers) != 2 {
		t.Errorf("m: %q of %q", got, r.command.offers)
	}
	r.keys("tab", "tab", "tab")
	if got := r.command.edit.text(); got != "transfer Megan Bowen" {
		t.Errorf("again and again: %q", got)
	}
	r.keys("enter")
	if c := r.last(); c.Do != wire.DoTransfer || c.To.ID != "Megan Bowen" {
		t.Errorf("sent %+v", c)
	}
	r.keys(":", "up")
	if got := r.command.edit.text(); got != "transfer Megan Bowen" {
		t.Errorf("typed before: %q", got)
	}
}

// What is typed goes on being text when a call rings, and when it is answered.
func TestACommandIsNotCutShortByACall(t *testing.T) {
	for _, first := range [][]string{{":", "n", "o"}, {"H", "/", "n", "o"}} {
		r := newRig(t, 80, 24)
		r.open(ready)
		r.keys(first...)
		before := len(r.sent)
		o := stage.Offer(r.now)
		r.tell(wire.News{Seq: 5, At: r.now, Offer: o, Me: &wire.Me{State: wire.Offered}})
		r.keys("d", "x", " ")
		c := stage.Call(o, r.now)
		r.tell(wire.News{Seq: 6, At: r.now, Call: c, Clear: []wire.Section{wire.ClearOffer}, Me: &wire.Me{State: wire.Talking}})
		r.keys("x", "1")
		if len(r.sent) != before || r.sure.act != "" {
			t.Errorf("%q: sent %+v", first, r.sent[before:])
		}
		checkFrame(t, r)
	}
}

// The day is searched by name, company, number as it is shown, queue, code and end; Enter opens what was found.
func TestFindInTheDay(t *testing.T) {
	for typed, want := range map[string]string{"fabr": "c1", "quote": "c2", "0173": "c4", "missed": "c5"} {
		r := newRig(t, 80, 24)
		r.open(ready)
		r.keys("H")
		r.reply(wire.Reply{OK: true, Rows: stage.Board(noon).Last})
		r.keys(append([]string{"/"}, strings.Split(typed, "")...)...)
		r.keys("enter", "enter")
		if c := r.last(); c.Do != wire.DoWhy || c.Contact != want {
			t.Errorf("%q opened %+v", typed, c)
		}
		r.keys("esc", "/", "esc")
		if len(r.found()) != len(r.history) {
			t.Errorf("%q: Esc does not show all again", typed)
		}
	}
}
