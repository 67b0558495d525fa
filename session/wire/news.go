package wire

import "time"

// Board is everything the desk shows. A News replaces the sections it carries, whole; what it does not carry stays.
type Board struct {
	Tenant  Tenant   `json:"tenant"`
	Me      Me       `json:"me"`
	Offer   *Offer   `json:"offer,omitempty"`
	Call    *Call    `json:"call,omitempty"`
	Wrap    *Wrap    `json:"wrap,omitempty"`
	Missed  *Missed  `json:"missed,omitempty"`
	Queues  []Queue  `json:"queues,omitempty"`
	Experts []Person `json:"experts,omitempty"`
	Team    []Mate   `json:"team,omitempty"`
	Today   Today    `json:"today"`
	Last    []Row    `json:"last,omitempty"` // last calls of this agent, newest first, at most 10
	Reasons []Reason `json:"reasons,omitempty"`
	Graph   *Graph   `json:"graph,omitempty"`
}

// News is one thing that happened. Every non-nil section replaces that of the Board; Clear names sections that are now empty.
type News struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Clear []Section `json:"clear,omitempty"`

	Me      *Me      `json:"me,omitempty"`
	Offer   *Offer   `json:"offer,omitempty"`
	Call    *Call    `json:"call,omitempty"`
	Wrap    *Wrap    `json:"wrap,omitempty"`
	Missed  *Missed  `json:"missed,omitempty"`
	Queues  []Queue  `json:"queues,omitempty"`
	Experts []Person `json:"experts,omitempty"`
	Found   []Person `json:"found,omitempty"` // people of the last search whose presence is another now
	Team    []Mate   `json:"team,omitempty"`
	Today   *Today   `json:"today,omitempty"`
	Last    []Row    `json:"last,omitempty"`
	Graph   *Graph   `json:"graph,omitempty"`
	// Said is one line for the news row and for --plain.
	Said *Said `json:"said,omitempty"`
	// Out: this console is signed out (taken over, or put out by an administrator); the server closes.
	Out *Refused `json:"out,omitempty"`
}

// Graph is how the company's access to Microsoft Graph is, when it has one: presence, people and chat come from there.
type Graph struct {
	State   string    `json:"state"` // fine, throttled, consent_missing, unreachable, credential (the server's sign-in is refused), none (in news alone: there is no Graph any more)
	Since   time.Time `json:"since,omitzero"`
	Words   string    `json:"words"`
	Again   time.Time `json:"again,omitzero"`    // throttled: when it goes on
	Missing []Right   `json:"missing,omitempty"` // consent_missing
	Consent string    `json:"consent,omitempty"` // where an administrator gives it
}

// Right is a permission without consent, and what is lost without it.
type Right struct {
	Permission string `json:"permission"`
	Feature    string `json:"feature"`
}

// Section names a part of the Board that can be cleared.
type Section string

// The sections.
const (
	ClearOffer  Section = "offer"
	ClearCall   Section = "call"
	ClearWrap   Section = "wrap"
	ClearMissed Section = "missed"
)

