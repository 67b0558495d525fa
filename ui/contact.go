package ui

import (
	"strings"
	"time"
)

// storyRow is one row of a story: when, what in one word, and the rest.
type storyRow struct{ when, what, rest string }

// whyPane is one contact, from its arrival to its end, with SIP codes beside the words; or why the agent waits.
func (m *Model) whyPane(w, h int) []string {
	title := m.t.words().put(text|bold, m.v[wWhyTitle])
	if m.contact != "" && len(m.steps) > 0 {
		title = m.t.words().put(text|bold, m.v[wContact]+" "+m.contact).put(dim, "  "+m.v[wCradle])
	}
	p := m.t.pane(w, round, talk, title, m.t.words().put(text|bold, "Esc ").put(dim, m.v[wkBack]))
	if len(m.whyText) == 0 && len(m.steps) == 0 {
		p.add(p.line().put(dim, m.v[wAsked]))
	}
	rows := m.whyRows(p.inner())
	foot := wrapText(m.sum, p.inner())
	if m.sum == "" || len(foot)+4 > h {
		foot = nil
	}
	room := h - 2
	if len(foot) > 0 {
		room -= len(foot) + 1
	}
	from, to := m.list.window(len(rows), room)
	for _, r := range rows[from:to] {
		l := p.line()
		if r.what == "" && r.when == "" && len(m.steps) == 0 {
			p.add(l.put(text, r.rest))
			continue
		}
		p.add(l.put(dim, r.when).to(14).field(text|bold, r.what, m.whatWidth()).sp(1).put(text, r.rest))
	}
	if len(foot) > 0 {
		p.blank(h - 2 - len(foot) - p.height())
		p.rule(m.t.words().put(dim, m.v[wSum]), nil)
		for _, r := range foot {
			p.add(p.line().put(text, r))
		}
	}
	return p.close(h)
}

// whatWidth is the room of the words that say what happened.
func (m *Model) whatWidth() int {
	n := 8
	for i := range m.steps {
		n = max(n, width(m.v.step(m.steps[i].What)))
	}
	return min(n, 16)
}

// whyRows are the story's rows, long ones going on under their words. A second that is the same as above is not written again.
func (m *Model) whyRows(w int) []storyRow {
	var rows []storyRow
	if len(m.steps) == 0 {
		for _, s := range m.whyText {
			indent := min(24, w/3)
			for i, r := range wrapText(s, w) {
				if i == 0 {
					rows = append(rows, storyRow{rest: r})
					continue
				}
				for _, more := range wrapText(strings.TrimSpace(r), w-indent) {
					rows = append(rows, storyRow{rest: blanks(indent) + more})
				}
			}
		}
		return rows
	}
	room := max(8, w-15-m.whatWidth())
	var before time.Time
	for i := range m.steps {
		s := &m.steps[i]
		at := m.local(s.At)
		when := clock(at, true) + millis(at)
		if at.Truncate(time.Second).Equal(before) {
			when = "        " + millis(at)
		}
		before = at.Truncate(time.Second)
		first := storyRow{when: when, what: m.v.step(s.What)}
		for n, r := range wrapText(m.v.parts(s.Parts, s.Words), room) {
			if n > 0 {
				first = storyRow{}
			}
			first.rest = r
			rows = append(rows, first)
		}
	}
	return rows
}

func millis(t time.Time) string {
	n := t.Nanosecond() / int(time.Millisecond)
	return "." + itoa(n/100) + two(n%100)
}

// stepNames are the words for what happened to a contact; one that is missing is shown as the server says it.
var stepNames = map[string]string{
	"arrived": "来电", "queued": "排队", "left": "离开队列", "offered": "分配", "accepted": "已接听", "declined": "已拒接", "missed": "未接", "withdrawn": "撤回",
	"caller gone": "已挂断", "talking": "通话", "hold": "保持", "resumed": "恢复", "transfer": "转接", "back": "返回", "ended": "结束", "wrap-up": "话后处理",
	"note": "备注", "group": "多方通话", "asking": "咨询", "chat": "聊天", "quality": "质量", "agent": "坐席", "answered": "应答", "joined": "加入", "waiting": "等待",
}

func (v words) step(what string) string {
	if v[wLanguage] == "en" {
		return what
	}
	if w := stepNames[what]; w != "" {
		return w
	}
	return what
}
