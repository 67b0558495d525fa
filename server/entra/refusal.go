package entra

import "fmt"

// Code says why a token was refused.
type Code string

// The codes. Only KeysUnreachable may be tried again with the same token.
const (
	Malformed       Code = "malformed"
	TooLong         Code = "too_long"
	UnknownTenant   Code = "unknown_tenant"
	WrongVersion    Code = "wrong_version" // version 1: the app registration must ask for version 2
	WrongIssuer     Code = "wrong_issuer"
	WrongAudience   Code = "wrong_audience"
	WrongClient     Code = "wrong_client"
	WrongAlgorithm  Code = "wrong_algorithm"
	UnknownKey      Code = "unknown_key"
	BadSignature    Code = "bad_signature"
	Expired         Code = "expired"
	NotYet          Code = "not_yet"
	NoPerson        Code = "no_person" // the token of an application, not of a person
	NoScope         Code = "no_scope"
	NoRole          Code = "no_role"
	KeysUnreachable Code = "keys_unreachable"
)

// Refusal is why a token was not accepted. Code is for the program, Words for the person; both are free of
// the token's contents.
type Refusal struct {
	Code  Code
	Words string
	Err   error
}

func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("token refused (%s): %v", r.Code, r.Err)
	}
	return fmt.Sprintf("token refused (%s)", r.Code)
}

func (r *Refusal) Unwrap() error { return r.Err }

var words = map[Code]string{
	Malformed:       "The sign-in is not readable. Sign in again.",
	TooLong:         "The sign-in is too long. Sign in again.",
	UnknownTenant:   "Your organisation is not served here. Sign in with the account of the right organisation.",
	WrongVersion:    "The app registration gives version 1 tokens. Your administrator sets requestedAccessTokenVersion to 2.",
	WrongIssuer:     "The sign-in comes from another authority. Sign in again.",
	WrongAudience:   "The sign-in is for another service. Sign in again.",
	WrongClient:     "This program may not sign in here. Your administrator adds its client id to the configuration.",
	WrongAlgorithm:  "The sign-in is not signed as it must be. Sign in again.",
	UnknownKey:      "The sign-in is signed with a key that Microsoft does not publish. Sign in again.",
	BadSignature:    "The signature of the sign-in is wrong. Sign in again.",
	Expired:         "The sign-in has run out. Sign in again.",
	NotYet:          "The sign-in is not valid yet. Check the clock of the server.",
	NoPerson:        "Only people may sign in here.",
	NoScope:         "The sign-in does not carry the permission of this service. Sign in again, or ask your administrator for consent.",
	NoRole:          "Nobody has given you a role here. Your administrator assigns Agent, Supervisor or Admin to you in Entra.",
	KeysUnreachable: "The sign-in cannot be checked now: Microsoft's keys are not reachable.",
}

func refuse(c Code, err error) *Refusal { return &Refusal{Code: c, Words: words[c], Err: err} }