// Said is one line of news. Kind is one of the words of --plain (state offer call hears line note message).
type Said struct {
	Kind string `json:"kind"`
	// Key names the sentence in the console's catalogue, Args fill it; Words is the English text for consoles that lack the key.
	Key   string            `json:"key,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
	Words string            `json:"words"`
	Bad   bool              `json:"bad,omitempty"`
}

// Tenant is the company the agent works for.
type Tenant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Emergency are the numbers of help, as dialled: they are called in any state, before all rules.
	Emergency []string `json:"emergency,omitempty"`
}

// State is an agent's state (one table on the server, changed only there).
type State string

// The states of an agent.
const (
	Offline    State = "offline"
	NotReady   State = "notready"
	Ready      State = "ready"
	Offered    State = "offered"
	Connecting State = "connecting"
	Talking    State = "talking"
	Held       State = "held"
	Consulting State = "consulting"
	Conference State = "conference"
	Transfer   State = "transferring"
	Wrapup     State = "wrapup"
	MissedCall State = "missed"
	DirectCall State = "direct"
	Dialing    State = "dialing"
	Lost       State = "lost"
)

// Me is the agent's own state.
type Me struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    string    `json:"role"` // agent, supervisor, admin
	State   State     `json:"state"`
	Since   time.Time `json:"since"`
	Reason  *Reason   `json:"reason,omitempty"` // notready
	By      string    `json:"by,omitempty"`     // "you", "rule missed", "Miriam Graham"
	Pending *Pending  `json:"pending,omitempty"`
	Until   time.Time `json:"until,omitzero"` // end of wrap-up, allowance or automatic return
	Idle    Idle      `json:"idle,omitzero"`
	Kept    *Kept     `json:"kept,omitempty"`
	Undo    *Undo     `json:"undo,omitempty"`
	Skills  []string  `json:"skills,omitempty"`
	// ShowAs are the numbers that who is called may see, the usual one first; fewer than two: there is nothing to choose.
	ShowAs []ShownNumber `json:"show_as,omitempty"`
	// Endpoint is where this agent's calls ring: softphone, sip, teams; Endpoints are those that may be chosen.
	Endpoint  string   `json:"endpoint,omitempty"`
	Endpoints []string `json:"endpoints,omitempty"`
}

// Kept says that calls do not come for what Teams says of the agent.
type Kept struct {
	Activity string   `json:"activity"` // Graph's word, as in Person
	Queues   []string `json:"queues"`   // names of those whose calls do not come
	All      bool     `json:"all,omitempty"`
}

// ShownNumber is a number of the tenant that who is called sees.
type ShownNumber struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
}

// Pending is the state that comes after this call.
type Pending struct {
	State  State   `json:"state"`
	Reason *Reason `json:"reason,omitempty"`
	By     string  `json:"by,omitempty"`
}

// Idle is a ready agent's place in the order of longest idle.
type Idle struct {
	Place  int    `json:"place,omitempty"` // 1 is next
	Of     int    `json:"of,omitempty"`
	Before string `json:"before,omitempty"` // who is just before
}

// Undo is offered while it can be had.
type Undo struct {
	What  string    `json:"what"` // "state", "code", "hold", "transfer", "done"
	Until time.Time `json:"until,omitzero"`
}

// Reason is why an agent is not ready, or declines.
type Reason struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Key       string        `json:"key,omitempty"`       // the letter after n
	Allowance time.Duration `json:"allowance,omitempty"` // nanoseconds
}

// Caller is the person on the other side.
type Caller struct {
	Name     string `json:"name,omitempty"`
	Number   string `json:"number,omitempty"` // whole; empty when withheld
	Withheld bool   `json:"withheld,omitempty"`
	Company  string `json:"company,omitempty"`
	Internal bool   `json:"internal,omitempty"` // somebody of this tenant's company
	// Department of an internal caller, and the presence as Teams told it last.
	Department string  `json:"department,omitempty"`
	Person     *Person `json:"person,omitempty"`
	Language   string  `json:"language,omitempty"`
	Today      int     `json:"today,omitempty"` // calls of the same number today, this one included
}

// Fact is one line of what is known about a caller.
type Fact struct {
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Offer rings. It is gone when News clears it; Said and Missed tell why.
type Offer struct {
	Reservation string    `json:"reservation"`
	Contact     string    `json:"contact"`
	Caller      Caller    `json:"caller"`
	Queue       string    `json:"queue"` // name
	Path        []string  `json:"path,omitempty"`
	Arrived     time.Time `json:"arrived"`
	Offered     time.Time `json:"offered"`
	Deadline    time.Time `json:"deadline"`
	Known       []Fact    `json:"known,omitempty"`
	Why         string    `json:"why,omitempty"`     // "idle longest: 11:20"
	Because     []Line    `json:"because,omitempty"` // Why, one by one
	Story       []Line    `json:"story,omitempty"`   // what happened to this contact before
	Head        bool      `json:"head,omitempty"`    // it came back to the head of the queue
	Kind        string    `json:"kind,omitempty"`    // consult: a colleague asks first; transfer: a colleague hands on; empty: the queue's
	From        string    `json:"from,omitempty"`    // the colleague's name
	// Reasons are why it may be declined; none: Board.Reasons.
	Reasons []Reason `json:"reasons,omitempty"`
	// Endpoint is where it rings: sip, teams; empty: at the console. Elsewhere than there it is answered there.
	Endpoint string `json:"endpoint,omitempty"`
}

// Line is one line of a story.
type Line struct {
	At    time.Time         `json:"at,omitzero"`
	Key   string            `json:"key,omitempty"` // of the sentence in the console's catalogue; a value named why is a code
	Args  map[string]string `json:"args,omitempty"`
	Words string            `json:"words"` // in English
}

// Call is the call on the desk.
type Call struct {
	Contact   string    `json:"contact"`
	Caller    Caller    `json:"caller"`
	Queue     string    `json:"queue,omitempty"`
	Path      []string  `json:"path,omitempty"`
	Direction string    `json:"direction"` // in, out, direct
	Arrived   time.Time `json:"arrived"`
	Answered  time.Time `json:"answered,omitzero"`
	Waited    int64     `json:"waited_ms"`
	Held      bool      `json:"held,omitempty"`
	HeldSince time.Time `json:"held_since,omitzero"`
	Muted     bool      `json:"muted,omitempty"`
	Recording string    `json:"recording,omitempty"` // "", "on", "paused"
	Parties   []Party   `json:"parties,omitempty"`
	Transfer  *Moving   `json:"transfer,omitempty"`
	Back      *Back     `json:"back,omitempty"` // a transfer failed; the caller is here again
	Quality   Quality   `json:"quality,omitzero"`
	OneWay    string    `json:"one_way,omitempty"` // "", "from_caller" (nothing heard from the caller for 5 s), "to_caller"
	Note      string    `json:"note,omitempty"`
	NoteSaved time.Time `json:"note_saved,omitzero"`
	Known     []Fact    `json:"known,omitempty"`
	Story     []Line    `json:"story,omitempty"`
	Because   []Line    `json:"because,omitempty"` // why the contact came to this agent
	Tones     string    `json:"tones,omitempty"`   // sent so far
	Failed    string    `json:"failed,omitempty"`
	Chats     []Chat    `json:"chats,omitempty"`
	OnePress  bool      `json:"one_press,omitempty"` // hanging up needs no second press
	Endpoint  string    `json:"endpoint,omitempty"`  // where the agent talks when that is not the console: sip, teams
}

// Chat is a Teams chat about this call.
type Chat struct {
	ID     string    `json:"id"`   // of the expert
	With   string    `json:"with"` // the expert's name
	Sent   time.Time `json:"sent"`
	Words  string    `json:"words"`
	Answer []Line    `json:"answer,omitempty"` // what came back, oldest first
	Failed string    `json:"failed,omitempty"` // why nothing was sent, or no answer can be read; Key and Args as in a Said
	Key    string    `json:"key,omitempty"`

	Args map[string]string `json:"args,omitempty"`
}

// Party is somebody in the call. Hears names who this party hears now.
type Party struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Role  string   `json:"role"`  // you, caller, expert, agent, guest
	State string   `json:"state"` // ringing, talking, held, gone
	Hears []string `json:"hears,omitempty"`
	Music bool     `json:"music,omitempty"`
	Muted bool     `json:"muted,omitempty"`
}

// Moving is a transfer or consult under way.
type Moving struct {
	Kind  string    `json:"kind"` // transfer, ask
	To    string    `json:"to"`   // name or number to show
	ID    string    `json:"id,omitempty"`
	State string    `json:"state"` // starting, ringing, confirming (who answered is asked for a key), answered
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"` // own ring timer
}

