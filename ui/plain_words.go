package ui

import (
	"slices"
	"strconv"
	"strings"

	"cordboard/session/wire"
)

// short words that stand for others, beside the keys of the screen.
var plainAlias = map[string]action{
	"r": actReady, "n": actNotReady, "a": actAnswer, "d": actDecline, "h": actHold, "m": actMute, "c": actAskDigit, "q": actQueue,
	"s": actSwap, "j": actJoin, "x": actHangup, "k": actKeypad, "e": actNote, "t": actPicker, "o": actDial, "w": actMore, "z": actUndo,
	"H": actHistory, "@": actWhy, "?": actHelp, "l": actLeaveCall, "find": actPicker, "call": actDial, "today": actHistory,
	"muted": actAnswerMuted, "m answer": actAnswerMuted, "quit": actLeave, "exit": actLeave, "bye": actLeave, "keys": actHelp, "A": actSecond,
	"take": actTakeBack, "yes": actAnyway, "y": actAnyway, "end": actHangup, "extend": actMore, "wait": actMore, "signout": actLeave,
}

// plainWords is every word that --plain understands.
func plainWords() []string {
	list := []string{"ready", "notready", "answer", "answermuted", "decline", "hold", "resume", "mute", "unmute", "transfer", "ask", "queue", "swap", "complete",
		"join", "drop", "hangup", "leavecall", "tones", "note", "people", "dial", "code", "done", "more", "undo", "keep", "anyway", "no", "history", "why", "again",
		"where", "help", "newcode", "browser", "takeover", "leave"}
	slices.Sort(list)
	return list
}

func (p *plain) ok(s string) { p.print("ok", s) }
func (p *plain) no(s string) { p.print("no", s) }

// line carries out one line of input: word [who] [rest].
func (p *plain) line(s string) {
	if s == "" {
		return
	}
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	p.word, p.since = strings.TrimSpace(word+" "+rest), p.m.now
	if a, known := plainAlias[word]; known {
		word = string(a)
	}
	p.run(word, rest)
	if p.waiting == "" {
		p.release()
	}
}

func (p *plain) run(word, rest string) {
	m := p.m
	if !m.welcomed {
		p.atTheDoor(word, rest)
		return
	}
	if len(word) == 1 && word[0] >= '0' && word[0] <= '9' {
		p.digit(word)
		return
	}
	switch action(word) {
	case actHelp:
		p.ok(p.help())
	case "where":
		p.ok(p.stateWords())
	case "again":
		p.again()
	case actLeave:
		p.leaveNow()
	case actReady, actReadyAgain, actReadyAfter:
		m.do(wire.Command{Do: wire.DoReady})
	case actNotReady, actAfter, actReason:
		p.notReady(rest)
	case actAnswer, actSecond:
		p.withOffer(func() { m.answer("") })
	case actAnswerMuted:
		p.withOffer(func() { m.answerMuted("") })
	case actDecline, actSecondNo:
		p.withOffer(func() { p.decline(rest) })
	case actPicker:
		m.pick = picker{kind: pickTransfer}
		m.pick.edit.set(rest)
		m.search()
	case actDial:
		p.dial(rest)
	case actHistory:
		m.do(wire.Command{Do: wire.DoHistory})
	case actWhy:
		m.do(wire.Command{Do: wire.DoWhy, Contact: m.board.contact()})
	case actAnyway:
		if m.gate == nil {
			p.no(m.v[wNothingAsked])
			return
		}
		m.gateYes("")
	case actSureNo, actKeep:
		p.nothing()
	case actUndo, actTakeBack:
		m.do(undo())
	case actCode, actDone, actMore:
		p.wrap(action(word), rest)
	default:
		p.call(action(word), rest)
	}
}

// atTheDoor is what can be said before the desk is open.
func (p *plain) atTheDoor(word, rest string) {
	switch action(word) {
	case actNewCode, actBrowser:
		name := map[action]string{actNewCode: "new_code", actBrowser: "browser"}[action(word)]
		signAction(name)(p.m, "")
		p.ok(p.word)
	case actDemoIn:
		p.m.demoSignIn("")
		p.ok(p.word)
	case actTakeover:
		takeover(true)(p.m, "")
		p.ok(p.word)
	case actLeave, actSureNo:
		p.leaveNow()
	case actHelp:
		p.ok("signin, newcode, browser, takeover, leave")
	default:
		if st := p.m.sign.Stage; p.m.conn.State != wire.ConnRefused && (st == "" || st == wire.SignInStarting || st == wire.SignInDone) {
			p.early = strings.TrimSpace(word + " " + rest) // the desk opens by itself in a moment
			return
		}
		p.no(p.m.v[wpNotSignedIn])
	}
}

