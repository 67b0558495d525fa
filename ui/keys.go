package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// action names what a key does. It is also the word of --plain.
type action string

// The actions.
const (
	actDemoIn action = "signin"

	actCopyCode action = "copycode"
	actOpen     action = "openpage"
	actBrowser  action = "browser"
	actNewCode  action = "newcode"
	actCopySSH  action = "copyssh"
	actTakeover action = "takeover"
	actStayOut  action = "stayout"

	actReady      action = "ready"
	actReadyAgain action = "readyagain"
	actNotReady   action = "notready"
	actReason     action = "reason"
	actAfter      action = "after"
	actReadyAfter action = "readyafter"
	actPickReason action = "pickreason"

	actAnswer      action = "answer"
	actAnswerF3    action = "answerf3"
	actAnswerMuted action = "answermuted"
	actDecline     action = "decline"
	actPickDecline action = "pickdecline"
	actSecond      action = "second"
	actSecondNo    action = "secondno"

	actHold      action = "hold"
	actResume    action = "resume"
	actMute      action = "mute"
	actUnmute    action = "unmute"
	actTransfer  action = "transfer"
	actInstead   action = "instead"
	actAskDigit  action = "ask"
	actAskWho    action = "askwho"
	actChat      action = "chat"
	actChatWho   action = "chatwho"
	actPickChat  action = "pickchat"
	actQueue     action = "queue"
	actQueueWho  action = "queuewho"
	actTakeBack  action = "takeback"
	actKeep      action = "keep"
	actSwap      action = "swap"
	actComplete  action = "complete"
	actJoin      action = "join"
	actDrop      action = "drop"
	actHangup    action = "hangup"
	actHangupF4  action = "hangupf4"
	actStopDial  action = "stop"
	actLeaveCall action = "leavecall"
	actEndAll    action = "endall"
	actParty     action = "party"
	actMuteOne   action = "muteone"
	actUnmuteOne action = "unmuteone"
	actRemove    action = "remove"
	actAdd       action = "add"

	actKeypad    action = "keypad"
	actTone      action = "tones"
	actToneClear action = "toneclear"
	actNote      action = "note"
	actSaveNote  action = "savenote"
	actClearLine action = "clearline"
	actShowAs    action = "showas"
	actPicker    action = "people"
	actDial      action = "dial"
	actHelpCall  action = "emergency"
	actPickGo    action = "pickgo"
	actPickAsk   action = "pickask"
	actPickUp    action = "pickup"
	actPickDown  action = "pickdown"
	actPickDigit action = "pickdigit"

	actCode      action = "code"
	actDone      action = "done"
	actCodeFirst action = "codefirst"
	actMore      action = "more"
	actCallBack  action = "callback"

	actCopy       action = "copy"
	actCopyNumber action = "copynumber"
	actCopyName   action = "copyname"
	actCopyFact   action = "copyfact"

	actHelp       action = "help"
	actWhy        action = "why"
	actWhyMe      action = "whyme"
	actWhyWaiting action = "whywaiting"
	actWhyMissed  action = "whymissed"
	actHistory    action = "history"
	actEndpoint   action = "endpoint"
	actStory      action = "story"
	actFind       action = "find"
	actFindDone   action = "finddone"
	actFindNone   action = "findnone"
	actCommand    action = "command"
	actCommandGo  action = "commandgo"
	actCommandEsc action = "commandesc"
	actComplete2  action = "writeout"
	actOlder      action = "older"
	actNewer      action = "newer"
	actCallRow    action = "callrow"
	actCopyRow    action = "copyrow"
	actSettings   action = "settings"
	actChange     action = "change"
	actTest       action = "test"
	actScrollUp   action = "up"
	actScrollDown action = "downward"
	actUndo       action = "undo"
	actEsc        action = "back"
	actSureYes    action = "sure"
	actSureNo     action = "no"
	actAnyway     action = "anyway"
	actGateOther  action = "gateother"
	actGateAsk    action = "gateask"
	actGateNo     action = "gateno"
	actLeave      action = "leave"
	actRedraw     action = "redraw"
	actSuspend    action = "suspend"
)