// Back tells of a transfer that failed.
type Back struct {
	To    string    `json:"to"`
	Code  int       `json:"code,omitempty"` // SIP
	Why   string    `json:"why"`            // declined, busy, no_answer, unreachable, no_number, cancelled, voicemail, left; nobody: of a team
	Words string    `json:"words"`
	At    time.Time `json:"at"`
	Each  []Try     `json:"each,omitempty"` // Why nobody: what became of each of a team
}

// Try is what became of one of a team that was rung.
type Try struct {
	To    string `json:"to"`
	ID    string `json:"id,omitempty"`
	Code  int    `json:"code,omitempty"` // SIP
	Why   string `json:"why"`            // as in Back
	Words string `json:"words"`
}

// Quality of the call's media as the server measures it.
type Quality struct {
	MOS    float64 `json:"mos,omitempty"` // ITU-T G.107 estimate, 1 to 4.5; 0: not known yet
	Loss   float64 `json:"loss"`          // per cent
	Jitter float64 `json:"jitter_ms"`
	Delay  float64 `json:"delay_ms"`
	Worst  float64 `json:"worst,omitempty"`
}

// Wrap is what is still to do after a call.
type Wrap struct {
	Contact string    `json:"contact"`
	Caller  Caller    `json:"caller"`
	Queue   string    `json:"queue,omitempty"`
	Ended   string    `json:"ended"` // caller, you, transferred, …: who hung up or how it ended
	Words   string    `json:"words"`
	Talk    int64     `json:"talk_ms"`
	Hold    int64     `json:"hold_ms"`
	Codes   []Code    `json:"codes,omitempty"`
	Code    string    `json:"code,omitempty"`
	Note    string    `json:"note,omitempty"`
	Saved   time.Time `json:"saved,omitzero"`
	Began   time.Time `json:"began"`
	Until   time.Time `json:"until"`
	More    int       `json:"more"` // extensions left
	// Required: done is refused until there is a code.
	Required bool `json:"required,omitempty"`
}

