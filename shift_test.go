package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/audio"
	outside "cordboard/server/lab"
)

// company is a contact centre for these tests: `cordboard serve` and every console are processes of their own, as they are in
// service; the simulated outside is here. Each agent has a queue, a number that callers call, and a telephone to ask.
type company struct {
	t         *testing.T
	dir       string
	microsoft *outside.Microsoft
	sbc       *outside.SBC
	url       string
	believe   string
}

const grace = 8 * time.Second // a busy machine needs a second or two to bring a console back

func agentName(i int) string { return fmt.Sprintf("agent%d@contoso.com", i) }
func lineOf(i int) string    { return fmt.Sprintf("+4420794601%02d", i) }
func expertOf(i int) string  { return fmt.Sprintf("+4420794602%02d", i) }

// newCompany has so many agents; the last one's wrap-up is over before the grace is.
func newCompany(t *testing.T, agents int) *company {
	t.Helper()
	c := &company{t: t, dir: t.TempDir()}
	var accounts []outside.MicrosoftAccount
	var numbers, queues, people strings.Builder
	for i := range agents {
		wrap := 60
		if i == agents-1 {
			wrap = 5
		}
		accounts = append(accounts, outside.MicrosoftAccount{User: agentName(i), Name: fmt.Sprintf("Agent %d", i), Roles: []string{"Agent"}})
		fmt.Fprintf(&numbers, "      - {number: \"%s\", to: \"queue:q%d\"}\n", lineOf(i), i)
		fmt.Fprintf(&queues, "      - {id: q%d, name: Queue %d, agents: [%s], ring: 60 s, wrapup: {time: %d s, codes: [{id: vpn, name: VPN}]}}\n", i, i, agentName(i), wrap)
		fmt.Fprintf(&people, "        - {user: %s, name: Agent %d}\n", agentName(i), i)
	}
	var err error
	if c.microsoft, err = outside.NewMicrosoft(outside.MicrosoftOptions{Dir: c.dir, Accounts: accounts}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.microsoft.Close(context.Background()) })
	if c.sbc, err = outside.NewSBC(outside.SBCOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.sbc.Close() })
	m := c.microsoft.Options()
	text := fmt.Sprintf(`server:
  data: data
  http: {listen: "127.0.0.1:0"}
  sip: {udp: "127.0.0.1:0", tcp: "127.0.0.1:0", tls: "127.0.0.1:0", advertise: 127.0.0.1}
  media: {bind: 127.0.0.1, advertise: 127.0.0.1, ports: 40000-41999, webrtc: "127.0.0.1:0"}
  limits: {cpu: 0}
tenants:
  - id: contoso
    name: Contoso
    region: gb
    console: {grace: %d s}
    entra: {authority: "%s", tenant: %s, audience: %s, client_id: %s, scope: "%s", ca_file: ca.pem}
    trunks:
      - {id: london, peers: [{host: 127.0.0.1, port: %d, transport: udp, health: 0 s}], allow: [127.0.0.1]}
    numbers:
%s    queues:
%s    people:
      agents:
%s    outbound: {confirm: never, caller_ids: [{number: "%s", name: Support}], rules: [{prefix: "+44", allow: true}]}
`, grace/time.Second, c.microsoft.URL(), m.TenantID, m.ServerClientID, m.ConsoleClientID, c.microsoft.Scope(), c.sbc.Port("udp"), numbers.String(), queues.String(), people.String(), lineOf(0))
	if err := os.WriteFile(filepath.Join(c.dir, "cordboard.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.voice()
	c.serve()
	return c
}

// voice is what every agent's microphone hears.
func (c *company) voice() {
	c.t.Helper()
	f, err := os.Create(filepath.Join(c.dir, "mic.wav"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	w := audio.NewWAVWriter(f, 48000)
	if err := w.Write(outside.SpeechTone(660, time.Second).PCM(48000)); err != nil {
		c.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// serve starts the server and waits for its READY line.
func (c *company) serve() {
	c.t.Helper()
	cmd := exec.Command("cordboard", "serve", "-c", "cordboard.yaml")
	cmd.Dir = c.dir
	log, err := os.Create(filepath.Join(c.dir, "serve.log"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if said, err := os.ReadFile(filepath.Join(c.dir, "serve.log")); c.t.Failed() && err == nil {
			c.t.Logf("the server said:\n%s", said)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "READY ") {
		c.t.Fatalf("the server did not start: %q", lines.Text())
	}
	go io.Copy(io.Discard, out)
	for _, word := range strings.Fields(lines.Text()) {
		switch name, address, _ := strings.Cut(word, "="); name {
		case "https":
			c.url = "https://" + address
		case "sip_udp":
			c.sbc.SetServer(address)
		}
	}
	own, err := os.ReadFile(filepath.Join(c.dir, "data", "server.pem"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.believe = filepath.Join(c.dir, "believe.pem")
	if err := os.WriteFile(c.believe, append(c.microsoft.CA(), own...), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// flags start a console on a machine: what is kept there is in the machine's folder.
func (c *company) flags(machine string) []string {
	return []string{"--server", c.url, "--ca", c.believe, "--cache", filepath.Join(c.dir, machine), "--token-store", "file", "--audio", "file:" + filepath.Join(c.dir, "mic.wav") + "," + filepath.Join(c.dir, machine+"-ear.wav") + ",loop", "--language", "en"}
}

// desk is a --plain console that a pipe drives.
type desk struct {
	t     *testing.T
	cmd   *exec.Cmd
	keys  io.WriteCloser
	mu    sync.Mutex
	lines []string
	more  chan struct{}
	gone  chan struct{}
}

func (c *company) desk(t *testing.T, machine string) *desk {
	t.Helper()
	d := &desk{t: t, more: make(chan struct{}), gone: make(chan struct{})}
	d.cmd = exec.Command("cordboard", append(c.flags(machine), "--plain", "--quiet")...)
	var err error
	if d.keys, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = d.cmd.Stdout
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.gone)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			d.mu.Lock()
			d.lines = append(d.lines, sc.Text())
			close(d.more)
			d.more = make(chan struct{})
			d.mu.Unlock()
		}
	}()
	t.Cleanup(d.kill)
	return d
}

// kill is kill -9.
func (d *desk) kill() {
	_ = d.cmd.Process.Kill()
	<-d.gone
	_ = d.cmd.Wait()
}

// says waits for a line after the first since that has all the parts, and gives the number of lines up to it.
func (d *desk) says(since int, parts ...string) int {
	d.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		d.mu.Lock()
		for ; since < len(d.lines); since++ {
			if hasAll(d.lines[since], parts) {
				d.mu.Unlock()
				return since + 1
			}
		}
		more, so := d.more, strings.Join(d.lines, "\n")
		d.mu.Unlock()
		select {
		case <-more:
		case <-limit:
			d.t.Fatalf("the console did not say %q; it said:\n%s", parts, so)
		}
	}
}

func hasAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

// types enters a line and waits for the one ok that answers it.
func (d *desk) types(line string) int {
	d.t.Helper()
	d.mu.Lock()
	from := len(d.lines)
	d.mu.Unlock()
	fmt.Fprintln(d.keys, line)
	return d.says(from, " ok ")
}

// signIn approves the code that the console shows.
func (c *company) signIn(d *desk, user string) {
	d.t.Helper()
	n := d.says(0, "sign in: open", "type ")
	d.mu.Lock()
	line := d.lines[n-1]
	d.mu.Unlock()
	_, code, _ := strings.Cut(line, " type ")
	if err := c.microsoft.Approve(strings.ReplaceAll(strings.TrimRight(code, "."), " ", ""), user); err != nil {
		d.t.Fatalf("%v (%q)", err, line)
	}
	d.says(n, "not ready")
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
