package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

const problemFor = 12 * time.Second

// second is row 2. It holds one thing by rank: a second call, a question, what went wrong, the queues. What loses waits.
func (m *Model) second(w int) string {
	l := m.t.line(w).sp(1)
	switch {
	case !m.welcomed, m.board.Out != nil:
	case m.over == overCommand:
		m.commandRow(l)
	case m.gate != nil:
		m.gateRow(l)
	case m.sure.act != "":
		m.sureRow(l)
	case m.board.Offer != nil && m.board.Call != nil:
		m.secondCall(l)
	case m.prefix != inNone:
		m.prefixRow(l)
	case m.problem.Words != "" && m.server().Sub(m.problem.At) < problemFor:
		l.put(bad|bold, m.t.g.missed+" ").put(text, m.problem.Words)
	case m.looping:
		l.put(ring|bold, m.t.g.ringing+" ").put(text, m.v[wHearYourself])
	case m.o.Demo != nil && !m.demoDone[3]:
		m.demoRow(l)
	case m.noMic():
		keys := m.t.line(40).put(text|bold, ", ").put(dim, m.v[wkSettings]).sp(2).put(text|bold, "h ").put(dim, m.v[wkHold]).sp(1)
		l.put(bad|bold, m.t.g.alert+" ").put(text, m.v[wNoMicNext]).sp(2).add(keys)
	case w < 120:
		return m.queuesRow(w)
	}
	return l.String()
}

func (m *Model) secondCall(l *line) {
	o := m.board.Offer
	l.put(ring|bold, m.t.g.ringing+" "+m.v[wSecond]+" "+running(m.since(o.Offered))).sp(2)
	who := m.t.line(l.max).put(text|bold, m.nameOf(&o.Caller)).sp(1)
	if o.Queue != "" {
		who.put(text, m.v.f(wCallsQueue, "queue", o.Queue))
	} else {
		who.put(text, m.v[wCallsDirect])
	}
	keys := m.t.line(40).put(text|bold, "A ").put(dim, m.v[wkSecond]).sp(2).put(text|bold, "d ").put(dim, m.v[wkSecondNo]).sp(1)
	if l.w+who.w+keys.w > l.max {
		who.shorten(l.max - l.w - keys.w - 1)
	}
	l.add(who).sp(3).end(keys)
}

func (m *Model) gateRow(l *line) {
	l.put(bad, m.t.g.busy+" ").put(text, m.v.stop(m.v.question(m.gate.ask))).sp(2)
	l.put(text|bold, "Enter ").put(dim, m.v[wkAnyway])
	for _, p := range m.gate.ask.Instead {
		if p.Digit > 0 && p.Digit <= 9 {
			l.sp(2).put(text|bold, itoa(p.Digit)+" ").put(text, visual(p.Name))
		}
	}
	l.sp(2).put(text|bold, "Esc ").put(dim, m.v[wkNo])
}

func (m *Model) sureRow(l *line) {
	l.put(ring|bold, m.t.g.ringing+" ")
	who := ""
	if c := m.board.caller(); c != nil {
		who = m.nameOf(c)
	}
	switch m.sure.act {
	case actHangup:
		l.put(text|bold, m.v.f(wSureHangup, "who", who, "key", keyName(m.sure.key)))
	case actEndAll:
		l.put(text|bold, m.v.f(wSureEndAll, "key", keyName(m.sure.key)))
	case actLeave, actSuspend:
		words := m.v[wSureLeave]
		if m.sure.act == actSuspend {
			words = m.v[wSureSuspend]
		}
		if m.board.Call != nil {
			words = m.v.f(wSureLeaveCall, "who", who, "key", keyName(m.sure.key))
		}
		l.put(text|bold, words)
	}
}

