package session

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"cordboard/session/wire"
)

func answered(status int, body string) error {
	return fmt.Errorf("wrapped: %w", msal.CallErr{Resp: &http.Response{StatusCode: status}, Err: fmt.Errorf("http call(https://x)(POST) error: reply status code was %d:\n%s", status, body)})
}

func TestErrorsOfTheAuthorityBecomeWords(t *testing.T) {
	body := func(code string, number int) string {
		return fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: Something. Trace ID: 1 Correlation ID: 2","error_codes":[%d],"trace_id":"6f2c-91","timestamp":"2026-11-25 09:02:11Z"}`, code, number, number)
	}
	cases := []struct {
		name  string
		body  string
		stage wire.SignInStage
		words string
	}{
		{"declined at the page", body("authorization_declined", 70018), wire.SignInDeclined, "declined"},
		{"declined by RFC 8628", body("access_denied", 70018), wire.SignInDeclined, "declined"},
		{"too late", body("expired_token", 70020), wire.SignInExpired, "expired"},
		{"a policy", body("invalid_grant", 53003), wire.SignInBlocked, "Conditional Access"},
		{"a policy, said as denied", body("access_denied", 53003), wire.SignInBlocked, "Conditional Access"},
		{"no public client", body("invalid_client", 7000218), wire.SignInFailed, "Allow public client flows"},
		{"no consent", body("invalid_grant", 65001), wire.SignInFailed, "consent"},
		{"a disabled account", body("invalid_grant", 50057), wire.SignInFailed, "disabled"},
		{"a number that nobody knows", body("invalid_grant", 5000811), wire.SignInFailed, "Something."},
		{"a number only in the text", `{"error":"invalid_grant","error_description":"AADSTS53003: Blocked."}`, wire.SignInBlocked, "Conditional Access"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, ok := errors.AsType[*SignInError](explain(answered(400, c.body)))
			if !ok || f.Stage != c.stage || !strings.Contains(f.Words, c.words) {
				t.Fatalf("got %+v", f)
			}
			if !strings.Contains(f.Detail, "AADSTS") {
				t.Errorf("detail %q has no number", f.Detail)
			}
			if strings.Contains(f.Words, "Trace ID") {
				t.Errorf("words %q", f.Words)
			}
		})
	}
}

func TestErrorsThatPassStayAsTheyAre(t *testing.T) {
	for _, err := range []error{errors.New("dial tcp: timeout"), answered(503, `{"error":"temporarily_unavailable"}`), answered(429, `{"error":"x"}`), answered(400, "<html>proxy</html>")} {
		if _, ok := errors.AsType[*SignInError](explain(err)); ok {
			t.Errorf("%v was taken for the authority's last word", err)
		}
	}
}
