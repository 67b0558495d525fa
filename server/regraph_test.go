package server_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/desk"
	"cordboard/server/fact"
	"cordboard/server/lab"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// comesAndGoes plays a Microsoft Graph that the configuration names for a while. Each life of it is another.
type comesAndGoes struct {
	mu    sync.Mutex
	lives []*life
}

type life struct {
	graphOfTests
	mu    sync.Mutex
	lines []string
	take  func([]people.Reading)
	ctx   context.Context
}

func (c *comesAndGoes) maker(ctx context.Context, _ *config.Tenant, r *people.Roster, take func([]people.Reading)) (server.Presence, error) {
	l := &life{take: take, ctx: ctx}
	l.groups = map[string][]people.Member{network: {{OID: "raj", User: "raj.patel@contoso.com", Name: "Raj Patel", Phone: "+442079460104"}}}
	l.People(r)
	take([]people.Reading{{ID: "megan.bowen@contoso.com", Availability: "Busy", Activity: "InAMeeting", At: time.Now()}}) // before it is in force
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lives = append(c.lives, l)
	return l, nil
}

func (c *comesAndGoes) last() *life {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lives) == 0 {
		return nil
	}
	return c.lives[len(c.lives)-1]
}

func (l *life) note(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *life) told() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, ", ")
}

func (l *life) Talking(id fact.AgentID, on bool) {
	l.note(fmt.Sprintf("%s %v", strings.Split(string(id), ".")[0], on))
}
func (l *life) Close() { l.note("closed") }
func (l *life) GraphLine() (desk.GraphLine, bool) {
	return desk.GraphLine{State: "throttled", Words: "Graph asks us to slow down."}, true
}

// seen is what a console shows of experts and of Graph.
type seen struct {
	mu  sync.Mutex
	now wire.Board
}

func (s *seen) saw(_ string, f wire.FromServer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Welcome != nil && f.Welcome.Board != nil {
		s.now = *f.Welcome.Board
	}
	if n := f.News; n != nil {
		if n.Experts != nil {
			s.now.Experts = n.Experts
		}
		if n.Graph != nil {
			s.now.Graph = n.Graph
		}
	}
}

func (s *seen) board() wire.Board {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

const graphKeys = "    graph: {client_id: c, secret: s}\n"

// TestAGraphComesAndGoesWithoutARestart: the configuration names a Microsoft Graph, and later none, and each is in force
// at once, in the middle of a call: presence, people of groups, the health line, and who talks. Nothing is left of it.
func TestAGraphComesAndGoesWithoutARestart(t *testing.T) {
	g := &comesAndGoes{}
	o := houseOptions{presence: g.maker, wrap: "20 s"}
	h := newHouse(t, o)
	ctx := within(t, 40*time.Second)
	w := &seen{}
	h.agents(lab.AgentsOptions{Users: []string{adele}, AnswerAfter: 50 * time.Millisecond, Talk: time.Hour, Say: speaks(agentChirp), Saw: w.saw})
	caller, err := h.sbc.Call(ctx, lab.CallOptions{From: "+442079460042", To: supportNumber, Say: speaks(callerChirp), Repeat: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.Heard().Wait(ctx, func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, 0)) > 0 }); err != nil {
		t.Fatal(err)
	}
	reload := func(tenant, people string) {
		t.Helper()
		o.tenant, o.people = tenant, people
		h.write(o)
		if err := h.server.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	until := func(what string, is func() bool) {
		t.Helper()
		for !is() {
			if ctx.Err() != nil {
				t.Fatal("this does not come: " + what)
			}
			<-time.After(10 * time.Millisecond)
		}
	}
	expert := func(name string) *wire.Person {
		b := w.board()
		for i := range b.Experts {
			if b.Experts[i].Name == name {
				return &b.Experts[i]
			}
		}
		return nil
	}
	if m := expert("Megan Bowen"); m == nil || m.Availability != "" {
		t.Fatalf("without a Graph: %+v", m)
	}
	var before int
	for round := range 4 {
		reload(graphKeys, "      experts_from: [{team: "+network+"}]\n")
		l := g.last()
		if len(g.lives) != round+1 {
			t.Fatalf("%d sources of presence were made in round %d", len(g.lives), round)
		}
		until("who talks is told to the new Graph", func() bool { return l.told() == "adele true" })
		until("presence that was read before it was in force", func() bool { m := expert("Megan Bowen"); return m != nil && m.Activity == "InAMeeting" })
		until("an expert of a team", func() bool { return expert("Raj Patel") != nil })
		until("its health line", func() bool { b := w.board(); return b.Graph != nil && b.Graph.State == "throttled" })
		if s := health(t, h.addresses["https"]); !strings.Contains(s, "Graph asks us to slow down") {
			t.Errorf("health: %s", s)
		}
		reload("", "")
		if l.ctx.Err() == nil || l.told() != "adele true, closed" {
			t.Fatalf("the old one goes on: %q", l.told())
		}
		until("presence is unknown again", func() bool { m := expert("Megan Bowen"); return m != nil && m.Availability == "" })
		until("nobody of the team", func() bool { return expert("Raj Patel") == nil })
		until("no health line", func() bool { return w.board().Graph.State == "none" })
		l.take([]people.Reading{{ID: "megan.bowen@contoso.com", Availability: "Busy", Activity: "InACall", At: time.Now()}})
		reload("", "        - {user: lee.gu@contoso.com, name: Lee Gu}\n") // what comes behind it on the same way
		until("an expert that was added after it", func() bool { return expert("Lee Gu") != nil })
		if m := expert("Megan Bowen"); m.Availability != "" {
			t.Error("a Graph that is gone still tells")
		}
		if s := health(t, h.addresses["https"]); !strings.Contains(s, "no presence configured") || strings.Contains(s, "slow down") {
			t.Errorf("health without a Graph: %s", s)
		}
		if round == 0 {
			before = runtime.NumGoroutine()
		}
	}
	until("no more goroutines than after the first", func() bool { return runtime.NumGoroutine() <= before+2 })
	if err := caller.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
	if c := h.contacts(1)[0]; c.EndedBy != "caller" {
		t.Errorf("ended by %s", c.EndedBy)
	}
}

// A configuration that is refused for another reason leaves no Graph running.
func TestARefusedConfigurationLeavesNoGraph(t *testing.T) {
	g := &comesAndGoes{}
	o := houseOptions{presence: g.maker}
	h := newHouse(t, o)
	o.tenant = graphKeys
	h.write(o)
	raw, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	two := string(raw) + strings.Replace(strings.SplitN(string(raw), "tenants:\n", 2)[1], "id: contoso", "id: contoso", 1)
	if err := os.WriteFile(h.config, []byte(strings.Replace(two, "        name: Support\n", "        name: Support\n        music: nothing.wav\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Reload(); err == nil {
		t.Fatal("it was taken")
	}
	if l := g.last(); l != nil && l.told() != "closed" {
		t.Errorf("it goes on: %q", l.told())
	}
}

func health(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://" + address + "/healthz?verbose")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var all map[string]json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s", all["graph_contoso"], all["graph_line_contoso"])
}