// binding joins keys, words and deed. The footer, help, docs/agent.md and --plain are all made from it.
type binding struct {
	act   action
	keys  []string // as Bubble Tea names them; the first is the one shown unless show says otherwise
	show  string
	label word
	group byte      // column of the help page: 'c' call, 'p' people, 's' screen
	quiet bool      // valid, but not in the footer: known from everywhere
	verb  wire.Verb // what the server must know for it, when not every server does
	can   func(*Model) bool
	run   func(*Model, string) tea.Cmd
}

// shown is how the footer writes the key.
func (b *binding) shown() string {
	if b.show != "" {
		return b.show
	}
	return b.keys[0]
}

// keymap is the one table of keys, and each mode's part of it.
type keymap struct {
	bindings map[action]*binding
	chips    [modeCount]chip
}

// newKeymap builds the table. A key that means two things in one mode is the programmer's mistake, unless their conditions differ.
func newKeymap() *keymap {
	k := &keymap{bindings: map[action]*binding{}, chips: chatChips(chips())}
	for _, group := range [][]binding{doorKeys(), stateKeys(), callKeys(), peopleKeys(), screenKeys()} {
		for i := range group {
			k.bindings[group[i].act] = &group[i]
		}
	}
	return k
}

// at lists the bindings of a mode, in the footer's order, that can act now.
func (k *keymap) at(m *Model, in mode) []*binding {
	list := make([]*binding, 0, 24)
	seen := map[action]bool{}
	for _, a := range k.chips[in].keys {
		b := k.bindings[a]
		if b == nil || seen[a] {
			continue
		}
		seen[a] = true
		if (b.can == nil || b.can(m)) && !m.cannot[b.verb] {
			list = append(list, b)
		}
	}
	return list
}

// find is what a key does now; nil when nothing.
func (k *keymap) find(m *Model, in mode, key string) *binding {
	for _, b := range k.at(m, in) {
		for _, own := range b.keys {
			if own == key {
				return b
			}
		}
	}
	return nil
}

var digits = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}

func doorKeys() []binding {
	return []binding{
		{act: actDemoIn, keys: []string{"enter"}, show: "Enter", label: wkSignIn, run: (*Model).demoSignIn},
		{act: actCopyCode, keys: []string{"y"}, label: wkCopyCode, can: (*Model).hasCode, run: (*Model).copyCode},
		{act: actOpen, keys: []string{"o"}, label: wkOpenPage, can: func(m *Model) bool { return m.hasCode() && m.o.Open != nil }, run: (*Model).openPage},
		{act: actBrowser, keys: []string{"b"}, label: wkBrowser, run: signAction("browser")},
		{act: actNewCode, keys: []string{"enter"}, show: "Enter", label: wkNewCode, run: signAction("new_code")},
		{act: actCopySSH, keys: []string{"y"}, label: wkCopy, can: func(m *Model) bool { return m.sign.Remote != "" }, run: (*Model).copySSH},
		{act: actTakeover, keys: []string{"enter"}, show: "Enter", label: wkTakeover, run: takeover(true)},
		{act: actStayOut, keys: []string{"esc"}, show: "Esc", label: wkLeave, run: takeover(false)},
	}
}

