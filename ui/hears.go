package ui

import (
	"slices"

	"cordboard/session/wire"
)

// talkingTall is the middle of a large screen: the card with who hears whom, what is known, the note, the story.
func (m *Model) talkingTall(w, h int, c *wire.Call) []string {
	cardH := 11
	if h >= 50 {
		cardH = 13
	}
	story := 0
	rest := h - cardH
	if m.w < 180 && rest >= 20 && len(c.Story) > 0 {
		story = 6
	}
	last := 0
	if m.w >= 180 && rest >= 36 && len(m.board.Last) > 0 {
		last = min(len(m.board.Last)+2, rest/3)
	}
	chats := m.chatRows(c, w, rest/3)
	note := max(4, min(12, (rest-chats)/3))
	known := rest - note - story - last - chats
	rows := m.cardTall(w, cardH, c)
	rows = append(rows, m.knownPane(w, known, c.Known)...)
	rows = append(rows, m.chatPane(w, chats, c)...)
	rows = append(rows, m.notePane(w, note)...)
	if story > 0 {
		rows = append(rows, m.storyPane(w, story)...)
	}
	if last > 0 {
		rows = append(rows, m.lastPane(w, last)...)
	}
	return rows
}

func (m *Model) cardTall(w, h int, c *wire.Call) []string {
	p := m.callPane(w, c)
	m.callerRow(p, &c.Caller, "")
	p.add(m.withYou(p, c))
	in := m.stateMode()
	if in == inBack || in == inSending {
		p.add(m.lineRow(p, c))
		p.blank(h - 1 - p.height() - 3)
		m.footBlock(p, c)
		return p.close(h)
	}
	m.hearsBlock(p, c)
	if in != inGroup {
		p.blank(h - 2 - p.height())
		p.add(m.lineRow(p, c))
	}
	return p.close(h)
}

// hearsBlock draws who hears whom: a double line joins those who talk, a dotted one leads to who waits.
func (m *Model) hearsBlock(p *pane, c *wire.Call) {
	switch m.stateMode() {
	case inAsking:
		m.drawConsult(p, c)
	case inGroup:
		m.drawGroup(p, c)
	default:
		m.drawPair(p, c)
	}
}

func (m *Model) drawPair(p *pane, c *wire.Call) {
	g := &m.t.g
	name := m.nameOf(&c.Caller)
	room := p.inner()
	left := room/6 + 1
	gap := max(6, room/3)
	p.blank(1)
	l := p.line().to(left).put(talk|bold, m.v[wYou]).sp(1)
	at := left + width(m.v[wYou]) + 1
	if c.Held {
		l.put(rule, repeat(g.dots, gap)).sp(1).put(calm, g.held+" ").put(text|bold, name).put(calm, " "+g.note)
	} else {
		from, to := "◄", "►"
		if g.ready == "*" {
			from, to = "<", ">"
		}
		if m.unheard() || c.OneWay == "to_caller" {
			to = g.line2
		}
		if c.OneWay == "from_caller" {
			from = g.line2
		}
		l.put(talk, from+repeat(g.line2, gap-2)+to).sp(1).put(talk|bold, name)
	}
	p.add(l)
	other := at + gap + 1
	l = p.line().to(max(0, left-2))
	if m.o.Motion != "calm" {
		l.put(good, m.mic.draw(g, 6)).to(other)
		if c.Held {
			l.put(dim, m.v[wMusic])
		} else {
			l.put(good, m.ear.draw(g, 6))
		}
	}
	p.add(l)
	where := m.levels.Device
	if c.Endpoint != "" {
		where = m.v.endpoint(c.Endpoint)
	}
	p.add(p.line().to(max(0, left-4)).field(dim, where, other-left+2).sp(2))
}

func (m *Model) drawConsult(p *pane, c *wire.Call) {
	g := &m.t.g
	mv := c.Transfer
	to := visual(mv.To)
	caller := m.nameOf(&c.Caller)
	you := m.v[wYou]
	hearsCaller := m.hearsCaller(c)
	live, waits := to, caller
	if hearsCaller {
		live, waits = caller, to
	}
	answered := mv.State == "answered"
	p.blank(1)
	s := talk
	link := g.line2
	if !answered && !hearsCaller {
		s, link = calm, g.dots
	}
	p.add(p.line().to(3).put(s, g.corner2+repeat(link, 12)).sp(1).put(talk|bold, you).sp(1).put(rule, repeat(g.dots, 12)+g.dotTurn))
	at := 3 + 1 + 12 + 1 + width(you) + 1 + 12
	p.add(p.line().to(3).put(s, g.drop2).to(at).put(rule, g.dotDown))
	l := p.line().to(2).put(talk, g.talking+" ").put(text|bold, live)
	if !answered && !hearsCaller {
		l.sp(1).put(ring, m.v[wRingingSince]+" "+running(m.since(mv.Since)))
	} else if m.o.Motion != "calm" {
		l.sp(1).put(good, m.ear.draw(g, 3))
	}
	l.to(max(at-2, l.w+2)).put(calm, g.held+" ").put(text|bold, waits).put(calm, " "+g.note)
	p.add(l)
	l = p.line().to(4)
	if answered || hearsCaller {
		l.put(dim, m.v[wHearEachOther])
	} else {
		l.put(dim, m.v[wYouHearRinging])
	}
	p.add(l.to(max(at, l.w+2)).put(dim, m.v[wHearsMusicShort]))
}

