package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// effect is all that a key can change.
func (r *rig) effect() string {
	var b strings.Builder
	for _, c := range r.sent {
		b.WriteString(string(c.Do) + " ")
	}
	r.dirty = true
	return b.String() + strings.Join(r.signs, " ") + r.View() + r.out.String() + string(rune('0'+len(r.mutes)))
}

// The footer names exactly the keys that act: each that it shows does something, in every picture.
func TestEveryKeyOfTheFooterDoesSomething(t *testing.T) {
	for _, s := range scenes() {
		base := newRig(t, 200, 60)
		s.set(base)
		for _, b := range base.footerKeys() {
			key1 := b.keys[0]
			switch b.act {
			case actPickReason, actPickDecline, actQueueWho, actSureYes:
				continue
			case actInstead:
				key1 = b.keys[1] // the first rings already
			case actPickUp, actScrollUp:
				key1 = "down"
			case actClearLine:
				if base.over == overPicker || base.note.empty() {
					continue
				}
			case actPickDigit:
				continue
			}
			t.Run(s.name+" "+b.shown(), func(t *testing.T) {
				r := newRig(t, 200, 60)
				s.set(r)
				r.now = r.now.Add(600 * time.Millisecond)
				r.Update(tickMsg{r.tickID})
				before := r.effect()
				_, cmd := r.Update(key(key1))
				if r.effect() == before && !leaves(cmd) {
					t.Errorf("%q (%s) does nothing", b.shown(), r.v[b.label])
				}
			})
		}
	}
}

func leaves(cmd tea.Cmd) bool { return cmd != nil }

// A key that the table does not name for the mode changes nothing, neither here nor at the server.
func TestOtherKeysDoNothing(t *testing.T) {
	for _, s := range scenes() {
		r := newRig(t, 120, 40)
		s.set(r)
		in := r.mode()
		if in.typing() || in == inSure {
			continue
		}
		for c := '!'; c <= '~'; c++ {
			k := string(c)
			if r.keys2(in, k) {
				continue
			}
			r := newRig(t, 120, 40)
			s.set(r)
			r.now = r.now.Add(time.Second)
			before, signs := len(r.sent), len(r.signs)
			r.Update(key(k))
			if len(r.sent) != before || len(r.signs) != signs {
				t.Errorf("%s: %q sent %v although the footer does not name it", s.name, k, r.last())
			}
		}
	}
}

// keys2 says that the table gives the key a meaning: in the mode, or under a page that lets keys through.
func (r *rig) keys2(in mode, k string) bool {
	if r.Model.keys.find(r.Model, in, k) != nil {
		return true
	}
	return (in == inHelp || in == inWhy) && r.Model.keys.find(r.Model, r.modeWith(r.behind), k) != nil
}

func TestNoKeyMeansTwoThingsInOneMode(t *testing.T) {
	for _, s := range scenes() {
		r := newRig(t, 120, 40)
		s.set(r)
		seen := map[string]action{}
		for _, b := range r.Model.keys.at(r.Model, r.mode()) {
			for _, k := range b.keys {
				if other, twice := seen[k]; twice && b.act != actUndo {
					t.Errorf("%s: %q is %s and %s", s.name, k, other, b.act)
				}
				seen[k] = b.act
			}
		}
	}
}

func verbs(list []wire.Command) []wire.Verb {
	var v []wire.Verb
	for _, c := range list {
		v = append(v, c.Do)
	}
	return v
}

func ringer(t *testing.T) *rig {
	r := newRig(t, 80, 24)
	r.open(ready)
	return r
}

func (r *rig) ringNow() {
	r.tell(wire.News{Seq: r.board.Seq + 1, At: r.now, Offer: stage.Offer(r.now), Me: &wire.Me{State: wire.Offered, Since: r.now}})
}

