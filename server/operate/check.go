package operate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cordboard/server/config"
	"cordboard/server/graph"
)

// CheckOptions of the check command.
type CheckOptions struct {
	File    string
	Live    bool
	Schema  bool
	Program string
	Out     io.Writer
}

// Check reads the configuration as serve would and says what it found. With Live it also asks the authority and
// the SBCs. It returns an error when something would keep the server from working.
func Check(ctx context.Context, o CheckOptions) error {
	if o.Schema {
		_, err := o.Out.Write(append(config.Schema(), '\n'))
		return err
	}
	c, err := config.Load(o.File, nil)
	if err != nil {
		return err
	}
	for _, w := range c.Warnings() {
		fmt.Fprintln(o.Out, "!", w.Error())
	}
	bad := 0
	say := func(ok bool, what, words string) {
		mark := "✓"
		if !ok {
			mark = "✗"
			bad++
		}
		fmt.Fprintf(o.Out, "%s %-28s %s\n", mark, what, words)
	}
	say(true, "configuration", fmt.Sprintf("tenants: %d, %s", len(c.Tenants), o.File))
	checkPorts(c, say)
	checkData(c, say)
	if o.Live {
		checkLive(ctx, c, say)
	}
	if bad > 0 {
		return fmt.Errorf("to be put right: %d, marked ✗ above", bad)
	}
	return nil
}

func checkPorts(c *config.Config, say func(bool, string, string)) {
	for _, p := range []struct{ what, network, address string }{
		{"consoles (https)", "tcp", string(c.Server.HTTP.Listen)}, {"sip udp", "udp", string(c.Server.SIP.UDP)},
		{"sip tcp", "tcp", string(c.Server.SIP.TCP)}, {"sip tls", "tcp", string(c.Server.SIP.TLS)}, {"agents' voice", "udp", string(c.Server.Media.WebRTC)},
	} {
		if p.address == "" {
			continue
		}
		var err error
		if p.network == "udp" {
			var l net.PacketConn
			if l, err = net.ListenPacket("udp", p.address); err == nil {
				l.Close()
			}
		} else {
			var l net.Listener
			if l, err = net.Listen("tcp", p.address); err == nil {
				l.Close()
			}
		}
		if err != nil {
			say(false, p.what, p.address+": "+err.Error()+" (is a server running already?)")
			continue
		}
		say(true, p.what, p.address+" is free")
	}
}

func checkData(c *config.Config, say func(bool, string, string)) {
	dir := string(c.Server.Data)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		say(false, "data folder", err.Error())
		return
	}
	f, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		say(false, "data folder", err.Error())
		return
	}
	f.Close()
	os.Remove(f.Name())
	say(true, "data folder", dir+" can be written")
}

func checkLive(ctx context.Context, c *config.Config, say func(bool, string, string)) {
	for i := range c.Tenants {
		t := &c.Tenants[i]
		if err := askAuthority(ctx, t); err != nil {
			say(false, t.ID+": Entra", err.Error())
		} else {
			say(true, t.ID+": Entra", t.Entra.Authority+" knows the tenant")
		}
		if t.Graph != nil {
			askGraph(ctx, t, say)
		}
		for _, x := range t.Trunks {
			for _, p := range x.Peers {
				what := t.ID + ": " + x.ID + " " + p.Host
				if err := askPeer(ctx, p); err != nil {
					say(false, what, err.Error())
				} else {
					say(true, what, "answers on "+p.Transport+" "+strconv.Itoa(p.Port))
				}
			}
		}
	}
}

