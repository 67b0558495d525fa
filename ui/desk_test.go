package ui

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// noon is the clock of the tests.
var noon = time.Date(2026, 11, 25, 9, 41, 2, 0, time.UTC)

// rig is a desk without a terminal: messages go in by hand, what it does is noted.
type rig struct {
	*Model
	t      testing.TB
	now    time.Time
	sent   []wire.Command
	signs  []string
	rings  []bool
	mutes  []bool
	meters []bool
	out    bytes.Buffer
	level  wire.Levels
}

func (r *rig) Do(c wire.Command) { r.sent = append(r.sent, c) }
func (r *rig) SignIn(a string)   { r.signs = append(r.signs, a) }
func (r *rig) Takeover(yes bool) {
	r.signs = append(r.signs, "takeover "+map[bool]string{true: "yes", false: "no"}[yes])
}

// ear is the rig's telephone.
type ear struct{ r *rig }

func (e ear) Mute(on bool)          { e.r.mutes = append(e.r.mutes, on) }
func (e ear) Ring(on bool)          { e.r.rings = append(e.r.rings, on) }
func (e ear) Levels() wire.Levels   { return e.r.level }
func (e ear) Choose(in, out string) { e.r.signs = append(e.r.signs, "choose "+in+","+out) }
func (e ear) RingOn(out string)     { e.r.signs = append(e.r.signs, "ring "+out) }
func (e ear) Loop(on bool)          { e.r.mutes = append(e.r.mutes, on) }
func (e ear) Meter(on bool)         { e.r.meters = append(e.r.meters, on) }
func (e ear) Zip()                  { e.r.out.WriteString("zip") }

func newRig(t testing.TB, w, h int, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, now: noon, level: wire.Levels{Mic: 0.2, Ear: 0.3, Device: "Jabra Engage 65", LineUp: true, Quality: wire.Quality{MOS: 4.4, Loss: 0.1, Delay: 84}}}
	o := Options{Server: r, Phone: ear{r}, Now: func() time.Time { return r.now }, Language: "en", Theme: "dark", Motion: "full",
		Headsets: func() ([]string, []string) {
			return []string{"Jabra Engage 65", "Laptop microphone"}, []string{"Jabra Engage 65"}
		},
		Open: func(url string) { r.signs = append(r.signs, "open "+url) }}
	for _, f := range change {
		f(&o)
	}
	r.Model = newModel(context.Background(), o)
	r.env.profile, r.env.light, r.env.wide = termenv.TrueColor, false, false
	r.setTheme()
	r.Model.out.w = &r.out
	r.levels = r.level
	for _, l := range []float64{0.02, 0.2, 0.05, 0.3, 0.1} {
		r.mic.push(l)
		r.ear.push(l)
	}
	r.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return r
}

// tell gives the desk what the session would.
func (r *rig) tell(v ...any) { r.Update(batch(v)) }

// open lets the desk in, with that state.
func (r *rig) open(change func(*wire.Board)) {
	b := stage.Board(r.now)
	if change != nil {
		change(&b)
	}
	r.tell(wire.SignIn{Stage: wire.SignInDone, Account: "adele.vance@contoso.com", Server: "desk.contoso.com"},
		wire.Connected{State: wire.ConnUp, Took: 12 * time.Millisecond}, wire.Welcome{Now: r.now, Seq: 1, Board: &b})
}

// keys presses keys one by one, half a second apart.
func (r *rig) keys(keys ...string) {
	for _, k := range keys {
		r.now = r.now.Add(500 * time.Millisecond)
		r.Update(key(k))
	}
}

func key(k string) tea.KeyMsg {
	named := map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "backspace": tea.KeyBackspace,
		"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "ctrl+c": tea.KeyCtrlC, "ctrl+u": tea.KeyCtrlU, "ctrl+l": tea.KeyCtrlL, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "ctrl+g": tea.KeyCtrlG, "ctrl+o": tea.KeyCtrlO, "home": tea.KeyHome, "end": tea.KeyEnd, "left": tea.KeyLeft}
	if t, ok := named[k]; ok {
		return tea.KeyMsg{Type: t}
	}
	if k == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
}

