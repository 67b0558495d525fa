package demo

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"cordboard/server"
	"cordboard/server/lab"
)

// LabCommands run the simulated outside on its own, beside a server with a configuration of one's own.
func LabCommands(string) []*cobra.Command {
	return []*cobra.Command{labMicrosoft(), labSBC(), labAgents()}
}

func labMicrosoft() *cobra.Command {
	o := lab.MicrosoftOptions{}
	agents := 0
	c := &cobra.Command{Use: "microsoft", Short: "Entra ID and Graph: device codes, tokens, presence", Args: cobra.NoArgs,
		Long: "Prints what to put into the configuration, then takes commands on standard input (help lists them), and by POST from other programs.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			for i := range agents {
				if o.Accounts == nil {
					o.Accounts = lab.Contoso()
				}
				o.Accounts = append(o.Accounts, lab.MicrosoftAccount{User: agentUser(i), Name: fmt.Sprintf("Agent %d", i+1), Roles: []string{"Agent"}})
			}
			return runMicrosoft(cmd.Context(), o, agents, cmd.InOrStdin(), cmd.OutOrStdout())
		}}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8445", "address of the authority and of Graph (https)")
	f.StringVar(&o.PageListen, "page", "127.0.0.1:8446", "address of the sign-in page (http)")
	f.StringVar(&o.Dir, "dir", ".", "folder that ca.pem is written to")
	f.IntVar(&agents, "agents", 0, "so many further accounts agent1@contoso.com, … for lab agents")
	return c
}

func agentUser(i int) string { return fmt.Sprintf("agent%d@contoso.com", i+1) }

func runMicrosoft(ctx context.Context, o lab.MicrosoftOptions, agents int, in io.Reader, out io.Writer) error {
	m, err := lab.NewMicrosoft(o)
	if err != nil {
		return err
	}
	defer m.Close(context.Background())
	full := m.Options()
	fmt.Fprintf(out, `# Put this into the tenant of your configuration:
    entra:
      authority: %[1]s
      tenant: %[2]s
      audience: %[3]s
      client_id: %[4]s
      scope: %[5]s
      ca_file: %[6]s
    graph: {url: "%[7]s", authority: "%[1]s", client_id: %[3]s, secret: %[8]s, ca_file: %[6]s}
# People who may sign in (user, name, object id, app roles):
`, m.URL(), full.TenantID, full.ServerClientID, full.ConsoleClientID, m.Scope(), absolute(m.CAFile()), m.GraphURL(), full.ServerSecret)
	accounts, _ := m.Command("accounts")
	for i, l := range strings.Split(accounts, "\n") {
		if i < 12 {
			fmt.Fprintln(out, "#   "+l)
		}
	}
	if agents > 0 {
		var users []string
		for i := range agents {
			users = append(users, agentUser(i))
		}
		fmt.Fprintf(out, "# For people.agents, and the same users in a queue's agents:\n      agents: [{user: %s}]\n        agents: [%s]\n", strings.Join(users, "}, {user: "), strings.Join(users, ", "))
	}
	fmt.Fprintf(out, "# Sign-in page: %s    commands by POST: %s (header X-Cordboard-Lab: 1)\n# Start consoles with --ca %s,data/server.pem (the server's own certificate). Commands: help\nREADY\n", m.Page(), m.CommandURL(), absolute(m.CAFile()))
	return commands(ctx, in, out, m.Command)
}

func absolute(path string) string {
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}

// commands reads lines until ctx ends. The end of the input is not the end of the simulation.
func commands(ctx context.Context, in io.Reader, out io.Writer, do func(string) (string, error)) error {
	lines := make(chan string)
	go func() {
		sc := bufio.NewScanner(in)
		for sc.Scan() {
			select {
			case lines <- sc.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case l := <-lines:
			if strings.TrimSpace(l) == "" {
				continue
			}
			said, err := do(l)
			switch {
			case err != nil:
				fmt.Fprintln(out, "no:", err)
			case said != "":
				fmt.Fprintln(out, said)
			default:
				fmt.Fprintln(out, "ok")
			}
		}
	}
}

func labSBC() *cobra.Command {
	o := lab.SBCOptions{}
	var to string
	c := &cobra.Command{Use: "sbc", Short: "A session border controller with callers and telephones", Args: cobra.NoArgs,
		Long: "Prints what to put into the configuration, then takes commands on standard input; help lists them.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := lab.NewSBC(o)
			if err != nil {
				return err
			}
			defer s.Close()
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "# Put this into the trunks of your configuration:\n    - {id: lab, peers: [{host: 127.0.0.1, port: %d, transport: %s}], allow: [127.0.0.1], srtp: allow}\n# Calls go to %s. Commands: help\nREADY\n", s.Port(o.Transport), o.Transport, o.Server)
			d := &sbcDesk{sbc: s, to: to, ctx: cmd.Context(), out: out}
			return commands(cmd.Context(), cmd.InOrStdin(), out, d.do)
		}}
	f := c.Flags()
	f.StringVar(&o.Server, "server", "127.0.0.1:5060", "host:port of the server's SIP listener")
	f.StringVar(&o.Transport, "transport", "udp", "udp, tcp or tls")
	f.IntVar(&o.Port, "port", 5070, "port for UDP and TCP; TLS is one above")
	f.BoolVar(&o.SRTP, "srtp", false, "encrypted voice")
	f.DurationVar(&o.Options, "options", time.Minute, "how often OPTIONS asks the server whether it is there")
	f.StringVar(&to, "to", support, "number that is called")
	return c
}

