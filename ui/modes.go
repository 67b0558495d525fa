package ui

import (
	"slices"

	"cordboard/session/wire"
)

// mode says what keys mean now. The chip at the left of the footer names it.
type mode uint8

// The modes.
const (
	inNone mode = iota
	inDemo
	inSignIn
	inBlocked
	inRefused
	inElsewhere
	inStart
	inPause
	inReady
	inRing
	inTalk
	inHold
	inDial
	inSending
	inBack
	inAsking
	inGroup
	inWrap
	inMissed
	inWait
	inSure
	inGate
	inReason
	inDecline
	inAsk
	inQueue
	inCopy
	inNote
	inTypeRing
	inPicker
	inKeypad
	inHelp
	inWhy
	inHistory
	inSettings
	inCommand
	inFind
	inOut
	inChat
	modeCount
)

// mode of the desk: what is open on top decides, else the state.
func (m *Model) mode() mode { return m.modeWith(m.over) }

// modeWith is the mode with that page open.
func (m *Model) modeWith(over overlay) mode {
	ringing := m.board.Offer != nil && m.board.Call == nil
	switch {
	case over == overHelp:
		return inHelp
	case m.board.Out != nil:
		return inOut
	case !m.welcomed:
		return m.doorMode()
	case m.sure.act != "":
		return inSure
	case m.gate != nil:
		return inGate
	case m.prefix != inNone:
		return m.prefix
	}
	switch over {
	case overNote, overPicker:
		if over == overPicker && m.pick.kind == pickHelp {
			return inPicker // help comes before a call
		}
		if ringing {
			return inTypeRing
		}
		if over == overNote {
			return inNote
		}
		return inPicker
	}
	if over == overCommand {
		return inCommand
	}
	if over == overHistory && m.finding {
		return inFind // its letters are text, whatever rings
	}
	if over == overWhy {
		return inWhy
	}
	if ringing {
		return inRing // what else is open waits
	}
	switch over {
	case overKeypad:
		return inKeypad
	case overHistory:
		return inHistory
	case overSettings:
		return inSettings
	}
	return m.stateMode()
}

// stateMode is what the agent's state makes of the keys, nothing being open.
func (m *Model) stateMode() mode {
	b := &m.board
	switch c := b.Call; {
	case b.Offer != nil && c == nil:
		return inRing
	case c == nil:
	case c.Transfer != nil && c.Transfer.Kind == "ask":
		return inAsking
	case c.Transfer != nil:
		return inSending
	case c.Back != nil && !m.backSeen:
		return inBack
	case b.Me.State == wire.Conference:
		return inGroup
	case c.Held:
		return inHold
	case b.Me.State == wire.Dialing || c.Direction == "out" && c.Answered.IsZero():
		return inDial
	default:
		return inTalk
	}
	switch {
	case b.Wrap != nil:
		return inWrap
	case b.Missed != nil:
		return inMissed
	case b.Me.State == wire.Ready:
		return inReady
	case b.Me.State == wire.NotReady || b.Me.State == wire.Offline || b.Me.State == wire.Lost || b.Me.State == "":
		return inPause
	}
	return inWait // the state is here, its card comes in the next news
}

// doorMode is where the person stands before the desk opens.
func (m *Model) doorMode() mode {
	switch {
	case m.conn.State == wire.ConnRefused && m.conn.Refused != nil && m.conn.Refused.Code == "elsewhere":
		return inElsewhere
	case m.conn.State == wire.ConnRefused:
		return inRefused
	case m.sign.Stage == wire.SignInBlocked || m.sign.Stage == wire.SignInFailed || m.sign.Stage == wire.SignInDeclined || m.sign.Stage == wire.SignInExpired:
		return inBlocked
	case m.o.Demo != nil && m.sign.Stage != wire.SignInDone && !m.demoPast:
		return inDemo
	case m.sign.Stage == wire.SignInCode || m.sign.Stage == wire.SignInBrowser:
		return inSignIn
	}
	return inStart
}

// typing says that runes are text now.
func (k mode) typing() bool {
	return k == inNote || k == inPicker || k == inTypeRing || k == inCommand || k == inFind
}

// chips are the words, colours and the keys of each mode: those of the footer first, by importance.
type chip struct {
	word word
	role style
	keys []action
}

