package lab

import (
	"crypto/sha256"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// msAuthz is an authorization code that waits for its token request (RFC 7636).
type msAuthz struct {
	person, client, redirect, scope, nonce string
	challenge                              string
	until                                  time.Time
}

var formPost = template.Must(template.New("post").Parse(`<!doctype html><title>Signing in</title><body onload="document.forms[0].submit()">
<form method="post" action="{{.To}}">{{range $k, $v := .Fields}}<input type="hidden" name="{{$k}}" value="{{index $v 0}}">{{end}}<button>Go on</button></form>`))

// serveAuthorize shows the accounts and sends the browser back with a code (OAuth 2.0 with PKCE, RFC 8252).
func (m *Microsoft) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	q := r.Form
	if err := m.checkAuthorize(q); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		m.finish(w, err, "", "")
		return
	}
	answer := url.Values{}
	if s := q.Get("state"); s != "" {
		answer.Set("state", s)
	}
	switch {
	case r.Method == http.MethodGet:
		m.show(w, "pick", pickPage{Keep: q, People: m.Accounts()})
		return
	case q.Get("decline") != "":
		answer.Set("error", "access_denied")
		answer.Set("error_description", "AADSTS65004: User declined to consent to access the app.")
	default:
		code, err := m.authorize(q)
		if err != nil {
			answer.Set("error", "access_denied")
			answer.Set("error_description", err.Error())
		} else {
			answer.Set("code", code)
		}
	}
	m.sendBack(w, r, q, answer)
}

func (m *Microsoft) sendBack(w http.ResponseWriter, r *http.Request, q, answer url.Values) {
	if q.Get("response_mode") == "form_post" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		formPost.Execute(w, map[string]any{"To": template.URL(q.Get("redirect_uri")), "Fields": answer})
		return
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

func (m *Microsoft) checkAuthorize(q url.Values) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case q.Get("client_id") != m.o.ConsoleClientID:
		return msErr(700016, "unauthorized_client", "Application with identifier '"+q.Get("client_id")+"' was not found in the directory.")
	case err != nil || to.Scheme != "http" || !isLoopbackName(to.Hostname()) || strings.Trim(to.Path, "/") != "":
		return msErr(50011, "invalid_request", "The redirect URI '"+q.Get("redirect_uri")+"' specified in the request does not match the redirect URIs configured for the application.")
	case q.Get("response_type") != "code":
		return msErr(700051, "unsupported_response_type", "response_type '"+q.Get("response_type")+"' is not enabled for the application.")
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		return msErr(9002325, "invalid_request", "Proof Key for Code Exchange is required for cross-origin authorization code redemption.")
	}
	_, err = m.userScope(q.Get("scope"))
	return err
}

func isLoopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (m *Microsoft) authorize(q url.Values) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.person(q.Get("account"))
	if p == nil {
		return "", msErr(50034, "access_denied", "The user account does not exist in the directory.")
	}
	if p.Disabled {
		return "", msErr(50057, "access_denied", "The user account is disabled.")
	}
	code := random(64)
	m.authz[code] = &msAuthz{person: p.ID, client: q.Get("client_id"), redirect: q.Get("redirect_uri"), scope: q.Get("scope"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), until: m.now().Add(10 * time.Minute)}
	return code, nil
}

// redeemCode takes an authorization code once; the caller holds the lock.
func (m *Microsoft) redeemCode(r *http.Request) (*msGrant, error) {
	a := m.authz[r.PostFormValue("code")]
	delete(m.authz, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case a == nil || !m.now().Before(a.until):
		return nil, msErr(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed or has expired.")
	case a.client != r.PostFormValue("client_id"):
		return nil, msErr(700005, "invalid_grant", "Provided Authorization Code is intended to use against other tenant or client.")
	case a.redirect != r.PostFormValue("redirect_uri"):
		return nil, msErr(50011, "invalid_grant", "The redirect URI does not match the one of the authorization request.")
	case a.challenge != b64(sum[:]):
		return nil, msErr(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	return &msGrant{person: a.person, client: a.client, scope: r.PostFormValue("scope"), nonce: a.nonce}, nil
}