func TestKeysAndTime(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T) *rig
		want []wire.Verb
	}{
		{"space answers a ring", func(t *testing.T) *rig { r := ringer(t); r.ringNow(); r.keys(" "); return r }, []wire.Verb{wire.DoAnswer}},
		{"space that was on its way when the ring came does not answer", func(t *testing.T) *rig {
			r := ringer(t)
			r.keys("@", "esc")
			r.sent = nil
			r.now = r.now.Add(100 * time.Millisecond)
			r.ringNow()
			r.now = r.now.Add(100 * time.Millisecond)
			r.Update(key(" "))
			return r
		}, nil},
		{"and answers 300 ms after the ring", func(t *testing.T) *rig {
			r := ringer(t)
			r.keys("@", "esc")
			r.sent = nil
			r.ringNow()
			r.now = r.now.Add(320 * time.Millisecond)
			r.Update(key(" "))
			return r
		}, []wire.Verb{wire.DoAnswer}},
		{"a quick space answers when no key came before the ring", func(t *testing.T) *rig {
			r := ringer(t)
			r.ringNow()
			r.now = r.now.Add(20 * time.Millisecond)
			r.Update(key(" "))
			return r
		}, []wire.Verb{wire.DoAnswer}},
		{"two digits within 400 ms are tones and take the transfer back", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("2")
			r.now = r.now.Add(200 * time.Millisecond)
			r.Update(key("1"))
			r.reply(wire.Reply{OK: true})
			return r
		}, []wire.Verb{wire.DoTransfer, wire.DoUndo, wire.DoTones}},
		{"two digits in one read are tones", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("21")
			r.reply(wire.Reply{OK: true})
			return r
		}, []wire.Verb{wire.DoTransfer, wire.DoUndo, wire.DoTones}},
		{"two digits half a second apart are two wishes", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("2")
			r.tell(wire.News{Seq: 2, Me: &wire.Me{State: wire.Transfer}, Call: func() *wire.Call {
				c := *r.board.Call
				c.Transfer = &wire.Moving{Kind: "transfer", To: "Isaiah Langer", ID: "Isaiah Langer", State: "ringing", Since: r.now}
				return &c
			}()})
			r.keys("1")
			return r
		}, []wire.Verb{wire.DoTransfer, wire.DoTransfer}},
		{"a quick c1 asks", func(t *testing.T) *rig { r := newRig(t, 80, 24); r.call(nil); r.keys("c1"); return r }, []wire.Verb{wire.DoAsk}},
		{"c and one more key leaves when it is no digit", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("c", "h", "h")
			return r
		}, []wire.Verb{wire.DoHold}},
		{"x twice hangs up", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("x")
			r.now = r.now.Add(400 * time.Millisecond)
			r.settle(r.Update(key("x")))
			return r
		}, []wire.Verb{wire.DoHangup}},
		{"a held x does not", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("x")
			var cmds []tea.Cmd
			r.now = r.now.Add(500 * time.Millisecond) // the keyboard's first repeat
			for range 20 {
				_, cmd := r.Update(key("x"))
				cmds = append(cmds, cmd)
				r.now = r.now.Add(33 * time.Millisecond)
			}
			for _, c := range cmds[:len(cmds)-1] {
				r.settle(nil, c)
			}
			return r
		}, nil},
		{"xxx in one read does not", func(t *testing.T) *rig { r := newRig(t, 80, 24); r.call(nil); r.settle2("xxx"); return r }, nil},
		{"x and another key cancels, and that key does nothing", func(t *testing.T) *rig { r := newRig(t, 80, 24); r.call(nil); r.keys("x", "h"); return r }, nil},
		{"a paste is no key", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("1"), Paste: true})
			r.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("xx"), Paste: true})
			return r
		}, nil},
		{"a number pasted into the keypad is sent", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("k")
			r.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("22 19-#"), Paste: true})
			return r
		}, []wire.Verb{wire.DoTones}},
		{"words pasted into the keypad are not", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("k")
			r.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("12 monkeys"), Paste: true})
			return r
		}, nil},
		{"the digit that asked, pressed again, transfers", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(moving("ask", "answered"))
			r.keys("1")
			return r
		}, []wire.Verb{wire.DoComplete}},
		{"another digit does not", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(moving("ask", "answered"))
			r.keys("2")
			return r
		}, nil},
		{"x drops the person asked, at once", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(moving("ask", "answered"))
			r.keys("x")
			return r
		}, []wire.Verb{wire.DoDrop}},
		{"an expert without a number is not rung", func(t *testing.T) *rig { r := newRig(t, 80, 24); r.call(nil); r.keys("9"); return r }, nil},
		{"m mutes at the source and tells the server", func(t *testing.T) *rig { r := newRig(t, 80, 24); r.call(nil); r.keys("m", "m"); return r }, []wire.Verb{wire.DoMute, wire.DoMute}},
		{"space in a text is text while it rings, F3 answers", func(t *testing.T) *rig {
			r := ringer(t)
			r.keys("o", "4", " ")
			r.ringNow()
			r.keys(" ")
			r.sent = nil
			r.keys("f3")
			return r
		}, []wire.Verb{wire.DoAnswer}},
		{"Enter on the question rings anyway", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.keys("4")
			r.reply(wire.Reply{Code: "ask", Ask: &wire.Ask{Words: "Lee Gu is in a meeting."}})
			r.keys("enter")
			return r
		}, []wire.Verb{wire.DoTransfer, wire.DoTransfer}},
		{"a digit that was meant for the call is no code when the caller hangs up", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			r.call(nil)
			r.tell(wire.News{Seq: 2, Clear: []wire.Section{wire.ClearCall}, Wrap: stage.Wrap(r.board.Call, r.now), Me: &wire.Me{State: wire.Wrapup, Since: r.now}})
			r.now = r.now.Add(200 * time.Millisecond)
			r.Update(key("1"))
			r.Update(key("enter"))
			return r
		}, nil},
		{"a digit in wrap-up is a code", func(t *testing.T) *rig {
			r := newRig(t, 80, 24)
			for _, s := range scenes() {
				if s.name == "wrap" {
					s.set(r)
				}
			}
			r.keys("2", "w", "enter")
			return r
		}, []wire.Verb{wire.DoCode, wire.DoExtend, wire.DoDone}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.do(t)
			if got := verbs(r.sent); !slices.Equal(got, tt.want) {
				t.Errorf("sent %v, want %v", got, tt.want)
			}
			checkFrame(t, r)
		})
	}
}

