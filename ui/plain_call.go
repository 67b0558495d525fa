package ui

import (
	"slices"
	"strconv"
	"strings"

	"cordboard/session/wire"
)

// wrap is what is said after a call.
func (p *plain) wrap(a action, rest string) {
	m := p.m
	if m.board.Wrap == nil {
		p.no(m.v[wWhyAfterCall])
		return
	}
	switch a {
	case actDone:
		m.do(wire.Command{Do: wire.DoDone})
	case actMore:
		m.do(wire.Command{Do: wire.DoExtend})
	default:
		for i, c := range m.board.Wrap.Codes {
			if itoa(i+1) == rest || equalFold(c.ID, rest) || equalFold(c.Name, rest) {
				m.do(wire.Command{Do: wire.DoCode, Code: c.ID})
				return
			}
		}
		p.no(p.wrapWords(m.board.Wrap))
	}
}

// digit means what it means on the screen: a code after the call, an expert in it.
func (p *plain) digit(d string) {
	m := p.m
	switch m.stateMode() {
	case inWrap:
		p.wrap(actCode, d)
	case inTalk, inHold, inBack, inSending:
		p.move(wire.DoTransfer, d)
	case inAsking:
		n, _ := strconv.Atoi(d)
		if e := m.board.expert(n); e != nil && e.ID == m.board.Call.Transfer.ID {
			m.do(wire.Command{Do: wire.DoComplete})
			return
		}
		p.no(m.v[wNotNow])
	default:
		p.no(m.v[wWhyNoCall])
	}
}

// call is what can be said with a caller on the line.
func (p *plain) call(a action, rest string) {
	m := p.m
	if m.board.Call == nil && a != actNote {
		if slices.Contains(plainWords(), string(a)) || m.keys.bindings[a] != nil {
			p.no(m.v[wWhyNoCall])
		} else {
			p.no(m.v.f(wpUnknownWord, "word", p.word))
		}
		return
	}
	simple := map[action]wire.Verb{actResume: wire.DoResume, actSwap: wire.DoSwap, actJoin: wire.DoJoin, actComplete: wire.DoComplete,
		actLeaveCall: wire.DoComplete, actDrop: wire.DoDrop}
	if v, ok := simple[a]; ok {
		m.do(wire.Command{Do: v})
		return
	}
	switch a {
	case actAdd:
		p.move(wire.DoAdd, rest)
	case actRemove, actMuteOne, actUnmuteOne:
		p.party(a, rest)
	case actHold:
		v := wire.DoHold
		if m.board.Call.Held && strings.HasPrefix(p.word, "h") && !strings.HasPrefix(p.word, "hold") {
			v = wire.DoResume
		}
		m.do(wire.Command{Do: v})
	case actMute, actUnmute:
		on := a == actMute && (p.word != "m" || !m.muted)
		mute(on)(m, "")
	case actTransfer, actInstead:
		p.move(wire.DoTransfer, rest)
	case actAskDigit:
		p.move(wire.DoAsk, rest)
	case actChat:
		p.chat(rest)
	case actQueue:
		p.queue(rest)
	case actKeypad, actTone:
		if strings.Trim(rest, "0123456789*#,ABCD") != "" || rest == "" {
			p.no(m.v[wPasteTones])
			return
		}
		m.do(wire.Command{Do: wire.DoTones, Digits: rest})
	case actNote:
		p.note(rest)
	case actHangup, actEndAll, actStopDial:
		p.hangup()
	default:
		p.no(m.v.f(wpUnknownWord, "word", p.word))
	}
}

// hangup wants to be said twice, when it would cut somebody off who cannot be called back by undo.
func (p *plain) hangup() {
	m := p.m
	switch in := m.stateMode(); {
	case in == inAsking:
		m.do(wire.Command{Do: wire.DoDrop})
	case in == inSending:
		m.do(undo())
	case in == inDial || m.otherEndGone() || m.onePress() || m.now.Before(p.sureBy):
		p.sureBy = m.now
		m.do(wire.Command{Do: wire.DoHangup})
	default:
		p.sureBy = m.now.Add(plainSure)
		p.ok(m.v.f(wSureHangup, "key", "x", "who", m.nameOf(&m.board.Call.Caller)))
		p.print("ask", "sure? x")
	}
}

func (p *plain) queue(rest string) {
	for i, q := range p.m.board.Queues {
		if itoa(i+1) == rest || equalFold(q.Name, rest) || equalFold(q.ID, rest) {
			p.m.do(wire.Command{Do: wire.DoTransfer, To: &wire.Target{Kind: wire.ToQueue, ID: q.ID}})
			return
		}
	}
	var s []string
	for i, q := range p.m.board.Queues {
		s = append(s, itoa(i+1)+" "+q.Name)
	}
	p.no(p.m.v[wWhichQueue] + " " + strings.Join(s, ", "))
}

// note adds a line to the note.
func (p *plain) note(rest string) {
	m := p.m
	id := m.board.contact()
	if id == "" || m.board.Offer != nil && m.board.Call == nil {
		p.no(m.v[wWhyNoCall])
		return
	}
	whole := rest
	if old := m.savedNote(); old != "" {
		whole = old + "\n" + rest
	}
	m.do(wire.Command{Do: wire.DoNote, Contact: id, Text: whole})
}

func (p *plain) move(v wire.Verb, who string) {
	to := p.who(who)
	if to == nil {
		return
	}
	p.m.do(wire.Command{Do: v, To: to})
}

// chat sends somebody the context; a number is not needed for it.
func (p *plain) chat(who string) {
	if e := p.person(who); e != nil {
		p.m.chat(e)
	}
}

// who is a person by digit, by a unique beginning of the name, or a number. Nil, and a "no", when it is nobody or several.
func (p *plain) who(s string) *wire.Target {
	if n := asNumber(s); n != "" && (len(s) != 1 || s < "1" || s > "9") {
		return &wire.Target{Kind: wire.ToNumber, Number: n}
	}
	if e := p.person(s); e != nil {
		return p.reachable(e)
	}
	return nil
}

// person is somebody by digit or by a unique beginning of the name. Nil, and a "no", when it is nobody or several.
func (p *plain) person(s string) *wire.Person {
	m := p.m
	if len(s) == 1 && s >= "1" && s <= "9" {
		d, _ := strconv.Atoi(s)
		if e := m.board.expert(d); e != nil {
			return e
		}
		p.no(m.v.f(wNobodyAt, "n", s))
		return nil
	}
	var hits []*wire.Person
	have := map[string]bool{}
	for _, list := range [][]wire.Person{m.board.Experts, m.pick.people} {
		for i := range list {
			e := &list[i]
			if s != "" && !have[e.ID] && strings.HasPrefix(strings.ToLower(e.Name), strings.ToLower(s)) {
				have[e.ID] = true
				hits = append(hits, e)
			}
		}
	}
	switch len(hits) {
	case 1:
		return hits[0]
	case 0:
		p.no(m.v.f(wpNobodyCalled, "who", s))
	default:
		names := make([]string, 0, len(hits))
		for _, e := range hits {
			names = append(names, e.Name)
		}
		p.no(m.v.f(wpSeveral, "list", strings.Join(names, ", ")))
	}
	return nil
}

func (p *plain) reachable(e *wire.Person) *wire.Target {
	if !e.Number && e.Kind != "queue" {
		p.no(p.m.v.f(wNoNumber, "who", e.Name))
		return nil
	}
	return target(e)
}