const sbcHelp = `call [FROM [NAME…]]             a caller calls and speaks
hangup                          the oldest caller hangs up
hold | resume                   the oldest caller's side
press KEYS                      keypad tones of the oldest caller
phone NUMBER answer|decline|busy|noanswer|voicemail [SECONDS]
calls                           how many are open`

// sbcDesk does the commands of the simulated SBC.
type sbcDesk struct {
	sbc *lab.SBC
	to  string
	ctx context.Context
	out io.Writer
	mu  sync.Mutex
	all []*lab.Caller
}

func (d *sbcDesk) do(line string) (string, error) {
	f := strings.Fields(line)
	switch f[0] {
	case "help":
		return sbcHelp, nil
	case "call":
		return d.call(f[1:])
	case "calls":
		return fmt.Sprint(d.sbc.Calls()), nil
	case "phone":
		return "", d.phone(f[1:])
	}
	c, err := d.oldest()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(d.ctx, 10*time.Second)
	defer cancel()
	switch f[0] {
	case "hangup":
		return "", c.Hangup(ctx)
	case "hold":
		return "", c.Hold(ctx, "sendonly")
	case "resume":
		return "", c.Resume(ctx)
	case "press":
		if len(f) == 2 {
			c.Press(f[1])
			return "", nil
		}
	}
	return "", errors.New("no such command; help lists them")
}

func (d *sbcDesk) call(args []string) (string, error) {
	from, name := nestor, "Nestor Wilke"
	if len(args) > 0 {
		from, name = args[0], strings.Join(args[1:], " ")
	}
	c, err := d.sbc.Call(d.ctx, lab.CallOptions{From: from, Name: name, To: d.to, Say: lab.SpeechVoice(name, "hello, this is "+name+". can you help me?"), Repeat: true})
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	d.all = append(d.all, c)
	d.mu.Unlock()
	go func() {
		<-c.Ended()
		e := c.End()
		fmt.Fprintf(d.out, "call of %s ended by %s %d %s\n", from, e.By, e.Code, e.Reason)
	}()
	return "calling " + d.to, nil
}

func (d *sbcDesk) oldest() (*lab.Caller, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.all) > 0 {
		select {
		case <-d.all[0].Ended():
			d.all = d.all[1:]
		default:
			return d.all[0], nil
		}
	}
	return nil, errors.New("there is no call; call makes one")
}

func (d *sbcDesk) phone(args []string) error {
	if len(args) < 2 {
		return errors.New("phone NUMBER answer|decline|busy|noanswer|voicemail [SECONDS]")
	}
	wait := 2 * time.Second
	if len(args) > 2 {
		s, err := time.ParseDuration(args[2] + "s")
		if err != nil {
			return err
		}
		wait = s
	}
	b, known := map[string]lab.PhoneBehaviour{"answer": lab.PhoneAnswers(wait), "decline": lab.PhoneDeclines(wait), "busy": lab.PhoneBusy(), "noanswer": lab.PhoneNoAnswer(), "voicemail": lab.PhoneVoicemail(wait)}[args[1]]
	if !known {
		return fmt.Errorf("a phone cannot %q", args[1])
	}
	d.sbc.Phone(args[0], b)
	return nil
}

func labAgents() *cobra.Command {
	var o lab.AgentsOptions
	var n int
	var ca, page string
	c := &cobra.Command{Use: "agents", Short: "Agents who answer and talk, by real wire and line; one JSON line an event", Args: cobra.NoArgs,
		Long: "Needs `cordboard lab microsoft --agents N` for the accounts agent1@contoso.com, …, which the server's configuration must name.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			pem, err := os.ReadFile(ca)
			if err != nil {
				return fmt.Errorf("--ca: %w", err)
			}
			o.CA = x509.NewCertPool()
			if !o.CA.AppendCertsFromPEM(pem) {
				return fmt.Errorf("--ca: %s has no certificate", ca)
			}
			for i := range n {
				o.Users = append(o.Users, agentUser(i))
			}
			o.Out = cmd.OutOrStdout()
			o.Token = func(user string) (string, error) { return tokenFrom(cmd.Context(), page, user) }
			server.ShareProcessors() // as the server does: else what is measured is how the agents wait for each other
			server.PaceHeap(cmd.Context(), slog.Default())
			return lab.NewAgents(o).Run(cmd.Context())
		}}
	f := c.Flags()
	f.IntVarP(&n, "number", "n", 20, "how many")
	f.StringVar(&o.Server, "server", "https://127.0.0.1:8443", "address of the server")
	f.StringVar(&ca, "ca", "data/server.pem", "PEM file: who to believe as the server")
	f.StringVar(&page, "microsoft", "http://127.0.0.1:8446/lab", "where `lab microsoft` takes commands")
	f.DurationVar(&o.AnswerAfter, "answer", 2*time.Second, "time from offer to answer")
	f.DurationVar(&o.Talk, "talk", 0, "the agent hangs up after this; 0: the caller does")
	f.DurationVar(&o.Wrap, "wrap", time.Second, "time of wrap-up")
	f.DurationVar(&o.SignIn, "signin", 20*time.Millisecond, "between two sign-ins")
	f.IntVar(&o.Miss, "miss", 0, "every so many offers of an agent go by; 0: none")
	return c
}

// tokenFrom asks the simulated authority for a token of an agent.
func tokenFrom(ctx context.Context, page, user string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page, strings.NewReader("token "+user))
	if err != nil {
		return "", err
	}
	req.Header.Set("X-Cordboard-Lab", "1")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("is `cordboard lab microsoft` running? %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("no token for %s: %s", user, strings.TrimSpace(string(b)))
	}
	return strings.TrimSpace(string(b)), nil
}
