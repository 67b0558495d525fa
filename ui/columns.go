package ui

import (
	"time"

	"cordboard/session/wire"
)

// leftColumn is the queues, the day, the team: each only while it has something to say.
func (m *Model) leftColumn(w, h int) []string {
	k := panelKey{versions: [3]int{m.board.ver[secQueues], m.board.ver[secTeam], m.board.ver[secToday] + m.board.ver[secLast]}, moment: m.server().Unix(), state: m.v[wLanguage]}
	return m.panel("left", w, h, k, m.drawLeft)
}

func (m *Model) drawLeft(w, h int) []string {
	team, today, queues := 0, 0, h
	if len(m.board.Team) > 0 && h >= 24 {
		team = min(len(m.board.Team)+2, h*5/18)
		team = max(team, 5)
	}
	if h >= 14 {
		today = 6
		if len(m.board.Last) > 0 {
			today = min(6+1+len(m.board.Last), h*14/36)
		}
		queues = h - team - today
	}
	if most := len(m.board.Queues) + 8; queues > most && team > 0 { // the team takes what the queues do not need
		team += queues - most
		queues = most
	} else if queues > most && today > 0 {
		today += queues - most
		queues = most
	}
	rows := m.queuesPane(w, queues)
	rows = append(rows, m.todayPane(w, today)...)
	return append(rows, m.teamPane(w, team)...)
}

func (m *Model) queuesPane(w, h int) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wQueues]), m.t.words().put(dim, m.v[wLongest]))
	for i := range m.board.Queues {
		q := &m.board.Queues[i]
		if p.height() >= h-1 {
			break
		}
		l := p.line().field(text|bold, q.Name, p.inner()-10).num(text|bold, itoa(q.Waiting), 3)
		m.longest(l, q, 7)
		p.add(l)
	}
	if len(m.board.Queues) == 0 {
		p.add(p.line().put(dim, m.v[wNoQueue]))
	}
	if len(m.board.Queues) > 0 && h-p.height() >= 4 {
		p.blank(1)
		for i := range m.board.Queues {
			q := &m.board.Queues[i]
			if q.SL < 0 || q.Target == "" || p.height() >= h-1 {
				continue
			}
			l := p.line().put(dim, m.v[wSL]+" ").put(text, cut(q.Name, p.inner()-12, m.t.g.ellipsis))
			p.add(l.end(m.t.line(12).num(text, itoa(q.SL)+" %", 5)))
		}
	}
	return p.close(h)
}

func (m *Model) todayPane(w, h int) []string {
	if h < 3 {
		return nil
	}
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wTodayTitle]), m.t.words().put(text|bold, "H ").put(dim, m.v[wAll]))
	d := &m.board.Today
	row := func(label word, value string) {
		p.add(p.line().put(dim, m.v[label]).end(m.t.line(12).put(text, value)))
	}
	row(wCalls, itoa(d.Calls))
	aht := m.t.g.dash
	if d.Calls > 0 {
		aht = lasted(ms(d.Handle) / time.Duration(d.Calls))
	}
	row(wAHT, aht)
	row(wTalk, lasted(ms(d.Talk)))
	row(wNotReadyTime, lasted(ms(d.NotReady)))
	if len(m.board.Last) > 0 && h-p.height() >= 3 {
		p.rule(nil, nil)
		for i := range m.board.Last {
			r := &m.board.Last[i]
			l := p.line()
			if r.End == "missed" {
				l.put(bad, m.t.g.missed+" ")
			}
			p.add(l.put(dim, clock(m.local(r.At), false)+" ").put(text, m.rowName(r)))
			if p.height() >= h-1 {
				break
			}
		}
	}
	return p.close(h)
}

func (m *Model) teamPane(w, h int) []string {
	if h < 3 {
		return nil
	}
	in := 0
	for _, a := range m.board.Team {
		if a.State != wire.Offline {
			in++
		}
	}
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wTeam]), m.t.words().put(dim, m.v.f(wNOf, "n", itoa(in), "of", itoa(len(m.board.Team)))))
	for i := range m.board.Team {
		a := &m.board.Team[i]
		f := m.t.faceOf(a.State)
		d := m.t.g.dash
		switch since := m.since(a.Since); {
		case a.Since.IsZero():
		case since >= time.Hour:
			d = age(since)
		default:
			d = running(since)
		}
		p.add(p.line().put(f.role, f.glyph).sp(1).field(text, visual(a.Name), p.inner()-8).num(dim, d, 6))
		if p.height() >= h-1 {
			break
		}
	}
	return p.close(h)
}

// storyColumn is the fourth column of the largest screens: the story of the call, and why it came here.
func (m *Model) storyColumn(w, h int) []string {
	lines := m.storyLines()
	if len(lines) == 0 {
		return m.saidPane(w, h)
	}
	why, graph := m.whyYouPane(w, h/3), m.tracePane(w)
	if h-len(why)-len(graph) < 8 {
		graph = nil
	}
	rows := m.storyPane(w, h-len(why)-len(graph))
	return append(append(rows, why...), graph...)
}

// whyYouPane says why the call came to this agent, a reason a row; nil when nothing is known of that.
func (m *Model) whyYouPane(w, most int) []string {
	var because []string
	switch b := &m.board; {
	case b.Offer != nil:
		because = m.v.reasons(b.Offer.Because, b.Offer.Why)
	case b.Call != nil:
		because = m.v.reasons(b.Call.Because, "")
	}
	if len(because) == 0 {
		return nil
	}
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wWhyYouTitle]), nil)
	for _, s := range because {
		for i, r := range wrapText(s, p.inner()-2) {
			if p.height() >= most-1 {
				break
			}
			l := p.line()
			if i == 0 {
				l.put(dim, m.t.g.dot)
			}
			p.add(l.to(2).put(text, r))
		}
	}
	return p.close(p.height() + 1)
}

// saidPane is the news of the shift, newest first.
func (m *Model) saidPane(w, h int) []string {
	p := m.t.pane(w, round, rule, m.t.words().put(text|bold, m.v[wNews]), nil)
	if len(m.board.Said) == 0 {
		p.add(p.line().put(dim, m.v[wNothingYet]))
	}
	for i := len(m.board.Said) - 1; i >= 0 && p.height() < h-1; i-- {
		s := m.board.Said[i]
		style := text
		if s.Bad {
			style = bad
		}
		for n, r := range wrapText(m.v.sentence(s.Said), p.inner()-9) {
			l := p.line()
			if n == 0 {
				l.put(dim, clock(m.local(s.At), true)+" ")
			}
			p.add(l.to(9).put(style, r))
		}
	}
	return p.close(h)
}