// settle runs what a command comes to, as the program would, timers at once.
func (r *rig) settle(_ tea.Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			r.settle(nil, c)
		}
	case laterMsg:
		r.Update(msg)
	}
}

func (r *rig) settle2(k string) {
	r.settle(r.Update(key(k)))
}

func TestRingToneFollowsTheOffer(t *testing.T) {
	r := ringer(t)
	r.ringNow()
	r.tell(wire.News{Seq: r.board.Seq + 1, Clear: []wire.Section{wire.ClearOffer}, Me: &wire.Me{State: wire.Ready}})
	if want := []bool{true, false}; !slices.Equal(r.rings, want) {
		t.Errorf("rings %v, want %v", r.rings, want)
	}
	if !strings.Contains(r.out.String(), "\a") {
		t.Error("no bell")
	}
}

func TestTheMicrophoneIsAwakeWhileTheSettingsShowItsLevel(t *testing.T) {
	r := newRig(t, 80, 24)
	r.open(nil)
	r.keys(",")
	if !slices.Equal(r.meters, []bool{true}) || r.pace() != 100*time.Millisecond {
		t.Fatalf("with the settings open: %v, looked at every %v", r.meters, r.pace())
	}
	for range 8 {
		r.now = r.now.Add(100 * time.Millisecond)
		r.Update(tickMsg{r.tickID})
	}
	if bars := r.mic.draw(&r.Model.t.g, 8); !strings.Contains(r.View(), bars) || r.mic.now < 0.1 || strings.Contains(bars, r.Model.t.g.level[0]) {
		t.Errorf("the level is not shown: %q\n%s", bars, r.View())
	}
	r.keys("esc")
	if !slices.Equal(r.meters, []bool{true, false}) {
		t.Errorf("after the settings: %v", r.meters)
	}
}

func TestANewCallIsNeverMutedByTheLast(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	r.keys("m")
	r.tell(wire.News{Seq: 2, Clear: []wire.Section{wire.ClearCall}, Me: &wire.Me{State: wire.Wrapup}})
	if want := []bool{true, false}; !slices.Equal(r.mutes, want) || r.muted {
		t.Errorf("mutes %v, want %v", r.mutes, want)
	}
}

func TestNoteIsSavedWhenItIsLeft(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	r.keys("e", "!", "!", "esc")
	c := r.last()
	if c.Do != wire.DoNote || !strings.HasSuffix(c.Text, "help.!!") || c.Contact != "7Q4M-2219" {
		t.Errorf("sent %+v", c)
	}
}

