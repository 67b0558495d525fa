package lab

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"cordboard/server/inbox"
)

// MicrosoftOptions says what the simulated Entra ID and Graph are like. The zero value is a small company
// on free loopback ports.
type MicrosoftOptions struct {
	Listen     string // TLS address of the authority and of Graph; "127.0.0.1:0" when empty
	PageListen string // plain address of the sign-in page; "127.0.0.1:0" when empty
	Dir        string // where ca.pem is written; a temporary folder when empty

	TenantID   string // a GUID
	TenantName string // a domain, "contoso.com"
	Accounts   []MicrosoftAccount
	Groups     []MicrosoftGroup

	ConsoleClientID string   // the console's app registration (public client)
	ServerClientID  string   // the server's app registration: audience of the tokens, client of Graph
	ServerSecret    string   // its secret
	ServerCert      []byte   // its certificate, DER, when it signs in by certificate
	Permissions     []string // application permissions with consent; all that cordboard uses when nil
	Delegated       []string // delegated permissions with consent; all that cordboard uses when nil

	TokenLife time.Duration // of access tokens; 75 minutes when 0
	CodeLife  time.Duration // of device codes; 15 minutes when 0
	PageSize  int           // of collections of Graph; 100 when 0
	Now       func() time.Time
	Log       *slog.Logger
}

// MicrosoftAccount is a person of the simulated tenant.
type MicrosoftAccount struct {
	ID         string // object id, a GUID; made from User when empty
	User       string // user principal name
	Name       string
	Roles      []string // app roles of the server's registration: Agent, Supervisor, Admin
	Department string
	JobTitle   string
	Phone      string   // business number, E.164
	Language   string   // preferred, as "en-GB"
	Skills     []string // of the person's own profile
	Disabled   bool
	Presence   MicrosoftPresence // how it begins; Offline when empty
}

// MicrosoftGroup is a Microsoft 365 group; Team says that Teams shows it too.
type MicrosoftGroup struct {
	ID      string
	Name    string
	Members []string // user principal names
	Groups  []string // object ids of the groups in it; a Microsoft 365 group, and so a team, can hold none
	Team    bool
}

// Microsoft simulates the parts of Entra ID and Microsoft Graph that cordboard uses, over TLS on loopback
// with a certificate authority of its own. It refuses what the real one refuses.
type Microsoft struct {
	o      MicrosoftOptions
	ca     *msCA
	url    string
	page   string
	file   string
	tmp    string
	log    *slog.Logger
	now    func() time.Time
	served [2]*http.Server

	mu      sync.Mutex
	keys    []*msKey // the last one signs
	people  map[string]*msPerson
	codes   map[string]*msCode // by device code
	refresh map[string]*msRefresh
	authz   map[string]*msAuthz
	slow    int  // polls that still get slow_down
	blocked bool // Conditional Access forbids device codes
	broken  bool // the authority answers 503

	confidential bool // the console's registration is no public client

	perms    map[string]bool
	deleg    map[string]bool
	graph    msGraph
	keyReads int
	version  int // of the directory, for delta queries
}

// NewMicrosoft starts the simulation. Close ends it.
func NewMicrosoft(o MicrosoftOptions) (*Microsoft, error) {
	o = o.withDefaults()
	ca, err := newMSCA(o.Now())
	if err != nil {
		return nil, err
	}
	m := &Microsoft{
		o: o, ca: ca, log: o.Log, now: o.Now,
		people: map[string]*msPerson{}, codes: map[string]*msCode{},
		refresh: map[string]*msRefresh{}, authz: map[string]*msAuthz{},
		perms: set(o.Permissions), deleg: set(o.Delegated),
	}
	m.graph.init()
	if err := m.RotateKeys(); err != nil {
		return nil, err
	}
	for _, a := range o.Accounts {
		if err := m.AddAccount(a); err != nil {
			return nil, err
		}
	}
	for _, g := range o.Groups {
		if err := m.AddGroup(g); err != nil {
			return nil, err
		}
	}
	if err := m.writeCA(); err != nil {
		return nil, err
	}
	if err := m.listen(); err != nil {
		m.Close(context.Background())
		return nil, err
	}
	return m, nil
}

