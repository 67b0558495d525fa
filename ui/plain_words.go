package ui

import (
	"slices"
	"strings"

	"cordboard/session/wire"
)

// short words that stand for others, beside the keys of the screen.
var plainAlias = map[string]action{
	"r": actReady, "n": actNotReady, "a": actAnswer, "d": actDecline, "h": actHold, "m": actMute, "c": actAskDigit, "i": actChat, "q": actQueue,
	"s": actSwap, "j": actJoin, "x": actHangup, "k": actKeypad, "e": actNote, "t": actPicker, "o": actDial, "w": actMore, "z": actUndo,
	"H": actHistory, "@": actWhy, "?": actHelp, "l": actLeaveCall, "find": actPicker, "call": actDial, "today": actHistory,
	"muted": actAnswerMuted, "m answer": actAnswerMuted, "quit": actLeave, "exit": actLeave, "bye": actLeave, "keys": actHelp, "A": actSecond,
	"!": actHelpCall, "take": actTakeBack, "yes": actAnyway, "y": actAnyway, "end": actHangup, "extend": actMore, "wait": actMore, "signout": actLeave,
}

// plainWords is every word that --plain understands.
func plainWords() []string {
	list := []string{"ready", "notready", "answer", "answermuted", "decline", "hold", "resume", "mute", "unmute", "transfer", "ask", "chat", "queue", "swap", "complete",
		"join", "drop", "hangup", "leavecall", "tones", "note", "people", "dial", "code", "done", "more", "undo", "keep", "anyway", "no", "history", "why", "again",
		"where", "help", "emergency", "add", "remove", "muteone", "unmuteone", "newcode", "browser", "takeover", "leave", "endpoint"}
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
	case actHelpCall:
		p.emergency(rest)
	case actEndpoint:
		p.endpoint(rest)
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
		r := reasonNamed(p.m.declineReasons(), reason)
		if r == nil {
			p.no(p.reasons(p.m.declineReasons()))
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
		p.no(p.reasons(p.m.board.Reasons))
		return
	}
	p.m.do(wire.Command{Do: wire.DoNotReady, Reason: r.ID})
}

func (p *plain) reasons(all []wire.Reason) string {
	var s []string
	for i := range all {
		r := &all[i]
		s = append(s, reasonKey(r, i)+" "+r.Name)
	}
	return p.m.v[wWhyPause] + " " + strings.Join(s, ", ")
}

// dial calls out: a number or a person, and behind "as" the name or number of the tenant's that they see.
func (p *plain) dial(rest string) {
	showAs := ""
	if to, as, ok := strings.Cut(rest, " as "); ok {
		all := p.m.board.Me.ShowAs
		n := shownNamed(all, strings.TrimSpace(as))
		if n == nil {
			var s []string
			for _, x := range all {
				s = append(s, strings.TrimSpace(x.Name+" "+x.Number))
			}
			p.no(p.m.v.f(wShownAs, "number", "?") + " " + strings.Join(s, ", "))
			return
		}
		rest, showAs = to, n.Number
	}
	n := asNumber(rest)
	if n == "" {
		if to := p.who(rest); to != nil {
			p.m.do(wire.Command{Do: wire.DoDial, To: to, ShowAs: showAs})
		}
		return
	}
	p.m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: n}, ShowAs: showAs})
}

// endpoint lets calls ring at another telephone; without one it says where they may.
func (p *plain) endpoint(at string) {
	if !slices.Contains(p.m.board.Me.Endpoints, at) {
		p.no(p.m.v[wpNoEndpoint] + " " + strings.Join(p.m.board.Me.Endpoints, ", "))
		return
	}
	p.m.do(wire.Command{Do: wire.DoEndpoint, Endpoint: at})
}

// emergency calls a number of help; without one it says which there are.
func (p *plain) emergency(number string) {
	all := p.m.board.Tenant.Emergency
	if !slices.Contains(all, number) {
		p.no(p.m.v[wEmergency] + " " + strings.Join(all, ", "))
		return
	}
	p.m.do(wire.Command{Do: wire.DoDial, To: &wire.Target{Kind: wire.ToNumber, Number: number}})
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
