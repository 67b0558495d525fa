package call

import (
	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// fromDialog is news of a SIP leg.
type fromDialog struct {
	leg *sipLeg
	e   trunk.Event
}

func (e fromDialog) apply(c *Call) {
	if e.leg.gone || c.referredTo(e.leg, e.e) || c.fromDesk(e.leg, e.e) || c.fromOwn(e.leg, e.e) {
		return
	}
	switch v := e.e.(type) {
	case trunk.Ringing:
		c.rings(e.leg, v)
	case trunk.Answered:
		if r := c.rungOf(e.leg); r != nil {
			c.answeredBy(r, v.SDP)
			return
		}
		if g := c.guestOf(e.leg); g != nil {
			c.guestAnswered(g, v.SDP)
			return
		}
		if e.leg == c.leg && c.agent != nil && !c.over {
			c.dialAnswered(v.SDP)
			return
		}
		c.hangup(e.leg, trunk.Reason{Text: "too late"}) // nobody wants it any more
	case trunk.Acked:
		c.acked(e.leg, v)
	case trunk.Rejected:
		c.rejected(e.leg, v.Code)
	case trunk.Unreachable:
		c.log.Warn("outgoing call could not be placed", "leg", e.leg.role, "err", v.Err)
		c.rejected(e.leg, 0)
	case trunk.Reoffered:
		c.reoffered(e.leg, v)
	case trunk.Tone:
		c.deliverTone(e.leg, v.Digit)
	case trunk.Referred:
		c.refers(e.leg, v)
	case trunk.Replaced:
		c.replaced(e.leg, v.By)
	case trunk.Probed:
		c.probed(e.leg, v.Alive)
	case trunk.Ended:
		c.legEnded(e.leg, v)
	}
}

func (c *Call) rings(l *sipLeg, v trunk.Ringing) {
	if v.Code == 180 {
		l.rang = true
	}
	t := c.transfer
	if c.rungOf(l) == nil {
		if l == c.leg && c.agent != nil && v.SDP != nil && !l.early { // early media of an outgoing call is for the agent's ear
			if l.early = l.voice.Accept(v.SDP) == nil; l.early {
				c.agent.line.Hear(media.From(l.voice))
			}
		}
		return
	}
	if t.state == "starting" {
		t.state = "ringing"
		c.recordMove(t, fact.RingingAt, "", v.Code, "")
		c.show()
	}
	if v.SDP != nil && !l.early {
		l.early = l.voice.Accept(v.SDP) == nil
		if l.early && len(t.rings) == 1 { // several ring unlike each other
			c.ringer(t).Hear(media.From(l.voice))
		}
	}
}

// ringer is who hears how it rings: the caller, or the agent who asks first.
func (c *Call) ringer(t *transfer) media.Leg {
	if t.consult && t.by != nil {
		return t.by.line
	}
	return c.leg.voice
}

func (c *Call) acked(l *sipLeg, v trunk.Acked) {
	l.acked = true
	if !l.late {
		return
	}
	l.late = false
	if v.SDP == nil {
		c.log.Warn("the acknowledgement of an offer carried no answer", "leg", l.role)
		c.hangup(l, trunk.Reason{Text: "no answer to our offer"})
		c.legEnded(l, trunk.Ended{By: "network", Cause: "no answer to our offer"})
		return
	}
	if err := l.voice.Accept(v.SDP); err != nil {
		c.log.Warn("the answer to our offer could not be used", "leg", l.role, "err", err)
		c.hangup(l, trunk.Reason{Code: 488, Text: "not acceptable here"})
		c.legEnded(l, trunk.Ended{By: "us", Code: 488, Cause: err.Error()})
	}
}

func (c *Call) reoffered(l *sipLeg, v trunk.Reoffered) {
	var sdp []byte
	var err error
	if v.SDP == nil {
		l.late = true
		sdp, err = l.voice.Offer()
	} else {
		sdp, err = l.voice.Answer(v.SDP)
	}
	if err != nil {
		c.log.Info("a change of media was refused", "leg", l.role, "err", err)
		l.dialog.AnswerReoffer(nil, mediaCode(err))
		return
	}
	l.dialog.AnswerReoffer(sdp, 200)
	c.holds(l)
}

// rejected: an outgoing leg ended before it was answered.
func (c *Call) rejected(l *sipLeg, code int) {
	l.gone = true
	l.voice.Close()
	why := l.refusedWhy(code)
	if l == c.leg {
		c.dialFailed(why, code)
		return
	}
	if r := c.rungOf(l); r != nil {
		c.rungOut(r, why, code, trunk.Reason{})
	} else if g := c.guestOf(l); g != nil {
		c.notAdded(g, why, code)
	}
}

// refusedWhy is rejectedWhy by what came before: where nothing rang, nobody has failed to answer.
func (l *sipLeg) refusedWhy(code int) string {
	if code != 487 && !l.rang && !l.early && rejectedWhy(code) == "no_answer" {
		return "unreachable"
	}
	return rejectedWhy(code)
}

// rejectedWhy maps a final status to what it means for a person (facts of Direct Routing, RFC 3261 §21).
func rejectedWhy(code int) string {
	switch code {
	case 486, 600:
		return "busy"
	case 603:
		return "declined"
	case 408, 480, 487:
		return "no_answer"
	case 404, 484, 604:
		return "no_number"
	}
	return "unreachable"
}

func (c *Call) legEnded(l *sipLeg, v trunk.Ended) {
	l.gone = true
	if m := c.mate; m != nil && m.phone == l {
		c.mateGoes(m, v.By)
		return
	}
	switch l {
	case c.leg:
		if c.leavesStead(l, v) {
			return
		}
		c.callerLeft(v)
	case c.phoneLeg():
		c.phoneEnded(c.agent, v)
	case c.secondLeg():
		c.secondEnded(c.agent)
	case c.partner:
		if c.refer != nil && c.refer.by == l { // the caller is on the way to somebody else
			l.voice.Close()
			return
		}
		c.endBy(fact.Transferred, c.partnerTo.Kind, v.Code, v.Text)
	default:
		c.otherEnded(l, v)
	}
}

// otherEnded: a leg that does not have the caller is over: somebody rung, asked, or a guest.
func (c *Call) otherEnded(l *sipLeg, v trunk.Ended) {
	if g := c.guestOf(l); g != nil {
		switch {
		case !c.isAdding(g):
			c.guestGone(g, fact.PartyLeft)
		case l.key != nil:
			c.notAdded(g, "voicemail", v.Code)
		default:
			c.notAdded(g, "unreachable", v.Code)
		}
		return
	}
	r := c.rungOf(l)
	if r == nil {
		return
	}
	l.voice.Close()
	switch t := c.transfer; {
	case t.leg == l:
		c.transferFailed("left", v.Code)
	case l.key != nil: // it answered, and hung up before it was sure who it was
		l.key.timer.Stop()
		c.rungOut(r, "voicemail", v.Code, trunk.Reason{})
	default:
		c.rungOut(r, "unreachable", v.Code, trunk.Reason{})
	}
}

// callerLeft: the caller's leg is over, in whatever state the call is.
func (c *Call) callerLeft(v trunk.Ended) {
	if c.goOn(v) {
		return
	}
	end, by := fact.Abandoned, "caller"
	switch {
	case c.partner != nil || c.group != nil && c.agent == nil:
		end = fact.Transferred
	case c.agent != nil && !c.agent.joined.IsZero() || c.talked > 0:
		end = fact.Completed
	}
	if c.direction == fact.Out {
		by = "called"
	}
	if v.By != "peer" {
		by = "system"
		if end == fact.Abandoned {
			end = fact.Broken
		}
	}
	c.endBy(end, by, v.Code, v.Text)
}

// fromVoice is news of a leg's sound.
type fromVoice struct {
	leg *sipLeg
	e   media.Event
}

func (e fromVoice) apply(c *Call) {
	switch v := e.e.(type) {
	case media.Tone:
		c.deliverTone(e.leg, v.Digit)
	case media.OneWay:
		if e.leg == c.leg {
			c.oneWay = map[string]string{"to": "from_caller", "from": "to_caller"}[v.Dir]
			c.show()
		}
	case media.Dead:
		c.log.Warn("a leg has been silent, in sound and reports; its peer is asked", "leg", e.leg.role, "since", v.Since)
		if !e.leg.gone {
			e.leg.dialog.Probe()
		}
	}
}

// probed ends a leg that is silent and whose peer no longer knows the call. Silence alone never ends one.
func (c *Call) probed(l *sipLeg, alive bool) {
	if alive || l.gone {
		return
	}
	c.hangup(l, trunk.Reason{Code: 408, Text: "silent and no answer"})
	c.legEnded(l, trunk.Ended{By: "network", Code: 408, Cause: "silent", Text: "silent and no answer"})
}

// deliverTone hands a keypad tone to the other side.
func (c *Call) deliverTone(from *sipLeg, digit byte) {
	if m := c.mate; m != nil && m.phone == from { // a colleague's own telephone
		from = m.leg
	}
	if c.pressed(from, digit) {
		return
	}
	to := c.toneTo(from)
	if to == nil {
		return
	}
	if err := to.voice.Tones(string(digit)); err != nil {
		c.log.Info("a tone could not be handed on", "leg", to.role, "err", err)
	}
}

// toneTo is who gets a keypad tone of a leg, nil when nobody does.
func (c *Call) toneTo(from *sipLeg) *sipLeg {
	phone, t := c.phoneLeg(), c.transfer
	switch {
	case from == c.partner && from != nil:
		return c.leg
	case from == c.secondLeg() && from != nil:
		if t != nil && t.consult {
			return t.leg
		}
		return nil
	case from == phone && t != nil && t.consult && t.leg != nil && !t.withCaller && c.agent.second == nil:
		return t.leg
	case from == phone && !c.agent.talkingFrom.IsZero():
		return c.leg
	case from == c.leg && c.partner != nil:
		return c.partner
	case from == c.leg && phone != nil && !c.agent.talkingFrom.IsZero():
		return phone
	}
	return nil
}

func (c *Call) hangup(l *sipLeg, why trunk.Reason) {
	if !l.gone {
		l.gone = true
		l.dialog.Hangup(why)
	}
	if l.key != nil {
		l.key.timer.Stop()
		l.key = nil
	}
	if l.voice != nil {
		l.voice.Close()
	}
}
