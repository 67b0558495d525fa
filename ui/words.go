package ui

import "strings"

// word names one sentence or label of the catalogue.
type word int

// words is the catalogue of one language, by word.
type words []string

const (
	_ word = iota // no word

	// general
	wLanguage
	wDateShort
	wDateYear

	// states
	wReady
	wRinging
	wConnecting
	wTalking
	wDirect
	wDialing
	wOnHold
	wAsking
	wSending
	wGroup
	wWrapUp
	wMissed
	wLost
	wOffline
	wNotReady
	wNoServer

	// first row
	wThen
	wMic
	wEar
	wGood
	wFair
	wBad
	wLine
	wNoLine
	wVoice
	wNone
	wMuted
	wMutedShort
	wSpeakingMuted
	wNoMic
	wCallerHearsNothing
	wCallsDoNotCome
	wCallGoesOn

	// second row
	wToday
	wAHT
	wSecond
	wCallsDirect
	wCallsQueue
	wSureHangup
	wSureEndAll
	wSureLeave
	wSureLeaveCall
	wSureSuspend
	wAgainSuspend
	wAgainHangup
	wAgainEndAll
	wAgainLeave
	wWhyPause
	wWhyDecline
	wAfterCall
	wAskWhom
	wChatWhom
	wChats
	wChatWaits
	wContextCaller
	wContextAbout
	wContextWaited
	wContextFact
	wContextNotes
	wContextAsk
	wWhichQueue
	wCopyWhat

	// call card
	wUnknownCaller
	wWithheld
	wInternal
	wWaited
	wREC
	wRECPaused
	wCall
	wOutgoing
	wDirectTitle
	wBackWithYou
	wAskingAbout
	wGroupWith
	wOnHoldSince
	wHearsMusic
	wHearsMusicShort
	wMusic
	wTalk
	wHoldTime
	wTransferringTo
	wRingingSince
	wAskedForKey
	wTogether
	wAllHearAll
	wWithYou
	wNthToday
	wHearsYouNow
	wHears
	wHearsMusicWho
	wComesBackShort
	wNoQueue
	wNoMicNext
	wHearsRinging
	wYouHearNothing
	wYouHearRinging
	wHearEachOther
	wNoSoundFrom
	wNoSoundTo
	wYou
	wCaller
	wExpert
	wAgent
	wGuest
	wGone
	wLoss
	wDelay
	wWorst
	wTrace
	wWhyYouTitle
	wKnown
	wNothingKnown
	wNote
	wTyping
	wSaved
	wStory
	wOfThisCall
	wWhatNext
	wMarkedTried
	wIfNoAnswer
	wComesBack
	wUntilAnswered

	// ringing
	wIncoming
	wCameBack
	wToAnswer
	wWhyYou
	wIdleLongest
	wWholeStory
	wWhileTyping
	wAnswerSIP
	wAnswerTeams
	wkEndpoint
	wF3Answers

	// resting
	wSetBy
	wARule
	wRule
	wReadyForCalls
	wOf
	wLeft
	wOver
	wYourQueues
	wWaiting
	wLongest
	wReadyAgents
	wOthersPaused
	wReadySince
	wByWhom
	wWaitingForCall
	wPlace
	wNextInLine
	wBefore
	wKeptAll
	wKeptSome
	wNextCallYours
	wHeadset
	wNoHeadset
	wExpected
	wAboutSeconds
	wAboutMinutes
	wLastCalls
	wAllCalls
	wOut
	wDirectShort
	wVoiceComes

	// wrap-up
	wAfterTheCall
	wLeftOnly
	wMoreTimes
	wWhatWasIt
	wCodeFirst
	wYouMissed
	wRang
	wTakenBy
	wReturnsAt
	wHungUpFirst
	wYouHungUp
	wTransferredEnd
	wCallerHungUp
	wMissedEnd
	wNoAnswerEnd
	wGoesOn

	// experts
	wExperts
	wPresence
	wGraphSlow
	wGraphDown
	wGraphConsent
	wGraphRefused
	wNoExperts
	wQueuesAndTeams
	wNReady
	wTriedDeclined
	wTriedBusy
	wTriedUnreachable
	wNoNumberShort
	wLastSeen
	wpFree
	wpCall
	wpMeeting
	wpBusy
	wpDnd
	wpAway
	wpBrb
	wpOff
	wpOut
	wpOld
	wpUnknown
	waAvailable
	waBusy
	waInCall
	waInConference
	waInMeeting
	waPresenting
	waDnd
	waAway
	waBrb
	waOffline
	waUnknown

	// columns
	wQueues
	wSL
	wTodayTitle
	wAll
	wCalls
	wNotReadyTime
	wTeam
	wNOf
	wNothingYet
	wNews

	// pages
	wKeypad
	wWhyTitle
	wSettings
	wAllPeople
	wKeysNow
	wHelpCall
	wHelpPeople
	wHelpScreen
	wNotNowTitle
	wAndWhy
	wWhyInCall
	wWhyAfterCall
	wWhyCallOver
	wWhyDoneFirst
	wWhyCodeFirst
	wWhyNoCall
	wAsked
	wContact
	wCradle
	wSum
	wNCalls
	wColTime
	wColWho
	wColQueue
	wColIn
	wColCode
	wColEnd
	wNoCallsYet
	wKeypadTo
	wSent
	wComma
	wTransferTo
	wAddTo
	wCallOut
	wEmergency
	wEmergencyWhat
	wNFound
	wNobodyFound
	wPickEmpty
	wPickTyped
	wShownAs
	wANumber
	wLostTitle
	wTrying
	wTryingIn
	wStillHears
	wHearsMusicLost
	wNoCallsMeanwhile
	wHeldForYou
	wIfThatGoesToo
	wBackAfter
	wLarger
	wSetSound
	wSetScreen
	wSetMicrophone
	wSetEar
	wSetRinger
	wSetEndpoint
	wAtConsole
	wAtTelephone
	wRingsAt
	wSetAuto
	wSystemDevice
	wOn
	wOff
	wOneOf
	wHearYourself
	wSetTheme
	wSetGlyphs
	wSetLanguage
	wSetMotion
	wSavedAsYouGo

	// signing in
	wThenOpen
	wSignInTitle
	wSignInWith
	wOpenOnAny
	wOrScan
	wAndType
	wWaitingForYou
	wBrowserOpen
	wRemoteFirst
	wBrowserHere
	wForAdmin
	wSignInBlocked
	wSignInExpired
	wSignInDeclined
	wSignInFailed
	wRefused
	wNoRole
	wNotKnown
	wOtherPerson
	wTooOld
	wDraining
	wPutOut
	wTokenOut
	wElsewhereNow
	wElsewhere
	wTakeoverHere
	wTryAgain
	wStarting
	wConnectingTo
	wWeakStore

	// demo
	wDemoTitle
	wDemoWhat
	wDemoYou
	wDemoStep1
	wDemoStep2
	wDemoStep3
	wDemoStep4
	wDemoSilent
	wDemo

	// what this console says itself
	wNotNow
	wNobodyAt
	wNoNumber
	wPasteNowhere
	wPasteTones
	wDigitsAfterAll
	wCopied
	wIsCalling

	// chips
	wcDemo
	wcSignIn
	wcStart
	wcPause
	wcReady
	wcRing
	wcTalk
	wcHold
	wcDial
	wcSending
	wcBack
	wcAsking
	wcGroup
	wcWrap
	wcMissed
	wcWait
	wcSure
	wcGate
	wcCopy
	wcNote
	wcPick
	wcKeypad
	wcHelp
	wcWhy
	wcHistory
	wcCommand
	wcSettings

	// keys
	wkNothing
	wkSignIn
	wkCopyCode
	wkOpenPage
	wkOpen
	wkBrowser
	wkNewCode
	wkTakeover
	wkLeave
	wkReady
	wkReadyAgain
	wkReadyAfter
	wkNotReady
	wkReason
	wkAfter
	wkCode
	wkDone
	wkMore
	wkCallBack
	wkUndo
	wkAnswer
	wkAnswerMuted
	wkDecline
	wkSecond
	wkSecondNo
	wkHold
	wkResume
	wkMute
	wkUnmute
	wkKeypad
	wkTones
	wkToneClear
	wkNote
	wkHangup
	wkStopDial
	wkLeaveCall
	wkEndAll
	wkMuteOne
	wkUnmuteOne
	wkRemove
	wkAdd
	wkTransfer
	wkInstead
	wkAsk
	wkAskWho
	wkChat
	wkQueue
	wkTakeBack
	wkKeep
	wkSwap
	wkComplete
	wkJoin
	wkDrop
	wkPicker
	wkFind
	wkDial
	wkEmergency
	wkPickGo
	wkChoose
	wkExperts
	wkHelp
	wkWhy
	wkWhyMe
	wkWhyWaiting
	wkWhyMissed
	wkHistory
	wkStory
	wkAllAgain
	wkCommand
	wkWriteOut
	wkOlder
	wkSettings
	wkTest
	wkChange
	wkScroll
	wkCopy
	wkCopyNumber
	wkCopyName
	wkCopyFact
	wkSaveNote
	wkClearLine
	wkShowAs
	wkBack
	wkNo
	wkAnyway
	wkOther
	wkSuspend
	wkRedraw

	// --plain
	wpBye
	wpNoAnswerYet
	wpSignedIn
	wpAccount
	wpSignInCode
	wpNotSignedIn
	wpNoOffer
	wpNoEndpoint
	wpWaited
	wpToAnswer
	wpWrap
	wpCodes
	wpSecondsLeft
	wpMore
	wpAgo
	wpUnknownWord
	wpNobodyCalled
	wpSeveral
	wpHearEachOther
	wpRingsAt
	wpIsAskedForKey
	wpIsMuted
	wNothingAsked
	wordCount
)

// catalogue of a language: "zh" is Simplified Chinese, all else English.
func catalogue(language string) words {
	if strings.HasPrefix(language, "zh") {
		return chinese[:]
	}
	return english[:]
}

// f fills a sentence: pairs of a name and what to put for {name}.
func (v words) f(w word, pairs ...string) string {
	s := v[w]
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}