// prefixRow lists what the next key can be.
func (m *Model) prefixRow(l *line) {
	switch m.prefix {
	case inReason, inDecline:
		head := wWhyPause
		if m.prefix == inDecline {
			head = wWhyDecline
		} else if m.board.Call != nil || m.board.Wrap != nil || m.board.Offer != nil {
			head = wAfterCall
		}
		l.put(dim, m.v[head])
		all := m.prefixReasons(m.prefix == inDecline)
		for i := range all {
			r := &all[i]
			l.sp(2).put(text|bold, reasonKey(r, i)+" ").put(text, r.Name)
		}
	case inAsk, inChat:
		if m.prefix == inChat {
			l.put(dim, m.v[wChatWhom])
		} else {
			l.put(dim, m.v[wAskWhom])
		}
		for _, p := range m.board.Experts {
			if p.Digit > 0 && p.Digit <= 9 && l.w+width(p.Name)+6 < l.max {
				l.sp(2).put(text|bold, itoa(p.Digit)+" ").put(text, visual(p.Name))
			}
		}
	case inQueue:
		l.put(dim, m.v[wWhichQueue])
		for i, q := range m.board.Queues {
			if i < 9 {
				l.sp(2).put(text|bold, itoa(i+1)+" ").put(text, q.Name)
			}
		}
	case inCopy:
		l.put(dim, m.v[wCopyWhat])
		for _, a := range []action{actCopyNumber, actCopyName, actCopyFact} {
			if b := m.keys.bindings[a]; b.can == nil || b.can(m) {
				l.sp(2).put(text|bold, b.keys[0]+" ").put(text, m.v[b.label])
			}
		}
	}
}

// queuesRow sums the queues and the day on small screens.
func (m *Model) queuesRow(w int) string {
	l := m.t.line(w).sp(1)
	right := m.t.line(w)
	d := &m.board.Today
	right.put(dim, m.v[wToday]+" ").num(text, itoa(d.Calls), 3)
	aht := m.t.g.dash
	if d.Calls > 0 {
		aht = lasted(ms(d.Handle) / time.Duration(d.Calls))
	}
	right.sp(2).put(dim, m.v[wAHT]+" ").num(text, aht, 5)
	right.sp(1)
	for i := range m.board.Queues {
		q := &m.board.Queues[i]
		one := m.t.line(30).put(text, cut(q.Name, 12, m.t.g.ellipsis)).sp(1).num(text|bold, itoa(q.Waiting), 2).sp(1)
		m.longest(one, q, 5)
		if l.w+one.w+2+right.w > w {
			break
		}
		l.add(one).sp(2)
	}
	if sl := m.levelToday(); sl != nil && l.w+right.w+sl.w <= w {
		right.add(sl)
	}
	return l.end(right).String()
}

// levelToday is the service level of the day, of the agent's queue that is furthest down; nil when nothing is known.
func (m *Model) levelToday() *line {
	least := -1
	for i := range m.board.Queues {
		if q := &m.board.Queues[i]; q.SL >= 0 && q.Target != "" && (least < 0 || q.SL < least) {
			least = q.SL
		}
	}
	if least < 0 {
		return nil
	}
	return m.t.line(20).sp(1).put(dim, m.v[wSL]+" ").num(text, itoa(least)+" %", 5).sp(1)
}

// longest is how long the first in the queue has waited, in n cells.
func (m *Model) longest(l *line, q *wire.Queue, n int) {
	if q.Waiting == 0 || q.Oldest.IsZero() {
		l.num(dim, m.t.g.dash, n)
		return
	}
	d := m.since(q.Oldest)
	s := text
	if d >= 20*time.Second {
		s = ring
	}
	if d >= 100*time.Minute {
		l.num(s, age(d), n)
		return
	}
	l.num(s, lasted(d), n)
}

// stop ends a sentence that has no end of its own.
func (v words) stop(s string) string {
	if strings.HasSuffix(s, "。") || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func keyName(k string) string {
	switch k {
	case "ctrl+c":
		return "Ctrl+C"
	case "ctrl+z":
		return "Ctrl+Z"
	case " ":
		return "Space"
	}
	return k
}

// newsRow is the last but one row.
func (m *Model) newsRow(w int) string {
	l := m.t.line(w).sp(1)
	s := m.lastSaid()
	if s.Words == "" && s.Key == "" {
		return l.String()
	}
	l.put(dim, clock(m.local(s.At), true)+" ")
	style := text
	if s.Bad {
		style = bad
	}
	return l.put(style, m.heardAs(s.Said)).String()
}