func chips() [modeCount]chip {
	desk := []action{actHelp, actWhy, actHistory, actSettings, actUndo, actHelpCall, actCommand, actLeave, actSuspend, actRedraw}
	with := func(keys ...action) []action {
		for _, a := range desk {
			if a == actWhy && (slices.Contains(keys, actWhyMe) || slices.Contains(keys, actWhyWaiting) || slices.Contains(keys, actWhyMissed)) {
				continue
			}
			keys = append(keys, a)
		}
		return keys
	}
	return [modeCount]chip{
		inDemo:      {wcDemo, talk, []action{actDemoIn, actHelp, actLeave}},
		inSignIn:    {wcSignIn, talk, []action{actCopyCode, actOpen, actBrowser, actNewCode, actHelp, actLeave}},
		inBlocked:   {wcSignIn, bad, []action{actNewCode, actBrowser, actCopySSH, actHelp, actLeave}},
		inRefused:   {wcSignIn, bad, []action{actNewCode, actHelp, actLeave}},
		inElsewhere: {wcSure, ring, []action{actTakeover, actStayOut, actHelp, actLeave}},
		inStart:     {wcStart, talk, []action{actHelp, actLeave}},
		inPause:     {wcPause, rest, with(actUndo, actReady, actReason, actDial, actEndpoint, actHistory, actTest, actSettings)},
		inReady:     {wcReady, good, with(actUndo, actNotReady, actDial, actEndpoint, actHistory, actTest, actWhyWaiting, actSettings)},
		inRing:      {wcRing, ring, with(actAnswer, actDecline, actAnswerMuted, actWhyMe, actAfter)},
		inTalk: {wcTalk, talk, with(actUndo, actSecond, actSecondNo, actHold, actMute, actUnmute, actTransfer, actAskDigit, actKeypad, actNote, actHangup, actPicker,
			actQueue, actCopy, actAfter, actReadyAfter)},
		inHold:     {wcHold, calm, with(actSecond, actSecondNo, actResume, actTransfer, actAskDigit, actNote, actPicker, actHangup, actQueue, actCopy, actAfter, actReadyAfter)},
		inDial:     {wcDial, talk, with(actStopDial, actMute, actUnmute, actKeypad, actNote, actAfter)},
		inSending:  {wcSending, calm, with(actTakeBack, actInstead, actNote, actAfter, actReadyAfter)},
		inBack:     {wcBack, ring, with(actTransfer, actAskDigit, actQueue, actKeep, actPicker, actMute, actUnmute, actHold, actNote, actHangup)},
		inAsking:   {wcAsking, calm, with(actSwap, actComplete, actJoin, actDrop, actMute, actUnmute, actNote, actAfter, actReadyAfter)},
		inGroup:    {wcGroup, talk, with(actParty, actMuteOne, actUnmuteOne, actRemove, actAdd, actLeaveCall, actEndAll, actMute, actUnmute, actNote, actDrop, actKeypad, actAfter, actReadyAfter)},
		inWrap:     {wcWrap, wrap, with(actUndo, actCode, actDone, actCodeFirst, actMore, actNote, actAfter, actReadyAfter, actCallBack)},
		inMissed:   {wcMissed, bad, with(actReadyAgain, actNotReady, actHistory, actWhyMissed)},
		inWait:     {wcWait, calm, with(actAfter)},
		inSure:     {wcSure, ring, []action{actSureYes, actSureNo, actHelp}},
		inGate:     {wcGate, ring, []action{actAnyway, actGateOther, actGateAsk, actGateNo, actHelp, actHelpCall, actLeave}},
		inReason:   {wcPause, rest, []action{actPickReason, actEsc, actHelp, actHelpCall, actLeave}},
		inDecline:  {wcRing, ring, []action{actPickDecline, actAnswer, actEsc, actHelp, actHelpCall, actLeave}},
		inAsk:      {wcAsking, calm, []action{actAskWho, actEsc, actHelp, actHelpCall, actLeave}},
		inQueue:    {wcSending, calm, []action{actQueueWho, actEsc, actHelp, actHelpCall, actLeave}},
		inCopy:     {wcCopy, talk, []action{actCopyNumber, actCopyName, actCopyFact, actEsc, actHelp, actHelpCall, actLeave}},
		inNote:     {wcNote, talk, []action{actSaveNote, actClearLine, actHangupF4, actLeave}},
		inTypeRing: {wcRing, ring, []action{actAnswerF3, actSaveNote, actClearLine, actLeave}},
		inPicker:   {wcPick, talk, []action{actPickGo, actPickAsk, actPickUp, actPickDown, actPickDigit, actShowAs, actEsc, actClearLine, actLeave}},
		inKeypad:   {wcKeypad, talk, []action{actTone, actToneClear, actMute, actUnmute, actEsc, actHangupF4, actHelp, actHelpCall, actLeave}},
		inHelp:     {wcHelp, talk, []action{actEsc, actScrollUp, actScrollDown, actLeave}},
		inWhy:      {wcWhy, talk, []action{actEsc, actScrollUp, actScrollDown, actLeave}},
		inCommand:  {wcCommand, talk, []action{actCommandGo, actComplete2, actOlder, actNewer, actAnswerF3, actCommandEsc, actClearLine, actLeave}},
		inFind:     {wcHistory, talk, []action{actFindDone, actFindNone, actAnswerF3, actClearLine, actLeave}},
		inHistory:  {wcHistory, talk, []action{actStory, actFind, actScrollUp, actScrollDown, actCallRow, actCopyRow, actEsc, actHelp, actHelpCall, actLeave}},
		inSettings: {wcSettings, talk, []action{actScrollUp, actScrollDown, actChange, actTest, actEsc, actHelp, actHelpCall, actLeave}},
		inOut:      {wcSignIn, bad, []action{actNewCode, actHelp, actLeave}},
	}
}
