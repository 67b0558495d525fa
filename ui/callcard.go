package ui

import (
	"time"

	"cordboard/session/wire"
)

// talking is every card with a call on it: talking, held, asking, transferring, in a group, dialling, back again.
func (m *Model) talking(w, h int) []string {
	c := m.board.Call
	if w >= 56 && h >= 24 {
		return m.talkingTall(w, h, c)
	}
	p := m.callPane(w, c)
	m.callerRow(p, &c.Caller, "")
	in := m.stateMode()
	switch {
	case h <= 4:
		p.add(m.withYou(p, c))
		return p.close(h)
	case (in == inAsking || in == inGroup) && h >= 11:
		p.add(m.withYou(p, c))
		m.hearsBlock(p, c)
		m.noteBlock(p, h)
		return p.close(h)
	}
	p.add(m.withYou(p, c))
	p.add(m.lineRow(p, c))
	foot := m.callFoot(c)
	known := h - p.height() - 1 - 1 - foot
	if foot > 0 {
		known--
	}
	if foot == 0 {
		known -= 3
	}
	chats := 0
	if len(c.Chats) > 0 && known >= 4 {
		chats = 2
		known -= chats
	}
	m.knownBlock(p, c.Known, min(max(known, 0), max(4, len(c.Known))))
	m.chatBlock(p, c, chats)
	if foot > 0 {
		m.footBlock(p, c)
	} else {
		m.noteBlock(p, h)
	}
	return p.close(h)
}

// callPane opens the box of a call: thick when a key is awaited.
func (m *Model) callPane(w int, c *wire.Call) *pane {
	title := m.t.words()
	tail := m.tail(c.Waited, c.Recording)
	room := w - 9 - tail.w // what the path may take of the border
	b, role := round, talk
	switch m.stateMode() {
	case inBack:
		b, role = thick, ring
		title.put(ring|bold, m.v[wBackWithYou]+" ")
		m.path(title, c.Queue, c.Path, room-title.w)
	case inAsking:
		role = calm
		title.put(text, m.v.f(wAskingAbout, "who", c.Transfer.To, "caller", m.nameOf(&c.Caller)))
	case inGroup:
		title.put(text, m.v.f(wGroupWith, "caller", m.nameOf(&c.Caller)))
	case inHold, inSending:
		role = calm
		m.callTitle(title, c, room)
	default:
		m.callTitle(title, c, room)
	}
	if m.lost() {
		role = rule
	}
	return m.t.pane(w, b, role, title, tail)
}

func (m *Model) callTitle(l *line, c *wire.Call, room int) {
	switch c.Direction {
	case "out":
		l.put(text|bold, m.v[wOutgoing])
		if c.Queue != "" {
			l.put(dim, " "+m.t.g.dot+" ").put(text, c.Queue)
		}
	case "direct":
		l.put(text|bold, m.v[wDirectTitle])
	default:
		m.path(l, c.Queue, c.Path, room)
	}
	if l.w == 0 {
		l.put(text|bold, m.v[wCall])
	}
}

// withYou is the line under the caller: what is happening, and for how long.
func (m *Model) withYou(p *pane, c *wire.Call) *line {
	l := p.line()
	g := &m.t.g
	name := m.nameOf(&c.Caller)
	switch mv := c.Transfer; m.stateMode() {
	case inAsking:
		l.put(calm|bold, g.held+" "+m.v[wOnHoldSince]+" ").timer(text|bold, m.since(m.heldSince(c))).sp(1).put(text, m.v[wHearsMusic])
		m.talkFor(l, c)
	case inSending:
		l.put(calm|bold, g.moving+" ").put(text|bold, m.v.f(wTransferringTo, "who", visual(mv.To)))
		if mv.State == "ringing" || mv.State == "starting" {
			l.sp(3).put(text, m.v[wRingingSince]+" ").put(text|bold, running(m.since(mv.Since)))
			m.ringBar(l, mv)
		}
		if mv.State == "confirming" {
			l.sp(3).put(ring, m.v[wAskedForKey])
		}
	case inHold:
		l.put(calm|bold, g.held+" "+m.v[wOnHoldSince]+" ").timer(text|bold, m.since(m.heldSince(c))).sp(1).put(text, m.v[wHearsMusic])
		m.talkFor(l, c)
	case inBack:
		l.put(ring, g.talking+" ").put(text|bold, m.v.backWords(c.Back))
		if c.Back.Code > 0 {
			l.put(dim, " ("+itoa(c.Back.Code)+")")
		}
		if more := m.v.f(wHearsYouNow, "who", name); l.w+2+width(more) <= l.max {
			l.sp(2).put(text, more)
		}
	case inGroup:
		l.put(talk|bold, g.group+" "+m.v[wTogether]+" ").timer(text|bold, m.since(m.board.Me.Since)).sp(1).put(dim, m.v[wAllHearAll])
	case inDial:
		l.put(talk|bold, g.talking+" ").put(text, m.v[wRingingSince]+" ").put(text|bold, running(m.since(m.board.Me.Since)))
	default:
		l.put(talk, g.talking+" ").put(text, m.v[wWithYou]+" ").timer(text|bold, m.since(c.Answered))
		m.callerExtras(l, &c.Caller)
	}
	if c.Failed != "" {
		l.sp(2).put(bad, c.Failed)
	}
	return l
}