func stateKeys() []binding {
	return []binding{
		{act: actReady, keys: []string{"r", "f1"}, label: wkReady, group: 's', run: send(wire.DoReady)},
		{act: actReadyAgain, keys: []string{"r", "f1"}, label: wkReadyAgain, group: 's', run: send(wire.DoReady)},
		{act: actReadyAfter, keys: []string{"r", "f1"}, label: wkReadyAfter, group: 's', run: send(wire.DoReady),
			can: func(m *Model) bool { return m.board.Me.Pending != nil && m.board.Me.Pending.State == wire.NotReady }},
		{act: actNotReady, keys: []string{"n", "f2"}, label: wkNotReady, group: 's', run: pause},
		{act: actReason, keys: []string{"n", "f2"}, label: wkReason, group: 's', can: func(m *Model) bool { return len(m.board.Reasons) > 0 }, run: prefix(inReason)},
		{act: actAfter, keys: []string{"n", "f2"}, label: wkAfter, group: 's', run: pause},
		{act: actPickReason, keys: letters, show: " ", label: wkNothing, run: (*Model).pickReason},
		{act: actCode, keys: digits, show: "1-9", label: wkCode, group: 'c', run: (*Model).pickCode,
			can: func(m *Model) bool { return m.board.Wrap != nil && len(m.board.Wrap.Codes) > 0 }},
		{act: actDone, keys: []string{"enter"}, show: "Enter", label: wkDone, group: 'c', run: send(wire.DoDone), can: func(m *Model) bool { return !m.codeWanted() }},
		{act: actCodeFirst, keys: []string{"enter"}, show: "Enter", label: wkDone, quiet: true, run: (*Model).codeFirst, can: (*Model).codeWanted},
		{act: actMore, keys: []string{"w"}, label: wkMore, group: 'c', run: send(wire.DoExtend),
			can: func(m *Model) bool { return m.board.Wrap != nil && m.board.Wrap.More > 0 }},
		{act: actCallBack, keys: []string{"o"}, label: wkCallBack, group: 'c', verb: wire.DoDial, run: (*Model).callBack,
			can: func(m *Model) bool { return m.board.Wrap != nil && m.board.Wrap.Caller.Number != "" }},
		{act: actUndo, keys: []string{"z"}, label: wkUndo, group: 's', run: send(wire.DoUndo), can: (*Model).undoable},
	}
}

func callKeys() []binding {
	held := func(m *Model) bool { return m.board.Call != nil && m.board.Call.Held }
	second := func(m *Model) bool { return m.board.Offer != nil && m.board.Call != nil }
	return []binding{
		{act: actAnswer, keys: []string{" ", "enter", "f3"}, show: "Space", label: wkAnswer, group: 'c', run: (*Model).answer},
		{act: actAnswerF3, keys: []string{"f3"}, show: "F3", label: wkAnswer, group: 'c', run: (*Model).answer,
			can: func(m *Model) bool { return m.board.Offer != nil && m.board.Call == nil }},
		{act: actAnswerMuted, keys: []string{"m"}, label: wkAnswerMuted, group: 'c', run: (*Model).answerMuted},
		{act: actDecline, keys: []string{"d"}, label: wkDecline, group: 'c', run: (*Model).decline},
		{act: actPickDecline, keys: letters, show: " ", label: wkNothing, run: (*Model).pickDecline},
		{act: actSecond, keys: []string{"A"}, label: wkSecond, group: 'c', can: second, run: (*Model).answer},
		{act: actSecondNo, keys: []string{"d"}, label: wkSecondNo, group: 'c', can: second, run: (*Model).declinePlain},
		{act: actHold, keys: []string{"h"}, label: wkHold, group: 'c', run: send(wire.DoHold), can: func(m *Model) bool { return !held(m) }},
		{act: actResume, keys: []string{"h"}, label: wkResume, group: 'c', run: send(wire.DoResume)},
		{act: actMute, keys: []string{"m"}, label: wkMute, group: 'c', can: func(m *Model) bool { return !m.muted }, run: mute(true)},
		{act: actUnmute, keys: []string{"m"}, label: wkUnmute, group: 'c', can: func(m *Model) bool { return m.muted }, run: mute(false)},
		{act: actKeypad, keys: []string{"k"}, label: wkKeypad, group: 'c', run: open(overKeypad)},
		{act: actTone, keys: tones, show: "0-9 * #", label: wkTones, group: 'c', run: (*Model).tone},
		{act: actToneClear, keys: []string{"backspace"}, show: "Backspace", label: wkToneClear, run: (*Model).toneClear},
		{act: actNote, keys: []string{"e"}, label: wkNote, group: 'c', run: (*Model).openNote},
		{act: actHangup, keys: []string{"x", "f4"}, label: wkHangup, group: 'c', run: sure(actHangup)},
		{act: actHangupF4, keys: []string{"f4"}, show: "F4", label: wkHangup, group: 'c', run: sure(actHangup),
			can: func(m *Model) bool { return m.board.Call != nil }},
		{act: actStopDial, keys: []string{"x", "f4", "z"}, label: wkStopDial, group: 'c', run: send(wire.DoHangup)},
		{act: actLeaveCall, keys: []string{"l"}, label: wkLeaveCall, group: 'c', run: send(wire.DoComplete)},
		{act: actEndAll, keys: []string{"x", "f4"}, label: wkEndAll, group: 'c', run: sure(actEndAll)},
		{act: actParty, keys: []string{"up", "down", "ctrl+p", "ctrl+n"}, show: "↑↓", label: wkChoose, group: 'c', run: (*Model).chooseParty},
		{act: actMuteOne, keys: []string{"M"}, label: wkMuteOne, group: 'c', verb: wire.DoMuteParty, can: (*Model).canMuteParty, run: (*Model).muteParty},
		{act: actUnmuteOne, keys: []string{"M"}, label: wkUnmuteOne, group: 'c', verb: wire.DoMuteParty, can: (*Model).canUnmuteParty, run: (*Model).muteParty},
		{act: actRemove, keys: []string{"-"}, label: wkRemove, group: 'c', verb: wire.DoRemove, can: (*Model).canRemove, run: (*Model).removeParty},
		{act: actAdd, keys: []string{"a"}, label: wkAdd, group: 'c', verb: wire.DoAdd, run: openPicker(pickAdd)},
	}
}

