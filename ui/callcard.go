package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

// nameOf is what to call somebody: the name, else the number, else that it is withheld.
func (m *Model) nameOf(c *wire.Caller) string {
	switch {
	case c.Name != "":
		return visual(c.Name)
	case c.Number != "":
		return shownNumber(c.Number)
	}
	return m.v[wUnknownCaller]
}

// callerRow is the first line of every card: the name at the left, the number at the right. It never moves.
func (m *Model) callerRow(p *pane, c *wire.Caller, more string) {
	l := p.line()
	number := m.t.line(p.inner())
	switch {
	case c.Withheld || c.Number == "":
		number.put(dim, m.v[wWithheld])
	case c.Name != "":
		number.put(text|bold, shownNumber(c.Number))
	}
	l.put(text|bold, m.nameOf(c))
	if hasRTL(c.Name) {
		l.sp(2)
	}
	if c.Company != "" && l.w+3+width(c.Company)+2+number.w <= p.inner() {
		l.sp(3).put(text, visual(c.Company))
	} else if c.Company != "" && p.inner()-number.w-l.w > 12 {
		l.sp(3).put(text, cut(visual(c.Company), p.inner()-number.w-l.w-5, m.t.g.ellipsis))
	}
	if c.Internal {
		l.sp(2).put(calm, m.v[wInternal])
	}
	if more != "" && l.w+3+width(more)+2+number.w <= p.inner() {
		l.sp(3).put(dim, more)
	}
	p.add(l.end(number))
}

// path is how the caller got here; a long one keeps its queue and its last step.
func (m *Model) path(l *line, queue string, steps []string, room int) {
	if queue == "" && len(steps) == 0 {
		return
	}
	all := steps
	if queue != "" && (len(steps) == 0 || steps[0] != queue) {
		all = append([]string{queue}, steps...)
	}
	sep := " " + m.t.g.step + " "
	if width(strings.Join(all, sep)) > room && len(all) > 2 {
		all = []string{all[0], m.t.g.ellipsis, all[len(all)-1]}
	}
	for i, s := range all {
		if i > 0 {
			l.put(dim, sep)
		}
		style := text
		if i == 0 {
			style = text | bold
		}
		l.put(style, s)
	}
}

// tail is the right end of a call card's border: how long the caller waited, and the recording.
func (m *Model) tail(waited int64, recording string) *line {
	l := m.t.words()
	if waited > 0 {
		l.put(dim, m.v[wWaited]+" ").put(text, lasted(ms(waited)))
	}
	switch recording {
	case "on":
		l.sp(2).put(bad|bold, m.t.g.rec+" "+m.v[wREC])
	case "paused":
		l.sp(2).put(dim, m.t.g.rec+" "+m.v[wRECPaused])
	}
	return l
}

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
	m.knownBlock(p, c.Known, min(max(known, 0), max(4, len(c.Known))))
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
		l.put(calm|bold, g.held+" "+m.v[wOnHoldSince]+" ").put(text|bold, running(m.since(m.heldSince(c)))).put(text, m.v[wHearsMusic])
		m.talkFor(l, c)
	case inSending:
		l.put(calm|bold, g.moving+" ").put(text|bold, m.v.f(wTransferringTo, "who", visual(mv.To)))
		if mv.State == "ringing" || mv.State == "starting" {
			l.sp(3).put(text, m.v[wRingingSince]+" ").put(text|bold, running(m.since(mv.Since)))
			m.ringBar(l, mv)
		}
	case inHold:
		l.put(calm|bold, g.held+" "+m.v[wOnHoldSince]+" ").put(text|bold, running(m.since(m.heldSince(c)))).put(text, m.v[wHearsMusic])
		m.talkFor(l, c)
	case inBack:
		l.put(ring, g.talking+" ").put(text|bold, c.Back.Words)
		if c.Back.Code > 0 {
			l.put(dim, " ("+itoa(c.Back.Code)+")")
		}
		l.sp(2).put(text, m.v.f(wHearsYouNow, "who", name))
	case inGroup:
		l.put(talk|bold, g.group+" "+m.v[wTogether]+" ").put(text|bold, running(m.since(m.board.Me.Since))).sp(3).put(dim, m.v[wAllHearAll])
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

func (m *Model) callerExtras(l *line, c *wire.Caller) {
	if c.Today > 1 {
		l.sp(1).put(text, m.v.f(wNthToday, "n", m.v.ordinal(c.Today)))
	}
	if c.Language != "" {
		l.sp(2).put(text, c.Language)
	}
}

func (m *Model) talkFor(l *line, c *wire.Call) {
	if !c.Answered.IsZero() {
		l.sp(3).put(dim, m.v[wTalk]+" ").put(text, lasted(m.since(c.Answered)))
	}
	if c.Waited > 0 {
		l.sp(2).put(dim, m.v[wWaited]+" ").put(text, lasted(ms(c.Waited)))
	}
}