// Code is a wrap-up code; digits are 1 to 9 in order.
type Code struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Missed tells why an offer went by.
type Missed struct {
	Caller Caller    `json:"caller"`
	Queue  string    `json:"queue"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Words  string    `json:"words"`
	Cause  *Line     `json:"cause,omitempty"` // why: not answered in time, the telephone was busy, …
	Taken  string    `json:"taken,omitempty"` // who answered it then
	Return time.Time `json:"return,omitzero"` // ready again by itself
}

// Queue is a queue of this agent, now.
type Queue struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Waiting  int       `json:"waiting"`
	Oldest   time.Time `json:"oldest,omitzero"` // arrival of the longest waiting
	Ready    int       `json:"ready"`
	Paused   int       `json:"paused,omitempty"`
	Talking  int       `json:"talking,omitempty"`
	SL       int       `json:"sl"` // per cent answered in time today; -1 unknown
	Target   string    `json:"target,omitempty"`
	Expected int       `json:"expected_s,omitempty"`
}

// Person is an expert or colleague.
type Person struct {
	ID           string    `json:"id"`
	Kind         string    `json:"kind"` // expert, agent, queue, team, user (of the directory)
	Digit        int       `json:"digit,omitempty"`
	Name         string    `json:"name"`
	Job          string    `json:"job,omitempty"`
	Department   string    `json:"department,omitempty"`
	Skills       []string  `json:"skills,omitempty"`
	Number       bool      `json:"number"`                 // can be rung
	Availability string    `json:"availability,omitempty"` // Graph; empty: unknown
	Activity     string    `json:"activity,omitempty"`
	Message      string    `json:"message,omitempty"`
	OutOfOffice  bool      `json:"out_of_office,omitempty"`
	Seen         time.Time `json:"seen,omitzero"` // when presence was last read
	Old          bool      `json:"old,omitempty"` // past its limit: never looks available
	Tried        string    `json:"tried,omitempty"`
	Why          string    `json:"why,omitempty"` // why so high in the list: skill (has what this call asks for), free, answers (usually, at this hour), spoke (with you, not long ago)
}

// Mate is another agent of the queues.
type Mate struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	State State     `json:"state"`
	Since time.Time `json:"since"`
}

// Today sums the agent's day.
type Today struct {
	Calls    int   `json:"calls"`
	Talk     int64 `json:"talk_ms"`
	Handle   int64 `json:"handle_ms"` // talk, hold and wrap-up
	NotReady int64 `json:"notready_ms"`
	Missed   int   `json:"missed"`
}

// Row is one contact of the agent's day.
type Row struct {
	Contact   string    `json:"contact"`
	At        time.Time `json:"at"`
	Caller    Caller    `json:"caller"`
	Queue     string    `json:"queue,omitempty"`
	Direction string    `json:"direction"`
	Waited    int64     `json:"waited_ms"`
	Talk      int64     `json:"talk_ms"`
	Code      string    `json:"code,omitempty"`
	End       string    `json:"end"`
}
