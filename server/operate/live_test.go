package operate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cordboard/server/config"
	"cordboard/server/lab"
)

// heard keeps what a check said, by its mark.
type heard map[verdict][]string

func (h heard) say(v verdict, what, words string) { h[v] = append(h[v], what+": "+words) }

func (h heard) all() string {
	return fmt.Sprintf("✓ %s\n! %s\n✗ %s", strings.Join(h[good], "\n  "), strings.Join(h[less], "\n  "), strings.Join(h[wrong], "\n  "))
}

// wants holds what was said against how many there should be of what is lost or wrong, and words of one of each.
func (h heard) wants(t *testing.T, v verdict, words ...string) {
	t.Helper()
	if len(h[v]) != len(words) {
		t.Fatalf("%d said with %s, want %d:\n%s", len(h[v]), v.mark(), len(words), h.all())
	}
	for i, w := range words {
		if !strings.Contains(h[v][i], w) {
			t.Errorf("%q does not say %q", h[v][i], w)
		}
	}
}

// Each step of docs/microsoft-365.md that is not done is named, and no other.
func TestCheckTellsEachStepOfTheRegistrations(t *testing.T) {
	for name, k := range map[string]struct {
		lab   lab.MicrosoftOptions
		do    func(m *lab.Microsoft)
		set   func(t *config.Tenant)
		lost  []string
		wrong []string
	}{
		"all is done":        {},
		"another tenant":     {set: func(t *config.Tenant) { t.Entra.Tenant = "00000000-0000-0000-0000-000000000001" }, wrong: []string{"check entra.tenant"}},
		"authority down":     {do: func(m *lab.Microsoft) { m.Break(true) }, wrong: []string{"a fault of its own now", "sign-in of the server"}},
		"no such console":    {set: func(t *config.Tenant) { t.Entra.ClientID = "not-there" }, wrong: []string{"take the Application (client) ID of cordboard console. (AADSTS700016"}},
		"not a public one":   {do: func(m *lab.Microsoft) { m.PublicClient(false) }, wrong: []string{"Allow public client flows, Yes. (AADSTS7000218"}},
		"another API":        {set: func(t *config.Tenant) { t.Entra.Scope = "api://another/Agent.Use" }, wrong: []string{"take the Application ID URI of cordboard, with /Agent.Use behind it. (AADSTS500011"}},
		"a scope not there":  {set: func(t *config.Tenant) { t.Entra.Scope = strings.Replace(t.Entra.Scope, "Agent.Use", "desk", 1) }, wrong: []string{"Expose an API, Add a scope"}},
		"a wrong secret":     {set: func(t *config.Tenant) { t.Graph.Secret = "old" }, wrong: []string{"AADSTS7000215"}},
		"no presence":        {do: revoke("Presence.Read.All", "Presence.ReadWrite.All"), wrong: []string{"permission Presence.Read.All: No consent"}, lost: []string{"permission Presence.ReadWrite.All: No consent"}},
		"no names":           {do: revoke("User.Read.All"), wrong: []string{"permission User.Read.All: No consent"}},
		"no groups":          {do: revoke("GroupMember.Read.All"), lost: []string{"permission GroupMember.Read.All: No consent"}},
		"presence read only": {do: revoke("Presence.ReadWrite.All"), lost: []string{"permission Presence.ReadWrite.All: No consent"}},
		"people": {set: func(t *config.Tenant) {
			t.People.Experts = []config.Person{{User: "megan.bowin@contoso.com", Number: "+442079460101"}, {User: "lee.gu@contoso.com"}, {User: megan, Number: "+442079460101"}}
		}, do: func(m *lab.Microsoft) { m.Disable(adele, true) },
			wrong: []string{"Not in this tenant: megan.bowin@contoso.com."}, lost: []string{"Blocked in Entra, and so cannot sign in: adele.vance@contoso.com.", "cannot be rung, for neither the configuration nor a group of theirs gives them a number in + form: lee.gu@contoso.com."}},
		"groups": {lab: lab.MicrosoftOptions{Groups: []lab.MicrosoftGroup{{ID: lab.MicrosoftID("network"), Members: []string{megan, "nobody@contoso.com"}}}},
			set: func(t *config.Tenant) {
				t.People.ExpertsFrom = []config.ExpertsFrom{{Group: lab.MicrosoftID("network")}, {Team: lab.MicrosoftID("gone")}}
				t.People.Experts = []config.Person{{User: megan}}
			}, wrong: []string{"no such group in this tenant"}, lost: []string{"2 members; 1 of them without a number in + form"}},
		"chat": {set: func(t *config.Tenant) { t.Entra.Audience = "another" }, lost: []string{"Chat with experts cannot work"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, m, c := source(t, k.lab)
			o := m.Options()
			c.Entra = config.Entra{Authority: m.URL(), Tenant: o.TenantID, Audience: o.ServerClientID, ClientID: o.ConsoleClientID, Scope: m.Scope(), CAFile: config.Path(m.CAFile())}
			c.People.Agents = []config.Person{{User: adele}}
			if k.set != nil {
				k.set(c)
			}
			if k.do != nil {
				k.do(m)
			}
			h := heard{}
			checkLive(t.Context(), &config.Config{Tenants: []config.Tenant{*c}}, h.say)
			h.wants(t, wrong, k.wrong...)
			h.wants(t, less, k.lost...)
		})
	}
}

