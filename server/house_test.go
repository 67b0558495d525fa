package server_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/lab"
	"cordboard/server/ledger"
)

// house is a whole server on loopback, with a simulated SBC and Microsoft 365 outside. Graph is not part of
// it: the tests of this package must not wait for its SDK.
type house struct {
	t         testing.TB
	dir       string
	microsoft *lab.Microsoft
	sbc       *lab.SBC
	server    *server.Server // nil when it is apart
	apart     *apart
	addresses map[string]string
	config    string
	presence  server.PresenceMaker
	log       *slog.Logger
}

const (
	supportNumber = "+442079460018"
	meganNumber   = "+442079460101"
	adele         = "adele.vance@contoso.com"
	isaiah        = "isaiah.langer@contoso.com"
)

// houseOptions vary a house.
type houseOptions struct {
	agents   []string // of the queue; adele when nil
	sbc      lab.SBCOptions
	trunk    string // more keys of the trunk
	ring     string
	wrap     string
	grace    string
	people   string            // more keys of people, indented by six
	outbound string            // keys of outbound; an expert's phone of the lab answers sooner than a person, and is believed all the same
	limits   string            // keys of limits; the test's own callers and agents are part of this process and its use of the processor
	apart    bool              // the server runs in a process of its own
	tenant   string            // more keys of the tenant, indented by four
	keys     map[string]string // more keys of an agent
	presence server.PresenceMaker
}

func newHouse(t testing.TB, o houseOptions) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), presence: o.presence, log: testLog(t)}
	var err error
	if h.microsoft, err = lab.NewMicrosoft(lab.MicrosoftOptions{Dir: h.dir, Accounts: accounts(o.agents)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.microsoft.Close(context.Background()) })
	o.sbc.Log = h.log
	if h.sbc, err = lab.NewSBC(o.sbc); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.sbc.Close() })
	h.config = filepath.Join(h.dir, "cordboard.yaml")
	h.write(o)
	if o.apart {
		h.startApart()
	} else {
		h.start()
	}
	t.Cleanup(h.stop)
	return h
}

// accounts are Contoso's people and any further agents.
func accounts(agents []string) []lab.MicrosoftAccount {
	all := lab.Contoso()
	for _, a := range agents {
		known := false
		for _, x := range all {
			known = known || x.User == a
		}
		if !known {
			all = append(all, lab.MicrosoftAccount{User: a, Name: strings.Split(a, "@")[0], Roles: []string{"Agent"}})
		}
	}
	return all
}

func testLog(t testing.TB) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(newTestWriter(t), nil))
}

// testWriter gives lines to a test's log until the test is over.
type testWriter struct {
	t    testing.TB
	mu   sync.Mutex
	over bool
}

func newTestWriter(t testing.TB) *testWriter {
	w := &testWriter{t: t}
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.over = true
	})
	return w
}

func (w *testWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.t.Log(strings.TrimRight(string(b), "\n"))
	}
	return len(b), nil
}

