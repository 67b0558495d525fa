package desk

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"cordboard/server/acd"
	"cordboard/server/entra"
	"cordboard/server/fact"
	"cordboard/server/people"
	"cordboard/server/routing"
	"cordboard/session/wire"
)

// tokens plays the validator: a token is "user role [oid]".
type tokens struct{}

func (tokens) Validate(_ context.Context, raw string) (entra.Identity, error) {
	f := strings.Fields(raw)
	if len(f) < 2 {
		return entra.Identity{}, errors.New("bad token")
	}
	oid := "oid-" + f[0]
	if len(f) > 2 {
		oid = f[2]
	}
	id := entra.Identity{Tenant: "contoso", OID: oid, User: f[0], Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour)}
	if f[1] != "-" {
		id.Roles = []entra.Role{entra.Role(f[1])}
	}
	return id, nil
}

type quietLine struct{}

func (*quietLine) Offer(console, sdp string) (string, error) {
	if sdp == "bad" {
		return "", errors.New("no")
	}
	return "answer to " + sdp, nil
}
func (*quietLine) LastHeard() time.Time { return time.Time{} }

type ledger struct {
	mu  sync.Mutex
	all []fact.Entry
}

func (l *ledger) Put(e fact.Entry) { l.mu.Lock(); defer l.mu.Unlock(); l.all = append(l.all, e) }

// offered says whether a contact was ever offered to an agent.
func (l *ledger) offered(to fact.AgentID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.all, func(e fact.Entry) bool {
		_, is := e.Fact.(fact.Offered)
		return is && e.Agent == to
	})
}

// office is a desk with an arbiter behind it and a server in front.
type office struct {
	t    *testing.T
	desk *Desk
	room *Room
	acd  *acd.Distributor
	told *ledger
	url  string
}