func (r *rig) lines() []string { return strings.Split(r.View(), "\n") }

// plainLines is the screen without its styles.
func (r *rig) plainLines() []string {
	rows := r.lines()
	for i := range rows {
		rows[i] = ansi.Strip(rows[i])
	}
	return rows
}

func (r *rig) last() wire.Command {
	if len(r.sent) == 0 {
		return wire.Command{}
	}
	return r.sent[len(r.sent)-1]
}

// reply answers the last command.
func (r *rig) reply(p wire.Reply) {
	p.ID = r.last().ID
	r.tell(p)
}

// scene is a state of the desk that has a picture.
type scene struct {
	name  string
	state string // the word of the first row
	card  bool   // the caller stands in the third cell of the fourth row
	set   func(*rig)
}

func talkingBoard(r *rig) func(*wire.Board) {
	return func(b *wire.Board) {
		o := stage.Offer(r.now.Add(-2*time.Minute - 33*time.Second))
		b.Call = stage.Call(o, r.now.Add(-2*time.Minute-13*time.Second))
		b.Call.Note, b.Call.NoteSaved = "Drops since the router swap on Monday. Reboot did not help.", r.now.Add(-time.Minute)
		b.Me = wire.Me{ID: "adele", Name: "Adele Vance", Role: "agent", State: wire.Talking, Since: b.Call.Answered, By: "you",
			Pending: &wire.Pending{State: wire.NotReady, Reason: &b.Reasons[0], By: "you"}}
	}
}

// call opens the desk in a call, changed by f.
func (r *rig) call(f func(*wire.Board)) {
	r.open(func(b *wire.Board) {
		talkingBoard(r)(b)
		if f != nil {
			f(b)
		}
	})
}

func ready(b *wire.Board) {
	b.Me.State, b.Me.Since, b.Me.Reason, b.Me.By = wire.Ready, noon.Add(-4*time.Minute-12*time.Second), nil, "you"
}

func moving(kind, state string) func(*wire.Board) {
	return func(b *wire.Board) {
		b.Call.Transfer = &wire.Moving{Kind: kind, To: "Megan Bowen", ID: "Megan Bowen", State: state, Since: noon.Add(-6 * time.Second), Until: noon.Add(14 * time.Second)}
		b.Me.State = wire.Transfer
		if kind == "ask" {
			b.Me.State, b.Call.HeldSince = wire.Consulting, noon.Add(-34*time.Second)
			b.Call.Parties[1].Music = true
		}
	}
}

func news(words string) func(*rig) {
	return func(r *rig) {
		r.tell(wire.News{Seq: 2, At: r.now.Add(-13 * time.Second), Said: &wire.Said{Kind: "hears", Words: words}})
	}
}