func revoke(p ...string) func(*lab.Microsoft) { return func(m *lab.Microsoft) { m.Revoke(p...) } }

// An SBC that answers no is not one that is fine; what Direct Routing would refuse is named.
func TestCheckTellsWhatAnSBCSays(t *testing.T) {
	teams := &lab.SBCTeams{Tenants: []string{"localhost"}, TLSOnly: true}
	for name, k := range map[string]struct {
		sbc   lab.SBCOptions
		fault lab.SBCFaults
		set   func(x *config.Trunk)
		named string // in our certificate
		good  []string
		lost  []string
		wrong []string
	}{
		"there":          {good: []string{"answers on udp"}},
		"refuses us":     {fault: lab.SBCFaults{Code: 403}, lost: []string{"with 403 Refused to OPTIONS; look whether the SBC takes this server for a peer"}},
		"nobody":         {set: func(x *config.Trunk) { x.Peers[0].Port = 1 }, wrong: []string{"no answer to OPTIONS"}},
		"by TLS":         {sbc: lab.SBCOptions{Transport: "tls"}, good: []string{"answers on tls"}},
		"not its name":   {sbc: lab.SBCOptions{Transport: "tls", Domain: "sbc.example"}, set: func(x *config.Trunk) { x.Peers[0].Host = "localhost" }, wrong: []string{"its certificate is not taken"}},
		"not believed":   {sbc: lab.SBCOptions{Transport: "tls"}, set: func(x *config.Trunk) { x.CAFile = "" }, wrong: []string{"its certificate is not taken"}},
		"Teams":          {sbc: lab.SBCOptions{Transport: "tls", Teams: teams}, set: asTeams("localhost"), named: "localhost", good: []string{"names localhost", "answers on tls"}},
		"another tenant": {sbc: lab.SBCOptions{Transport: "tls", Teams: teams}, set: asTeams("sbc.fabrikam.example"), named: "sbc.fabrikam.example", good: []string{"names sbc.fabrikam.example"}, wrong: []string{"refuses us: 403 Contact of no tenant. 403 means that contact_host sbc.fabrikam.example is not registered with Teams"}},
		"not certified":  {sbc: lab.SBCOptions{Transport: "tls", Teams: teams}, set: asTeams("localhost"), named: "sbc9.contoso.example", good: []string{"answers on tls"}, wrong: []string{"does not name contact_host localhost"}},
		"no certificate": {sbc: lab.SBCOptions{Transport: "tls", Teams: teams}, set: asTeams("localhost"), good: []string{"answers on tls"}, lost: []string{"a certificate of a public authority"}},
	} {
		t.Run(name, func(t *testing.T) {
			sbc, err := lab.NewSBC(k.sbc)
			if err != nil {
				t.Fatal(err)
			}
			defer sbc.Close()
			sbc.Fail(k.fault)
			dir := t.TempDir()
			ca := filepath.Join(dir, "ca.pem")
			if err := os.WriteFile(ca, sbc.Authority().PEM(), 0o600); err != nil {
				t.Fatal(err)
			}
			transport := k.sbc.Transport
			if transport == "" {
				transport = "udp"
			}
			x := config.Trunk{ID: "london", Kind: "sbc", CAFile: config.Path(ca), Peers: []config.Peer{{Host: "127.0.0.1", Port: sbc.Port(transport), Transport: transport}}}
			if k.set != nil {
				k.set(&x)
			}
			var s config.Server
			if k.named != "" {
				s.SIP.Cert = certificateOf(t, dir, k.named)
			}
			h := heard{}
			askTrunks(t.Context(), &s, &config.Tenant{ID: "contoso", Trunks: []config.Trunk{x}}, h.say)
			h.wants(t, good, k.good...)
			h.wants(t, less, k.lost...)
			h.wants(t, wrong, k.wrong...)
		})
	}
}

func asTeams(host string) func(*config.Trunk) {
	return func(x *config.Trunk) { x.Kind, x.ContactHost = "teams", host }
}

// certificateOf writes a certificate for a host name.
func certificateOf(t *testing.T, dir, host string) *config.SIPCert {
	t.Helper()
	a, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := a.CertificatePEM(host)
	if err != nil {
		t.Fatal(err)
	}
	c := &config.SIPCert{Certificate: config.Path(filepath.Join(dir, "own.pem")), Key: config.Path(filepath.Join(dir, "own.key"))}
	for path, text := range map[config.Path][]byte{c.Certificate: cert, c.Key: key} {
		if err := os.WriteFile(string(path), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}
