package ui

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"cordboard/session/wire"
	"cordboard/ui/internal/stage"
)

// A walk of random keys, news and window sizes: never a panic, never a wrong row, whatever comes after what.
func TestNothingBreaksTheFrame(t *testing.T) {
	steps := 1000
	if testing.Short() {
		steps = 300
	}
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		r := newRig(t, 80, 24, func(o *Options) { o.ASCII, o.Language = seed == 1, []string{"en", "en", "zh", "en"}[seed] })
		for range steps {
			walk(r, rnd)
			if r.w > 0 && r.h > 0 {
				checkFrame(t, r)
			}
			if t.Failed() {
				t.Fatalf("seed %d, %d×%d, mode %d, over %d", seed, r.w, r.h, r.mode(), r.over)
			}
		}
	}
}

var walkKeys = []string{"enter", "esc", "tab", "up", "down", "backspace", "f1", "f2", "f3", "f4", "ctrl+c", "ctrl+u", "ctrl+l", "pgdown", "home", "end", "left", "right",
	"1", "2", "9", "a", "A", "c", "d", "e", "h", "H", "j", "k", "l", "m", "n", "o", "q", "r", "s", "t", "w", "x", "y", "z", "?", "@", ",", "/", ":", " ", "#", "*", "!", "王", "é"}

func walk(r *rig, rnd *rand.Rand) {
	r.now = r.now.Add(time.Duration(rnd.IntN(900)) * time.Millisecond)
	switch rnd.IntN(10) {
	case 0:
		r.Update(tea.WindowSizeMsg{Width: 1 + rnd.IntN(220), Height: 1 + rnd.IntN(70)})
	case 1:
		r.Update(tickMsg{r.tickID})
	case 2, 3, 4:
		r.tell(randomNews(r, rnd))
	case 5:
		if len(r.sent) > 0 {
			r.reply(randomReply(r, rnd))
		}
	case 6:
		r.tell([]any{
			wire.Connected{State: wire.ConnLost, Since: r.now, Attempt: rnd.IntN(5), Next: r.now.Add(time.Second), Waiting: rnd.IntN(3)},
			wire.Connected{State: wire.ConnResumed, Took: time.Second},
			wire.Connected{State: wire.ConnUp},
			wire.SignIn{Stage: wire.SignInDone, Server: "desk.contoso.com"},
			wire.SignIn{Stage: wire.SignInCode, URL: "https://login.example/" + strange(rnd), Code: "ABCDEFGH", Until: r.now.Add(time.Minute)},
			wire.SignIn{Stage: wire.SignInBlocked, Words: strange(rnd)},
			wire.Connected{State: wire.ConnRefused, Refused: &wire.Refused{Code: "elsewhere", Words: strange(rnd)}},
		}[rnd.IntN(7)])
	default:
		r.Update(key(walkKeys[rnd.IntN(len(walkKeys))]))
	}
	if !r.welcomed && rnd.IntN(3) == 0 {
		b := stage.Board(r.now)
		r.tell(wire.Connected{State: wire.ConnUp}, wire.Welcome{Now: r.now, Seq: r.board.Seq + 1, Board: &b})
	}
	if r.board.Out != nil {
		r.board.Out = nil
	}
}

// strange is a name as strangers send them.
func strange(rnd *rand.Rand) string {
	all := []string{"Nestor Wilke", "", "王小明电信有限公司分公司总部", "يوسف منصور عبد الرحمن", "a\x1b[2Jb\u202ec", "👩‍👩‍👧‍👦 family", "e\u0301\u0301\u0301\u0301\u0301", "x\ny\tz\r", "\x9b31mred", "\u200b\u200b",
		"Wolfeschlegelsteinhausenbergerdorff the Very Long and then some more", "ﷺ", "🇬🇧🇩🇪", "a\u0300", "ก็็็็", "\U000e0041", "ＡＢＣ", "\x1b]0;title\x07name", "half\xffbroken"}
	return all[rnd.IntN(len(all))]
}

func randomCaller(rnd *rand.Rand) wire.Caller {
	return wire.Caller{Name: strange(rnd), Number: []string{"", "+442079460018", "1"}[rnd.IntN(3)], Company: strange(rnd), Language: strange(rnd), Today: rnd.IntN(30), Withheld: rnd.IntN(4) == 0, Internal: rnd.IntN(4) == 0}
}

