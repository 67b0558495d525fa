package ui

import (
	"strings"
	"testing"

	"cordboard/session/wire"
)

func TestOneKeyAndADigitSendTheContext(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys("i", "9") // who has no number can be written to
	e := r.board.expert(9)
	if c := r.last(); c.Do != wire.DoChat || c.To.ID != e.ID || c.Contact != r.board.Call.Contact || e.Number {
		t.Fatalf("sent %+v to %+v", c, e)
	}
	r.reply(wire.Reply{Code: "not_allowed", Key: "chat_consent", Args: map[string]string{"right": "Chat.ReadWrite", "link": "https://login/adminconsent"}, Words: "x"})
	if s := strings.Join(r.plainLines(), "\n"); !strings.Contains(s, "The right Chat.ReadWrite is missing. An administrator gives it at https://login/adminconsent") {
		t.Errorf("the missing right is not said:\n%s", s)
	}
	n := len(r.sent)
	r.keys("i", "esc", "i", "x")
	if len(r.sent) != n {
		t.Errorf("sent %+v", r.last())
	}
}

func TestThePickerSendsTheContextToAnybody(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys("t", "z")
	r.reply(wire.Reply{OK: true, People: []wire.Person{{ID: "support", Kind: "team", Name: "Z", Number: true}, {ID: "zoe@contoso.com", Kind: "user", Name: "Zoe Quick"}}})
	n := len(r.sent)
	if r.keys("ctrl+o"); len(r.sent) != n {
		t.Fatalf("a team was written to: %+v", r.last())
	}
	r.keys("down", "ctrl+o")
	if c := r.last(); c.Do != wire.DoChat || c.To.Kind != wire.ToUser || c.To.ID != "zoe@contoso.com" || r.over != overNone {
		t.Errorf("sent %+v", c)
	}
}

// An older server does not know the command: the key goes.
func TestAnOlderServerHasNoChat(t *testing.T) {
	r := newRig(t, 120, 40)
	r.call(nil)
	r.keys("i", "1")
	r.reply(wire.Reply{Code: "bad", Words: "The server does not know this command; it may be older than the console."})
	n := len(r.sent)
	r.keys("i", "1")
	if c := r.last(); len(r.sent) != n+1 || c.Do != wire.DoTransfer {
		t.Errorf("sent %+v", c)
	}
}

// The expert reads the story in the language of the agent's console, with the note as it stands there.
func TestTheContextIsInTheAgentsLanguage(t *testing.T) {
	for language, want := range map[string]string{
		"en": "On the line: Nestor Wilke, Fabrikam, +442079460018\nAbout: Support > VPN\nWaited: 0:38\nContract: Gold\nNotes: Drops hourly.\nCan you help? Answer here, I read it on my desk.",
		"zh": "来电人：Nestor Wilke, Fabrikam, +442079460018\n事由：Support > VPN\n已等待：0:38\nContract：Gold\n备注：Drops hourly.\n能帮忙吗？请在此回复，我在坐席界面上能看到。",
	} {
		r := newRig(t, 120, 40)
		r.v = catalogue(language)
		r.call(func(b *wire.Board) {
			c := b.Call
			c.Caller = wire.Caller{Name: "Nestor Wilke", Company: "Fabrikam", Number: "+442079460018"}
			c.Queue, c.Path, c.Waited, c.Note, c.Known = "Support", []string{"VPN"}, 38_000, "Drops hourly.", []wire.Fact{{Label: "Contract", Text: "Gold"}}
		})
		r.keys("i", "9")
		if got := r.last().Text; got != want {
			t.Errorf("%s: %q", language, got)
		}
		r.call(func(b *wire.Board) { b.Call.Caller = wire.Caller{Withheld: true} })
		if r.keys("i", "9"); !strings.Contains(r.last().Text, r.v[wWithheld]) || strings.Contains(r.last().Text, "+44") {
			t.Errorf("%s, withheld: %q", language, r.last().Text)
		}
	}
}
