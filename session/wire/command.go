package wire

import "time"

// Command is something the person wants. ID is made by the console; the same ID sent twice is done once,
// and gets the same Reply.
type Command struct {
	ID string `json:"id"`
	Do Verb   `json:"do"`

	Reservation string  `json:"reservation,omitempty"` // answer, decline
	Contact     string  `json:"contact,omitempty"`     // the call meant, when the console knows it: a late key never hits the next call
	Reason      string  `json:"reason,omitempty"`      // notready, decline: a reason id of Board.Reasons, or of Offer.Reasons
	Muted       bool    `json:"muted,omitempty"`       // answer muted; mute on or off
	To          *Target `json:"to,omitempty"`          // transfer, ask, dial
	Digits      string  `json:"digits,omitempty"`      // tones: 0-9 * # A-D and comma for a pause of 500 ms
	Code        string  `json:"code,omitempty"`        // code: a wrap-up code id of Wrap.Codes
	Text        string  `json:"text,omitempty"`        // note: the whole note as it stands now; search: what was typed
	Anyway      bool    `json:"anyway,omitempty"`      // transfer, ask, add: although presence says no (answer to Reply.Ask)
	Party       string  `json:"party,omitempty"`       // remove, mute_party: Party.ID
	ShowAs      string  `json:"show_as,omitempty"`     // dial: a number of Me.ShowAs; empty: the usual one
	Endpoint    string  `json:"endpoint,omitempty"`    // endpoint: softphone, sip or teams
}

// Verb names a Command.
type Verb string

// The commands.
const (
	DoReady    Verb = "ready"    // take calls; during a call: what comes after
	DoNotReady Verb = "notready" // Reason; during a call: what comes after
	DoAnswer   Verb = "answer"   // Reservation, Muted
	DoDecline  Verb = "decline"  // Reservation, Reason
	DoHold     Verb = "hold"
	DoResume   Verb = "resume"
	DoMute     Verb = "mute" // tells the server what the console did at the source; Muted
	DoTones    Verb = "tones"
	DoTransfer Verb = "transfer" // To: blind, taken back by undo until it is answered
	DoAsk      Verb = "ask"      // To: consult, the caller hears music
	DoSwap     Verb = "swap"
	DoJoin     Verb = "join"
	DoComplete Verb = "complete" // the consulted person takes the caller
	DoDrop     Verb = "drop"     // the consulted person leaves

	DoAdd       Verb = "add"        // To: one more into the group call
	DoRemove    Verb = "remove"     // Party leaves the group call
	DoMuteParty Verb = "mute_party" // Party, Muted: the others do not hear this party
	DoLeave     Verb = "leave"      // the agent leaves, the others go on
	DoChat      Verb = "chat"       // To, kind expert; Text: who is calling, why, and the notes so far, in the agent's language
	DoEndpoint  Verb = "endpoint"   // Endpoint: where this agent's calls ring from the next one on

	DoUndo    Verb = "undo"
	DoHangup  Verb = "hangup"
	DoNote    Verb = "note"   // Text
	DoCode    Verb = "code"   // Code
	DoDone    Verb = "done"   // wrap-up is finished
	DoExtend  Verb = "extend" // more time for wrap-up
	DoSearch  Verb = "search" // Text; Reply.People
	DoHistory Verb = "history"
	DoDial    Verb = "dial" // To, kind number or agent
	DoWhy     Verb = "why"  // Contact, or empty: why am I waiting; Reply.Lines
	DoSignOut Verb = "signout"
)

// Target is who a transfer, a consult or an outgoing call goes to.
type Target struct {
	Kind   TargetKind `json:"kind"`
	ID     string     `json:"id,omitempty"`     // expert, agent, queue, team, user
	Number string     `json:"number,omitempty"` // number: as typed
}

// TargetKind says what Target.ID means.
type TargetKind string

// The kinds of target.
const (
	ToExpert TargetKind = "expert"
	ToAgent  TargetKind = "agent"
	ToQueue  TargetKind = "queue"
	ToNumber TargetKind = "number"
	ToTeam   TargetKind = "team" // several experts at once; the first to answer takes it
	ToUser   TargetKind = "user" // somebody of the company's directory, by Person.ID
)

// Reply answers one Command. Words say what happened, or why not and what to do.
type Reply struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Code  string `json:"code,omitempty"` // "too_late", "not_now", "unknown", "not_allowed", "no_number", "ask", "bad"
	Words string `json:"words,omitempty"`
	// Key names the sentence of Words in the console's catalogue, Args fill it.
	Key  string            `json:"key,omitempty"`
	Args map[string]string `json:"args,omitempty"`
	// Ask is set with Code "ask": the same command with Anyway does it.
	Ask    *Ask     `json:"ask,omitempty"`
	People []Person `json:"people,omitempty"` // search
	Rows   []Row    `json:"rows,omitempty"`   // history
	Lines  []string `json:"lines,omitempty"`  // why, in English
	Told   []Line   `json:"told,omitempty"`   // why, of who waits: Lines with their keys
	Steps  []Step   `json:"steps,omitempty"`  // why, of a contact: from its arrival to its end
	Sum    string   `json:"sum,omitempty"`    // why, of a contact: how long it waited, talked and how it ended, in English
	Sums   []Part   `json:"sums,omitempty"`   // Sum, part by part
}

// Step is one line of a contact's story. What is one word (arrived, queued, offered, talking, hold, transfer, back, ended, …),
// Words the rest, with SIP codes beside them.
type Step struct {
	At    time.Time `json:"at"`
	What  string    `json:"what"`
	Words string    `json:"words,omitempty"` // in English
	Parts []Part    `json:"parts,omitempty"` // Words, part by part
}

// Part is a part of what is told: a key of the console's catalogue with what fills it, a code as no_answer, or neither.
type Part struct {
	Key    string            `json:"key,omitempty"`
	Args   map[string]string `json:"args,omitempty"`
	Code   string            `json:"code,omitempty"`
	Before string            `json:"before,omitempty"` // stands before it: a SIP code
	Words  string            `json:"words,omitempty"`  // in English, without Before
}

// Ask is a question that stands before an action: this expert is in a meeting, ring anyway?
type Ask struct {
	Words   string            `json:"words"`
	Key     string            `json:"key,omitempty"` // as in Reply
	Args    map[string]string `json:"args,omitempty"`
	Instead []Person          `json:"instead,omitempty"` // nearest available colleagues
}