func randomNews(r *rig, rnd *rand.Rand) wire.News {
	states := []wire.State{wire.NotReady, wire.Ready, wire.Offered, wire.Connecting, wire.Talking, wire.Held, wire.Consulting, wire.Conference, wire.Transfer, wire.Wrapup, wire.MissedCall, wire.DirectCall, wire.Dialing, wire.Lost, "new"}
	n := wire.News{Seq: r.board.Seq + 1, At: r.now, Me: &wire.Me{Name: strange(rnd), State: states[rnd.IntN(len(states))], Since: r.now.Add(-time.Duration(rnd.IntN(20000)) * time.Second), By: strange(rnd)}}
	if rnd.IntN(2) == 0 {
		n.Me.Pending = &wire.Pending{State: wire.NotReady, Reason: &wire.Reason{Name: strange(rnd)}}
		n.Me.Reason = &wire.Reason{ID: "x", Name: strange(rnd), Allowance: time.Duration(rnd.IntN(3)) * time.Hour}
		n.Me.Undo = &wire.Undo{What: "state"}
	}
	o := stage.Offer(r.now)
	o.Caller, o.Contact, o.Reservation = randomCaller(rnd), strange(rnd), strange(rnd)
	switch rnd.IntN(6) {
	case 0:
		n.Offer = o
	case 1, 2:
		n.Call = randomCall(r, rnd, o)
		n.Clear = []wire.Section{wire.ClearOffer, wire.ClearWrap}
	case 3:
		n.Wrap = stage.Wrap(stage.Call(o, r.now), r.now)
		n.Wrap.Words, n.Wrap.Ended = strange(rnd), strange(rnd)
		n.Clear = []wire.Section{wire.ClearCall, wire.ClearOffer}
	case 4:
		n.Missed = &wire.Missed{Caller: randomCaller(rnd), Words: strange(rnd), From: r.now, To: r.now}
		n.Clear = []wire.Section{wire.ClearCall, wire.ClearOffer, wire.ClearWrap}
	case 5:
		n.Clear = []wire.Section{wire.ClearCall, wire.ClearOffer, wire.ClearWrap, wire.ClearMissed}
		n.Said = &wire.Said{Kind: "message", Words: strange(rnd), Bad: rnd.IntN(2) == 0}
		b := stage.Board(r.now)
		n.Experts, n.Queues = b.Experts[:rnd.IntN(10)], b.Queues[:rnd.IntN(4)]
		for i := range n.Experts {
			n.Experts[i].Name, n.Experts[i].Message = strange(rnd), strange(rnd)
		}
	}
	return n
}

func randomCall(r *rig, rnd *rand.Rand, o *wire.Offer) *wire.Call {
	c := stage.Call(o, r.now.Add(-time.Minute))
	c.Note, c.Failed = strange(rnd)+"\n"+strange(rnd), strange(rnd)
	c.Held, c.OneWay, c.Recording = rnd.IntN(3) == 0, []string{"", "from_caller", "to_caller"}[rnd.IntN(3)], []string{"", "on", "paused"}[rnd.IntN(3)]
	c.Direction = []string{"in", "out", "direct"}[rnd.IntN(3)]
	if rnd.IntN(3) == 0 {
		c.Transfer = &wire.Moving{Kind: []string{"ask", "transfer"}[rnd.IntN(2)], To: strange(rnd), State: []string{"starting", "ringing", "answered"}[rnd.IntN(3)], Since: r.now, Until: r.now.Add(20 * time.Second)}
	}
	if rnd.IntN(4) == 0 {
		c.Back = &wire.Back{To: strange(rnd), Code: 603, Words: strange(rnd), At: r.now}
	}
	for range rnd.IntN(9) {
		c.Parties = append(c.Parties, wire.Party{Name: strange(rnd), Role: "expert", State: []string{"ringing", "talking", "held", "gone"}[rnd.IntN(4)]})
	}
	return c
}

func randomReply(r *rig, rnd *rand.Rand) wire.Reply {
	switch rnd.IntN(4) {
	case 0:
		return wire.Reply{Words: strange(rnd)}
	case 1:
		return wire.Reply{Code: "ask", Ask: &wire.Ask{Words: strange(rnd), Instead: stage.Board(r.now).Experts[:rnd.IntN(4)]}}
	case 2:
		return wire.Reply{OK: true, People: []wire.Person{{ID: strange(rnd), Name: strange(rnd)}}, Rows: []wire.Row{{Caller: randomCaller(rnd), End: strange(rnd), Code: strange(rnd)}}, Lines: []string{strange(rnd), strange(rnd)}}
	}
	return wire.Reply{OK: true}
}

// The square that a phone reads is the code, cell by cell, with quiet cells around it.
func TestSquareIsTheCode(t *testing.T) {
	r := newRig(t, 80, 24)
	const at = "https://login.microsoft.com/device"
	rows, side := r.square(at, 18)
	code, err := qr.Encode("HTTPS://LOGIN.MICROSOFT.COM/device", qr.L, qr.Auto)
	if err != nil || len(rows) == 0 {
		t.Fatal(err, len(rows))
	}
	n := code.Bounds().Dx()
	if side != n+4 {
		t.Fatalf("%d cells for %d modules", side, n)
	}
	for y := range side {
		row := []rune(ansi.Strip(rows[y/2]))
		for x := range side {
			half := map[rune]int{' ': 0, '▄': 1, '▀': 2, '█': 3}[row[x]]
			white := half>>(1-y%2)&1 == 1
			want := true
			if x >= 2 && y >= 2 && x < n+2 && y < n+2 {
				v, _, _, _ := code.At(x-2, y-2).RGBA()
				want = v > 0x7fff
			}
			if white != want {
				t.Fatalf("module %d,%d is white: %v", x, y, white)
			}
		}
	}
}