func newOffice(t *testing.T) *office {
	b, err := people.OpenBindings(filepath.Join(t.TempDir(), "people.json"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	d := New(Options{Validator: tokens{}, Bindings: b, Program: "cordboard test", Log: log})
	o := &office{t: t, desk: d, room: d.Room("contoso"), told: &ledger{}}
	o.acd = acd.New(acd.Options{Tenant: "contoso", Prefix: "t", Ledger: o.told, Desk: o.room, Log: log, Settings: routing.Settings{
		Grace: 20 * time.Second, Queues: []routing.Queue{{ID: "support", Agents: []fact.AgentID{"adele"}, Ring: 20 * time.Second}}}})
	t.Cleanup(o.acd.Close)
	o.room.Set(Tenant{
		ID: "contoso", Name: "Contoso", ACD: o.acd, Presences: &people.Presences{},
		Roster: people.NewRoster([]people.Person{
			{ID: "adele", User: "adele", Name: "Adele Vance", Role: people.Agent, Queues: []fact.QueueID{"support"}},
			{ID: "megan", User: "megan", Name: "Megan Bowen", Number: "+441", Expert: true},
			{ID: "miriam", User: "miriam", Name: "Miriam Graham", Role: people.Supervisor},
		}),
		Rules: Rules{Reasons: []wire.Reason{{ID: "lunch", Name: "Lunch", Key: "l"}}, Queues: []QueueRule{{ID: "support", Name: "Support"}}, PresenceOld: time.Minute},
		Line:  func(fact.AgentID) Line { return &quietLine{} }, CloseLine: func(fact.AgentID) {},
	})
	return o
}

// open starts the server in front at the first need: a test of one seat alone is in virtual time, which stands still
// while a socket waits.
func (o *office) open() {
	if o.url != "" {
		return
	}
	s := httptest.NewServer(o.desk)
	o.t.Cleanup(s.Close)
	o.url = s.URL
}

// console is a bare client.
type console struct {
	t  *testing.T
	ws *websocket.Conn
}

func (o *office) connect(h wire.Hello) *console {
	o.t.Helper()
	o.open()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, o.url, nil) //nolint:bodyclose // the answer has a body only when Dial fails
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	c := &console{o.t, ws}
	if h.Version == 0 {
		h.Version = wire.Version
	}
	if h.Console == "" {
		h.Console = "console-1"
	}
	c.send(wire.FromConsole{Hello: &h})
	return c
}

func (c *console) send(f wire.FromConsole) {
	c.t.Helper()
	b, _ := json.Marshal(f)
	if err := c.ws.Write(context.Background(), websocket.MessageText, b); err != nil {
		c.t.Fatal(err)
	}
}

// next gives the next frame that fits; it is a failure when none comes.
func (c *console) next(what string, fits func(wire.FromServer) bool) wire.FromServer {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for {
		_, b, err := c.ws.Read(ctx)
		if err != nil {
			c.t.Fatalf("%s did not come: %v", what, err)
		}
		var f wire.FromServer
		if err := json.Unmarshal(b, &f); err != nil {
			c.t.Fatal(err)
		}
		if fits(f) {
			return f
		}
	}
}

func (c *console) welcome() *wire.Welcome {
	c.t.Helper()
	return c.next("welcome", func(f wire.FromServer) bool { return f.Welcome != nil }).Welcome
}

func (c *console) refused() string {
	c.t.Helper()
	return c.next("refusal", func(f wire.FromServer) bool { return f.Refused != nil }).Refused.Code
}

func (c *console) do(cmd wire.Command) *wire.Reply {
	c.t.Helper()
	c.send(wire.FromConsole{Do: &cmd})
	return c.next("reply", func(f wire.FromServer) bool { return f.Reply != nil && f.Reply.ID == cmd.ID }).Reply
}

func TestNobodyElseGetsIn(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		hello wire.Hello
		want  string
	}{
		"a bad token":                       {wire.Hello{Token: "x"}, "token"},
		"a stranger":                        {wire.Hello{Token: "grady agent"}, "unknown"},
		"no role in the token":              {wire.Hello{Token: "adele -"}, "no_role"},
		"an expert without a role":          {wire.Hello{Token: "megan admin"}, "no_role"},
		"a console from before this server": {wire.Hello{Token: "adele agent", Version: -1}, "too_old"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := o.connect(c.hello).refused(); got != c.want {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
	o.connect(wire.Hello{Token: "adele agent"}).welcome()
	if got := o.connect(wire.Hello{Token: "adele agent other-oid", Console: "console-2"}).refused(); got != "other_oid" {
		t.Errorf("another account of the same name: %q", got)
	}
}

func TestARightIsTheLowerOfTokenAndConfiguration(t *testing.T) {
	o := newOffice(t)
	w := o.connect(wire.Hello{Token: "adele admin"}).welcome()
	if w.Board.Me.Role != "agent" {
		t.Errorf("role %s", w.Board.Me.Role)
	}
}

func TestACommandIsDoneOnce(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	if w := c.welcome(); w.Board.Me.State != wire.NotReady || w.Board.Me.Reason.ID != routing.ReasonLogin {
		t.Fatalf("the first board: %+v", w.Board.Me)
	}
	ready := wire.Command{ID: "1", Do: wire.DoReady}
	if r := c.do(ready); !r.OK {
		t.Fatalf("ready: %+v", r)
	}
	if r := c.do(wire.Command{ID: "2", Do: wire.DoNotReady, Reason: "lunch"}); !r.OK {
		t.Fatalf("not ready: %+v", r)
	}
	if r := c.do(ready); !r.OK { // sent again after a lost connection
		t.Fatalf("the same again: %+v", r)
	}
	got := make(chan routing.AgentView, 1)
	o.acd.Agent("adele", func(v routing.AgentView, _ bool) { got <- v })
	if v := <-got; v.State != fact.NotReady || v.Reason != "lunch" {
		t.Fatalf("the command was done twice: %+v", v)
	}
	for _, bad := range []wire.Command{
		{ID: "3", Do: "dance"}, {ID: "4", Do: wire.DoNotReady, Reason: "boredom"}, {ID: "5", Do: wire.DoHold}, {ID: "6", Do: wire.DoAnswer, Reservation: "t-1"},
		{ID: "7", Do: wire.DoTones, Digits: "1; rm"}, {ID: "8", Do: wire.DoTransfer}, {ID: "9", Do: wire.DoDone},
	} {
		if r := c.do(bad); r.OK || r.Words == "" {
			t.Errorf("%s: %+v", bad.Do, r)
		}
	}
}

func TestAConsoleThatComesBackGetsWhatItMissed(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	w := c.welcome()
	seen := w.Seq
	c.do(wire.Command{ID: "1", Do: wire.DoReady})
	c.ws.CloseNow()
	back := o.connect(wire.Hello{Token: "adele agent", Resume: w.Resume, Seq: seen})
	again := back.welcome()
	if !again.Resumed || again.Board != nil {
		t.Fatalf("not resumed: %+v", again)
	}
	n := back.next("the missed news", func(f wire.FromServer) bool { return f.News != nil })
	if n.News.Seq != seen+1 {
		t.Fatalf("went on at %d, want %d", n.News.Seq, seen+1)
	}
	old := o.connect(wire.Hello{Token: "adele agent", Resume: w.Resume, Seq: 10000})
	if snap := old.welcome(); snap.Resumed || snap.Board == nil || snap.Board.Me.State != wire.Ready {
		t.Fatalf("a number from another life: %+v", snap)
	}
}

func TestASecondConsoleTakesOverAfterAYes(t *testing.T) {
	o := newOffice(t)
	first := o.connect(wire.Hello{Token: "adele agent"})
	first.welcome()
	if got := o.connect(wire.Hello{Token: "adele agent", Console: "console-2"}).refused(); got != "elsewhere" {
		t.Fatalf("refused with %q", got)
	}
	o.connect(wire.Hello{Token: "adele agent", Console: "console-2", Takeover: true}).welcome()
	if out := first.next("the end of the first", func(f wire.FromServer) bool { return f.News != nil && f.News.Out != nil }); out.News.Out.Code != "elsewhere" {
		t.Fatalf("out with %+v", out.News.Out)
	}
}

func TestDescriptionsOfTheLineGoThrough(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	for _, x := range []struct{ sdp, want string }{{"offer", "answer"}, {"bad", "refused"}} {
		c.send(wire.FromConsole{Line: &wire.LineSDP{ID: x.sdp, Type: "offer", SDP: x.sdp}})
		f := c.next("an answer", func(f wire.FromServer) bool { return f.Line != nil && f.Line.ID == x.sdp })
		if f.Line.Type != x.want {
			t.Errorf("%s got %+v", x.sdp, f.Line)
		}
	}
}

func TestAPersonPutOutIsOutAtOnce(t *testing.T) {
	o := newOffice(t)
	c := o.connect(wire.Hello{Token: "adele agent"})
	c.welcome()
	if !o.room.Out("adele", "Bye.") {
		t.Fatal("nobody was in")
	}
	c.next("out", func(f wire.FromServer) bool { return f.News != nil && f.News.Out != nil && f.News.Out.Code == "out" })
	if code := o.connect(wire.Hello{Token: "adele agent"}).refused(); code != "out" {
		t.Fatalf("with the token from before: %q", code)
	}
}

func TestWhatStrangersWriteIsCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"Nestor\x1b[2JWilke": "Nestor[2JWilke", "a\nb": "a b", "x\u202ey": "xy", "王小明": "王小明", "\u200bz": "z",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]string{
		"+44 20 7946-0018": "+442079460018", "(0)20.7946": "0207946", "": "", "+": "", "12a": "", "++44": "", "123456789012345678901": "", "4+4": "",
	} {
		if got, ok := dialable(in); got != want || ok != (want != "") {
			t.Errorf("%q became %q, %v", in, got, ok)
		}
	}
}

func TestTheGateSaysWhyItAsks(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for want, r := range map[string]people.Reading{
		"Lee is in a meeting (read now).":                  {Availability: "Busy", Activity: "InAMeeting", At: now},
		"Lee is busy (read now).":                          {Availability: "Busy", Activity: "SomethingNew", At: now},
		"Lee is out of office (read now).":                 {Availability: "Odd", Activity: "Odd", OutOfOffice: true, At: now},
		"Nothing is known of Lee's presence.":              {},
		"Presence of Lee is 2m0s old.":                     {Availability: "Available", At: now.Add(-2 * time.Minute)},
		"Lee is not available (Contemplating) (read now).": {Availability: "Pondering", Activity: "Contemplating", At: now},
	} {
		if got := gateWords("Lee", r, true, now, time.Minute).Words; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for want, r := range map[string]people.Reading{ // Graph did not answer in time: what was known decides, and its age is said
		"Lee was in a meeting 20s ago; it cannot be read now.":                 {Availability: "Busy", Activity: "InAMeeting", At: now.Add(-20 * time.Second)},
		"Lee was not available (Contemplating) 5s ago; it cannot be read now.": {Availability: "Pondering", Activity: "Contemplating", At: now.Add(-5 * time.Second)},
		"Lee was out of office 0s ago; it cannot be read now.":                 {Availability: "Available", OutOfOffice: true, At: now},
		"Presence of Lee is 2m0s old.":                                         {Availability: "Available", At: now.Add(-2 * time.Minute)},
	} {
		if got := gateWords("Lee", r, false, now, time.Minute).Words; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