func TestNoteStaysOpenFromTheCallIntoWrapUp(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	r.keys("e", "a")
	w := stage.Wrap(r.board.Call, r.now)
	r.tell(wire.News{Seq: 2, Clear: []wire.Section{wire.ClearCall}, Wrap: w, Me: &wire.Me{State: wire.Wrapup, Since: r.now}})
	r.keys("b")
	if got := r.note.text(); r.mode() != inNote || !strings.HasSuffix(got, "ab") {
		t.Errorf("mode %d, note %q", r.mode(), got)
	}
}

func TestDigitMeansWhoWasOnTheScreen(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	list := stage.Board(r.now).Experts
	list[0], list[1] = list[1], list[0]
	list[0].Digit, list[1].Digit = 1, 2
	r.tell(wire.News{Seq: 2, At: r.now, Experts: list})
	r.now = r.now.Add(200 * time.Millisecond)
	r.Update(key("1"))
	if got := r.last().To.ID; got != "Megan Bowen" {
		t.Errorf("200 ms after the change 1 means %s", got)
	}
	r.keys("1")
	r.now = r.now.Add(time.Second)
	r.Update(key("1"))
	if got := r.last().To.ID; got != "Isaiah Langer" {
		t.Errorf("later 1 means %s", got)
	}
}

func TestClickOnTheFooterPressesTheKey(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	x := strings.Index(r.plainLines()[23], "h hold")
	r.Update(tea.MouseMsg{X: x, Y: 23, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	if r.last().Do != wire.DoHold {
		t.Errorf("sent %v", r.last())
	}
}

func TestSearchAnswersTheLatestWordOnly(t *testing.T) {
	r := newRig(t, 80, 24)
	r.call(nil)
	r.keys("t", "m")
	old := r.last()
	r.keys("e")
	r.tell(wire.Reply{ID: old.ID, OK: true, People: []wire.Person{{ID: "z", Name: "Zoe", Number: true}}})
	for _, row := range r.pick.rows {
		if row.person != nil && row.person.ID == "z" {
			t.Error("an answer to an older word is listed")
		}
	}
}

// A timer that passes an hour moves nothing beside it.
func TestNothingMovesWhenATimerGrows(t *testing.T) {
	for _, w := range []int{80, 120, 200} {
		r := newRig(t, w, 40)
		r.call(nil)
		find := func() [2]int {
			rows := r.plainLines()
			return [2]int{strings.Index(rows[0], "then"), strings.Index(rows[4], "2nd call")}
		}
		before := find()
		r.now = r.now.Add(time.Hour)
		r.Update(tickMsg{r.tickID})
		if after := find(); after != before || before[0] < 0 || before[1] < 0 {
			t.Errorf("at %d columns: %v, after an hour %v", w, before, after)
		}
	}
}

func TestAutoAnswerWaitsForNobodyWhoTypes(t *testing.T) {
	for _, typing := range []bool{false, true} {
		r := newRig(t, 80, 24, func(o *Options) { o.AutoAnswer = "on" })
		r.open(ready)
		if typing {
			r.keys("o", "4")
		}
		r.sent = nil
		_, cmd := r.Update(batch{wire.News{Seq: 9, At: r.now, Offer: stage.Offer(r.now), Me: &wire.Me{State: wire.Offered, Since: r.now}}})
		r.settle(nil, cmd)
		if answered := r.last().Do == wire.DoAnswer; answered == typing {
			t.Errorf("typing %v, answered %v", typing, answered)
		}
		if zip := strings.Contains(r.out.String(), "zip"); zip == typing {
			t.Errorf("typing %v, the tone that says so %v", typing, zip)
		}
	}
	r := newRig(t, 80, 24)
	r.open(ready)
	_, cmd := r.Update(batch{wire.News{Seq: 9, At: r.now, Offer: stage.Offer(r.now), Me: &wire.Me{State: wire.Offered, Since: r.now}}})
	r.settle(nil, cmd)
	if len(r.sent) > 0 && r.last().Do == wire.DoAnswer {
		t.Error("answered, and nobody wanted that")
	}
}
