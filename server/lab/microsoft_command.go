package lab

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MicrosoftCommands is the help of Command: one line a command.
const MicrosoftCommands = `accounts                        who there is
codes                           device codes that wait
approve [CODE] USER             let a device code in; the newest one without CODE
decline CODE | expire CODE      as the person or time would
presence USER AVAILABILITY [ACTIVITY] [NOTE…]
roles USER ROLE…                app roles of the next token
disable USER | enable USER      block an account
sessions USER                   make refresh tokens worthless
account USER NAME…              a person without a telephone, or another name for one who is there
remove USER                     delete an account
group NAME [USER | group:NAME…] a team with these members, or a security group when groups are in it; prints its object id
say FROM TO TEXT…               write in the Teams chat of two
token USER                      an access token for the server, for programs
life SECONDS                    of the tokens given from now on
block on|off                    a policy that forbids device codes
public on|off                   whether the console's registration allows public client flows
slowdown N                      the next N polls get slow_down
rotate                          new signing key
throttle N SECONDS              the next N requests of Graph get 429
slow MILLISECONDS               delay of Graph's answers
fail N STATUS                   the next N requests of Graph get STATUS
break on|off                    the authority answers 503
grant PERMISSION… | revoke PERMISSION…`

// Command does one line of MicrosoftCommands and gives what to print.
func (m *Microsoft) Command(line string) (string, error) {
	f := strings.Fields(line)
	if len(f) == 0 || f[0] == "help" {
		return MicrosoftCommands, nil
	}
	name, args := f[0], f[1:]
	if n, known := commandArgs[name]; !known {
		return "", fmt.Errorf("no command %q; help lists them", name)
	} else if len(args) < n {
		return "", fmt.Errorf("%s needs %d words more; help lists the commands", name, n-len(args))
	}
	switch name {
	case "accounts":
		return m.listAccounts(), nil
	case "codes":
		return strings.Join(m.Codes(), "\n"), nil
	case "approve":
		return "", m.approveNewest(args)
	case "token":
		return m.MintUser(args[0], nil)
	case "presence":
		return "", m.presenceCommand(args)
	case "group":
		return m.groupCommand(args[0], args[1:])
	case "say":
		return "", m.Say(args[0], args[1], strings.Join(args[2:], " "))
	case "account":
		return "", m.accountCommand(args[0], strings.Join(args[1:], " "))
	case "remove":
		return "", m.RemoveAccount(args[0])
	case "rotate":
		return "", m.RotateKeys()
	case "roles":
		return "", m.SetRoles(args[0], args[1:]...)
	case "disable", "enable":
		return "", m.Disable(args[0], name == "disable")
	case "decline":
		return "", m.Decline(args[0])
	case "expire":
		return "", m.ExpireCode(args[0])
	case "slowdown", "throttle", "fail", "life", "slow":
		return "", m.faultCommand(name, args)
	}
	return "", m.switchCommand(name, args)
}

var commandArgs = map[string]int{"accounts": 0, "codes": 0, "approve": 1, "decline": 1, "expire": 1, "presence": 2, "roles": 1, "disable": 1, "enable": 1,
	"sessions": 1, "token": 1, "life": 1, "slow": 1, "block": 1, "public": 1, "slowdown": 1, "rotate": 0, "throttle": 2, "fail": 2, "break": 1, "grant": 1, "revoke": 1,
	"group": 1, "say": 3, "account": 2, "remove": 1}

func (m *Microsoft) listAccounts() string {
	var b strings.Builder
	for _, a := range m.Accounts() {
		fmt.Fprintf(&b, "%-30s %-20s %s %s\n", a.User, a.Name, a.ID, strings.Join(a.Roles, ","))
	}
	return strings.TrimRight(b.String(), "\n")
}

func (m *Microsoft) approveNewest(args []string) error {
	if len(args) >= 2 {
		return m.Approve(strings.Join(args[:len(args)-1], ""), args[len(args)-1])
	}
	codes := m.Codes()
	if len(codes) == 0 {
		return errors.New("no code waits")
	}
	return m.Approve(codes[len(codes)-1], args[0])
}

func (m *Microsoft) presenceCommand(args []string) error {
	p := MicrosoftPresence{Availability: args[1]}
	if len(args) > 2 {
		p.Activity = args[2]
		p.Message = strings.Join(args[3:], " ")
	}
	return m.SetPresence(args[0], p)
}

func (m *Microsoft) faultCommand(name string, args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("%q is not a number", args[0])
	}
	switch name {
	case "slowdown":
		m.SlowDown(n)
	case "slow":
		m.Slow(time.Duration(n) * time.Millisecond)
	case "life":
		if n < 1 {
			return errors.New("a token lives for a second at least")
		}
		m.SetTokenLife(time.Duration(n) * time.Second)
	case "throttle":
		m.Throttle(n, args[1])
	case "fail":
		status, err := strconv.Atoi(args[1])
		if err != nil || status < 400 || status > 599 {
			return fmt.Errorf("%q is not an HTTP error", args[1])
		}
		m.Fail(n, status)
	}
	return nil
}

func (m *Microsoft) switchCommand(name string, args []string) error {
	switch name {
	case "sessions":
		m.RevokeSessions(args[0])
	case "grant":
		m.Grant(args...)
	case "revoke":
		m.Revoke(args...)
	case "block", "break", "public":
		if !slices.Contains([]string{"on", "off"}, args[0]) {
			return fmt.Errorf("%s is on or off", name)
		}
		map[string]func(bool){"block": m.BlockDeviceCode, "break": m.Break, "public": m.PublicClient}[name](args[0] == "on")
	}
	return nil
}

// serveCommand takes a command by HTTP. The header keeps web pages of others from sending one.
func (m *Microsoft) serveCommand(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Cordboard-Lab") == "" {
		http.Error(w, "the header X-Cordboard-Lab is missing", http.StatusForbidden)
		return
	}
	line, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4096))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := m.Command(string(line))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintln(w, out)
}

// CommandURL takes the lines of Command by POST, with a header X-Cordboard-Lab.
func (m *Microsoft) CommandURL() string { return m.page + "/lab" }

// groupCommand makes a group of accounts, or gives one other members.
func (m *Microsoft) groupCommand(name string, who []string) (id string, err error) {
	var members, within []string
	m.mu.Lock()
	for _, u := range who {
		if group, is := strings.CutPrefix(u, "group:"); is {
			within = append(within, MicrosoftID("group:"+group))
		} else if members = append(members, u); m.person(u) == nil && err == nil {
			err = fmt.Errorf("no account %q", u)
		}
	}
	m.mu.Unlock()
	if err != nil {
		return "", err
	}
	g := MicrosoftGroup{ID: MicrosoftID("group:" + name), Name: name, Members: members, Groups: within, Team: len(within) == 0}
	return g.ID, m.AddGroup(g)
}

func (m *Microsoft) accountCommand(user, name string) error {
	m.mu.Lock()
	a := MicrosoftAccount{User: user}
	if p := m.person(user); p != nil {
		a = p.MicrosoftAccount
	}
	m.mu.Unlock()
	a.Name = name
	return m.AddAccount(a)
}