// heldSince is when the caller began to hear music.
func (m *Model) heldSince(c *wire.Call) time.Time {
	if c.HeldSince.IsZero() {
		return m.board.Me.Since
	}
	return c.HeldSince
}

// talkFor is how long the caller has been here; it stands last, for nothing may stand behind what grows.
func (m *Model) talkFor(l *line, c *wire.Call) {
	if !c.Answered.IsZero() {
		l.sp(3).put(dim, m.v[wTalk]+" ").put(text, lasted(m.since(c.Answered)))
	}
}

// ringBar is how long a phone still rings.
func (m *Model) ringBar(l *line, mv *wire.Moving) {
	if mv.Until.IsZero() || !mv.Until.After(mv.Since) {
		return
	}
	whole := mv.Until.Sub(mv.Since)
	l.sp(3).bar(calm, min(20, l.max-l.w-8), float64(m.since(mv.Since))/float64(whole), m.o.Motion != "calm")
	l.put(dim, " "+itoa(int(whole/time.Second))+" s")
}

// lineRow says how the voice is doing, or who hears what while it goes nowhere.
func (m *Model) lineRow(p *pane, c *wire.Call) *line {
	l := p.line()
	name := m.nameOf(&c.Caller)
	switch in := m.stateMode(); {
	case in == inSending:
		l.put(dim, m.v[wHears]).to(9)
		if c.Transfer.State == "starting" {
			l.put(text, m.v.f(wHearsMusicWho, "who", name))
		} else {
			l.put(text, m.v.f(wHearsRinging, "who", name))
		}
		return l.put(text, " "+m.v[wYouHearNothing])
	case c.OneWay == "from_caller":
		return l.put(bad|bold, m.t.g.alert+" ").put(bad, m.v[wNoSoundFrom])
	case c.OneWay == "to_caller":
		return l.put(bad|bold, m.t.g.alert+" ").put(bad, m.v[wNoSoundTo])
	}
	l.put(dim, m.v[wLine])
	tall := m.w >= 100 // the meters stand above
	if tall {
		l.sp(1)
	} else if m.o.Motion != "calm" {
		l.to(9)
		l.put(dim, m.v[wYou]+" ").put(good, m.mic.draw(&m.t.g, 4)).sp(2)
		l.put(dim, m.v[wCaller]+" ").put(good, m.ear.draw(&m.t.g, 4)).sp(3)
	}
	q := c.Quality
	if m.levels.Quality.MOS > 0 && q.MOS == 0 {
		q = m.levels.Quality
	}
	m.quality(l, q, true)
	if q.MOS > 0 && (tall || l.max >= 70) {
		l.sp(2).put(dim, m.v[wLoss]+" ").num(text, one(q.Loss), 4).put(text, " %")
		l.sp(2).put(dim, m.v[wDelay]+" ").num(text, itoa(int(q.Delay+0.5)), 3).put(text, " ms")
		if q.Worst > 0 && l.w+12 <= l.max {
			l.sp(2).put(dim, m.v[wWorst]+" ").put(text, one(q.Worst))
		}
	}
	return l
}