// ringBar is how long a phone still rings.
func (m *Model) ringBar(l *line, mv *wire.Moving) {
	if mv.Until.IsZero() || !mv.Until.After(mv.Since) {
		return
	}
	whole := mv.Until.Sub(mv.Since)
	l.sp(3).bar(calm, 20, float64(m.since(mv.Since))/float64(whole), m.o.Motion != "calm")
	l.put(dim, " "+itoa(int(whole/time.Second))+" s")
}

// lineRow says how the voice is doing, or who hears what while it goes nowhere.
func (m *Model) lineRow(p *pane, c *wire.Call) *line {
	l := p.line()
	name := m.nameOf(&c.Caller)
	switch in := m.stateMode(); {
	case in == inSending:
		l.put(dim, m.v[wHears]).sp(2)
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

// knownBlock lists what is known, in exactly n rows under a rule.
func (m *Model) knownBlock(p *pane, known []wire.Fact, n int) {
	if n <= 0 {
		return
	}
	p.rule(m.t.words().put(dim, m.v[wKnown]), nil)
	m.facts(p, known, n)
}

// facts fills n rows.
func (m *Model) facts(p *pane, known []wire.Fact, n int) {
	for i := range n {
		l := p.line()
		if i < len(known) {
			l.field(dim, known[i].Label, 8).sp(1).put(text, visual(known[i].Text))
		} else if i == 0 {
			l.put(dim, m.v[wNothingKnown])
		}
		p.add(l)
	}
}

// noteBlock is the note, in what is left of h rows.
func (m *Model) noteBlock(p *pane, h int) {
	n := h - p.height() - 2
	if n < 1 {
		return
	}
	title, right := m.noteTitle()
	p.rule(title, right)
	m.noteRows(p, n)
}

func (m *Model) noteTitle() (title, right *line) {
	title = m.t.words().put(dim, m.v[wNote])
	right = m.t.words()
	var saved time.Time
	switch b := &m.board; {
	case b.Call != nil:
		saved = b.Call.NoteSaved
	case b.Wrap != nil:
		saved = b.Wrap.Saved
	}
	switch {
	case m.over == overNote && m.note.text() != m.noteSent:
		right.put(dim, m.v[wTyping])
	case !saved.IsZero():
		right.put(dim, m.v[wSaved]+" "+clock(m.local(saved), false))
	default:
		right.put(text|bold, "e ").put(dim, m.v[wkNote])
	}
	return title, right
}

// noteRows are n rows of the note, the cursor among them while it is written.
func (m *Model) noteRows(p *pane, n int) {
	var rows []string
	if m.over == overNote && m.noteFor == m.board.contact() {
		rows = m.note.rows(p.inner()-1, n)
	} else if s := m.noteText(); s != "" {
		rows = wrapText(s, p.inner()-1)
	}
	for i := range n {
		l := p.line()
		if i < len(rows) {
			l.drawText(text, rows[i], m.t.g.cursor)
		}
		p.add(l)
	}
}

// callFoot is how many rows the question at the bottom of the card needs.
func (m *Model) callFoot(*wire.Call) int {
	switch m.stateMode() {
	case inBack, inSending:
		return 2
	}
	return 0
}

// footBlock is that question.
func (m *Model) footBlock(p *pane, c *wire.Call) {
	switch m.stateMode() {
	case inBack:
		p.rule(m.t.words().put(ring, m.v[wWhatNext]), nil)
		l := p.line()
		if e := m.nextFree(c.Back.To); e != nil {
			d := itoa(e.Digit)
			l.put(text|bold, d+" ").put(text, visual(e.Name)).put(dim, ", "+m.presenceWords(e)).sp(3)
			l.put(text|bold, "c "+d+" ").put(dim, m.v[wkAsk]).sp(3)
		}
		p.add(l.put(text|bold, "q ").put(dim, m.v[wkQueue]).sp(3).put(text|bold, "t ").put(dim, m.v[wkPicker]))
		l = p.line().put(text|bold, "Esc ").put(dim, m.v[wkKeep])
		p.add(l.sp(3).put(dim, m.v.f(wMarkedTried, "who", visual(c.Back.To), "at", clock(m.local(c.Back.At), false))))
	case inSending:
		p.rule(m.t.words().put(dim, m.v[wIfNoAnswer]), nil)
		p.add(p.line().put(text, m.v.f(wComesBack, "who", m.nameOf(&c.Caller))))
		p.add(p.line().put(text|bold, "z ").put(dim, m.v[wkTakeBack]).sp(3).put(text|bold, "1-9 ").put(dim, m.v[wkInstead]).sp(3).put(dim, m.v[wUntilAnswered]))
	}
}

// nextFree is the first available expert who is not the one that just failed.
func (m *Model) nextFree(not string) *wire.Person {
	for i := range m.board.Experts {
		e := &m.board.Experts[i]
		if e.Availability == "Available" && !e.Old && e.Number && e.Name != not && e.Tried == "" && e.Digit > 0 {
			return e
		}
	}
	return nil
}

// presenceWords are an expert's presence with its age: "free, 4s".
func (m *Model) presenceWords(e *wire.Person) string {
	_, _, w := m.t.presence(e)
	if e.Seen.IsZero() {
		return m.v[w]
	}
	return m.v[w] + " " + age(m.since(e.Seen))
}
