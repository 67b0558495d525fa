package ui

import (
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

func undo() wire.Command { return wire.Command{Do: wire.DoUndo} }

// send makes a deed of a command without details.
func send(v wire.Verb) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd { return m.do(wire.Command{Do: v}) }
}

// prefix makes a deed that waits for one more key.
func prefix(in mode) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.prefix = in
		return nil
	}
}

// pause asks for the reason, when there are reasons to choose from.
func pause(m *Model, _ string) tea.Cmd {
	if len(m.board.Reasons) == 0 {
		return m.do(wire.Command{Do: wire.DoNotReady})
	}
	m.prefix = inReason
	return nil
}

// optional are the commands that not every server knows.
var optional = map[wire.Verb]bool{wire.DoAsk: true, wire.DoDial: true}

// open makes a deed that lays a page over the body.
func open(o overlay) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		switch m.over {
		case overNone, overKeypad, overHistory:
			m.behind = m.over
		}
		m.over = o
		m.list = list{}
		if o != overHelp {
			m.prefix = inNone
		}
		return nil
	}
}

// mute works at the source, and tells the server.
func mute(on bool) func(*Model, string) tea.Cmd {
	return func(m *Model, _ string) tea.Cmd {
		m.muted = on
		m.phoneMute(on)
		return m.do(wire.Command{Do: wire.DoMute, Muted: on})
	}
}

// sure makes a deed that wants its key a second time.
func sure(a action) func(*Model, string) tea.Cmd {
	return func(m *Model, key string) tea.Cmd {
		if a == actHangup && m.otherEndGone() {
			return m.do(wire.Command{Do: wire.DoHangup})
		}
		m.sure = sureness{act: a, key: key, since: m.now}
		at := m.now
		return later(sureFor, func(m *Model) tea.Cmd {
			if m.sure.act != "" && !m.sure.since.After(at) {
				m.sure = sureness{}
			}
			return nil
		})
	}
}

// otherEndGone says that hanging up cuts nobody off.
func (m *Model) otherEndGone() bool {
	c := m.board.Call
	if c == nil {
		return true
	}
	for _, p := range c.Parties {
		if p.Role != "you" && p.State != "gone" {
			return false
		}
	}
	return len(c.Parties) > 0
}

func (m *Model) sureYes(string) tea.Cmd {
	act := m.sure.act
	m.sure = sureness{}
	switch act {
	case actHangup, actEndAll:
		return m.do(wire.Command{Do: wire.DoHangup})
	case actLeave:
		return m.leave()
	case actSuspend:
		m.flushNote()
		m.suspend()
		time.AfterFunc(100*time.Millisecond, m.keyboard.interrupt) // Bubble Tea lets go of the keyboard meanwhile
		return tea.Suspend
	}
	return nil
}

func (m *Model) sureNo(string) tea.Cmd {
	m.sure = sureness{}
	return nil
}

type leaveMsg struct{}

// leave signs out, unless a caller would be cut off: the server then holds the call for the grace time.
func (m *Model) leave() tea.Cmd {
	m.flushNote()
	if m.welcomed && m.board.Call == nil && m.o.Server != nil {
		m.do(wire.Command{Do: wire.DoSignOut})
	}
	return later(80*time.Millisecond, func(*Model) tea.Cmd { return func() tea.Msg { return leaveMsg{} } })
}

func (m *Model) redraw(string) tea.Cmd {
	clear(m.kept)
	m.repaint = true
	return tea.ClearScreen
}

// back closes what is on top.
func (m *Model) back(string) tea.Cmd {
	if m.prefix != inNone && m.over != overHelp {
		m.prefix = inNone
		return nil
	}
	m.over, m.behind = m.behind, overNone
	return nil
}

func (m *Model) undoable() bool {
	u := m.board.Me.Undo
	return u != nil && (u.Until.IsZero() || m.server().Before(u.Until))
}

func (m *Model) asking() bool {
	c := m.board.Call
	return c != nil && (c.Transfer != nil && c.Transfer.Kind == "ask")
}

func (m *Model) consultAnswered() bool {
	return m.asking() && m.board.Call.Transfer.State == "answered"
}

// complete gives the caller to the person asked: by Enter, or by the digit that asked, pressed again.
func (m *Model) complete(key string) tea.Cmd {
	if d, err := strconv.Atoi(key); err == nil {
		p := m.board.expert(d)
		if p == nil || p.ID != m.board.Call.Transfer.ID {
			return nil
		}
		if m.lastKey == key && m.now.Sub(m.lastKeyAt) < secondPress {
			return nil // still the press that asked
		}
	}
	return m.do(wire.Command{Do: wire.DoComplete})
}

func (m *Model) answer(string) tea.Cmd {
	if m.board.Offer == nil {
		return nil
	}
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoAnswer, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact})
}

func (m *Model) answerMuted(string) tea.Cmd {
	m.phoneRing(false)
	m.muted = true
	m.phoneMute(true)
	return m.do(wire.Command{Do: wire.DoAnswer, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact, Muted: true})
}

// decline asks for the reason when there are reasons to choose from.
func (m *Model) decline(key string) tea.Cmd {
	if len(m.board.Reasons) == 0 {
		return m.declinePlain(key)
	}
	m.prefix = inDecline
	return nil
}

func (m *Model) declinePlain(string) tea.Cmd {
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoDecline, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact})
}

func (m *Model) pickDecline(key string) tea.Cmd {
	m.prefix = inNone
	r := m.reasonByKey(key)
	if r == nil || m.board.Offer == nil {
		return nil
	}
	m.phoneRing(false)
	return m.do(wire.Command{Do: wire.DoDecline, Reservation: m.board.Offer.Reservation, Contact: m.board.Offer.Contact, Reason: r.ID})
}

