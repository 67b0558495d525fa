package ui

import (
	"time"

	"cordboard/session/wire"
)

// historyPane is the day of this agent: one row a contact, only those in sight are drawn.
func (m *Model) historyPane(w, h int) []string {
	d := &m.board.Today
	title := m.t.words().put(text|bold, m.v[wTodayTitle]).put(dim, " "+m.v.f(wNCalls, "n", flush(itoa(d.Calls), 3))+" "+m.t.g.dot+" "+flush(lasted(ms(d.Talk)), 7)+" "+m.v[wTalk])
	if d.Calls > 0 {
		title.put(dim, " "+m.t.g.dot+" "+m.v[wAHT]+" "+flush(lasted(ms(d.Handle)/time.Duration(d.Calls)), 5))
	}
	rows := m.found()
	if m.finding || !m.find.empty() {
		title = m.t.words().put(text|bold, m.v[wTodayTitle]+" ").put(talk|bold, "/ ")
		if m.finding {
			title.drawText(talk|bold, oneOf(m.find.rows(max(10, w-40), 1)), m.t.g.cursor)
		} else {
			title.put(text|bold, m.find.text())
		}
		title.put(dim, "  "+m.v.f(wNFound, "n", itoa(len(rows))))
	}
	right := m.t.words().put(text|bold, "/ ").put(dim, m.v[wkFind]).sp(2).put(text|bold, "Enter ").put(dim, m.v[wkStory])
	p := m.t.pane(w, round, talk, title, right)
	who := max(14, min(40, p.inner()-58))
	when := 6
	if n := len(rows); n > 0 && m.local(rows[n-1].At).YearDay() != m.local(m.server()).YearDay() {
		when = 12 // newest first: the last one is of another day
	}
	who = max(14, who+6-when)
	p.add(p.line().sp(2).field(dim, m.v[wColTime], when).field(dim, m.v[wColWho], who).sp(1).field(dim, m.v[wColQueue], 9).
		num(dim, m.v[wColIn], 6).num(dim, m.v[wTalk], 8).sp(2).field(dim, m.v[wColCode], 9).sp(1).put(dim, m.v[wColEnd]))
	if len(rows) == 0 {
		p.add(p.line().put(dim, m.v[wNoCallsYet]))
	}
	from, to := m.list.window(len(rows), h-3)
	for i := from; i < to; i++ {
		p.add(m.historyRow(p, &rows[i], when, who, i == m.list.at))
	}
	return p.close(h)
}

func (m *Model) historyRow(p *pane, r *wire.Row, when, who int, marked bool) *line {
	l := p.line()
	first := " "
	if marked {
		l.mark = mark
		first = m.t.g.pick
	}
	name := m.rowName(r)
	if r.Caller.Company != "" {
		name += ", " + visual(r.Caller.Company)
	}
	l.put(text|bold, first).sp(1).field(dim, m.v.day(r.At, m.local(m.server())), when)
	if r.End == "missed" {
		l.put(bad, m.t.g.missed+" ").field(text, name, who-2)
	} else {
		l.field(text, name, who)
	}
	l.sp(1).field(text, m.rowQueue(r), 9).num(dim, lasted(ms(r.Waited)), 6).num(text, lasted(ms(r.Talk)), 8)
	return l.sp(2).field(text, orDash(r.Code, m.t), 9).sp(1).field(dim, m.v.ending(r.End), max(0, l.max-l.w))
}

// keypadPane is where digits are tones.
func (m *Model) keypadPane(w, h int) []string {
	title := m.t.words().put(text|bold, m.v[wKeypad])
	if w >= 60 {
		title.put(dim, " "+m.v[wKeypadTo])
	}
	p := m.t.pane(w, thick, talk, title, m.t.words().put(text|bold, "Esc ").put(dim, m.v[wkBack]))
	keys := [4]string{"1  2  3", "4  5  6", "7  8  9", "*  0  #"}
	sent := m.toneFor
	room := max(4, p.inner()-22)
	if r := []rune(sent); len(r) > room/2 {
		sent = string(r[len(r)-room/2:])
	}
	var shown []byte
	for i := range len(sent) {
		if i > 0 {
			shown = append(shown, ' ')
		}
		shown = append(shown, sent[i])
	}
	for i, k := range keys {
		l := p.line().sp(4).put(text|bold, k).sp(6)
		switch i {
		case 0:
			if p.inner() >= 40 {
				l.put(dim, m.v[wSent]+"  ").put(text|bold, string(shown)).put(talk, m.t.g.cursor)
			}
		case 2:
			if p.inner() >= 60 {
				l.put(dim, m.v[wComma])
			}
		}
		p.add(l)
	}
	if p.inner() < 40 {
		p.blank(1)
		p.add(p.line().put(dim, m.v[wSent]+"  ").put(text|bold, string(shown)).put(talk, m.t.g.cursor))
	}
	return p.close(h)
}