func scenes() []scene {
	signIn := func(s wire.SignIn) func(*rig) { return func(r *rig) { r.tell(s) } }
	refused := func(code, words string) func(*rig) {
		return func(r *rig) {
			r.tell(wire.Connected{State: wire.ConnRefused, Refused: &wire.Refused{Code: code, Words: words}})
		}
	}
	call := func(f func(*wire.Board)) func(*rig) {
		return func(r *rig) { r.call(f); news("Connected. Recording runs (rule of Support).")(r) }
	}
	then := func(f func(*rig), keys ...string) func(*rig) { return func(r *rig) { f(r); r.keys(keys...) } }
	ringing := func(r *rig) {
		r.open(ready)
		o := stage.Offer(r.now.Add(-6 * time.Second))
		r.tell(wire.News{Seq: 2, At: r.now, Offer: o, Me: &wire.Me{Name: "Adele Vance", State: wire.Offered, Since: o.Offered}, Said: &wire.Said{Kind: "offer", Words: "Ring tone on Jabra Engage 65."}})
	}
	wrapUp := func(r *rig) {
		r.open(func(b *wire.Board) {
			talkingBoard(r)(b)
			b.Wrap, b.Call = stage.Wrap(b.Call, r.now.Add(-7*time.Second)), nil
			b.Wrap.Code = "net"
			b.Me.State, b.Me.Since = wire.Wrapup, b.Wrap.Began
			b.Me.Undo = &wire.Undo{What: "code", Until: r.now.Add(3 * time.Second)}
		})
	}
	return []scene{
		{"demo", "SIGN IN", false, func(r *rig) {
			r.o.Demo = &Demo{Lines: []string{"You are Adele Vance, agent at Contoso. In a minute a caller will need you."}, Dots: []string{"SBC sip:5061", "Microsoft :8444", "server :8443", "9 experts", "3 callers"}}
		}},
		{"signin", "SIGN IN", false, signIn(wire.SignIn{Stage: wire.SignInCode, URL: "https://login.microsoft.com/device", Code: "F7KQ2MXDP", Until: noon.Add(13*time.Minute + 2*time.Second), Server: "desk.contoso.com"})},
		{"browser", "SIGN IN", false, signIn(wire.SignIn{Stage: wire.SignInBrowser, URL: "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?client_id=6f2c&code_challenge=abcdefgh", Remote: "ssh -L 8400:localhost:8400 you@this-host", Server: "desk.contoso.com"})},
		{"blocked", "SIGN IN", false, signIn(wire.SignIn{Stage: wire.SignInBlocked, Words: "A rule of contoso.com (Conditional Access) blocks it.", Detail: "AADSTS53003, request 6f2c…91", Remote: "ssh -L 8400:localhost:8400 you@this-host"})},
		{"expired", "SIGN IN", false, signIn(wire.SignIn{Stage: wire.SignInExpired, Words: "The code was not used within 15 minutes."})},
		{"norole", "SIGN IN", false, refused("no_role", "You have no role in this contact centre. Ask your administrator.")},
		{"elsewhere", "SIGN IN", false, refused("elsewhere", "You are signed in on another console, since 08:02, in a call.")},
		{"start", "SIGN IN", false, signIn(wire.SignIn{Stage: wire.SignInStarting})},
		{"notready", "NOT READY", false, func(r *rig) { r.open(nil) }},
		{"reasons", "NOT READY", false, func(r *rig) { r.open(nil); r.keys("n") }},
		{"kept", "READY", false, func(r *rig) {
			r.open(func(b *wire.Board) {
				ready(b)
				b.Me.Kept = &wire.Kept{Activity: "InAMeeting", Queues: []string{"Support", "Sales"}, All: true}
			})
		}},
		{"ready", "READY", false, func(r *rig) { r.open(ready); news("Ready.")(r) }},
		{"ringing", "RINGING", true, ringing},
		{"decline", "RINGING", true, then(ringing, "d")},
		{"ringtyping", "RINGING", true, func(r *rig) {
			r.open(ready)
			r.keys("o", "+", "4", "4")
			r.now = noon
			o := stage.Offer(r.now.Add(-6 * time.Second))
			r.tell(wire.News{Seq: 2, At: r.now, Offer: o, Me: &wire.Me{Name: "Adele Vance", State: wire.Offered, Since: o.Offered}})
		}},
		{"talking", "TALKING", true, call(nil)},
		{"inside", "TALKING", false, call(func(b *wire.Board) {
			b.Call.Caller = wire.Caller{Name: "Pradeep Gupta", Number: "+442079460103", Department: "Finance", Internal: true,
				Person: &wire.Person{ID: "pradeep@contoso.com", Availability: "Busy", Activity: "InAMeeting", Seen: noon}}
			b.Call.Story = append(b.Call.Story, wire.Line{At: noon.Add(-3 * time.Minute), Words: "sent on from +44 20 7946 0101, which was busy"})
		})},
		{"rtl", "TALKING", false, call(func(b *wire.Board) {
			b.Call.Caller.Name, b.Call.Caller.Company = "يوسف منصور", "王小明 电信有限公司"
		})},
		{"muted", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("m")
			r.level.Muted, r.level.SpeakingMute = true, true
			r.levels = r.level
		}},
		{"nomic", "TALKING", true, func(r *rig) { call(nil)(r); r.levels.NoDevice, r.levels.Device = true, "" }},
		{"oneway", "TALKING", true, call(func(b *wire.Board) { b.Call.OneWay, b.Call.Quality.MOS = "from_caller", 2.9 })},
		{"hold", "ON HOLD", true, call(func(b *wire.Board) {
			b.Call.Held, b.Call.HeldSince = true, noon.Add(-34*time.Second)
			b.Me.State = wire.Held
			b.Me.Undo = &wire.Undo{What: "hold", Until: noon.Add(3 * time.Second)}
		})},
		{"dialing", "DIALLING", true, call(func(b *wire.Board) {
			b.Call.Direction, b.Call.Answered, b.Call.Waited, b.Call.Known = "out", time.Time{}, 0, nil
			b.Me.State, b.Me.Since = wire.Dialing, noon.Add(-4*time.Second)
		})},
		{"sending", "TRANSFER", true, call(moving("transfer", "ringing"))},
		{"back", "TALKING", true, call(func(b *wire.Board) {
			b.Call.Back = &wire.Back{To: "Megan Bowen", Code: 603, Why: "declined", Words: "Megan Bowen declined.", At: noon.Add(-3 * time.Second)}
			b.Experts[0].Tried = "declined"
		})},
		{"asking", "ASKING", true, call(moving("ask", "ringing"))},
		{"asked", "ASKING", true, call(moving("ask", "answered"))},
		{"group", "GROUP", true, call(func(b *wire.Board) {
			b.Me.State, b.Me.Since = wire.Conference, noon.Add(-62*time.Second)
			b.Call.Parties = append(b.Call.Parties, wire.Party{ID: "m", Name: "Megan Bowen", Role: "expert", State: "talking", Muted: true}, wire.Party{ID: "w", Name: "王小明", Role: "expert", State: "ringing"})
		})},
		{"second", "TALKING", true, call(func(b *wire.Board) {
			o := stage.Offer(noon.Add(-7 * time.Second))
			o.Caller, o.Queue, o.Path = wire.Caller{Name: "Isaiah Langer", Company: "Contoso", Internal: true}, "", nil
			b.Offer = o
		})},
		{"sure", "TALKING", true, then(call(nil), "x")},
		{"gate", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("4")
			r.reply(wire.Reply{Code: "ask", Ask: &wire.Ask{Words: "Lee Gu is in a meeting (read now).", Instead: stage.Board(noon).Experts[2:3]}})
		}},
		{"problem", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("1")
			r.reply(wire.Reply{Code: "not_now", Words: "Megan Bowen was not rung: the SBC london-2 does not answer."})
		}},
		{"askwhom", "TALKING", true, then(call(nil), "c")},
		{"graph", "TALKING", true, call(func(b *wire.Board) {
			b.Graph = &wire.Graph{State: "unreachable", Since: noon, Words: "Graph is not reachable. Presence is shown as unknown."}
		})},
		{"chatwhom", "TALKING", true, then(call(nil), "i")},
		{"chats", "TALKING", true, call(func(b *wire.Board) {
			at := noon.Add(-90 * time.Second)
			b.Call.Chats = []wire.Chat{
				{ID: "Megan Bowen", With: "Megan Bowen", Sent: at, Words: "On the line: Nestor Wilke", Answer: []wire.Line{{At: at.Add(time.Minute), Words: "Set the MTU to 1400, then it holds. 如果不行就转给我"}}},
				{ID: "Ana Diaz", With: "Ana Diaz", Sent: at, Words: "On the line: Nestor Wilke"},
				{ID: "Lee Gu", With: "Lee Gu", Sent: at, Failed: "The right Chat.Read is missing. An administrator gives it at https://login.microsoftonline.com/contoso/adminconsent"},
			}
		})},
		{"picker", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("t", "v", "p")
			p := stage.Board(noon).Experts[:2]
			p[0].ID, p[0].Name, p[0].Digit = "x1", "Meena Brar", 0
			p[1].ID, p[1].Name, p[1].Digit, p[1].Number = "x2", "Armel Brown", 0, false
			r.reply(wire.Reply{OK: true, People: p})
			r.keys("down")
		}},
		{"emergency", "TALKING", true, then(call(nil), "!")},
		{"people", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("t", "a")
			p := stage.Board(noon).Experts[:2]
			p[0].ID, p[0].Name, p[0].Digit, p[0].Kind, p[0].Why = "u1", "Alex Wilber", 0, "user", "answers"
			p[1].ID, p[1].Name, p[1].Digit, p[1].Kind, p[1].Number, p[1].Job, p[1].Department = "u2", "Adele Schmidt", 0, "user", false, "Accountant", ""
			r.reply(wire.Reply{OK: true, People: p})
			r.keys("down", "down")
		}},
		{"keypad", "TALKING", true, then(call(nil), "k", "2", "2", "1", "9", "#")},
		{"note", "TALKING", true, then(call(nil), "e", " 再", "试", "!")},
		{"help", "TALKING", true, then(call(nil), "?")},
		{"why", "TALKING", true, then(call(nil), "@")},
		{"contact", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("H")
			r.reply(wire.Reply{OK: true, Rows: stage.Board(noon).Last})
			r.keys("enter")
			r.reply(wire.Reply{OK: true, Steps: stage.Steps(noon), Sum: "waited 0:38, talked 6:10, held 0:34, wrap-up 0:31, VPN, with Adele Vance and Megan Bowen, caller hung up, worst leg MOS 3.9"})
		}},
		{"command", "TALKING", true, then(call(nil), ":", "m", "tab")},
		{"find", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("H")
			r.reply(wire.Reply{OK: true, Rows: stage.Board(noon).Last})
			r.keys("/", "s", "u", "p")
		}},
		{"history", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.keys("H")
			r.reply(wire.Reply{OK: true, Rows: stage.Board(noon).Last})
			r.keys("down")
		}},
		{"settings", "TALKING", true, func(r *rig) { call(nil)(r); r.settle(r.Update(key(","))); r.keys("down", "enter") }},
		{"hearyourself", "READY", false, func(r *rig) { r.open(ready); r.keys("v") }},
		{"copy", "TALKING", true, then(call(nil), "y")},
		{"lost", "NO SERVER", false, func(r *rig) {
			call(nil)(r)
			r.tell(wire.Connected{State: wire.ConnLost, Since: noon.Add(-4 * time.Second), Attempt: 3, Next: r.now.Add(2 * time.Second), Waiting: 1})
		}},
		{"resumed", "TALKING", true, func(r *rig) {
			call(nil)(r)
			r.tell(wire.Connected{State: wire.ConnLost, Since: noon}, wire.Connected{State: wire.ConnResumed, Took: 7 * time.Second})
		}},
		{"wrap", "WRAP-UP", true, wrapUp},
		{"wrapcode", "WRAP-UP", true, func(r *rig) {
			wrapUp(r)
			w := *r.board.Wrap
			w.Required, w.Code = true, ""
			r.tell(wire.News{Seq: 9, Wrap: &w})
			r.keys("enter")
		}},
		{"wrapnote", "WRAP-UP", true, then(wrapUp, "e")},
		{"missed", "MISSED", true, func(r *rig) {
			r.open(func(b *wire.Board) {
				b.Me.State, b.Me.Since, b.Me.By, b.Me.Reason = wire.MissedCall, noon.Add(-41*time.Second), "rule missed", nil
				b.Missed = &wire.Missed{Caller: stage.Nestor(), Queue: "Support", From: noon.Add(-61 * time.Second), To: noon.Add(-41 * time.Second), Words: "The caller kept the place in line.", Taken: "Isaiah Langer", Return: noon.Add(9*time.Minute + 19*time.Second)}
			})
		}},
		{"out", "SIGN IN", false, func(r *rig) {
			r.open(nil)
			r.tell(wire.News{Seq: 2, At: noon, Out: &wire.Refused{Code: "elsewhere", Words: "You signed in on another console."}})
		}},
		{"few", "READY", false, func(r *rig) {
			r.open(func(b *wire.Board) { ready(b); b.Experts = b.Experts[4:9]; b.Experts[2].Tried = "declined" })
		}},
		{"empty", "READY", false, func(r *rig) {
			r.open(func(b *wire.Board) {
				ready(b)
				b.Queues, b.Experts, b.Team, b.Last, b.Today, b.Reasons, b.Me.Idle = nil, nil, nil, nil, wire.Today{}, nil, wire.Idle{}
			})
		}},
	}
}
