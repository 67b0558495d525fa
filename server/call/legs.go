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
	if e.leg.gone {
		return
	}
	switch v := e.e.(type) {
	case trunk.Ringing:
		c.rings(e.leg, v)
	case trunk.Answered:
		if t := c.transfer; t != nil && t.leg == e.leg {
			c.answeredBy(t, v.SDP)
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
	case trunk.Probed:
		c.probed(e.leg, v.Alive)
	case trunk.Ended:
		c.legEnded(e.leg, v)
	}
}

func (c *Call) rings(l *sipLeg, v trunk.Ringing) {
	t := c.transfer
	if t == nil || t.leg != l {
		if l == c.leg && c.agent != nil && v.SDP != nil && !l.early { // early media of an outgoing call is for the agent's ear
			if l.early = l.voice.Accept(v.SDP) == nil; l.early {
				c.agent.line.Hear(media.From(l.voice))
			}
		}
		return
	}
	if t.state != "ringing" {
		t.state = "ringing"
		c.recordMove(t, fact.RingingAt, "", v.Code, "")
		c.show()
	}
	if v.SDP != nil && !l.early {
		l.early = l.voice.Accept(v.SDP) == nil
		if l.early {
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
}

// rejected: an outgoing leg ended before it was answered.
func (c *Call) rejected(l *sipLeg, code int) {
	l.gone = true
	l.voice.Close()
	if l == c.leg {
		c.dialFailed(rejectedWhy(code), code)
		return
	}
	t := c.transfer
	if t == nil || t.leg != l {
		return
	}
	t.leg = nil
	c.transferFailed(rejectedWhy(code), code)
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
	switch l {
	case c.leg:
		c.callerLeft(v)
	case c.partner:
		c.endBy(fact.Transferred, c.partnerTo.Kind, v.Code, v.Text)
	default:
		c.otherEnded(l, v)
	}
}

// otherEnded: a leg that does not have the caller is over: somebody rung, asked, or a guest.
func (c *Call) otherEnded(l *sipLeg, v trunk.Ended) {
	if g := c.group; g != nil && g.leg == l {
		c.guestLeft()
		return
	}
	t := c.transfer
	if t == nil || t.leg != l {
		return
	}
	l.voice.Close()
	t.leg = nil
	why := "unreachable"
	if t.consult && t.state == "answered" {
		why = "left"
	}
	c.transferFailed(why, v.Code)
}

// callerLeft: the caller's leg is over, in whatever state the call is.
func (c *Call) callerLeft(v trunk.Ended) {
	end, by := fact.Abandoned, "caller"
	switch {
	case c.partner != nil:
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
	to := c.partner
	switch {
	case c.partner == nil:
		return
	case from == c.partner:
		to = c.leg
	}
	if err := to.voice.Tones(string(digit)); err != nil {
		c.log.Info("a tone could not be handed on", "leg", to.role, "err", err)
	}
}

func (c *Call) hangup(l *sipLeg, why trunk.Reason) {
	if !l.gone {
		l.gone = true
		l.dialog.Hangup(why)
	}
	if l.voice != nil {
		l.voice.Close()
	}
}
