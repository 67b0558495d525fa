package session

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"cordboard/session/wire"
)

// SignInError is how a sign-in ended, in words for the person.
type SignInError struct {
	Stage  wire.SignInStage
	Words  string
	Detail string // AADSTS number and ids for support
	Err    error
}

func (e *SignInError) Error() string {
	s := "sign in: " + e.Words
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

func (e *SignInError) Unwrap() error { return e.Err }

func (e *SignInError) news() wire.SignIn {
	return wire.SignIn{Stage: e.Stage, Words: e.Words, Detail: e.Detail}
}

const (
	// needsPerson is the stage of a silent sign-in that cannot go on by itself.
	needsPerson wire.SignInStage = "person"
	stageFailed                  = wire.SignInFailed
)

// authorityError is the body of an error of Entra ID's token endpoint.
type authorityError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	Numbers     []int  `json:"error_codes"`
	Trace       string `json:"trace_id"`
	Correlation string `json:"correlation_id"`
	Timestamp   string `json:"timestamp"`
}

var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// number is the AADSTS number, 0 when there is none.
func (a authorityError) number() int {
	if len(a.Numbers) > 0 {
		return a.Numbers[0]
	}
	if m := aadsts.FindStringSubmatch(a.Description); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// readAuthorityError finds the authority's answer in an error of the sign-in library. ok is false for
// errors of the network and for an authority that is ill itself: those pass.
func readAuthorityError(err error) (a authorityError, ok bool) {
	call, isCall := errors.AsType[msal.CallErr](err)
	if !isCall || call.Resp == nil || call.Resp.StatusCode >= http.StatusInternalServerError || call.Resp.StatusCode == http.StatusTooManyRequests {
		return a, false
	}
	text := call.Error()
	i := strings.IndexByte(text, '{')
	if i < 0 || json.Unmarshal([]byte(text[i:]), &a) != nil || a.Code == "" {
		return a, false
	}
	return a, true
}

// explain puts an error of signing in into words. Errors that pass come back as they are.
func explain(err error) error {
	a, ok := readAuthorityError(err)
	if !ok {
		return err
	}
	f := &SignInError{Stage: wire.SignInFailed, Detail: a.detail(), Err: err}
	switch {
	case a.Code == "authorization_declined" || a.Code == "access_denied" && a.number() != 53003:
		f.Stage, f.Words = wire.SignInDeclined, "The sign-in was declined. Enter gets a new code."
	case a.Code == "expired_token":
		f.Stage, f.Words = wire.SignInExpired, "The code has expired. Enter gets a new one."
	case a.number() == 53003:
		f.Stage, f.Words = wire.SignInBlocked, "Your organisation does not allow this way to sign in (Conditional Access)."
	default:
		f.Words = words(a)
	}
	return f
}

// whatToDo says what an administrator or the person does about an AADSTS number.
var whatToDo = map[int]string{
	7000218: "The app registration of the console is not a public client. Your administrator sets “Allow public client flows” to Yes.",
	65001:   "Nobody has given consent to this app yet. Your administrator grants it in Entra, then try again.",
	65004:   "The consent was declined. Try again and accept, or ask your administrator for consent.",
	50105:   "You are not assigned to this app. Your administrator assigns you a role in Entra.",
	50057:   "This account is disabled. Ask your administrator.",
	50034:   "There is no such account in this organisation.",
	50076:   "A second factor is needed. Sign in again and complete it.",
	50079:   "A second factor must be set up for this account. Sign in again and set it up.",
	700016:  "The console's app registration is not known in this organisation. Your administrator checks the client id.",
	90002:   "This organisation is not known to Entra. Your administrator checks the tenant in the configuration.",
	500011:  "The server's app registration is not known in this organisation. Your administrator checks it.",
	50011:   "The address http://localhost is not registered for the console. Your administrator adds it under “Mobile and desktop applications”.",
	50020:   "This account belongs to another organisation.",
}

func words(a authorityError) string {
	if w := whatToDo[a.number()]; w != "" {
		return w
	}
	text, _, _ := strings.Cut(a.Description, " Trace ID:")
	text, _, _ = strings.Cut(text, "\r\n")
	if text == "" {
		text = a.Code
	}
	return text
}

func (a authorityError) detail() string {
	var parts []string
	if n := a.number(); n != 0 {
		parts = append(parts, "AADSTS"+strconv.Itoa(n))
	}
	if a.Trace != "" {
		parts = append(parts, "Request id "+a.Trace)
	}
	if a.Timestamp != "" {
		parts = append(parts, a.Timestamp)
	}
	return strings.Join(parts, "  ")
}