func (m *Model) pickReason(key string) tea.Cmd {
	m.prefix = inNone
	r := m.reasonByKey(key)
	if r == nil {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoNotReady, Reason: r.ID})
}

// reasonByKey finds a reason by its letter, or by its place when it has none.
func (m *Model) reasonByKey(key string) *wire.Reason {
	for i := range m.board.Reasons {
		if r := &m.board.Reasons[i]; reasonKey(r, i) == key {
			return r
		}
	}
	return nil
}

func reasonKey(r *wire.Reason, i int) string {
	if r.Key != "" {
		return strings.ToLower(r.Key)
	}
	return itoa(i + 1)
}

func (m *Model) pickCode(key string) tea.Cmd {
	i, _ := strconv.Atoi(key)
	if w := m.board.Wrap; w != nil && i >= 1 && i <= len(w.Codes) {
		return m.do(wire.Command{Do: wire.DoCode, Code: w.Codes[i-1].ID})
	}
	return nil
}

func (m *Model) callBack(string) tea.Cmd {
	return m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: m.board.Wrap.Caller.Number}})
}

// target of a person on the desk.
func target(p *wire.Person) *wire.Target {
	switch p.Kind {
	case "queue":
		return &wire.Target{Kind: wire.ToQueue, ID: p.ID}
	case "agent":
		return &wire.Target{Kind: wire.ToAgent, ID: p.ID}
	}
	return &wire.Target{Kind: wire.ToExpert, ID: p.ID}
}

// meant is the expert whom a digit means; nil, and a word about it, when nobody has it.
func (m *Model) meant(key string) *wire.Person {
	d, _ := strconv.Atoi(key)
	p := m.board.meant(d, m.server())
	if p == nil {
		m.say(m.v.f(wNobodyAt, "n", key), false)
		return nil
	}
	if !p.Number && p.Kind != "queue" {
		m.problem = Told{m.server(), wire.Said{Words: m.v.f(wNoNumber, "who", p.Name), Bad: true}}
		return nil
	}
	return p
}

func (m *Model) transferDigit(key string) tea.Cmd {
	p := m.meant(key)
	if p == nil {
		return nil
	}
	m.digitAt, m.digitWas = m.now, key
	return m.do(wire.Command{Do: wire.DoTransfer, To: target(p)})
}

// insteadDigit rings another expert in the place of the one who rings now.
func (m *Model) insteadDigit(key string) tea.Cmd {
	p := m.meant(key)
	if p == nil || m.board.Call.Transfer.ID == p.ID {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoTransfer, To: target(p)})
}

func (m *Model) askDigit(key string) tea.Cmd {
	m.prefix = inNone
	p := m.meant(key)
	if p == nil {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoAsk, To: target(p)})
}

func (m *Model) queueDigit(key string) tea.Cmd {
	m.prefix = inNone
	i, _ := strconv.Atoi(key)
	if i < 1 || i > len(m.board.Queues) {
		return nil
	}
	return m.do(wire.Command{Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToQueue, ID: m.board.Queues[i-1].ID}})
}

func (m *Model) keepCall(string) tea.Cmd {
	m.backSeen = true
	return nil
}

// tone sends a digit; it is shown until the keypad closes.
func (m *Model) tone(key string) tea.Cmd {
	if len(m.toneFor) < 200 {
		m.toneFor += key
	}
	return m.do(wire.Command{Do: wire.DoTones, Digits: key})
}

func (m *Model) toneClear(string) tea.Cmd {
	m.toneFor = ""
	return nil
}

// pasteTones sends pasted digits, and nothing when there is anything else among them.
func (m *Model) pasteTones(s string) tea.Cmd {
	d := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()\u00a0", r) {
			return -1
		}
		return r
	}, s)
	if d == "" || len(d) > 40 || strings.Trim(d, "0123456789*#,") != "" {
		m.say(m.v[wPasteTones], false)
		return nil
	}
	m.toneFor += d
	return m.do(wire.Command{Do: wire.DoTones, Digits: d})
}

// The question of the server: ring anyway, somebody else, ask first, no.
func (m *Model) gateYes(string) tea.Cmd {
	c := m.gate.cmd
	m.gate = nil
	c.Anyway = true
	return m.do(c)
}

func (m *Model) gateNo(string) tea.Cmd {
	m.gate = nil
	return nil
}

func (m *Model) gateAsk(string) tea.Cmd {
	c := m.gate.cmd
	m.gate = nil
	c.Do, c.Anyway = wire.DoAsk, false
	return m.do(c)
}

// gateDigit takes one of the colleagues proposed, else the expert with that digit.
func (m *Model) gateDigit(key string) tea.Cmd {
	c := m.gate.cmd
	d, _ := strconv.Atoi(key)
	var p *wire.Person
	for i := range m.gate.ask.Instead {
		if m.gate.ask.Instead[i].Digit == d {
			p = &m.gate.ask.Instead[i]
		}
	}
	if p == nil {
		if p = m.meant(key); p == nil {
			return nil
		}
	}
	m.gate = nil
	c.To, c.Anyway = target(p), false
	return m.do(c)
}

func (m *Model) askWhy(string) tea.Cmd {
	open(overWhy)(m, "")
	m.whyText = m.story()
	return m.do(wire.Command{Do: wire.DoWhy, Contact: m.board.contact()})
}

// story is what the desk itself knows of the contact, until the server's answer is here.
func (m *Model) story() []string {
	var lines []wire.Line
	switch b := &m.board; {
	case b.Call != nil:
		lines = b.Call.Story
	case b.Offer != nil:
		lines = b.Offer.Story
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, clock(l.At.In(m.now.Location()), true)+"  "+l.Words)
	}
	return out
}