func peopleKeys() []binding {
	experts := func(m *Model) bool { return len(m.board.Experts) > 0 }
	queues := func(m *Model) bool { return len(m.board.Queues) > 0 }
	return []binding{
		{act: actTransfer, keys: digits, show: "1-9", label: wkTransfer, group: 'p', can: experts, run: (*Model).transferDigit},
		{act: actInstead, keys: digits, show: "1-9", label: wkInstead, group: 'p', can: experts, run: (*Model).insteadDigit},
		{act: actAskDigit, keys: []string{"c"}, label: wkAsk, group: 'p', verb: wire.DoAsk, can: experts, run: prefix(inAsk)},
		{act: actAskWho, keys: digits, show: "1-9", label: wkAskWho, group: 'p', run: (*Model).askDigit},
		{act: actChat, keys: []string{"i"}, label: wkChat, group: 'p', verb: wire.DoChat, can: experts, run: prefix(inChat)},
		{act: actChatWho, keys: digits, show: "1-9", label: wkChat, run: (*Model).chatDigit},
		{act: actQueue, keys: []string{"q"}, label: wkQueue, group: 'p', can: queues, run: prefix(inQueue)},
		{act: actQueueWho, keys: digits, show: " ", label: wkNothing, group: 'p', run: (*Model).queueDigit},
		{act: actTakeBack, keys: []string{"z", "x"}, label: wkTakeBack, group: 'p', run: send(wire.DoUndo)},
		{act: actKeep, keys: []string{"esc"}, show: "Esc", label: wkKeep, group: 'p', run: (*Model).keepCall},
		{act: actSwap, keys: []string{"s"}, label: wkSwap, group: 'p', can: (*Model).consultAnswered, run: send(wire.DoSwap)},
		{act: actComplete, keys: append([]string{"enter"}, digits...), show: "Enter", label: wkComplete, group: 'p', run: (*Model).complete},
		{act: actJoin, keys: []string{"j"}, label: wkJoin, group: 'p', can: (*Model).consultAnswered, run: send(wire.DoJoin)},
		{act: actDrop, keys: []string{"x", "f4"}, label: wkDrop, group: 'p', can: (*Model).asking, run: send(wire.DoDrop)},
		{act: actPicker, keys: []string{"t", "/"}, label: wkPicker, group: 'p', run: openPicker(pickTransfer)},
		{act: actDial, keys: []string{"o"}, label: wkDial, group: 'p', verb: wire.DoDial, run: openPicker(pickDial)},
		{act: actHelpCall, keys: []string{"!"}, label: wkEmergency, group: 'p', verb: wire.DoDial, quiet: true, run: openPicker(pickHelp),
			can: func(m *Model) bool { return len(m.board.Tenant.Emergency) > 0 }},
		{act: actPickGo, keys: []string{"enter"}, show: "Enter", label: wkPickGo, run: (*Model).pickGo, can: (*Model).pickable},
		{act: actPickAsk, keys: []string{"tab"}, show: "Tab", label: wkAsk, verb: wire.DoAsk, run: (*Model).pickAsk,
			can: func(m *Model) bool { return m.pick.kind == pickTransfer && m.pickable() }},
		{act: actPickChat, keys: []string{"ctrl+o"}, show: "Ctrl+O", label: wkChat, verb: wire.DoChat, run: (*Model).pickChat, can: (*Model).pickChats},
		{act: actPickUp, keys: []string{"up", "ctrl+p"}, show: "↑↓", label: wkChoose, run: (*Model).pickMove},
		{act: actPickDown, keys: []string{"down", "ctrl+n"}, quiet: true, show: "↓", label: wkChoose, run: (*Model).pickMove},
		{act: actPickDigit, keys: digits, show: "1-9", label: wkExperts, run: (*Model).pickDigit,
			can: func(m *Model) bool { return m.pick.edit.empty() && m.pick.kind == pickTransfer }},
	}
}

