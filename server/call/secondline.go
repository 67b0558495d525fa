package call

import (
	"strings"
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// secondLine is the second call of an agent's own telephone, by which the agent asks somebody first. What the telephone does with its two
// lines decides whom the agent hears.
type secondLine struct {
	leg    *sipLeg
	answer []byte // for the telephone, until whom it called answers
	away   bool   // it has this line on hold
}

// SecondCall: the own telephone of the agent who has the caller calls somebody else. From is answered, or refused, in any case.
type SecondCall struct {
	Agent fact.AgentID
	From  Dialog
}

func (e SecondCall) apply(c *Call) {
	a := c.agent
	if c.over || a == nil || a.id != e.Agent || a.phone == nil || a.phone.gone || a.joined.IsZero() || a.lost || a.parked || a.second != nil {
		e.From.Reject(486, "not while another call is under way", 0)
		return
	}
	to, known := c.referTarget(a, e.From.Info().To)
	if !known {
		e.From.Reject(403, "this number may not be dialled", 0)
		return
	}
	leg, answer := c.ownVoice("second", e.From)
	if leg == nil {
		return
	}
	a.phone.voice.Hear(nil)
	a.second, a.line = &secondLine{leg: leg, answer: answer}, leg.voice
	Ask{Agent: a.id, To: to, Reply: func(no *No) {
		if no != nil {
			c.log.Info("a second call of an agent's telephone was refused", "agent", a.id, "code", no.Key)
			c.dropSecond(a, 486, no.Words)
			c.rehear()
		}
	}}.apply(c)
}

// dropSecond ends the second call of an agent's telephone; the first is the agent's line again.
func (c *Call) dropSecond(a *agentLeg, code int, why string) {
	if a == nil || a.second == nil {
		return
	}
	s := a.second
	a.second = nil
	if s.answer != nil && !s.leg.gone { // not answered yet
		s.leg.gone = true
		s.leg.dialog.Reject(max(code, 480), why, 0)
	}
	c.hangup(s.leg, trunk.Reason{Code: 200, Text: why})
	if a.line == media.Leg(s.leg.voice) {
		a.line = a.phone.voice
	}
}

// secondLeg is the second call of the agent's own telephone, nil when there is none.
func (c *Call) secondLeg() *sipLeg {
	if c.agent == nil || c.agent.second == nil {
		return nil
	}
	return c.agent.second.leg
}

// answerSecond answers the telephone's second call: whom it called has answered.
func (c *Call) answerSecond(a *agentLeg) {
	if a == nil || a.second == nil || a.second.answer == nil {
		return
	}
	sdp := a.second.answer
	a.second.answer = nil
	if err := a.second.leg.dialog.Answer(sdp); err != nil {
		c.log.Info("the telephone that called somebody else is gone", "err", err)
	}
}

// linesTurn follows the hold keys of a telephone with two calls: the agent hears whom it does not hold, both when it joins them itself.
func (c *Call) linesTurn(a *agentLeg) {
	s, t := a.second, c.transfer
	d := s.leg.voice.Direction()
	s.away = d == media.SendOnly || d == media.Inactive
	if t == nil || !t.consult { // a group call: only whether the agent's line is held matters
		if c.group != nil {
			c.quiet(a.line)
		}
		return
	}
	c.stopTalk(a)
	a.phone.voice.Hear(nil)
	s.leg.voice.Hear(nil)
	if t.leg != nil {
		t.leg.voice.Hear(c.deps.Media.Music(c.queue))
	}
	t.withCaller = !a.away && s.away
	if a.away || t.state != "answered" && !s.away {
		c.leg.voice.Hear(c.deps.Media.Music(c.queue))
	} else {
		a.line = a.phone.voice
		c.talk(a)
	}
	if !s.away {
		a.line = s.leg.voice
		if t.leg != nil {
			a.with(t.leg.voice)
		}
	}
	c.show()
}

// secondEnded: the telephone has hung up its second call, or lost it. The caller is back with the agent.
func (c *Call) secondEnded(a *agentLeg) {
	s := a.second
	a.second = nil
	s.leg.voice.Close()
	switch line := a.line; {
	case c.group != nil && line == media.Leg(s.leg.voice):
		c.group.mix.Remove(line)
		a.line = a.phone.voice
		c.enter(a.line)
		c.quiet(a.line)
	default:
		a.line = a.phone.voice
	}
	if t := c.transfer; t != nil && t.consult && t.by == a && !t.completes {
		c.takeBack()
	}
}

// onlySecond makes the second call of the telephone the agent's only one: the caller of the first is gone.
func (c *Call) onlySecond(a *agentLeg) {
	s := a.second
	if s == nil {
		return
	}
	a.second = nil
	c.hangup(a.phone, trunkOver)
	a.phone, a.line, a.away = s.leg, s.leg.voice, s.away
}

// holdsLine reports whether the telephone holds the line that the agent's voice comes by.
func (a *agentLeg) holdsLine() bool {
	if s := a.second; s != nil && a.line == media.Leg(s.leg.voice) {
		return s.away
	}
	return a.away
}

// ofOtherLine reports whether the Replaces of a REFER on one line of an agent's telephone names its other line (RFC 3891 §3, RFC 5589 §7).
func (a *agentLeg) ofOtherLine(l *sipLeg, replaces string) bool {
	if a.second == nil || replaces == "" {
		return false
	}
	other := a.phone
	if l == a.phone {
		other = a.second.leg
	}
	id, _, _ := strings.Cut(replaces, ";")
	return strings.TrimSpace(id) != "" && strings.TrimSpace(id) == other.dialog.Info().CallID
}

// phoneJoins: the telephone hands the caller to whom its second call asks. When that one still rings, the caller goes on ringing there and comes
// back when nobody answers.
func (c *Call) phoneJoins(a *agentLeg, l *sipLeg, v trunk.Referred) {
	t := c.transfer
	if t == nil || !t.consult || t.by != a || a.refer != nil {
		l.dialog.ReferProgress(v.RequestID, 603, "")
		return
	}
	id := v.RequestID
	a.refer, a.referAt = &id, l
	if t.state == "answered" {
		c.handToPartner(t)
		return
	}
	t.completes = true
	c.stopTalk(a)
	a.phone.voice.Hear(nil)
	c.ringsOn(t)
	c.show()
}

// ownVoice negotiates with an agent's own telephone that has dialled; nil when its voice cannot be understood, and then it is refused. The
// answer goes out when whom it called has answered.
func (c *Call) ownVoice(name string, from Dialog) (leg *sipLeg, answer []byte) {
	info := from.Info()
	o := c.deps.Rules.voice(string(c.id)+"/"+name, info.Trunk)
	o.Peer = info.Source
	voice, err := c.deps.Media.NewVoice(o)
	if err != nil {
		c.log.Error("no voice for an agent's telephone", "err", err)
		from.Reject(503, "no media port", 0)
		return nil, nil
	}
	leg = &sipLeg{role: "agent", dialog: from, voice: voice, late: info.SDP == nil, began: time.Now()}
	if leg.late {
		answer, err = voice.Offer()
	} else {
		answer, err = voice.Answer(info.SDP)
	}
	if err != nil {
		voice.Close()
		from.Reject(mediaCode(err), "not acceptable here", 0)
		return nil, nil
	}
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	from.Sink(func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	from.Progress(180, nil)
	return leg, answer
}
