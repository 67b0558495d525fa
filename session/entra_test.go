package session_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cordboard/server/lab"
	"cordboard/session"
	"cordboard/session/wire"
)

const adele = "adele.vance@contoso.com"

// console is a session against the simulated authority; there is no server behind it.
type console struct {
	t    *testing.T
	m    *lab.Microsoft
	s    *session.Session
	told chan wire.SignIn
}

func microsoft(t *testing.T, o lab.MicrosoftOptions) *lab.Microsoft {
	t.Helper()
	m, err := lab.NewMicrosoft(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.Background()) })
	return m
}

func start(t *testing.T, m *lab.Microsoft, change func(*session.Options)) *console {
	t.Helper()
	c := &console{t: t, m: m, told: make(chan wire.SignIn, 100)}
	o := session.Options{Server: "https://127.0.0.1:1", Authority: m.Authority(), ClientID: m.Options().ConsoleClientID, Scope: m.Scope(), CAFile: m.CAFile(),
		CacheDir: t.TempDir(), TokenStore: "file", Tell: func(v any) {
			if s, ok := v.(wire.SignIn); ok {
				c.told <- s
			}
		}}
	if change != nil {
		change(&o)
	}
	c.s = session.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); c.s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// until waits for a stage of the sign-in.
func (c *console) until(stage wire.SignInStage) wire.SignIn {
	c.t.Helper()
	return c.untilOne(stage)
}

func (c *console) untilOne(stages ...wire.SignInStage) wire.SignIn {
	c.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case s := <-c.told:
			if slices.Contains(stages, s.Stage) {
				return s
			}
			c.t.Logf("told %+v", s)
		case <-deadline:
			c.t.Fatalf("never told %q", stages)
		}
	}
}

func TestDeviceCodeSignsInAndIsRemembered(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	m.SlowDown(2)
	dir := t.TempDir()
	in := func(o *session.Options) { o.CacheDir = dir }
	c := start(t, m, in)
	code := c.until(wire.SignInCode)
	if code.URL != m.Page() || len(code.Code) != 9 || time.Until(code.Until) < 14*time.Minute {
		t.Errorf("told %+v", code)
	}
	if err := m.Approve(code.Code, adele); err != nil {
		t.Fatal(err)
	}
	if done := c.until(wire.SignInDone); done.Account != adele || !done.Weak {
		t.Errorf("told %+v", done)
	}
	if done := start(t, m, in).until(wire.SignInDone); done.Account != adele {
		t.Errorf("second start: %+v", done)
	}
	if n := len(m.Codes()); n != 0 {
		t.Errorf("the second start asked for %d codes", n)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.sealed"))
	if len(files) != 1 {
		t.Fatalf("files %v", files)
	}
	b, _ := os.ReadFile(files[0])
	if strings.Contains(string(b), "RefreshToken") {
		t.Error("the kept account is readable")
	}
	if err := session.Forget(context.Background(), session.Options{Authority: m.Authority(), ClientID: m.Options().ConsoleClientID, Scope: m.Scope(), CAFile: m.CAFile(), CacheDir: dir, TokenStore: "file"}); err != nil {
		t.Fatal(err)
	}
	start(t, m, in).until(wire.SignInCode)
}

func TestDeviceCodeEndsAreTold(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	cases := []struct {
		name  string
		do    func(code string)
		stage wire.SignInStage
	}{
		{"declined", func(c string) { m.Decline(c) }, wire.SignInDeclined},
		{"expired", func(c string) { m.ExpireCode(c) }, wire.SignInExpired},
		{"forbidden by a policy", func(c string) { m.BlockDeviceCode(true); m.Approve(c, adele) }, wire.SignInBlocked},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			defer m.BlockDeviceCode(false)
			c := start(t, m, nil)
			tc.do(c.until(wire.SignInCode).Code)
			s := c.until(tc.stage)
			if s.Words == "" || !strings.Contains(s.Detail, "AADSTS") {
				t.Errorf("told %+v", s)
			}
			c.s.SignIn("new_code")
			c.until(wire.SignInCode)
		})
	}
}

func TestBrowserSignsInOnTheLoopbackAddress(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	opened := make(chan string, 1)
	c := start(t, m, func(o *session.Options) {
		o.SignIn = "browser"
		o.OpenBrowser = func(at string) error { opened <- at; return nil }
	})
	told := c.until(wire.SignInBrowser)
	if at := <-opened; at != told.URL || !strings.HasPrefix(told.Remote, "ssh -L ") {
		t.Errorf("opened %s, told %+v", at, told)
	}
	jar, _ := cookiejar.New(nil)
	hc := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	page, err := hc.Get(told.URL)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	bad, err := hc.Get(strings.TrimSuffix(told.URL, "/signin") + "/?code=stolen&state=wrong")
	if err != nil || bad.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer with a wrong state: %v %v", bad.Status, err)
	}
	bad.Body.Close()
	res, err := hc.PostForm(page.Request.URL.String(), url.Values{"account": {adele}})
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	if done := c.until(wire.SignInDone); done.Account != adele {
		t.Errorf("told %+v", done)
	}
}

func TestDeclinedInTheBrowserIsTold(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	c := start(t, m, func(o *session.Options) {
		o.SignIn = "browser"
		o.OpenBrowser = func(string) error { return nil }
	})
	at := c.until(wire.SignInBrowser).URL
	page, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	res, err := http.PostForm(page.Request.URL.String(), url.Values{"decline": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	c.until(wire.SignInDeclined)
}

func TestRevokedSessionAsksToSignInAgain(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{TokenLife: 3 * time.Second})
	c := start(t, m, nil)
	m.Approve(c.until(wire.SignInCode).Code, adele)
	c.until(wire.SignInDone)
	m.RevokeSessions(adele)
	c.until(wire.SignInCode)
}

func TestLastAccountIsTheOneRemembered(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	dir := t.TempDir()
	in := func(o *session.Options) { o.CacheDir = dir }
	for _, user := range []string{"isaiah.langer@contoso.com", adele, "isaiah.langer@contoso.com", adele} {
		c := start(t, m, in)
		code := c.untilOne(wire.SignInCode, wire.SignInDone)
		if code.Stage == wire.SignInDone { // an account is kept: ask for another one
			c.s.SignIn("new_code")
			code = c.until(wire.SignInCode)
		}
		if err := m.Approve(code.Code, user); err != nil {
			t.Fatal(err)
		}
		if done := c.until(wire.SignInDone); done.Account != user {
			t.Fatalf("signed in as %s, want %s", done.Account, user)
		}
		if done := start(t, m, in).until(wire.SignInDone); done.Account != user {
			t.Fatalf("the next start is %s, want %s", done.Account, user)
		}
	}
}

func TestWrongAuthorityIsSaidInWords(t *testing.T) {
	m := microsoft(t, lab.MicrosoftOptions{})
	c := start(t, m, func(o *session.Options) { o.Authority = "http://localhost/x" })
	if s := c.until(wire.SignInFailed); s.Words == "" {
		t.Errorf("told %+v", s)
	}
}
