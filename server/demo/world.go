// Package demo is a whole contact centre on one machine: a server, an agent's console, and a simulated outside
// (SBC, callers, experts' telephones, Microsoft 365) that speaks the real protocols. Nothing leaves loopback.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/lab"
	"cordboard/server/operate"
)

// Options of the demonstration.
type Options struct {
	Program  string
	Script   bool   // the scripted shift even on a terminal
	Audio    string // of the console; empty: the sound card on a terminal, files in the script
	Language string
	Out      io.Writer
	Ports    bool // fixed ports are tried first, so that addresses look as in the pages
}

// The people of the demonstration.
const (
	adele       = "adele.vance@contoso.com"
	megan       = "megan.bowen@contoso.com"
	lee         = "lee.gu@contoso.com"
	ana         = "ana.diaz@contoso.com"
	raj         = "raj.patel@contoso.com"
	meganNumber = "+442079460101"
	leeNumber   = "+442079460102"
	anaNumber   = "+442079460103"
	rajNumber   = "+442079460104"
	support     = "+442079460018"
	nestor      = "+442079460042"
	alexNumber  = "+442079460043"
)

// world is everything that the demonstration starts.
type world struct {
	dir       string
	log       *slog.Logger
	logFile   *os.File
	microsoft *lab.Microsoft
	sbc       *lab.SBC
	server    *server.Server
}

// newWorld starts the outside and the server. close ends all of it.
func newWorld(ctx context.Context, o Options) (w *world, err error) {
	w = &world{}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.dir, err = os.MkdirTemp("", "cordboard-demo-"); err != nil {
		return w, err
	}
	if w.logFile, err = os.Create(filepath.Join(w.dir, "demo.log")); err != nil {
		return w, err
	}
	w.log = slog.New(slog.NewTextHandler(w.logFile, nil))
	if w.microsoft, err = lab.NewMicrosoft(lab.MicrosoftOptions{Dir: w.dir, Listen: freeOr("127.0.0.1:8445"), PageListen: freeOr("127.0.0.1:8446"), Log: w.log}); err != nil {
		return w, fmt.Errorf("simulated Microsoft 365: %w", err)
	}
	if w.sbc, err = lab.NewSBC(lab.SBCOptions{Domain: "sbc.contoso.example", Contact: "", Log: w.log}); err != nil {
		return w, fmt.Errorf("simulated SBC: %w", err)
	}
	w.phones()
	file := filepath.Join(w.dir, "cordboard.yaml")
	if err = os.WriteFile(file, w.configuration(), 0o600); err != nil {
		return w, err
	}
	holder, err := config.Open(file, nil)
	if err != nil {
		return w, err
	}
	if w.server, err = server.Start(ctx, server.Options{Config: holder, Program: o.Program, Presence: operate.Presence(w.log), Log: w.log}); err != nil {
		return w, err
	}
	w.sbc.SetServer(w.server.Addresses()["sip_udp"])
	return w, nil
}

// phones puts the experts' telephones behind the SBC.
func (w *world) phones() {
	w.sbc.Phone(meganNumber, lab.PhoneBehaviour{Answer: true, RingFor: 3 * time.Second, Say: lab.SpeechVoice("megan", "hello, megan bowen speaking."), Repeat: true})
	w.sbc.Phone(leeNumber, lab.PhoneDeclines(2*time.Second))
	w.sbc.Phone(anaNumber, lab.PhoneBusy())
	w.sbc.Phone(rajNumber, rajsVoicemail())
}

// freeOr gives the address when nobody listens there, else a free port of the same host.
func freeOr(address string) string {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return address
}

