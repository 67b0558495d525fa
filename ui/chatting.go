package ui

import (
	"slices"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// chatChips gives the modes of a call the key of the chat, where there is room for it, and the choice its own mode.
func chatChips(all [modeCount]chip) [modeCount]chip {
	before := map[mode]action{inTalk: actQueue, inHold: actQueue, inSending: actHelp, inBack: actHelp, inAsking: actHelp, inPicker: actPickUp}
	for in, a := range before {
		act := actChat
		if in == inPicker {
			act = actPickChat
		}
		if i := slices.Index(all[in].keys, a); i >= 0 {
			all[in].keys = slices.Insert(slices.Clone(all[in].keys), i, act)
		}
	}
	all[inChat] = chip{wcTalk, talk, []action{actChatWho, actEsc, actHelp, actHelpCall, actLeave}}
	for in := range all { // whoever may leave may also go to the shell for a moment
		if i := slices.Index(all[in].keys, actLeave); i >= 0 && !slices.Contains(all[in].keys, actSuspend) {
			all[in].keys = slices.Insert(slices.Clone(all[in].keys), i+1, actSuspend)
		}
	}
	return all
}

// chatDigit sends the expert with that digit who is calling, why, and the notes so far. A number is not needed.
func (m *Model) chatDigit(key string) tea.Cmd {
	m.prefix = inNone
	d, _ := strconv.Atoi(key)
	p := m.board.meant(d, m.server())
	if p == nil || p.Kind == "team" || p.Kind == "queue" {
		m.say(m.v.f(wNobodyAt, "n", key), false)
		return nil
	}
	return m.chat(p)
}

// pickChats says whether the one under the mark can be written to.
func (m *Model) pickChats() bool {
	if m.board.Call == nil || !m.pickable() {
		return false
	}
	p := m.pick.rows[m.pick.at].person
	return p != nil && p.Kind != "queue" && p.Kind != "team"
}

func (m *Model) pickChat(string) tea.Cmd {
	p := m.pick.rows[m.pick.at].person
	m.over = overNone
	return m.chat(p)
}

// chatLine is one thing in a chat: what came back, or that it was sent.
type chatLine struct {
	at    time.Time
	who   string
	words string
	style style
}

// chatLines lists the chats of a call, what came last at the end.
func (m *Model) chatLines(c *wire.Call) []chatLine {
	var out []chatLine
	for i := range c.Chats {
		x := &c.Chats[i]
		switch {
		case x.Failed != "":
			out = append(out, chatLine{x.Sent, x.With, m.v.sentence(wire.Said{Key: x.Key, Args: x.Args, Words: x.Failed}), bad})
		case len(x.Answer) == 0:
			out = append(out, chatLine{x.Sent, x.With, m.v[wChatWaits], dim})
		}
		for _, a := range x.Answer {
			out = append(out, chatLine{a.At, x.With, a.Words, text})
		}
	}
	slices.SortStableFunc(out, func(a, b chatLine) int { return a.at.Compare(b.at) })
	return out
}

// chatRows is how high the pane of the chats is, none when there are none.
func (m *Model) chatRows(c *wire.Call, w, most int) int {
	if len(c.Chats) == 0 || most < 3 {
		return 0
	}
	n := 0
	for _, l := range m.chatLines(c) {
		n += len(m.chatText(l, w-4))
	}
	return min(n+2, most)
}

// chatText is a line in rows of w cells, without the time and the name, which stand before the first.
func (m *Model) chatText(l chatLine, w int) []string {
	head := 6 + width(visual(l.who)) + 2
	rows := wrapText(visual(l.words), max(10, w-head))
	if len(rows) == 0 {
		return []string{""}
	}
	return rows
}

func (m *Model) chatPane(w, h int, c *wire.Call) []string {
	if h < 3 {
		return nil
	}
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wChats]), m.t.words().put(text|bold, "i ").put(dim, m.v[wkChat]))
	m.chatList(p, c, h-2)
	return p.close(h)
}

// chatBlock is a part of the card: a title and the last of the chats.
func (m *Model) chatBlock(p *pane, c *wire.Call, n int) {
	if n < 2 {
		return
	}
	p.rule(m.t.words().put(dim, m.v[wChats]), nil)
	m.chatList(p, c, n-1)
}

// chatList fills at most n rows with what came last.
func (m *Model) chatList(p *pane, c *wire.Call, n int) {
	var rows []*line
	for _, x := range m.chatLines(c) {
		head := 0
		for i, s := range m.chatText(x, p.inner()) {
			l := p.line().sp(head)
			if i == 0 {
				l.put(dim, clock(m.local(x.at), false)+" ").put(text|bold, visual(x.who)).put(dim, ": ")
				head = l.w
			}
			rows = append(rows, l.put(x.style, s))
		}
	}
	for _, l := range rows[max(0, len(rows)-n):] {
		p.add(l)
	}
}
