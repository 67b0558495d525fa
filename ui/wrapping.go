package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cordboard/session/wire"
)

// wrapping is what is still to do after a call: digits are codes, the note is one key away.
func (m *Model) wrapping(w, h int) []string {
	b := m.board.Wrap
	title := m.t.words().put(text|bold, m.v[wAfterTheCall])
	if b.Queue != "" {
		title.put(dim, " "+b.Queue)
	}
	right := m.t.words().put(dim, m.v[wTalk]+" ").put(text, running(ms(b.Talk)))
	if b.Hold > 0 {
		right.put(dim, "  "+m.v[wHoldTime]+" ").put(text, lasted(ms(b.Hold)))
	}
	p := m.t.pane(w, round, wrap, title, right)
	m.callerRow(p, &b.Caller, m.v.endedWords(b.Ended, b.Words))
	p.add(m.wrapBar(p))
	if h <= 4 {
		return p.close(h)
	}
	p.blank(1)
	m.codes(p)
	if h < 24 {
		m.noteBlock(p, h)
		return p.close(h)
	}
	cardH := p.height() + 2
	below := 0
	if len(m.board.Last) > 0 && h-cardH >= 14 {
		below = min(len(m.board.Last)+2, (h-cardH)/2)
	}
	rows := p.close(cardH)
	rows = append(rows, m.notePane(w, h-cardH-below)...)
	return append(rows, m.lastPane(w, below)...)
}

func (m *Model) wrapBar(p *pane) *line {
	b := m.board.Wrap
	left := m.left(b.Until)
	words := m.t.line(40)
	s := text | bold
	if left <= 5*time.Second {
		s = ring | bold
	}
	words.num(s, lasted(left+time.Second-1), 5).put(text, " "+m.v[wLeftOnly])
	if b.More > 0 {
		words.sp(3).put(text|bold, "w ").put(dim, m.v.f(wMoreTimes, "n", itoa(b.More)))
	}
	whole := b.Until.Sub(b.Began)
	part := 0.0
	if whole > 0 {
		part = float64(left) / float64(whole)
	}
	return p.line().bar(wrap, min(40, p.inner()-words.w-2), part, m.o.Motion != "calm").sp(1).add(words)
}

// codeWanted says that the work after the call cannot be done before a code is chosen.
func (m *Model) codeWanted() bool {
	w := m.board.Wrap
	return w != nil && w.Required && w.Code == "" && len(w.Codes) > 0
}

// codeFirst says why Enter does not end the work yet.
func (m *Model) codeFirst(string) tea.Cmd {
	m.problem = Told{m.server(), wire.Said{Words: m.v.sentence(wire.Said{Key: "code_wanted"}), Bad: true}}
	return nil
}

// codes stand in three columns, read downwards; the chosen one is filled.
func (m *Model) codes(p *pane) {
	b := m.board.Wrap
	if len(b.Codes) == 0 {
		p.add(p.line().put(text|bold, "Enter ").put(text, m.v[wkDone]))
		return
	}
	ask := p.line().put(text, m.v[wWhatWasIt])
	if m.codeWanted() {
		ask.sp(2).put(ring|bold, m.v[wCodeFirst])
	}
	p.add(ask)
	n := min(9, len(b.Codes))
	rows := max(3, (n+2)/3)
	col := p.inner() / 3
	for r := range rows {
		l := p.line()
		for c := range 3 {
			i := c*rows + r
			if i >= n {
				break
			}
			l.to(c * col)
			code := b.Codes[i]
			if code.ID == b.Code {
				l.put(wrap|pill, " "+itoa(i+1)+" "+cut(code.Name, col-6, m.t.g.ellipsis)+" ").sp(1).put(good, m.t.g.tick)
			} else {
				l.put(text|bold, itoa(i+1)+" ").put(text, cut(code.Name, col-4, m.t.g.ellipsis))
			}
		}
		p.add(l)
	}
}

// missed says why a call went by, and the way back.
func (m *Model) missed(w, h int) []string {
	b := m.board.Missed
	right := m.t.words()
	if m.board.Me.By != "" {
		right.put(dim, m.v.f(wSetBy, "who", m.v.by(m.board.Me.By)))
	}
	below, cardH := m.lastBelow(h)
	p := m.t.pane(w, thick, bad, m.t.words().put(bad|bold, m.v[wYouMissed]), right)
	m.callerRow(p, &b.Caller, b.Queue)
	for _, r := range m.t.bigWord(m.v[wMissed]) {
		p.centred(p.line().put(bad|bold, r))
	}
	p.blank(1)
	from, to := m.local(b.From), m.local(b.To)
	p.add(p.line().put(text, m.v.f(wRang, "n", itoa(int(b.To.Sub(b.From).Round(time.Second)/time.Second)), "from", clock(from, true), "to", clock(to, true))))
	if b.Cause != nil {
		for _, row := range wrapText(m.v.told(*b.Cause), p.inner()) {
			p.add(p.line().put(text, row))
		}
	}
	for _, row := range wrapText(m.v.keptPlace(b.Words), p.inner()) {
		p.add(p.line().put(text, row))
	}
	if b.Taken != "" {
		p.add(p.line().put(text, m.v.f(wTakenBy, "who", b.Taken)))
	}
	p.blank(min(2, cardH-p.height()-3))
	p.add(p.line().sp(4).put(bad|pill, " r ").put(text|bold, " "+m.v[wkReadyAgain]).sp(5).put(text|bold, "n ").put(dim, m.v[wkNotReady]))
	if !b.Return.IsZero() {
		p.add(p.line().sp(4).put(dim, m.v.f(wReturnsAt, "n", lasted(m.left(b.Return)))))
	}
	return append(p.close(cardH), m.lastPane(w, below)...)
}

// keptPlace is what became of a caller who was missed.
func (v words) keptPlace(words string) string {
	if words == said["en"]["kept_place"] {
		return v.sentence(wire.Said{Key: "kept_place", Words: words})
	}
	return words
}

// endedWords say how the call ended.
func (v words) endedWords(ended, words string) string {
	switch ended {
	case "caller":
		return v[wHungUpFirst]
	case "you":
		return v[wYouHungUp]
	case "transferred":
		if v[wLanguage] == "en" && words != "" {
			return words
		}
		return v[wTransferredEnd]
	}
	return words
}

// ending is the end of a row of the day.
func (v words) ending(end string) string {
	switch end {
	case "caller":
		return v[wCallerHungUp]
	case "you":
		return v[wYouHungUp]
	case "transferred":
		return v[wTransferredEnd]
	case "missed":
		return v[wMissedEnd]
	case "no_answer":
		return v[wNoAnswerEnd]
	case "open":
		return v[wGoesOn]
	}
	return end
}