// hearsCaller says that the caller, not the person asked, is the one the agent talks to now.
func (m *Model) hearsCaller(c *wire.Call) bool {
	for _, p := range c.Parties {
		if p.Role == "caller" {
			return p.State == "talking" && !p.Music
		}
	}
	return false
}

func (m *Model) drawGroup(p *pane, c *wire.Call) {
	g := &m.t.g
	chosen := m.marked()
	p.blank(1)
	for i, party := range c.Parties {
		if i > 7 {
			break
		}
		joint := "╠═"
		switch {
		case g.ready == "*":
			joint = "|="
		case i == 0:
			joint = "╔═"
		case i == len(c.Parties)-1 && party.State == "ringing":
			joint = "╙┄"
		case i == len(c.Parties)-1:
			joint = "╚═"
		}
		l := p.line().put(talk, joint+" ")
		name, role := visual(party.Name), m.v.role(party.Role)
		if party.Role == "you" {
			name, role = m.v[wYou], ""
		}
		look := text | bold
		if party.Role != "you" && chosen != nil && party.ID == chosen.ID {
			look = talk | bold
		}
		l.field(look, name, 16).sp(1).field(dim, role, 10)
		switch party.State {
		case "ringing":
			l.put(ring, m.v[wRingingSince])
		case "held":
			l.put(calm, g.held+" "+m.v[wHearsMusicShort])
		case "gone":
			l.put(dim, m.v[wGone])
		default:
			if party.Role == "you" && m.o.Motion != "calm" {
				l.put(good, m.mic.draw(g, 3)).sp(2)
			}
			if party.Muted {
				l.put(bad, m.v[wMuted])
			}
		}
		p.add(l)
	}
}

func (v words) role(r string) string {
	switch r {
	case "caller":
		return v[wCaller]
	case "expert":
		return v[wExpert]
	case "agent":
		return v[wAgent]
	case "guest":
		return v[wGuest]
	}
	return ""
}

// knownPane is what is known, in a box of its own.
func (m *Model) knownPane(w, h int, known []wire.Fact) []string {
	k := panelKey{versions: [3]int{m.board.ver[secCall], m.board.ver[secOffer]}, state: m.v[wLanguage], mode: int(m.stateMode())}
	return m.panel("known", w, h, k, func(w, h int) []string { return m.drawKnown(w, h, known) })
}

func (m *Model) drawKnown(w, h int, known []wire.Fact) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wKnown]), m.t.words().put(text|bold, "y ").put(dim, m.v[wkCopy]))
	m.facts(p, known, max(1, h-2))
	return p.close(h)
}

func (m *Model) notePane(w, h int) []string {
	_, right := m.noteTitle()
	role := rule
	if m.over == overNote {
		role = talk
	}
	title := m.t.words().put(text|bold, m.v[wNote])
	p := m.t.pane(w, round, role, title, right)
	m.noteRows(p, h-2)
	return p.close(h)
}

// storyPane lists the newest of what happened to this call.
func (m *Model) storyPane(w, h int) []string {
	k := panelKey{versions: [3]int{m.board.ver[secCall], m.board.ver[secOffer]}, state: m.v[wLanguage], mode: int(m.stateMode())}
	return m.panel("story", w, h, k, m.drawStory)
}

func (m *Model) drawStory(w, h int) []string {
	title := m.t.words().put(text|bold, m.v[wStory]).put(dim, " "+m.v[wOfThisCall])
	p := m.t.pane(w, round, rule, title, m.t.words().put(text|bold, "@ ").put(dim, m.v[wkWhy]))
	rows := m.storyLines()
	rows = rows[max(0, len(rows)-(h-2)):]
	for _, s := range rows {
		p.add(p.line().put(dim, clock(m.local(s.At), true)+" ").put(text, m.v.told(s)))
	}
	return p.close(h)
}

func (m *Model) storyLines() []wire.Line {
	switch b := &m.board; {
	case b.Call != nil:
		return slices.Clip(b.Call.Story)
	case b.Offer != nil:
		return slices.Clip(b.Offer.Story)
	}
	return nil
}
