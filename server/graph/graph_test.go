package graph_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"cordboard/server/graph"
	"cordboard/server/lab"
)

var (
	megan = lab.MicrosoftID("megan.bowen@contoso.com")
	lee   = lab.MicrosoftID("lee.gu@contoso.com")
	adele = lab.MicrosoftID("adele.vance@contoso.com")
)

func simulated(t *testing.T, o lab.MicrosoftOptions) *lab.Microsoft {
	t.Helper()
	m, err := lab.NewMicrosoft(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close(context.Background()) })
	return m
}

func client(t *testing.T, m *lab.Microsoft, change func(*graph.Options)) *graph.Client {
	t.Helper()
	mo := m.Options()
	o := graph.Options{Tenant: "contoso", TenantID: mo.TenantID, Authority: m.Authority(), GraphURL: m.GraphURL(), ClientID: mo.ServerClientID, Secret: mo.ServerSecret, CAFile: m.CAFile()}
	if change != nil {
		change(&o)
	}
	c, err := graph.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func kind(err error) graph.Kind {
	if e, ok := errors.AsType[*graph.Error](err); ok {
		return e.Kind
	}
	return ""
}

func TestPresencesOfExperts(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	m.SetPresence("lee.gu@contoso.com", lab.MicrosoftPresence{Availability: "Busy", Activity: "InAMeeting", Message: "<p>Board &amp; budget</p>", OutOfOffice: true})
	m.SetPresence("megan.bowen@contoso.com", lab.MicrosoftPresence{Availability: "SomethingNew", Activity: "Unheard"})
	c := client(t, m, nil)
	before := time.Now()
	got, err := c.Presences(within(t, 20*time.Second), []string{megan, lee, "00000000-0000-4000-8000-000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("got %d readings, want 2: %+v", len(got), got)
	}
	for _, r := range got {
		switch r.ID {
		case megan:
			if r.Availability != "SomethingNew" || r.Activity != "Unheard" {
				t.Errorf("unknown strings are lost: %+v", r)
			}
		case lee:
			if r.Availability != "Busy" || r.Activity != "InAMeeting" || r.Message != "Board & budget" || !r.OutOfOffice || r.Seq == "" {
				t.Errorf("got %+v", r)
			}
		}
		if r.At.Before(before) || r.At.After(time.Now()) {
			t.Errorf("asked at %v", r.At)
		}
	}
	if h := c.Health(); h.State != graph.StateFine || h.Good.IsZero() || h.Requests != 1 {
		t.Errorf("health %+v", h)
	}
}

func TestManyPresencesComeInBatchesOf650(t *testing.T) {
	var accounts []lab.MicrosoftAccount
	var ids []string
	for i := range 1400 {
		a := lab.MicrosoftAccount{User: fmt.Sprintf("expert%d@contoso.com", i), Name: "E"}
		accounts = append(accounts, a)
		ids = append(ids, lab.MicrosoftID(a.User))
	}
	m := simulated(t, lab.MicrosoftOptions{Accounts: accounts})
	got, err := client(t, m, nil).Presences(within(t, 30*time.Second), ids)
	if err != nil || len(got) != 1400 {
		t.Fatalf("got %d readings: %v", len(got), err)
	}
	var sizes []int
	for _, r := range m.GraphRequests() {
		sizes = append(sizes, r.Ids)
	}
	if fmt.Sprint(sizes) != "[650 650 100]" {
		t.Errorf("requests for %v ids", sizes)
	}
}

func TestThrottledTenantWaitsAsLongAsGraphSaid(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	c := client(t, m, nil)
	if _, err := c.Presences(within(t, 20*time.Second), []string{megan}); err != nil {
		t.Fatal(err)
	}
	m.Throttle(1, "1.2")
	_, err := c.Presences(within(t, 20*time.Second), []string{megan})
	e, ok := errors.AsType[*graph.Error](err)
	if !ok || e.Kind != graph.Throttled || e.RetryAfter < 2*time.Second || e.RequestID == "" || e.Status != 429 {
		t.Fatalf("got %v %+v", err, e)
	}
	if h := c.Health(); h.State != graph.StateSlow || h.Throttled != 1 || h.Again.IsZero() {
		t.Errorf("health %+v", h)
	}
	start := time.Now()
	if _, err := c.Presence(within(t, time.Second), megan); kind(err) != graph.Throttled || time.Since(start) > 100*time.Millisecond {
		t.Errorf("the read at a key waited %v: %v", time.Since(start), err)
	}
	if _, err := c.Presences(within(t, 20*time.Second), []string{megan}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 1800*time.Millisecond || took > 5*time.Second {
		t.Errorf("came again after %v, want the 2 s that Graph's 1.2 s are rounded up to", took)
	}
	if n := len(m.GraphRequests()); n != 3 {
		t.Errorf("%d requests, want 3: nothing repeats by itself", n)
	}
	if h := c.Health(); h.State != graph.StateFine {
		t.Errorf("health %+v", h)
	}
}

func TestHealthSaysWhatIsWrong(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	stranger := func(o *graph.Options) { o.Secret = "wrong" }
	cases := []struct {
		name   string
		client *graph.Client
		do     func()
		kind   graph.Kind
		state  graph.State
		words  string
	}{
		{"a wrong secret", client(t, m, stranger), func() {}, graph.Credential, graph.StateCredential, "AADSTS7000215"},
		{"no permission", client(t, m, nil), func() { m.Revoke("Presence.Read.All", "Presence.ReadWrite.All") }, graph.NoConsent, graph.StateNoConsent, "Presence.Read.All"},
		{"Graph is ill", client(t, m, nil), func() { m.Grant("Presence.Read.All"); m.Fail(1, 503) }, graph.Ill, graph.StateDown, "not reachable"},
		{"nobody is there", client(t, m, func(o *graph.Options) { o.GraphURL = "https://localhost:1/v1.0" }), func() {}, graph.Unreachable, graph.StateDown, "not reachable"},
		{"no authority is there", client(t, m, func(o *graph.Options) { o.Authority = "https://localhost:1" }), func() {}, graph.Unreachable, graph.StateDown, "not reachable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.do()
			_, err := c.client.Presences(within(t, 20*time.Second), []string{megan})
			if kind(err) != c.kind {
				t.Fatalf("got %v, want %s", err, c.kind)
			}
			h := c.client.Health()
			if h.State != c.state || !strings.Contains(h.Words, c.words) {
				t.Errorf("health %+v", h)
			}
			if c.kind == graph.NoConsent && (len(h.Missing) != 1 || h.Missing[0].Feature == "" || !strings.Contains(h.Consent, "/adminconsent?client_id=")) {
				t.Errorf("missing %+v, consent at %s", h.Missing, h.Consent)
			}
		})
	}
}

func TestConsentGivenLaterIsNoticed(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{Permissions: []string{"User.Read.All"}, TokenLife: time.Minute})
	c := client(t, m, nil)
	if _, err := c.Presences(within(t, 20*time.Second), []string{megan}); kind(err) != graph.NoConsent {
		t.Fatal(err)
	}
	if _, err := c.User(within(t, 20*time.Second), megan); err != nil {
		t.Errorf("what is allowed does not work: %v", err)
	}
	if h := c.Health(); h.State != graph.StateNoConsent {
		t.Errorf("a good answer of another kind hides the missing consent: %+v", h)
	}
	m.Grant("Presence.Read.All")
	c = client(t, m, nil) // a token that was given before lives on
	if _, err := c.Presences(within(t, 20*time.Second), []string{megan}); err != nil || c.Health().State != graph.StateFine {
		t.Errorf("%v %+v", err, c.Health())
	}
}

func TestUserByName(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	c := client(t, m, nil)
	u, err := c.User(within(t, 20*time.Second), "Megan.Bowen@contoso.com")
	want := graph.User{ID: megan, User: "megan.bowen@contoso.com", Name: "Megan Bowen", Department: "Network", JobTitle: "Engineer", Phone: "+442079460101"}
	if err != nil || u != want {
		t.Fatalf("got %+v %v", u, err)
	}
	if _, err := c.User(within(t, 20*time.Second), "nobody.there@contoso.com"); kind(err) != graph.NotFound {
		t.Errorf("got %v", err)
	}
	all, err := c.Users(within(t, 20*time.Second), []string{"Lee.Gu@contoso.com", "nobody.there@contoso.com"})
	if err != nil || len(all) != 1 || all["lee.gu@contoso.com"].ID != lee {
		t.Errorf("got %+v %v", all, err)
	}
}

func TestAgentInACallIsBusyInTeams(t *testing.T) {
	m := simulated(t, lab.MicrosoftOptions{})
	c := client(t, m, nil)
	ctx := within(t, 20*time.Second)
	if err := c.SetInCall(ctx, adele); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Presence(ctx, adele); err != nil || r.Availability != "Busy" || r.Activity != "InACall" || r.ID != adele {
		t.Errorf("got %+v %v", r, err)
	}
	if err := c.ClearInCall(ctx, adele); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Presence(ctx, adele); err != nil || r.Availability != "Available" {
		t.Errorf("got %+v %v", r, err)
	}
}

func TestCertificateInsteadOfASecret(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template(), template(), key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...)
	m := simulated(t, lab.MicrosoftOptions{ServerCert: der})
	c := client(t, m, func(o *graph.Options) { o.Secret, o.Certificate = "", both })
	if _, err := c.Presences(within(t, 20*time.Second), []string{megan}); err != nil {
		t.Error(err)
	}
	other, _ := x509.CreateCertificate(rand.Reader, template(), template(), key.Public(), key)
	foreign := client(t, simulated(t, lab.MicrosoftOptions{ServerCert: other}), func(o *graph.Options) { o.Secret, o.Certificate = "", both })
	if _, err := foreign.Presences(within(t, 20*time.Second), []string{megan}); kind(err) != graph.Credential {
		t.Errorf("a certificate that is not registered: %v", err)
	}
}

func template() *x509.Certificate {
	n, _ := rand.Int(rand.Reader, big.NewInt(1<<40))
	return &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: "cordboard"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
}

func TestBadOptionsAreRefusedAtTheStart(t *testing.T) {
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, _ := x509.MarshalPKCS8PrivateKey(ec)
	cases := map[string]graph.Options{
		"no credential":             {TenantID: "x", ClientID: "y"},
		"a key without certificate": {TenantID: "x", ClientID: "y", Certificate: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})},
		"no such CA file":           {TenantID: "x", ClientID: "y", Secret: "s", CAFile: "/nonexistent"},
		"no address":                {TenantID: "x", ClientID: "y", Secret: "s", GraphURL: "graph"},
	}
	for name, o := range cases {
		if _, err := graph.New(o); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}