func (o MicrosoftOptions) withDefaults() MicrosoftOptions {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&o.Listen, "127.0.0.1:0")
	def(&o.PageListen, "127.0.0.1:0")
	def(&o.TenantID, "6b1f9f0e-3c57-4f0c-9d0b-5a1c3f7e2d10")
	def(&o.TenantName, "contoso.com")
	def(&o.ConsoleClientID, "c0a0b0a2-d001-4e11-9a51-000000000001")
	def(&o.ServerClientID, "c0a0b0a2-d001-4e11-9a51-000000000002")
	def(&o.ServerSecret, "lab-secret-of-the-server")
	if o.Permissions == nil {
		o.Permissions = []string{"Presence.Read.All", "Presence.ReadWrite.All", "User.Read.All", "GroupMember.Read.All", "TeamMember.Read.All"}
	}
	if o.Delegated == nil {
		o.Delegated = []string{"User.Read", "Chat.Create", "Chat.ReadWrite", "ChatMessage.Send"}
	}
	if o.TokenLife == 0 {
		o.TokenLife = 75 * time.Minute
	}
	if o.CodeLife == 0 {
		o.CodeLife = 15 * time.Minute
	}
	if o.PageSize == 0 {
		o.PageSize = 100
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Accounts == nil {
		o.Accounts = Contoso()
	}
	return o
}

func (m *Microsoft) writeCA() error {
	dir := m.o.Dir
	if dir == "" {
		d, err := os.MkdirTemp("", "cordboard-lab-")
		if err != nil {
			return err
		}
		m.tmp, dir = d, d
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	m.file = filepath.Join(dir, "ca.pem")
	return os.WriteFile(m.file, m.ca.pem, 0o644)
}

func (m *Microsoft) listen() error {
	l, err := net.Listen("tcp", m.o.Listen)
	if err != nil {
		return fmt.Errorf("simulated Microsoft: %w", err)
	}
	p, err := net.Listen("tcp", m.o.PageListen)
	if err != nil {
		l.Close()
		return fmt.Errorf("simulated sign-in page: %w", err)
	}
	m.url = localURL("https", l.Addr())
	m.page = localURL("http", p.Addr())
	tls := &http.Server{Handler: m.routes(), TLSConfig: m.ca.config(), ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelDebug), ReadHeaderTimeout: 10 * time.Second}
	plain := &http.Server{Handler: m.pageRoutes(), ReadHeaderTimeout: 10 * time.Second}
	m.served = [2]*http.Server{tls, plain}
	fault := func(p *inbox.Panic) { m.log.Error("simulated Microsoft stopped", "err", p) }
	inbox.Go(fault, func() { m.ended(tls.ServeTLS(l, "", "")) })
	inbox.Go(fault, func() { m.ended(plain.Serve(p)) })
	return nil
}

func (m *Microsoft) ended(err error) {
	if !errors.Is(err, http.ErrServerClosed) {
		m.log.Error("simulated Microsoft stopped", "err", err)
	}
}

// Close stops the simulation and removes its temporary folder.
func (m *Microsoft) Close(ctx context.Context) {
	for _, s := range m.served {
		if s != nil {
			s.Close()
		}
	}
	if m.tmp != "" {
		os.RemoveAll(m.tmp)
	}
}

// URL is the address of the authority's host, without a path: https://localhost:PORT.
func (m *Microsoft) URL() string { return m.url }

// Authority is the tenant's authority, as a sign-in wants it.
func (m *Microsoft) Authority() string { return m.url + "/" + m.o.TenantID }

// GraphURL is the base of Microsoft Graph.
func (m *Microsoft) GraphURL() string { return m.url + "/v1.0" }

// Page is the address of the page where a device code is typed.
func (m *Microsoft) Page() string { return m.page + "/device" }

// CAFile is the path of the certificate authority, PEM.
func (m *Microsoft) CAFile() string { return m.file }

// CA is the certificate authority, PEM.
func (m *Microsoft) CA() []byte { return m.ca.pem }

// Roots trusts the certificate authority and nothing else.
func (m *Microsoft) Roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(m.ca.pem)
	return p
}

// Scope is the delegated scope that the console asks for.
func (m *Microsoft) Scope() string { return "api://" + m.o.ServerClientID + "/" + msScope }

// Options gives what the simulation runs with, defaults filled in.
func (m *Microsoft) Options() MicrosoftOptions { return m.o }

func localURL(scheme string, a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return scheme + "://localhost:" + port
}

func set(list []string) map[string]bool {
	s := map[string]bool{}
	for _, v := range list {
		s[v] = true
	}
	return s
}

func sameUser(a, b string) bool { return strings.EqualFold(a, b) }
