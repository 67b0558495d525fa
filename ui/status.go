package ui

import (
	"strings"
	"time"

	"cordboard/session/wire"
)

// face of the desk now: what the first cell of the first row shows.
func (m *Model) face() (face, time.Time) {
	b := &m.board
	switch {
	case !m.welcomed || b.Out != nil:
		return face{m.t.g.rest, talk, wcSignIn}, time.Time{}
	case b.Offer != nil && b.Call == nil:
		return m.t.faceOf(wire.Offered), b.Offer.Offered
	}
	f := m.t.faceOf(b.Me.State)
	switch {
	case b.Call != nil && b.Call.Held && b.Me.State != wire.Consulting:
		return m.t.faceOf(wire.Held), m.heldSince(b.Call)
	case b.Call != nil && b.Me.State == wire.Talking && !b.Call.Answered.IsZero():
		return f, b.Call.Answered
	}
	return f, b.Me.Since
}

// status is the first row.
func (m *Model) status(w int) string {
	t := m.t
	if m.lost() {
		return m.loud(w, face{t.g.alert, bad, wNoServer}, m.since(m.conn.Since.Add(m.board.Skew)), m.v[wCallGoesOn], m.board.Call != nil)
	}
	f, since := m.face()
	me := &m.board.Me
	if m.welcomed && m.board.Out == nil {
		switch m.stateMode() {
		case inPause:
			reason := m.v[wCallsDoNotCome]
			if me.Reason != nil {
				return m.loudReason(w, f, m.v.reason(me.Reason), m.since(since), reason)
			}
			return m.loud(w, f, m.since(since), reason, true)
		case inMissed:
			return m.loud(w, f, m.since(since), m.v[wCallsDoNotCome], true)
		}
	}
	l := t.line(w)
	pillWords := " " + f.glyph + " " + m.v[f.word] + " "
	hours := 0
	if !since.IsZero() {
		r := running(m.since(since))
		pillWords += r + " "
		hours = 7 - len(r)
	}
	l.put(f.role|pill, pillWords).sp(hours)
	m.statusWarnings(l)
	if p := me.Pending; p != nil && m.welcomed && !m.warned() {
		pf := t.faceOf(p.State)
		l.put(dim, " "+m.v[wThen]+" ").put(pf.role, pf.glyph).sp(1)
		if p.Reason != nil {
			l.put(text, m.v.reason(p.Reason))
		} else {
			l.put(text, m.v[pf.word])
		}
	}
	if at := m.ringsAt(w - l.w - 12); at != "" {
		l.sp(2).put(text|bold, at)
	}
	right := m.statusRight(w)
	if l.w+1+right.w > w { // a warning matters more than the meters
		right = t.line(20).put(text|bold, clock(m.local(m.server()), w >= 100)).sp(1)
	}
	if place := m.place(w); place != "" && l.w+3+width(place)+2+right.w <= w {
		l.sp(2).put(dim, place)
	}
	return l.end(right).String()
}

// statusWarnings say what the agent must know before anything else.
func (m *Model) statusWarnings(l *line) {
	switch {
	case m.noMic():
		l.sp(1).put(bad|pill, " "+m.v[wNoMic]+" ").put(bad, " "+m.v[wCallerHearsNothing])
	case m.isMuted() && m.levels.SpeakingMute:
		l.sp(1).put(bad|pill, " "+m.v[wMuted]+" ").put(ring|bold, " "+m.v[wSpeakingMuted])
	case m.isMuted():
		l.sp(1).put(bad|pill, " "+m.v[wMuted]+" ")
	}
}

// warned says that the first row has something more urgent to say than what comes after the call.
func (m *Model) warned() bool {
	return m.isMuted() && m.levels.SpeakingMute || m.noMic()
}

// noMic says that the agent talks at this console, and nothing is heard of it.
func (m *Model) noMic() bool {
	return m.levels.NoDevice && m.board.Call != nil && m.board.Call.Endpoint == ""
}

// unheard says that the other side does not hear the agent.
func (m *Model) unheard() bool { return m.noMic() || m.isMuted() }

func (m *Model) isMuted() bool {
	return m.board.Call != nil && (m.muted || m.levels.Muted || m.board.Call.Muted)
}

// place is where the agent works: the company and the queues.
func (m *Model) place(w int) string {
	if !m.welcomed {
		return ""
	}
	names := make([]string, 0, len(m.board.Queues))
	for _, q := range m.board.Queues {
		names = append(names, q.Name)
	}
	qs := strings.Join(names, ", ")
	if w < 100 {
		if m.board.Me.State == wire.Ready {
			return qs
		}
		return ""
	}
	if qs == "" {
		return m.board.Tenant.Name
	}
	return m.board.Tenant.Name + " " + m.t.g.dot + " " + qs
}

