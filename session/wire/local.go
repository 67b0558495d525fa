package wire

import "time"

// What the console's own halves (session, softphone) tell the screen. These never travel.

// SignIn is a step of signing in.
type SignIn struct {
	Stage   SignInStage
	URL     string // where to type the code, or the browser's address
	Code    string // user code, as the authority gave it
	Until   time.Time
	Words   string // what went wrong and what to do
	Detail  string // AADSTS number, request id
	Account string // when Done
	Server  string // host of the contact centre
	Remote  string // the ssh -L line for a machine without browser
	Weak    bool   // the token is protected by file permissions only
}

// SignInStage is where the sign-in stands.
type SignInStage string

// The stages.
const (
	SignInStarting SignInStage = "starting" // silent sign-in from the cache
	SignInCode     SignInStage = "code"     // a code waits for the person
	SignInBrowser  SignInStage = "browser"  // the browser is open
	SignInExpired  SignInStage = "expired"
	SignInDeclined SignInStage = "declined"
	SignInBlocked  SignInStage = "blocked" // a rule forbids sign-in by code
	SignInFailed   SignInStage = "failed"
	SignInDone     SignInStage = "done"
)

// Connected tells of the connection to the server.
type Connected struct {
	State   ConnState
	Since   time.Time
	Attempt int           // since the connection was lost
	Next    time.Time     // when it is tried again
	Took    time.Duration // round trip, when up; outage, when back
	Refused *Refused
	Waiting int // commands that wait for the connection
}

// ConnState of the connection.
type ConnState string

// The states of the connection.
const (
	ConnTrying  ConnState = "trying"
	ConnUp      ConnState = "up"
	ConnResumed ConnState = "resumed"
	ConnLost    ConnState = "lost"
	ConnRefused ConnState = "refused"
)

// Levels of the softphone, for the meters. Peaks since the last reading, 0 to 1.
type Levels struct {
	Mic, Ear     float64
	Muted        bool
	SpeakingMute bool // speaks while muted
	Device       string
	NoDevice     bool
	LineUp       bool
	Quality      Quality // what this end receives
}
