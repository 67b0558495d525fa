package desk

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cordboard/server/acd"
	"cordboard/server/fact"
	"cordboard/server/inbox"
	"cordboard/server/people"
	"cordboard/session/wire"
)

// teams is Teams chat as one agent, as a test says.
type teams struct {
	opened, asked int
	said          []string
	answers       []wire.Line
	openErr, err  error
	heardErr      error
	token         string
}

func (c *teams) Open(context.Context, *people.Person) (string, error) {
	c.opened++
	return "chat-1", c.openErr
}

func (c *teams) Say(_ context.Context, _, words string) (time.Time, error) {
	c.said = append(c.said, words)
	return time.Now(), c.err
}

func (c *teams) Heard(_ context.Context, _ string, after time.Time) (out []wire.Line, err error) {
	c.asked++
	for _, l := range c.answers {
		if l.At.After(after) {
			out = append(out, l)
		}
	}
	return out, c.heardErr
}

// chatting is a seat in a call that chats with c.
type chattingSeat struct {
	*seat
	c     *teams
	facts *ledger
}

func newChatting(t *testing.T) *chattingSeat {
	x := &chattingSeat{c: &teams{}, facts: &ledger{}}
	d := New(Options{Log: slog.New(slog.DiscardHandler)})
	room := d.Room("contoso")
	a := acd.New(acd.Options{Tenant: "contoso", Prefix: "t", Ledger: x.facts, Desk: room, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(a.Close)
	room.r.t = &Tenant{ID: "contoso", ACD: a, Presences: &people.Presences{}, Roster: people.NewRoster([]people.Person{
		{ID: "adele", Name: "Adele Vance"}, {ID: "megan", Name: "Megan Bowen", Expert: true},
	}), Chat: func(token, oid string) (Chatter, error) { x.c.token = token + " " + oid; return x.c, nil }}
	x.seat = &seat{room: room.r, person: &people.Person{ID: "adele", Name: "Adele Vance"}, inbox: inbox.New[event](), replies: map[string]*wire.Reply{}, token: "token", oid: "oid",
		line: &quietLine{}, gone: true, lostAt: time.Now(), expires: time.Now().Add(time.Hour)}
	x.board.Call = &wire.Call{Contact: "C1", Caller: wire.Caller{Name: "Nestor Wilke", Number: "+442079460018", Company: "Fabrikam"}, Queue: "Support", Path: []string{"VPN"}, Waited: 38_000, Note: "Drops hourly."}
	return x
}

// do carries a command out and gives the answer to it.
func (x *chattingSeat) do(c wire.Command) *wire.Reply {
	x.remember(c.ID)
	verbs[c.Do](x.seat, c)
	x.pump()
	return x.replies[c.ID]
}

func (x *chattingSeat) pump() {
	synctest.Wait()
	for _, e := range x.inbox.Take() {
		e.apply(x.seat)
	}
}

// after lets time pass as the seat's loop does.
func (x *chattingSeat) after(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(checkEvery)
		x.checkChats(time.Now())
		x.pump()
	}
}

// story is what a console writes.
const story = "On the line: Nestor Wilke, Fabrikam, +442079460018\nAbout: Support > VPN"

func toMegan(id string) wire.Command {
	return wire.Command{ID: id, Do: wire.DoChat, Text: story, To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}, Contact: "C1"}
}

func TestTheContextGoesToTheExpertAndTheAnswerComesToTheCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newChatting(t)
		if r := x.do(toMegan("1")); r == nil || !r.OK || x.c.token != "token oid" {
			t.Fatalf("%+v, as %q", r, x.c.token)
		}
		want := story
		if x.c.said[0] != want {
			t.Errorf("sent %q", x.c.said[0])
		}
		if k := x.board.Call.Chats; len(k) != 1 || k[0].With != "Megan Bowen" || k[0].Words != want || k[0].Sent.IsZero() {
			t.Fatalf("on the card %+v", k)
		}
		x.after(time.Minute)
		if x.c.asked < 19 || x.c.asked > 20 {
			t.Errorf("asked for answers %d times in a minute, want one every 3 s", x.c.asked)
		}
		x.c.answers = append(x.c.answers, wire.Line{At: time.Now(), Words: "Try \x1b[31mMTU 1400"})
		x.after(chatEvery + checkEvery)
		if a := x.board.Call.Chats[0].Answer; len(a) != 1 || a[0].Words != "Try [31mMTU 1400" {
			t.Fatalf("answers %+v", a)
		}
		if n := x.news[len(x.news)-1].Said; n == nil || n.Key != "chat_answer" || n.Args["who"] != "Megan Bowen" {
			t.Errorf("said %+v", n)
		}
		if r := x.do(toMegan("2")); !r.OK || x.c.opened != 1 || len(x.board.Call.Chats) != 1 {
			t.Errorf("again: %+v, opened %d times, %d chats", r, x.c.opened, len(x.board.Call.Chats))
		}
		x.after(chatFor + time.Minute)
		asked := x.c.asked
		if x.after(time.Minute); x.c.asked != asked {
			t.Errorf("asked %d times after ten minutes", x.c.asked-asked)
		}
		var stages []fact.ChatStage
		for _, e := range x.facts.all {
			if f, ok := e.Fact.(fact.Chatted); ok && e.Contact == "C1" && e.Agent == "adele" {
				stages = append(stages, f.Stage)
			}
		}
		if len(stages) != 3 || stages[1] != fact.ChatAnswered {
			t.Errorf("in the ledger %v", stages)
		}
	})
}

func TestAChatThatCannotBeSaysWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newChatting(t)
		for key, err := range map[string]error{
			"chat_consent": &ChatError{Why: "consent", Permission: "Chat.ReadWrite", Link: "https://login/adminconsent"}, "chat_busy": &ChatError{Why: "busy", Again: 7 * time.Second},
			"chat_setup": &ChatError{Why: "setup", Code: "AADSTS500131"}, "chat_away": errors.New("no answer"), "chat_unknown": &ChatError{Why: "unknown"}, "chat_refused": &ChatError{Why: "refused"},
		} {
			x.c.openErr = err
			r := x.do(toMegan(key))
			if r == nil || r.OK || r.Key != key || r.Words == "" || len(x.board.Call.Chats) > 0 || len(x.c.said) > 0 {
				t.Errorf("%v: %+v", err, r)
			}
			if key == "chat_consent" && (!strings.Contains(r.Words, "Chat.ReadWrite") || !strings.Contains(r.Words, "https://login/adminconsent")) {
				t.Errorf("words %q", r.Words)
			}
		}
	})
}

func TestWhoCannotBeWrittenTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newChatting(t)
		for id, c := range map[string]struct {
			cmd  wire.Command
			code string
		}{
			"nobody":        {wire.Command{}, "bad"},
			"a stranger":    {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "zoe"}}, "unknown"},
			"a number":      {wire.Command{To: &wire.Target{Kind: wire.ToNumber, Number: "+441"}}, "unknown"},
			"oneself":       {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "adele"}}, "not_now"},
			"another call":  {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}, Contact: "C0"}, "too_late"},
			"a book":        {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}, Text: strings.Repeat("来", chatText+1)}, "not_now"},
			"nothing":       {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}, Text: " \n"}, "bad"},
			"without Graph": {wire.Command{To: &wire.Target{Kind: wire.ToExpert, ID: "megan"}}, "not_allowed"},
		} {
			if c.cmd.ID, c.cmd.Do = id, wire.DoChat; c.cmd.Text == "" {
				c.cmd.Text = story
			}
			chat := x.room.t.Chat
			if id == "without Graph" {
				x.room.t.Chat = nil
			}
			if r := x.do(c.cmd); r == nil || r.OK || r.Code != c.code {
				t.Errorf("%s: %+v", id, r)
			}
			x.room.t.Chat = chat
		}
		x.board.Call = nil
		if r := x.do(toMegan("over")); r.OK || r.Code != "too_late" {
			t.Errorf("after the call: %+v", r)
		}
	})
}

func TestALookForAnswersWaitsWhenMicrosoftSaysSoAndEndsWithoutTheRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newChatting(t)
		x.do(toMegan("1"))
		x.c.heardErr = &ChatError{Why: "busy", Again: time.Minute}
		if x.after(50 * time.Second); x.c.asked != 1 {
			t.Errorf("asked %d times in a minute of silence", x.c.asked)
		}
		x.c.heardErr = nil
		if x.after(30 * time.Second); x.c.asked < 5 {
			t.Errorf("asked %d times after it", x.c.asked)
		}
		x.c.heardErr = &ChatError{Why: "consent", Permission: "Chat.Read", Link: "https://login"}
		x.after(10 * time.Second)
		asked := x.c.asked
		if x.after(time.Minute); x.c.asked != asked || !strings.Contains(x.board.Call.Chats[0].Failed, "Chat.Read") || x.board.Call.Chats[0].Key != "chat_consent" {
			t.Errorf("asked %d times more; %+v", x.c.asked-asked, x.board.Call.Chats[0])
		}
		renewed{token: "another", expires: time.Now().Add(time.Hour)}.apply(x.seat)
		if r := x.do(toMegan("2")); !r.OK || x.c.token != "another oid" || x.board.Call.Chats[0].Failed != "" {
			t.Errorf("with a fresh token: %+v, as %q, %+v", r, x.c.token, x.board.Call.Chats[0])
		}
	})
}