func (h *house) write(o houseOptions) {
	h.t.Helper()
	if o.agents == nil {
		o.agents = []string{adele}
	}
	var people strings.Builder
	for _, a := range o.agents {
		fmt.Fprintf(&people, "        - {user: %s%s}\n", a, o.keys[a])
	}
	or := func(s, d string) string {
		if s == "" {
			return d
		}
		return s
	}
	transport := or(o.sbc.Transport, "udp")
	m := h.microsoft.Options()
	text := fmt.Sprintf(`server:
  data: data
  http: {listen: "127.0.0.1:0"}
  sip: {udp: "127.0.0.1:0", tcp: "127.0.0.1:0", tls: "127.0.0.1:0", advertise: 127.0.0.1}
  media: {bind: 127.0.0.1, advertise: 127.0.0.1, ports: 32000-39999, webrtc: "127.0.0.1:0"}
  limits: {%[18]s}
tenants:
  - id: contoso
    name: Contoso
    region: gb
    console: {grace: %[14]s}
%[19]s    entra: {authority: "%[1]s", tenant: %[2]s, audience: %[3]s, client_id: %[4]s, scope: "%[5]s", ca_file: ca.pem}
    trunks:
      - {id: london, peers: [{host: 127.0.0.1, port: %[6]d, transport: %[7]s, health: 0 s}], allow: [127.0.0.1], ca_file: sbc-ca.pem%[8]s}
    numbers:
      - {number: "%[9]s", to: "queue:support"}
    queues:
      - id: support
        name: Support
        agents: [%[10]s]
        ring: %[11]s
        wrapup: {time: %[12]s, codes: [{id: vpn, name: VPN}]}
    people:
      agents:
%[13]s
      experts:
        - {user: megan.bowen@contoso.com, name: Megan Bowen, number: "%[15]s"}
%[16]s    outbound: {%[17]s}
`, h.microsoft.URL(), m.TenantID, m.ServerClientID, m.ConsoleClientID, h.microsoft.Scope(), h.sbc.Port(transport), transport, o.trunk, supportNumber,
		strings.Join(o.agents, ", "), or(o.ring, "20 s"), or(o.wrap, "30 s"), people.String(), or(o.grace, "20 s"), meganNumber, o.people, or(o.outbound, "confirm: never"), or(o.limits, "cpu: 0"), o.tenant)
	if err := os.WriteFile(filepath.Join(h.dir, "sbc-ca.pem"), h.sbc.Authority().PEM(), 0o600); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.config, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) start() {
	h.t.Helper()
	holder, err := config.Open(h.config, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.server, err = server.Start(context.Background(), server.Options{Config: holder, Program: "cordboard test", Presence: h.presence, Log: h.log}); err != nil {
		h.t.Fatal(err)
	}
	h.addresses = h.server.Addresses()
	h.aim("udp")
}

// aim sends the SBC's calls to the server by a transport.
func (h *house) aim(transport string) { h.sbc.SetServer(h.addresses["sip_"+transport]) }

func (h *house) stop() {
	if h.apart != nil {
		if err := h.apart.stop(); err != nil {
			h.t.Error(err)
		}
		h.apart = nil
	}
	if h.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.server.Close(ctx); err != nil {
		h.t.Error(err)
	}
	h.server = nil
}

func (h *house) url() string { return "https://" + h.addresses["https"] }

// roots believes the server's own certificate.
func (h *house) roots() *x509.CertPool {
	pem, err := os.ReadFile(filepath.Join(h.dir, "data", "server.pem"))
	if err != nil {
		h.t.Fatal(err)
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(pem)
	return p
}

func (h *house) token(user string) (string, error) { return h.microsoft.MintUser(user, nil) }

// agents lets simulated agents work on the real wire and line until the test ends.
func (h *house) agents(o lab.AgentsOptions) *shiftOf {
	h.t.Helper()
	o.Server, o.CA, o.Token = h.url(), h.roots(), h.token
	if o.Log == nil {
		o.Log = h.log
	}
	s := &shiftOf{t: h.t, more: make(chan struct{})}
	o.Tell = s.tell
	s.agents = lab.NewAgents(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.agents.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	h.t.Cleanup(s.stop)
	select {
	case <-s.agents.Ready():
	case err := <-done:
		done <- err
		h.t.Fatalf("the agents gave up: %v; %v", err, s.events())
	case <-time.After(20 * time.Second):
		h.t.Fatalf("the agents were not ready in time: %v", s.events())
	}
	return s
}

// shiftOf is what simulated agents tell.
type shiftOf struct {
	t      testing.TB
	agents *lab.Agents
	stop   func()
	mu     sync.Mutex
	all    []lab.AgentEvent
	more   chan struct{}
	forget bool // nobody waits for events: hours of them are not kept
}

func (s *shiftOf) tell(e lab.AgentEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.forget {
		s.all = append(s.all, e)
	}
	close(s.more)
	s.more = make(chan struct{})
}

func (s *shiftOf) events() []lab.AgentEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]lab.AgentEvent(nil), s.all...)
}

// wait gives the first event that fits.
func (s *shiftOf) wait(what string, fits func(lab.AgentEvent) bool) lab.AgentEvent {
	s.t.Helper()
	limit := time.After(15 * time.Second)
	at := 0
	for {
		s.mu.Lock()
		for ; at < len(s.all); at++ {
			if fits(s.all[at]) {
				defer s.mu.Unlock()
				return s.all[at]
			}
		}
		more := s.more
		s.mu.Unlock()
		select {
		case <-more:
		case <-limit:
			s.t.Fatalf("%s did not happen; what did: %+v", what, s.events())
		}
	}
}

func event(name string) func(lab.AgentEvent) bool {
	return func(e lab.AgentEvent) bool { return e.Event == name }
}

func inState(state string) func(lab.AgentEvent) bool {
	return func(e lab.AgentEvent) bool { return e.Event == "state" && e.State == state }
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// contacts waits until the ledger has n ended contacts and gives them, oldest first.
func (h *house) contacts(n int) []*ledger.Contact {
	h.t.Helper()
	r, err := ledger.OpenReader(context.Background(), filepath.Join(h.dir, "data"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	var rows []*ledger.Contact
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(10 * time.Second); ; <-tick.C {
		ended := 0
		rows = rows[:0]
		if err := r.Contacts(context.Background(), ledger.Filter{Tenant: "contoso"}, func(c *ledger.Contact) error {
			row := *c
			rows = append(rows, &row)
			if c.Ended != 0 {
				ended++
			}
			return nil
		}); err != nil {
			h.t.Fatal(err)
		}
		if ended >= n {
			return rows
		}
		if time.Now().After(limit) {
			h.t.Fatalf("the ledger has %d ended contacts of %d, want %d", ended, len(rows), n)
		}
	}
}
