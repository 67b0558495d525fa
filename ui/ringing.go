package ui

import (
	"time"

	"cordboard/session/wire"
)

// ringing is the card that waits for the Space bar. The thick border pulses once a second.
func (m *Model) ringing(w, h int) []string {
	o := m.board.Offer
	role := ring
	if m.o.Motion != "calm" && m.now.Nanosecond() < 500e6 {
		role |= bold
	}
	tail := m.t.words()
	if o.Head {
		tail.put(ring, m.v[wCameBack]).sp(2)
	}
	tail.put(dim, m.v[wWaited]+" ").put(text, lasted(o.Offered.Sub(o.Arrived)))
	title := m.t.words().put(ring|bold, m.v[wIncoming]+" ")
	m.path(title, o.Queue, o.Path, w-9-tail.w-title.w)
	p := m.t.pane(w, thick, role, title, tail)
	m.callerRow(p, &o.Caller, "")
	tall := w >= 56 && h >= 24
	p.add(m.answerBar(p, o))
	if h <= 4 {
		return p.close(h)
	}
	p.add(m.whyYou(p, o))
	if tall {
		cardH := 11
		p.blank(2)
		m.answerKeys(p)
		rows := p.close(cardH)
		story := min(8, len(o.Story)+2)
		if len(o.Story) == 0 || m.w >= 180 {
			story = 0
		}
		rows = append(rows, m.knownPane(w, h-cardH-story, o.Known)...)
		if story > 0 {
			rows = append(rows, m.storyPane(w, story)...)
		}
		return rows
	}
	m.knownBlock(p, o.Known, min(max(4, len(o.Known)), h-p.height()-5))
	p.blank(h - p.height() - 4)
	p.rule(nil, nil)
	m.answerKeys(p)
	return p.close(h)
}

// answerBar is the time left to answer. The last five seconds are bold.
func (m *Model) answerBar(p *pane, o *wire.Offer) *line {
	l := p.line()
	whole := o.Deadline.Sub(o.Offered)
	left := m.left(o.Deadline)
	n := itoa(int((left + time.Second - 1) / time.Second))
	words := m.t.line(40)
	style := text | bold
	if left <= 5*time.Second {
		style = ring | bold
	}
	words.num(style, n, 3).put(text, " "+m.v[wToAnswer])
	bar := min(50, p.inner()-words.w-2)
	part := 0.0
	if whole > 0 {
		part = float64(left) / float64(whole)
	}
	return l.bar(ring, bar, part, m.o.Motion != "calm").sp(2).add(words)
}

func (m *Model) whyYou(p *pane, o *wire.Offer) *line {
	l := p.line().put(dim, m.v[wWhyYou]).sp(2)
	why := m.v.because(o)
	if why == "" {
		why = m.v[wIdleLongest]
	}
	more := wWholeStory
	if p.inner() < 70 {
		more = wkWhy
	}
	return l.put(text, why).end(m.t.line(30).put(text|bold, "@ ").put(dim, m.v[more]))
}

// answerKeys are the keys in the card, the one for the answer filled.
func (m *Model) answerKeys(p *pane) {
	wide := p.inner() >= 70
	l := p.line()
	if at := m.board.Offer.Endpoint; at != "" { // it is answered where it rings
		words := wAnswerSIP
		if at == "teams" {
			words = wAnswerTeams
		}
		l.put(text|bold, cut(m.v[words], l.max, m.t.g.ellipsis))
		p.add(l)
		p.add(p.line().put(text|bold, "d ").put(dim, m.v[wkDecline]))
		return
	}
	if in := m.mode(); in == inTypeRing {
		l.put(ring|pill, " F3 ").put(text|bold, " "+m.v[wkAnswer]).sp(4).put(dim, m.v[wWhileTyping])
		p.add(l)
		row := p.line()
		if m.over == overNote {
			row.put(dim, m.v[wNote]+" ")
		}
		for _, r := range m.typedRows(p.inner() - 8) {
			row.put(dim, m.t.g.pick+" ").drawText(text, r, m.t.g.cursor)
		}
		p.add(row)
		return
	}
	if wide {
		l.sp(4)
	}
	l.put(ring|pill, " Space ").put(text|bold, " "+m.v[wkAnswer])
	l.sp(3)
	if wide {
		l.sp(3)
	}
	l.put(text|bold, "d ").put(dim, m.v[wkDecline]).sp(3)
	if wide {
		l.sp(3)
	}
	l.put(text|bold, "m ").put(dim, m.v[wkAnswerMuted])
	p.add(l)
	l = p.line()
	if wide {
		l.sp(4)
	}
	p.add(l.put(dim, cut(m.v[wF3Answers], l.max-l.w, m.t.g.ellipsis)))
}

// typedRows is the last row of the open text field.
func (m *Model) typedRows(w int) []string {
	e := &m.note
	if m.over == overPicker {
		e = &m.pick.edit
	}
	return e.rows(w, 1)
}