// statusRight is the right end of the first row: microphone, ear, line, clock. Every field keeps its width.
func (m *Model) statusRight(w int) *line {
	t := m.t
	l := t.line(w)
	if m.welcomed {
		l.put(dim, m.v[wMic]+" ")
		switch {
		case m.isMuted():
			l.field(bad|bold, m.v[wMutedShort], 5)
		case m.levels.NoDevice:
			l.field(bad, m.v[wNone], 5)
		case m.o.Motion == "calm":
			l.field(good, m.v.voice(m.mic.now), 5)
		default:
			l.field(good, m.mic.draw(&t.g, 5), 5)
		}
		l.put(dim, " "+m.v[wEar]+" ")
		if m.o.Motion == "calm" {
			l.field(good, m.v.voice(m.ear.now), 5)
		} else {
			l.field(good, m.ear.draw(&t.g, 5), 5)
		}
		l.sp(2)
		m.quality(l, m.lineQuality(), m.levels.LineUp || m.board.Call != nil)
		l.sp(2)
	}
	return l.put(text|bold, clock(m.local(m.server()), w >= 100)).sp(1)
}

func (v words) voice(level float64) string {
	if level > 0.02 {
		return v[wVoice]
	}
	return ""
}

// lineQuality is what this end receives, else what the server measures.
func (m *Model) lineQuality() wire.Quality {
	if m.levels.Quality.MOS > 0 {
		return m.levels.Quality
	}
	if c := m.board.Call; c != nil {
		return c.Quality
	}
	return wire.Quality{}
}

// quality writes three bars, a word and the MOS, always in the same cells.
func (m *Model) quality(l *line, q wire.Quality, up bool) {
	g := &m.t.g
	wide := max(width(m.v[wGood]), width(m.v[wFair]), width(m.v[wBad]))
	switch {
	case !up && q.MOS == 0:
		l.field(dim, m.v[wNoLine], 3+1+wide+4)
	case q.MOS == 0:
		l.field(dim, g.signal[2], 3).sp(1).field(dim, m.v[wLine], wide).sp(1).num(dim, g.dash, 3)
	case q.MOS >= 4:
		l.field(good, g.signal[2], 3).sp(1).field(text, m.v[wGood], wide).sp(1).num(text|bold, one(q.MOS), 3)
	case q.MOS >= 3.6:
		l.field(ring, g.signal[1], 3).sp(1).field(ring, m.v[wFair], wide).sp(1).num(ring|bold, one(q.MOS), 3)
	default:
		l.field(bad, g.signal[0], 3).sp(1).field(bad, m.v[wBad], wide).sp(1).num(bad|bold, one(q.MOS), 3)
	}
}

// one decimal.
func one(f float64) string {
	n := int(f*10 + 0.5)
	return itoa(n/10) + "." + itoa(n%10)
}

// loud is a first row that is reversed as a whole: calls do not come, or nothing works.
func (m *Model) loud(w int, f face, d time.Duration, words string, say bool) string {
	s := " " + f.glyph + " " + m.v[f.word] + "  " + leading(d)
	if say {
		s += "  " + words
	}
	return m.reversed(w, f.role, s)
}

// ringsAt is where calls ring, when that is not the console, in the room there is.
func (m *Model) ringsAt(room int) string {
	at := m.board.Me.Endpoint
	if !m.welcomed || m.board.Out != nil || at == "" || at == "softphone" {
		return ""
	}
	for _, s := range []string{m.v.f(wRingsAt, "at", m.v.endpoint(at)), m.v.endpoint(at)} {
		if width(s) <= room {
			return s
		}
	}
	return ""
}

// leading is a live timer in a field that has room for hours.
func leading(d time.Duration) string {
	s := running(d)
	return s + blanks(7-len(s))
}

func (m *Model) loudReason(w int, f face, reason string, d time.Duration, words string) string {
	return m.reversed(w, f.role, " "+f.glyph+" "+m.v[f.word]+"  "+reason+"  "+leading(d)+"  "+words)
}

func (m *Model) reversed(w int, role style, s string) string {
	right := clock(m.local(m.server()), w >= 100) + " "
	if at := m.ringsAt(w - width(s) - width(right) - 4); at != "" {
		right = at + "  " + right
	}
	s = cut(s, w-width(right)-1, m.t.g.ellipsis)
	return m.t.paint(role|pill, s+blanks(w-width(s)-width(right))+right)
}

// windowTitle is what the terminal's title says.
func (m *Model) windowTitle() string {
	f, _ := m.face()
	s := f.glyph + " " + m.v[f.word]
	if !m.welcomed {
		return "cordboard"
	}
	if c := m.board.caller(); c != nil && m.board.Missed == nil {
		s += " " + m.nameOf(c)
	}
	if m.lost() {
		s = m.t.g.alert + " " + m.v[wNoServer]
	}
	return s + " " + m.t.g.dot + " cordboard"
}