func screenKeys() []binding {
	return []binding{
		{act: actHelp, keys: []string{"?"}, label: wkHelp, group: 's', run: open(overHelp)},
		{act: actWhy, keys: []string{"@"}, label: wkWhy, group: 's', quiet: true, run: (*Model).askWhy, can: func(m *Model) bool { return m.board.contact() != "" }},
		{act: actWhyMe, keys: []string{"@"}, label: wkWhyMe, group: 's', run: (*Model).askWhy},
		{act: actWhyWaiting, keys: []string{"@"}, label: wkWhyWaiting, group: 's', run: (*Model).askWhy},
		{act: actWhyMissed, keys: []string{"@"}, label: wkWhyMissed, group: 's', run: (*Model).askWhy},
		{act: actEndpoint, keys: []string{"E"}, label: wkEndpoint, group: 's', verb: wire.DoEndpoint, run: (*Model).ringElsewhere,
			can: func(m *Model) bool { return len(m.board.Me.Endpoints) > 1 }},
		{act: actHistory, keys: []string{"H"}, label: wkHistory, group: 's', run: (*Model).openHistory},
		{act: actStory, keys: []string{"enter"}, show: "Enter", label: wkStory, run: (*Model).rowStory, can: (*Model).hasRow},
		{act: actFind, keys: []string{"/"}, label: wkFind, run: (*Model).openFind},
		{act: actFindDone, keys: []string{"enter", "down", "up"}, show: "Enter", label: wkChoose, run: (*Model).findDone},
		{act: actFindNone, keys: []string{"esc"}, show: "Esc", label: wkAllAgain, run: (*Model).findNone},
		{act: actCommand, keys: []string{":"}, label: wkCommand, group: 's', quiet: true, run: (*Model).openCommand},
		{act: actCommandGo, keys: []string{"enter"}, show: "Enter", label: wkPickGo, run: (*Model).runCommand},
		{act: actCommandEsc, keys: []string{"esc"}, show: "Esc", label: wkBack, run: (*Model).closeCommand},
		{act: actComplete2, keys: []string{"tab"}, show: "Tab", label: wkWriteOut, run: (*Model).completeCommand},
		{act: actOlder, keys: []string{"up", "ctrl+p"}, show: "↑↓", label: wkOlder, run: (*Model).olderCommand, can: func(m *Model) bool { return len(m.command.lines) > 0 }},
		{act: actNewer, keys: []string{"down", "ctrl+n"}, quiet: true, label: wkOlder, run: (*Model).newerCommand, can: func(m *Model) bool { return len(m.command.lines) > 0 }},
		{act: actCallRow, keys: []string{"o"}, label: wkCallBack, verb: wire.DoDial, run: (*Model).rowCall, can: func(m *Model) bool {
			r := m.row()
			return r != nil && r.Caller.Number != "" && m.board.Call == nil
		}},
		{act: actCopyRow, keys: []string{"y"}, label: wkCopy, run: (*Model).rowCopy, can: (*Model).hasRow},
		{act: actSettings, keys: []string{","}, label: wkSettings, group: 's', quiet: true, run: (*Model).openSettings},
		{act: actTest, keys: []string{"v"}, label: wkTest, group: 's', run: (*Model).testHeadset, can: (*Model).canTest},
		{act: actChange, keys: []string{"enter", "right", " "}, show: "Enter", label: wkChange, run: (*Model).changeSetting},
		{act: actScrollUp, keys: []string{"up", "pgup", "home", "ctrl+p"}, show: "↑↓", label: wkScroll, run: (*Model).scroll, can: (*Model).scrolls},
		{act: actScrollDown, keys: []string{"down", "pgdown", "end", "ctrl+n"}, quiet: true, label: wkScroll, run: (*Model).scroll, can: (*Model).scrolls},
		{act: actCopy, keys: []string{"y"}, label: wkCopy, group: 's', run: prefix(inCopy)},
		{act: actCopyNumber, keys: []string{"n"}, label: wkCopyNumber, run: copyOf(func(m *Model) string { return m.board.caller().Number }),
			can: func(m *Model) bool { return m.board.caller() != nil && m.board.caller().Number != "" }},
		{act: actCopyName, keys: []string{"a"}, label: wkCopyName, run: copyOf(func(m *Model) string { return m.board.caller().Name }),
			can: func(m *Model) bool { return m.board.caller() != nil && m.board.caller().Name != "" }},
		{act: actCopyFact, keys: []string{"k"}, label: wkCopyFact, run: copyOf((*Model).knownText), can: func(m *Model) bool { return m.knownText() != "" }},
		{act: actSaveNote, keys: []string{"esc"}, show: "Esc", label: wkSaveNote, run: (*Model).closeText},
		{act: actShowAs, keys: []string{"ctrl+f"}, show: "Ctrl+F", label: wkShowAs, run: (*Model).nextShown, can: (*Model).choosesShown},
		{act: actClearLine, keys: []string{"ctrl+u"}, show: "Ctrl+U", label: wkClearLine, run: (*Model).clearLine},
		{act: actEsc, keys: []string{"esc"}, show: "Esc", label: wkBack, run: (*Model).back},
		{act: actSureYes, keys: []string{"x", "f4", "ctrl+c", "ctrl+z", "T"}, show: " ", label: wkNothing, run: (*Model).sureYes},
		{act: actSureNo, keys: []string{"esc"}, show: "Esc", label: wkNo, run: (*Model).sureNo},
		{act: actAnyway, keys: []string{"enter"}, show: "Enter", label: wkAnyway, run: (*Model).gateYes},
		{act: actGateOther, keys: digits, show: "1-9", label: wkOther, run: (*Model).gateDigit},
		{act: actGateAsk, keys: []string{"c"}, label: wkAsk, verb: wire.DoAsk, run: (*Model).gateAsk,
			can: func(m *Model) bool { return m.gate != nil && m.gate.cmd.Do == wire.DoTransfer && m.board.Call != nil }},
		{act: actGateNo, keys: []string{"esc"}, show: "Esc", label: wkNo, run: (*Model).gateNo},
		{act: actLeave, keys: []string{"ctrl+c"}, show: "Ctrl+C", label: wkLeave, group: 's', quiet: true, run: sure(actLeave)},
		{act: actSuspend, keys: []string{"ctrl+z"}, show: "Ctrl+Z", label: wkSuspend, group: 's', quiet: true, run: sure(actSuspend), can: func(m *Model) bool { return m.keyboard != nil }},
		{act: actRedraw, keys: []string{"ctrl+l"}, show: "Ctrl+L", label: wkRedraw, group: 's', quiet: true, run: (*Model).redraw},
	}
}

var tones = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", ","}

var letters = func() []string {
	all := make([]string, 0, 36)
	for r := 'a'; r <= 'z'; r++ {
		all = append(all, string(r))
	}
	return append(all, digits...)
}()
