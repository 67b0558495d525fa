package ui

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// told takes what the session or the softphone says.
func (m *Model) told(v any) tea.Cmd {
	switch v := v.(type) {
	case wire.SignIn:
		m.sign = scrub(v)
		if m.approve && m.hasCode() && m.o.Server != nil {
			m.approve = false
			m.o.Server.SignIn("approve_demo")
		}
		if v.Stage == wire.SignInDone {
			m.demoDone[0] = true
		}
	case wire.Connected:
		return m.connected(scrub(v))
	case wire.Welcome:
		before := m.board
		m.board = m.board.Open(v, m.now)
		m.welcomed = true
		return m.changed(&before)
	case wire.News:
		before := m.board
		m.board = m.board.Apply(v)
		if m.over == overPicker && (v.Found != nil || v.Experts != nil) {
			m.pick.anew(append(v.Found[:len(v.Found):len(v.Found)], v.Experts...))
		}
		return m.changed(&before)
	case wire.Reply:
		return m.replied(scrub(v))
	case wire.Refused:
		m.conn = wire.Connected{State: wire.ConnRefused, Refused: &v}
	case wire.Levels:
		m.levels = v
	case wire.Said:
		m.news = Told{m.server(), scrub(v)}
	}
	return nil
}

func (m *Model) connected(c wire.Connected) tea.Cmd {
	before := m.conn
	m.conn = c
	switch c.State {
	case wire.ConnResumed:
		m.resumed = m.now
		m.say(m.v.f(wBackAfter, "n", seconds(c.Took)), false)
	case wire.ConnUp:
		if before.State == wire.ConnLost {
			m.resumed = m.now
			m.say(m.v.f(wBackAfter, "n", seconds(c.Took)), false)
		}
	case wire.ConnRefused:
		m.welcomed = m.welcomed && c.Refused != nil && c.Refused.Code != "elsewhere" && m.board.Call != nil
	}
	return nil
}

// changed follows the board from one state to the next: the ring tone, what was open, what was being said.
func (m *Model) changed(before *Board) tea.Cmd {
	b := &m.board
	var cmds []tea.Cmd
	switch {
	case b.Offer != nil && (before.Offer == nil || before.Offer.Reservation != b.Offer.Reservation):
		m.ringAt, m.ringAfter = m.now, m.lastKeyAt
		m.loop(false)
		m.phoneRing(true)
		cmds = append(cmds, m.answerBySelf(b.Offer.Reservation))
		m.prefix, m.sure = inNone, sureness{}
		if m.over == overHelp || m.over == overWhy {
			m.over, m.behind = m.behind, overNone
		}
		cmds = append(cmds, m.alert())
	case b.Offer == nil && before.Offer != nil:
		m.phoneRing(false)
		if m.prefix == inDecline {
			m.prefix = inNone
		}
	}
	if b.Call == nil && before.Call != nil {
		m.callGone()
	}
	if b.Wrap != nil && (before.Wrap == nil || before.Wrap.Contact != b.Wrap.Contact) {
		m.wrapAt = m.now
	}
	if b.Call != nil && (before.Call == nil || before.Call.Contact != b.Call.Contact) {
		m.backSeen = false
		m.demoDone[2] = true
		if !m.mode().typing() && m.over != overPicker || m.helping() && b.Call.Direction == "out" {
			m.over = overNone
		}
	}
	if c := b.Call; c != nil && c.Back != nil && (before.Call == nil || before.Call.Back == nil || !before.Call.Back.At.Equal(c.Back.At)) {
		m.backSeen = false
	}
	if b.Call != nil && b.Call.Transfer != nil && m.over == overPicker && !m.helping() {
		m.over = overNone
	}
	if !m.demoDone[2] { // a missed call wants r once more
		m.demoDone[1] = b.Me.State != wire.NotReady && b.Me.State != wire.MissedCall && b.Me.State != wire.Offline
	}
	m.demoDone[3] = m.demoDone[3] || b.Call != nil && b.Call.Transfer != nil
	if b.Me.State != before.Me.State && m.prefix != inNone {
		m.prefix = inNone
	}
	m.followNote(before)
	return tea.Batch(cmds...)
}

// callGone lets go of what belonged to the call.
func (m *Model) callGone() {
	if m.muted {
		m.muted = false
		m.phoneMute(false)
	}
	m.sure, m.gate, m.toneWait, m.toneFor = sureness{}, nil, "", ""
	m.prefix, m.digitAt = inNone, time.Time{}
	if m.over == overKeypad || m.over == overPicker && !m.helping() {
		m.over = overNone
	}
}

// followNote keeps an open note on its contact: from the call into wrap-up, and shut when that is over.
func (m *Model) followNote(before *Board) {
	if m.over != overNote {
		return
	}
	if m.board.contact() != m.noteFor && m.board.Offer == nil {
		m.over = overNone
	}
}

// helping says that the emergency numbers are open, which nothing closes but the person.
func (m *Model) helping() bool { return m.over == overPicker && m.pick.kind == pickHelp }

func (m *Model) phoneRing(on bool) {
	if m.o.Phone != nil {
		m.o.Phone.Ring(on)
	}
}

func (m *Model) phoneMute(on bool) {
	if m.o.Phone != nil {
		m.o.Phone.Mute(on)
	}
}

