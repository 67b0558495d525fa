package ui

import (
	"slices"
	"testing"
	"time"

	"cordboard/session/wire"
)

// TestEveryKeyOfTheHelpDoesSomething presses every key that the help page names, and those that mean the same, in every picture where the page
// opens: on the desk itself, and through the page.
func TestEveryKeyOfTheHelpDoesSomething(t *testing.T) {
	pressed := map[action]bool{}
	more := []scene{
		{"rings elsewhere", "READY", false, func(r *rig) {
			r.open(func(b *wire.Board) {
				ready(b)
				b.Me.Endpoint, b.Me.Endpoints = "softphone", []string{"softphone", "sip"}
			})
		}},
		{"nobody of the group is muted", "GROUP", true, func(r *rig) {
			for _, s := range scenes() {
				if s.name == "group" {
					s.set(r)
				}
			}
			c := *r.board.Call
			c.Parties = slices.Clone(c.Parties)
			for i := range c.Parties {
				c.Parties[i].Muted, c.Parties[i].State = false, "talking"
			}
			r.tell(wire.News{Seq: 9, Call: &c})
		}},
	}
	for _, s := range append(scenes(), more...) {
		base := newRig(t, 120, 40)
		s.set(base)
		if base.Model.keys.find(base.Model, base.mode(), "?") == nil || base.mode() == inHelp {
			continue
		}
		base.keys("?")
		if base.over != overHelp {
			t.Errorf("%s: ? opens no help", s.name)
			continue
		}
		rows := base.helpRows(120)
		var was [2]string
		for _, b := range base.Model.keys.at(base.Model, base.helpMode()) {
			if b.act == actHelp || b.act == actCodeFirst || b.shown() == " " {
				continue
			}
			if !slices.ContainsFunc(rows, func(r helpRow) bool {
				return slices.ContainsFunc(r.cells[:], func(c [2]string) bool { return c[0] == b.shown() && c[1] == base.v[b.label] })
			}) {
				t.Errorf("%s: the page does not name %s (%s)", s.name, b.shown(), base.v[b.label])
			}
			pressed[b.act] = true
			for i, through := range []bool{false, true} {
				some := false
				for _, k := range b.keys {
					did := press(t, s, k, through, &was[i])
					some = some || did
					if !did && !oneOfMany[b.act] {
						t.Errorf("%s: %q (%s) does nothing, through the help page: %v", s.name, k, base.v[b.label], through)
					}
				}
				if !some {
					t.Errorf("%s: none of the keys of %s does anything, through the help page: %v", s.name, base.v[b.label], through)
				}
			}
		}
	}
	for _, a := range []action{actReady, actNotReady, actReadyAfter, actAfter, actHold, actResume, actMute, actUnmute, actTransfer, actAskDigit, actChat, actQueue, actSwap,
		actComplete, actJoin, actDrop, actAdd, actRemove, actMuteOne, actLeaveCall, actEndAll, actCode, actDone, actMore, actUndo, actKeypad, actNote, actHangup, actPicker,
		actDial, actHelpCall, actHistory, actSettings, actTest, actEndpoint, actWhyMe, actWhyWaiting, actWhyMissed, actWhy, actCommand, actRedraw, actLeave, actSecond, actSecondNo,
		actTakeBack, actInstead, actStopDial, actKeep, actCallBack, actReadyAgain} {
		if !pressed[a] {
			t.Errorf("no picture has %q in its help", a)
		}
	}
}

// oneOfMany are bindings of several keys of which some have nobody behind them: a ninth expert, a code that the queue has not.
var oneOfMany = map[action]bool{
	actTransfer: true, actInstead: true, actAskWho: true, actChatWho: true, actQueueWho: true, actCode: true, actComplete: true, actParty: true, actGateOther: true,
	actScrollUp: true, actScrollDown: true, actPickReason: true, actPickDecline: true,
}

// press reports whether a key changes anything in a picture.
func press(t *testing.T, s scene, k string, throughHelp bool, was *string) bool {
	r := newRig(t, 120, 40)
	s.set(r)
	if throughHelp {
		r.keys("?")
	}
	r.now = r.now.Add(600 * time.Millisecond)
	r.Update(tickMsg{r.tickID})
	if *was == "" {
		*was = r.effect()
	}
	_, cmd := r.Update(key(k))
	return r.effect() != *was || leaves(cmd)
}
