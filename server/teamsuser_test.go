package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"cordboard/server"
	"cordboard/server/config"
	"cordboard/server/lab"
	"cordboard/server/lab/peers"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// teamsUser is baresip as the expert behind the SBC, with a caller at an agent who hands on to her.
type teamsUser struct {
	t   *testing.T
	h   *house
	b   *peers.Baresip
	ctx context.Context
}

func newTeamsUser(t *testing.T, o houseOptions, calls int) *teamsUser {
	b := peers.StartBaresip(t, peers.BaresipOptions{From: meganNumber, Manual: true, Calls: calls, Say: lab.SpeechTone(700, 60*time.Second)})
	h := newHouse(t, o)
	h.callsGoTo(b.Addr)
	return &teamsUser{t: t, h: h, b: b, ctx: within(t, 45*time.Second)}
}

func (u *teamsUser) call(from string) *lab.Caller {
	u.t.Helper()
	c, err := u.h.sbc.Call(u.ctx, lab.CallOptions{From: from, To: supportNumber, Say: speaks(callerChirp), Repeat: true, Codecs: []lab.SBCCodec{lab.SBCPCMA}})
	if err != nil {
		u.t.Fatal(err)
	}
	return c
}

func (u *teamsUser) does(command string) {
	u.t.Helper()
	if err := u.b.Command(u.ctx, command); err != nil {
		u.t.Fatal(err)
	}
}

// hears waits for the expert's tone, or for the agent's voice, in what the caller hears from now on.
func (u *teamsUser) hearsExpert(c *lab.Caller) {
	u.t.Helper()
	if err := c.Heard().WaitTone(u.ctx, 700, 500*time.Millisecond, c.Heard().Length()); err != nil {
		u.t.Fatalf("the caller does not hear the expert: %v", err)
	}
}

func (u *teamsUser) hearsAgent(c *lab.Caller) {
	u.t.Helper()
	from := c.Heard().Length()
	if err := c.Heard().Wait(u.ctx, func(r *lab.Recording) bool { return len(r.Chirps(agentChirp, max(from, r.Length()-lately))) > 0 }); err != nil {
		u.t.Fatalf("the caller is not back at the agent's voice: %v", err)
	}
}

func handsToMegan(users ...string) lab.AgentsOptions {
	return lab.AgentsOptions{Users: users, AnswerAfter: 50 * time.Millisecond, Talk: 300 * time.Millisecond, Say: speaks(agentChirp),
		Transfer: &wire.Target{Kind: wire.ToExpert, ID: "megan.bowen@contoso.com"}}
}

// ends holds the one contact in the ledger against how it should have ended.
func (u *teamsUser) ends(n int, end, by string, story ...string) {
	u.t.Helper()
	rows := u.h.contacts(n)
	c := rows[n-1]
	if len(rows) != n || c.End != end || c.EndedBy != by {
		u.t.Errorf("the ledger has %d contacts, the last %s by %s; want %s by %s", len(rows), c.End, c.EndedBy, end, by)
	}
	text := u.h.story(c)
	for _, want := range story {
		if !strings.Contains(text, want) {
			u.t.Errorf("%q is not in the story:\n%s", want, text)
		}
	}
}