func (w *world) configuration() []byte {
	m := w.microsoft.Options()
	return fmt.Appendf(nil, `# The configuration of the demonstration, written anew at each start.
server:
  data: data
  http: {listen: "%[1]s"}
  sip: {udp: "%[2]s", tcp: "%[2]s", tls: "127.0.0.1:0", advertise: 127.0.0.1}
  media: {bind: 127.0.0.1, advertise: 127.0.0.1, ports: 31000-31999, webrtc: "127.0.0.1:0"}
  limits: {cpu: 0} # the callers and agents of the demonstration are part of this process
tenants:
  - id: contoso
    name: Contoso
    region: gb
    entra:
      authority: %[3]s
      tenant: %[4]s
      audience: %[5]s
      client_id: %[6]s
      scope: %[7]s
      ca_file: ca.pem
    graph: {url: "%[8]s", authority: "%[3]s", client_id: %[5]s, secret: %[9]s, ca_file: ca.pem}
    trunks:
      - {id: london, peers: [{host: 127.0.0.1, port: %[10]d, transport: udp}], allow: [127.0.0.1], srtp: allow}
    numbers:
      - {number: "%[11]s", to: "queue:support"}
    queues:
      - id: support
        name: Support
        agents: [%[12]s]
        ring: 20 s
        wrapup: {time: 60 s, codes: [{id: vpn, name: VPN}, {id: network, name: Network}, {id: billing, name: Billing}, {id: other, name: Something else}]}
    people:
      agents:
        - {user: %[12]s, name: Adele Vance, skills: {vpn: 3}}
      experts:
        - {user: %[13]s, name: Megan Bowen, number: "%[17]s", job: Network, skills: {vpn: 3}, confirm: never}
        - {user: %[14]s, name: Lee Gu, number: "%[18]s", job: Billing}
        - {user: %[15]s, name: Ana Diaz, number: "%[19]s", job: VPN, skills: {vpn: 2}}
        - {user: %[16]s, name: Raj Patel, number: "%[20]s", job: VPN, skills: {vpn: 1}}
      teams:
        - {id: network, name: Network team, experts: [%[13]s, %[14]s, %[15]s], at_once: 2}
    outbound: {caller_ids: [{number: "%[11]s", name: Support}], country: "+44"}
    presence: {on_screen: 2 s, others: 5 s, stale: 60 s}
`,
		freeOr("127.0.0.1:8443"), sipAddress(), w.microsoft.URL(), m.TenantID, m.ServerClientID, m.ConsoleClientID, w.microsoft.Scope(), w.microsoft.GraphURL(), m.ServerSecret,
		w.sbc.Port("udp"), support, adele, megan, lee, ana, raj, meganNumber, leeNumber, anaNumber, rajNumber)
}

// sipAddress gives the usual port when it is free for both transports.
func sipAddress() string {
	const usual = "127.0.0.1:5060"
	p, err := net.ListenPacket("udp", usual)
	if err != nil {
		return "127.0.0.1:0"
	}
	p.Close()
	return freeOr(usual)
}

// serverURL is where the console connects.
func (w *world) serverURL() string { return "https://" + w.server.Addresses()["https"] }

// caFile gives one file with the certificates of the server and of the simulated authority.
func (w *world) caFile() (string, error) {
	var all []byte
	for _, f := range []string{w.microsoft.CAFile(), filepath.Join(w.dir, "data", "server.pem")} {
		b, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		all = append(all, b...)
	}
	path := filepath.Join(w.dir, "believe.pem")
	return path, os.WriteFile(path, all, 0o600)
}

// close ends everything and removes the folder.
func (w *world) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if w.server != nil { // while there is an SBC that answers its BYE
		errs = append(errs, w.server.Close(ctx))
	}
	if w.sbc != nil {
		errs = append(errs, w.sbc.Close())
	}
	if w.microsoft != nil {
		w.microsoft.Close(ctx)
	}
	if w.logFile != nil {
		w.logFile.Close()
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// call lets a caller ring the queue.
func (w *world) call(ctx context.Context, from, name, words string, chirp int) (*lab.Caller, error) {
	say := lab.SpeechVoice(name, words)
	if chirp > 0 {
		say = lab.SpeechOf(say, lab.SpeechChirp(chirp), lab.SpeechQuiet(400*time.Millisecond))
	}
	return w.sbc.Call(ctx, lab.CallOptions{From: from, Name: name, To: support, Say: say, Repeat: true})
}