// askAuthority reads the tenant's metadata, as every sign-in does.
func askAuthority(ctx context.Context, t *config.Tenant) error {
	client := &http.Client{Timeout: 10 * time.Second}
	if t.Entra.CAFile != "" {
		pem, err := os.ReadFile(string(t.Entra.CAFile))
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	url := strings.TrimRight(t.Entra.Authority, "/") + "/" + t.Entra.Tenant + "/v2.0/.well-known/openid-configuration"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the authority cannot be reached: %w", err)
	}
	defer res.Body.Close()
	var meta struct {
		Issuer string `json:"issuer"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&meta); err != nil || res.StatusCode != http.StatusOK || !strings.Contains(meta.Issuer, t.Entra.Tenant) {
		return fmt.Errorf("the authority does not know tenant %s (%s): check entra.tenant", t.Entra.Tenant, res.Status)
	}
	return nil
}

// askGraph tries each permission that the server wants of Graph.
func askGraph(ctx context.Context, t *config.Tenant, say func(bool, string, string)) {
	c, err := graphOf(t, slog.New(slog.DiscardHandler))
	if err != nil {
		say(false, t.ID+": Graph", err.Error())
		return
	}
	who := ""
	for _, list := range [][]config.Person{t.People.Experts, t.People.Agents, t.People.Supervisors} {
		if who == "" && len(list) > 0 {
			who = list[0].Key()
		}
	}
	for _, s := range c.Check(ctx, who) {
		words := s.Words
		if !s.OK && !s.Needed {
			words += " (only this feature is lost)"
		}
		say(s.OK || !s.Needed, t.ID+": "+s.Name, words)
	}
	askGroups(ctx, c, t, say)
	if t.Graph.ClientID != strings.TrimPrefix(t.Entra.Audience, "api://") {
		say(true, t.ID+": chat with experts", "Chat with experts cannot work: it wants graph.client_id to be the API's own registration, entra.audience (only this feature is lost)")
	} else {
		say(true, t.ID+": chat with experts", "Needs the delegated permission Chat.ReadWrite with admin consent; only an agent's first message can try it. Consent: "+c.Health().Consent)
	}
}

// askGroups reads the groups and teams that people come from.
func askGroups(ctx context.Context, c *graph.Client, t *config.Tenant, say func(bool, string, string)) {
	var ids []string
	for i := range t.People.ExpertsFrom {
		ids = append(ids, t.People.ExpertsFrom[i].ID())
	}
	for i := range t.People.AgentsFrom {
		ids = append(ids, t.People.AgentsFrom[i].ID())
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		what := t.ID + ": group " + id
		all, err := c.Members(ctx, id)
		if e, ok := errors.AsType[*graph.Error](err); ok && e.Kind == graph.NotFound {
			say(false, what, "There is no such group in this tenant. Correct the object id: of a team it is that of its group.")
			continue
		}
		if err != nil {
			say(false, what, err.Error())
			continue
		}
		dumb := 0
		for _, u := range all {
			if m := member(u); m.Number() == "" {
				dumb++
			}
		}
		words := strconv.Itoa(len(all)) + " members"
		if dumb > 0 {
			words += "; " + strconv.Itoa(dumb) + " of them without a number in + form, who cannot be rung"
		}
		say(true, what, words)
	}
}

// askPeer sends one OPTIONS and waits for any answer (RFC 3261 §11).
func askPeer(ctx context.Context, p config.Peer) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	address := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	network := "tcp"
	if p.Transport == "udp" {
		network = "udp"
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return fmt.Errorf("no connection: %w", err)
	}
	defer conn.Close()
	if p.Transport == "tls" {
		t := tls.Client(conn, &tls.Config{ServerName: p.Host, InsecureSkipVerify: true}) // only whether it is there; serve checks the certificate
		if err := t.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("no TLS: %w", err)
		}
		conn = t
	}
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	local := conn.LocalAddr().String()
	_, err = fmt.Fprintf(conn, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s;branch=z9hG4bK%[4]d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:check@%[3]s>;tag=%[4]d\r\nTo: <sip:%[1]s>\r\nCall-ID: %[4]d@%[3]s\r\nCSeq: 1 OPTIONS\r\nContact: <sip:check@%[3]s>\r\nContent-Length: 0\r\n\r\n",
		address, strings.ToUpper(p.Transport), local, time.Now().UnixNano())
	if err != nil {
		return fmt.Errorf("OPTIONS could not be sent: %w", err)
	}
	b := make([]byte, 4096)
	n, err := conn.Read(b)
	if err != nil {
		return fmt.Errorf("no answer to OPTIONS: %w", err)
	}
	if !strings.HasPrefix(string(b[:n]), "SIP/2.0 ") {
		return fmt.Errorf("what answers is not SIP")
	}
	return nil
}

// Init writes a starter configuration into a folder that may be new.
func Init(dir string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "cordboard.yaml")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("%w; an existing configuration is not overwritten", err)
	}
	_, err = f.Write(config.Starter())
	if err := f.Close(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote %s\n\nNext: put your tenant, SBC and people into it, then\n  cordboard check -c %s --live\n  cordboard serve -c %s\nThe two app registrations in Entra: docs/microsoft-365.md\n", path, path, path)
	return nil
}