// TestBaresipIsTheTeamsUser: a telephone that is not ours is the expert. Whatever its person does, the caller has somebody,
// and the ledger one contact with what happened.
func TestBaresipIsTheTeamsUser(t *testing.T) {
	t.Run("answers, holds, hangs up", func(t *testing.T) {
		u := newTeamsUser(t, houseOptions{wrap: "0 s"}, 0)
		u.h.agents(handsToMegan(adele))
		c := u.call("+442079460042")
		if err := u.b.Rings(u.ctx, 1); err != nil {
			t.Fatal(err)
		}
		u.does("accept")
		u.hearsExpert(c)
		u.does("hold")
		held := c.Heard().Length()
		if err := c.Heard().WaitSound(u.ctx, 500*time.Millisecond, held+500*time.Millisecond); err != nil {
			t.Errorf("on hold the caller hears nothing: %v", err)
		}
		select {
		case <-c.Ended():
			t.Fatalf("a hold ended the call: %+v", c.End())
		default:
		}
		u.does("resume")
		u.hearsExpert(c)
		u.does("hangup")
		if end, err := c.WaitEnded(u.ctx); err != nil || end.By != "server" {
			t.Errorf("after the expert hung up: %+v, %v", end, err)
		}
		u.ends(1, "transferred", "expert", "expert megan.bowen, rings", "expert megan.bowen, answered")
	})
	t.Run("declines", func(t *testing.T) {
		u := newTeamsUser(t, houseOptions{wrap: "0 s"}, 0)
		u.h.agents(handsToMegan(adele))
		c := u.call("+442079460042")
		if err := u.b.Rings(u.ctx, 1); err != nil {
			t.Fatal(err)
		}
		u.does("hangup")
		u.hearsAgent(c)
		if err := c.Hangup(u.ctx); err != nil {
			t.Fatal(err)
		}
		u.ends(1, "completed", "caller", "expert megan.bowen, rings", "expert megan.bowen, to the agent, 486 busy") // baresip declines with 486
	})
	t.Run("two agents at once", func(t *testing.T) {
		u := newTeamsUser(t, houseOptions{wrap: "0 s", agents: []string{adele, isaiah}}, 1)
		u.h.agents(handsToMegan(adele))
		first := u.call("+442079460042")
		if err := u.b.Rings(u.ctx, 1); err != nil {
			t.Fatal(err)
		}
		hands, busy := handsToMegan(isaiah), make(chan struct{})
		back := sync.OnceFunc(func() { close(busy) })
		hands.Saw = func(_ string, f wire.FromServer) {
			if f.News != nil && f.News.Call != nil && f.News.Call.Back != nil {
				back()
			}
		}
		u.h.agents(hands)
		second := u.call("+442079460043")
		select {
		case <-busy: // the second agent has handed on while it rings for the first
		case <-u.ctx.Done():
			t.Fatal("the second agent's transfer did not come back")
		}
		u.does("accept")
		u.hearsExpert(first)
		u.hearsAgent(second)
		for _, c := range []*lab.Caller{second, first} {
			if err := c.Hangup(u.ctx); err != nil {
				t.Fatal(err)
			}
		}
		rows := u.h.contacts(2)
		if rows[0].End != "transferred" || rows[1].End != "completed" || !strings.Contains(u.h.story(rows[1]), "expert megan.bowen, to the agent, 486 busy") {
			t.Errorf("the ledger: %s, %s\n%s", rows[0].End, rows[1].End, u.h.story(rows[1]))
		}
	})
}

// fickle is a Graph whose expert is another at the moment of the key than on the desk.
type fickle struct {
	graphOfTests
	mu    sync.Mutex
	fresh string
	slow  time.Duration
	take  func([]people.Reading)
}

func (f *fickle) maker(_ context.Context, _ *config.Tenant, r *people.Roster, take func([]people.Reading)) (server.Presence, error) {
	f.People(r)
	f.take = take
	take([]people.Reading{{ID: "megan.bowen@contoso.com", Availability: "Available", Activity: "Available", At: time.Now()}})
	return f, nil
}

func (f *fickle) is(fresh string, slow time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh, f.slow = fresh, slow
}

func (f *fickle) Fresh(ctx context.Context, p *people.Person) (people.Reading, bool) {
	f.mu.Lock()
	fresh, slow := f.fresh, f.slow
	f.mu.Unlock()
	select {
	case <-time.After(slow):
		r := people.Reading{ID: string(p.ID), Availability: fresh, Activity: fresh, At: time.Now()}
		f.take([]people.Reading{r})
		return r, true
	case <-ctx.Done():
		return people.Reading{}, false
	}
}

// TestPresenceChangesWhileTheKeyIsPressed: on the desk the expert is free, and at the moment of the key she is busy: the desk
// asks before it rings, and her telephone stays quiet until the agent says so. A Graph that takes too long is not waited
// for; what was known decides.
func TestPresenceChangesWhileTheKeyIsPressed(t *testing.T) {
	g := &fickle{}
	u := newTeamsUser(t, houseOptions{wrap: "0 s", presence: g.maker, tenant: graphKeys}, 0)
	p := u.h.console(t, "adele")
	u.h.signIn(p, adele)
	c := u.call("+442079460042")
	p.says(0, "offer")
	p.types("answer")
	u.hearsAgent(c)
	g.is("Busy", 0)
	mark := p.mark()
	p.types("1")
	p.says(mark, "no", "Megan Bowen is busy")
	u.hearsAgent(c)
	if n := strings.Count(u.b.Output(), "Incoming call from"); n != 0 {
		t.Fatalf("her telephone has rung %d times", n)
	}
	p.types("anyway")
	if err := u.b.Rings(u.ctx, 1); err != nil {
		t.Fatal(err)
	}
	u.does("hangup")
	u.hearsAgent(c)
	g.is("Busy", time.Minute) // Graph hangs
	mark = p.mark()
	at := time.Now()
	p.types("1")
	p.says(mark, "no", "Megan Bowen was busy", "ago; it cannot be read now")
	took := time.Since(at)
	p.types("anyway") // what was read last, busy, asks; a free one would ring by now
	if err := u.b.Rings(u.ctx, 2); err != nil {
		t.Fatal(err)
	}
	if took < 400*time.Millisecond || took > 3*time.Second {
		t.Errorf("the key waited %s for a Graph that hangs", took)
	}
	u.does("accept")
	u.hearsExpert(c)
	if err := c.Hangup(u.ctx); err != nil {
		t.Fatal(err)
	}
	u.ends(1, "transferred", "caller", "expert megan.bowen, to the agent, 486 busy", "expert megan.bowen, answered")
}