// doorMoved says that a line which came too early can be looked at again.
func (p *plain) doorMoved() bool {
	st := p.m.sign.Stage
	return p.m.welcomed || p.m.conn.State == wire.ConnRefused || st != "" && st != wire.SignInStarting && st != wire.SignInDone
}

func (p *plain) leaveNow() {
	p.ok(p.word)
	stay := p.o.Stay
	p.o.Stay = false
	p.ended()
	p.o.Stay = stay
}

func (p *plain) nothing() {
	p.m.gate, p.m.backSeen = nil, true
	p.m.sure = sureness{}
	p.ok(p.word)
}

func (p *plain) withOffer(f func()) {
	if p.m.board.Offer == nil {
		p.no(p.m.v[wpNoOffer])
		return
	}
	f()
}

func (p *plain) decline(reason string) {
	c := wire.Command{Do: wire.DoDecline, Reservation: p.m.board.Offer.Reservation, Contact: p.m.board.Offer.Contact}
	if reason != "" {
		r := p.m.board.reason(reason)
		if r == nil {
			p.no(p.reasons())
			return
		}
		c.Reason = r.ID
	}
	p.m.phoneRing(false)
	p.m.do(c)
}

func (p *plain) notReady(reason string) {
	if reason == "" && len(p.m.board.Reasons) == 0 {
		p.m.do(wire.Command{Do: wire.DoNotReady})
		return
	}
	r := p.m.board.reason(reason)
	if r == nil {
		p.no(p.reasons())
		return
	}
	p.m.do(wire.Command{Do: wire.DoNotReady, Reason: r.ID})
}

func (p *plain) reasons() string {
	var s []string
	for i := range p.m.board.Reasons {
		r := &p.m.board.Reasons[i]
		s = append(s, reasonKey(r, i)+" "+r.Name)
	}
	return p.m.v[wWhyPause] + " " + strings.Join(s, ", ")
}

func (p *plain) dial(rest string) {
	n := asNumber(rest)
	if n == "" {
		if to := p.who(rest); to != nil {
			p.m.do(wire.Command{Do: wire.DoDial, To: to})
		}
		return
	}
	p.m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: n}})
}

func (p *plain) again() {
	if p.m.board.Offer == nil {
		p.no(p.m.v[wpNoOffer])
		return
	}
	p.ok(p.word)
	quiet := p.o.Quiet
	p.o.Quiet = true
	p.offer()
	p.offerKnown(p.m.board.Offer)
	p.o.Quiet = quiet
}

// help lists the words that do something now.
func (p *plain) help() string {
	m := p.m
	var s []string
	for _, b := range m.keys.at(m, m.stateMode()) {
		if m.v[b.label] == "" || b.act == actRedraw || b.act == actSettings {
			continue
		}
		s = append(s, b.keys[0]+" "+m.v[b.label])
	}
	return strings.ReplaceAll(strings.Join(s, ", "), "  ", "answer ") + ". " + strings.Join([]string{"where", "again", "leave"}, ", ")
}

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
	case actHold:
		v := wire.DoHold
		if m.board.Call.Held && strings.HasPrefix(p.word, "h") && !strings.HasPrefix(p.word, "hold") {
			v = wire.DoResume
		}
		m.do(wire.Command{Do: v})
	case actMute, actUnmute:
		on := a == actMute && !(p.word == "m" && m.muted)
		mute(on)(m, "")
	case actTransfer, actInstead:
		p.move(wire.DoTransfer, rest)
	case actAskDigit:
		p.move(wire.DoAsk, rest)
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
	case in == inDial || m.otherEndGone() || m.now.Before(p.sureBy):
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

// who is a person by digit, by a unique beginning of the name, or a number. Nil, and a "no", when it is nobody or several.
func (p *plain) who(s string) *wire.Target {
	m := p.m
	if len(s) == 1 && s >= "1" && s <= "9" {
		d, _ := strconv.Atoi(s)
		if e := m.board.expert(d); e != nil {
			return p.reachable(e)
		}
		p.no(m.v.f(wNobodyAt, "n", s))
		return nil
	}
	if n := asNumber(s); n != "" {
		return &wire.Target{Kind: wire.ToNumber, Number: n}
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
		return p.reachable(hits[0])
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