// replied takes the answer to a command of ours.
func (m *Model) replied(r wire.Reply) tea.Cmd {
	cmd, ours := m.pending[r.ID]
	if !ours {
		return nil
	}
	delete(m.pending, r.ID)
	if r.Code == "bad" && optional[cmd.Do] {
		m.cannot[cmd.Do] = true // an older server: the key goes from the footer
	}
	switch {
	case r.Code == "ask" && r.Ask != nil:
		m.gate = &gate{cmd: cmd, ask: *r.Ask}
		return nil
	case cmd.Do == wire.DoSearch:
		m.pick.found(r, cmd.Text, m.server())
		return nil
	case cmd.Do == wire.DoHistory && r.OK:
		m.history = r.Rows
		return nil
	case cmd.Do == wire.DoWhy && r.OK:
		m.whyText, m.steps, m.sum = m.v.asked(r), r.Steps, m.v.parts(r.Sums, r.Sum)
		return nil
	case cmd.Do == wire.DoNote && r.OK:
		return nil
	case cmd.Do == wire.DoUndo && m.toneWait != "":
		d := m.toneWait
		m.toneWait = ""
		return m.do(wire.Command{Do: wire.DoTones, Digits: d})
	}
	if !r.OK {
		words := m.v.refusal(r)
		m.problem = Told{m.server(), wire.Said{Words: words, Bad: true}}
		if cmd.Do == wire.DoNote {
			m.noteSent = "" // not saved: sent again with the next key, or when the note is left
		}
		return nil
	}
	return nil // that it was done is on the screen
}

// say puts a line of our own into the news row.
func (m *Model) say(words string, isBad bool) {
	m.news = Told{m.server(), wire.Said{Words: words, Bad: isBad}}
}

// do sends a command, with an id and the contact it is meant for.
func (m *Model) do(c wire.Command) tea.Cmd {
	m.sequence++
	c.ID = m.prefixID + "-" + itoa(m.sequence)
	if c.Contact == "" {
		switch c.Do {
		case wire.DoReady, wire.DoNotReady, wire.DoSearch, wire.DoHistory, wire.DoSignOut, wire.DoDial:
		default:
			c.Contact = m.board.contact()
		}
	}
	if len(m.pending) > 200 {
		clear(m.pending) // answers that never came
	}
	m.pending[c.ID] = c
	m.problem = Told{}
	if m.o.Server != nil {
		m.o.Server.Do(c)
	}
	return nil
}

func seconds(d time.Duration) string { return itoa(int(d.Round(time.Second) / time.Second)) }

// heardAs is a line of the server. That two hear each other is not so while the agent is muted or has no microphone.
func (m *Model) heardAs(s wire.Said) string {
	if m.unheard() && (s.Key == "talking" || s.Key == "guest_left") {
		s.Key += "_unheard"
	}
	return m.v.sentence(s)
}

// lastSaid is the line for the news row: the newest of the server's and our own.
func (m *Model) lastSaid() Told {
	t := m.news
	if n := len(m.board.Said); n > 0 && !m.board.Said[n-1].At.Before(t.At) {
		t = m.board.Said[n-1]
	}
	return t
}

// refusal is why a command was not done.
func (v words) refusal(r wire.Reply) string {
	if w := v.sentence(wire.Said{Key: r.Key, Args: r.Args, Words: r.Words}); w != "" {
		return w
	}
	return v[wNotNow]
}

// question is what is asked before a command.
func (v words) question(a wire.Ask) string {
	return v.sentence(wire.Said{Key: a.Key, Args: a.Args, Words: a.Words})
}

// turned is why the server does not let a console in, or any more.
func (v words) turned(r *wire.Refused) string {
	return v.sentence(wire.Said{Key: r.Key, Args: r.Args, Words: r.Words})
}

// attempt is how it ended that somebody was rung: "Megan Bowen declined."
func (v words) attempt(who, why, words string) string {
	key := map[string]string{"left": "back_hung_up", "nobody": "back_nobody_took", "cancelled": "back_taken"}[why]
	if key == "" {
		key = "add_" + why
	}
	return v.sentence(wire.Said{Key: key, Args: map[string]string{"who": who}, Words: words})
}

// backWords are why the caller is back: of a team, what became of each.
func (v words) backWords(b *wire.Back) string {
	s := v.attempt(b.To, b.Why, b.Words)
	for _, x := range b.Each {
		s += " " + v.attempt(x.To, x.Why, x.Words)
	}
	return s
}

// sentence is a line of the server in the person's language.
func (v words) sentence(s wire.Said) string {
	form, ok := said[v[wLanguage]][s.Key]
	if !ok {
		form, ok = ledgers[v[wLanguage]][s.Key]
	}
	if !ok {
		form, ok = stories[v[wLanguage]][s.Key]
	}
	if !ok {
		form, ok = replies[v[wLanguage]][s.Key]
	}
	if !ok {
		form, ok = microsoft[v[wLanguage]][s.Key]
	}
	if !ok || s.Key == "" {
		return s.Words
	}
	pairs := make([]string, 0, 2*len(s.Args))
	names := make([]string, 0, len(s.Args))
	for k := range s.Args {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		pairs = append(pairs, "{"+k+"}", s.Args[k])
	}
	return strings.NewReplacer(pairs...).Replace(form)
}
