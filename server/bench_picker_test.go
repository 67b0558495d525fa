package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/people"
	"cordboard/session"
	"cordboard/session/wire"
)

// largeCompany is a Graph with 50,000 people, of whom 10,000 are experts with presence.
type largeCompany struct {
	graphOfTests
	take func([]people.Reading)
}

func (g *largeCompany) maker(_ context.Context, _ *config.Tenant, r *people.Roster, take func([]people.Reading)) (server.Presence, error) {
	g.take = take
	g.People(r)
	return g, nil
}

func newLargeCompany() *largeCompany {
	g := &largeCompany{graphOfTests: graphOfTests{groups: map[string][]people.Member{}}}
	syllables := strings.Fields("an ber cor da el fi gus ha in jo ka lo mi na ol pe qui ro sa ti ul vo wen xi yo za")
	name := func(seed, n int) (s string) {
		for range n {
			s += syllables[seed%len(syllables)]
			seed = seed/len(syllables) + 7*seed + 3
		}
		return strings.ToUpper(s[:1]) + s[1:]
	}
	for i := range 50_000 {
		m := people.Member{OID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), User: fmt.Sprintf("user%d@contoso.com", i), Name: name(i, 2) + " " + name(i/3+11, 3),
			Department: []string{"Network", "Billing", "Sales", "Support"}[i%4], Job: "Software Engineer", Phone: fmt.Sprintf("+44207%07d", i)}
		if i < 10_000 {
			g.groups[network] = append(g.groups[network], m)
		}
		g.company = append(g.company, people.Change{OID: m.OID, User: &m.User, Name: &m.Name, Department: &m.Department, Job: &m.Job, Phone: &m.Phone})
	}
	return g
}

// typist is a console that types in the picker, without a screen.
type typist struct {
	s       *session.Session
	replies chan *wire.Reply
	ids     int
}

func (h *house) typist(t testing.TB, user string) *typist {
	t.Helper()
	dir := filepath.Join(h.dir, "typist-"+user)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(h.dir, "data", "server.pem"))
	if err != nil {
		t.Fatal(err)
	}
	believe := filepath.Join(dir, "believe.pem")
	if err := os.WriteFile(believe, append(h.microsoft.CA(), own...), 0o600); err != nil {
		t.Fatal(err)
	}
	y, in := &typist{replies: make(chan *wire.Reply, 16)}, make(chan struct{})
	arrived := sync.OnceFunc(func() { close(in) })
	y.s = session.New(session.Options{Server: h.url(), CAFile: believe, CacheDir: dir, TokenStore: "memory", SignIn: "device", Program: "cordboard test", Tell: func(what any) {
		switch v := what.(type) {
		case wire.SignIn:
			if v.Code != "" {
				_ = h.microsoft.Approve(v.Code, user)
			}
		case wire.Welcome:
			arrived()
		case wire.Reply:
			y.replies <- &v
		}
	}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = y.s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	select {
	case <-in:
	case <-time.After(30 * time.Second):
		t.Fatal(user, "is not in")
	}
	return y
}

// search types and gives the answer, and how long it took.
func (y *typist) search(text string) (*wire.Reply, time.Duration) {
	y.ids++
	at := time.Now()
	y.s.Do(wire.Command{ID: fmt.Sprint("s", y.ids), Do: wire.DoSearch, Text: text})
	r := <-y.replies
	return r, time.Since(at)
}

// BenchmarkPickerKeyToAnswer: ten agents type names in the picker, eight keys a second each, over the real wire with TLS: a key → the
// server's search in 50,000 people, of whom 10,000 are experts with presence → the answer of fifty at the console. What the screen
// makes of the answer is BenchmarkPickerKey in ui.
func BenchmarkPickerKeyToAnswer(b *testing.B) {
	g := newLargeCompany()
	var users []string
	for i := range 10 {
		users = append(users, fmt.Sprintf("agent%d@contoso.com", i))
	}
	h := newHouse(b, houseOptions{agents: users, presence: g.maker, tenant: graphKeys, people: "      experts_from: [{group: " + network + ", skills: {vpn: 2}}]\n      directory: {search: true}\n"})
	var all []*typist
	for _, u := range users {
		all = append(all, h.typist(b, u))
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(30 * time.Second); ; <-look.C {
		if r, _ := all[0].search("user49999"); len(r.People) == 1 {
			break
		}
		if time.Now().After(end) {
			b.Fatal("the directory is not there")
		}
	}
	news := make([]people.Reading, 10_000)
	for i := range news {
		news[i] = people.Reading{ID: fmt.Sprintf("user%d@contoso.com", i), Availability: []string{"Available", "Busy", "Away"}[i%3], At: time.Now()}
	}
	g.take(news)
	r, _ := all[0].search("engineer")
	size, _ := json.Marshal(r)
	b.ResetTimer()
	var mu sync.Mutex
	var took, first []time.Duration
	var wait sync.WaitGroup
	for n, y := range all {
		wait.Go(func() {
			<-time.After(time.Duration(n) * time.Second / 8 / 10) // no two of them at once
			tick := time.NewTicker(time.Second / 8)
			defer tick.Stop()
			words := []string{"sa", "engineer", "vpn", "net", "anber", "user4", "bxz", "e"}
			for k := range 10 * 8 {
				<-tick.C
				w := words[(k/4+n)%len(words)]
				r, d := y.search(w[:min(len(w), 1+k%4)])
				mu.Lock()
				if took = append(took, d); !r.OK {
					b.Errorf("%q: %s", w, r.Words)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	rest := time.NewTicker(1100 * time.Millisecond)
	defer rest.Stop()
	for range 12 { // and the first key after a pause, when everybody is weighed anew
		<-rest.C
		_, d := all[0].search("e")
		first = append(first, d)
	}
	var way []time.Duration // what the road alone takes: another command, which asks for nothing
	for range 80 {
		<-look.C
		all[0].ids++
		at := time.Now()
		all[0].s.Do(wire.Command{ID: fmt.Sprint("w", all[0].ids), Do: wire.DoUndo})
		<-all[0].replies
		way = append(way, time.Since(at))
	}
	b.ReportMetric(0, "ns/op")
	quantiles(b, "road-alone", way)
	b.ReportMetric(float64(len(size))/1024, "answer-KiB")
	quantiles(b, "key-to-answer", took)
	quantiles(b, "first-key", first)
}
