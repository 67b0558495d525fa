package call

import (
	"net/url"
	"strings"
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// referral is the way on of a caller whom the person who has the caller refers to somebody else from the own
// telephone (RFC 3515; Direct Routing's transfer by a Teams user).
type referral struct {
	by      *sipLeg // who refers; its peer hears how it goes, and hangs up when it has gone well
	request int
	to      Target
	leg     *sipLeg
	id      fact.TransferID
	timer   *time.Timer
	agent   *agentLeg // who refers, when it is an agent; nil when that one has hung up meanwhile
	who     string    // the name of who refers
	stead   *stead    // the one who refers does not have the caller, but is the caller, or one of a group
}

// leaveAfter is how long who referred a caller on may take to hang up.
const leaveAfter = 10 * time.Second

// refers: a peer wants the caller to talk with somebody else in its place.
func (c *Call) refers(l *sipLeg, v trunk.Referred) {
	answer := func(code int) { l.dialog.ReferProgress(v.RequestID, code, "") }
	if a := c.agent; l == c.phoneLeg() && l != nil {
		c.phoneRefers(a, v, answer)
		return
	} else if l == c.secondLeg() && l != nil && a.ofOtherLine(l, v.Replaces) {
		c.phoneJoins(a, l, v)
		return
	}
	if l.dialog.Info().Phone != "" || c.refer != nil || c.left != nil || c.over || l != c.partner && c.steadOf(l) == nil {
		c.log.Info("a transfer by the other side was refused: not now", "leg", l.role, "to", hostOf(v.URI))
		answer(603)
		return
	}
	user := userOf(v.URI)
	if to, ok := c.deps.Rules.Number(l.dialog.Info().Trunk, fact.Number(user)); ok && user != "" {
		if l != c.partner { // a call of ours in a place of our own call
			c.log.Info("a transfer by the other side to our own number was refused", "leg", l.role, "to", fact.Number(user))
			answer(603)
			return
		}
		c.refersHome(l, to, answer)
		return
	}
	to := Target{Kind: "person", Name: "a colleague"}
	if help := c.help(Target{Kind: "number", Name: user, Number: fact.Number(user)}); l == c.partner && help.Kind == Help {
		to = help
	} else if user != "" {
		full, _, ok := c.deps.Rules.TrunkFor(fact.Number(user))
		if !ok {
			c.log.Warn("a transfer by the other side was refused: the number may not be dialled", "leg", l.role, "to", fact.Number(user))
			no := &referral{by: l, to: Target{Kind: "number", Number: fact.Number(user)}, id: fact.TransferID(fact.NewID(time.Now())), stead: c.steadOf(l)}
			c.tellRefers(no, "a number that may not be dialled")
			c.tellStory("story_refused", "refused")
			c.recordReferral(no, fact.Failed, "not allowed", 603, "expert")
			answer(603)
			return
		}
		to = Target{Kind: "number", Name: string(full), Number: full}
	}
	if r := c.ringReferred(l, v, to, answer); r != nil && r.stead == nil {
		c.leg.voice.Hear(c.deps.Media.Ringback())
		l.voice.Hear(nil)
	}
}

// refersHome brings the caller to one of the tenant's own numbers: a queue or an agent.
func (c *Call) refersHome(l *sipLeg, to flow.Destination, answer func(int)) {
	next := c.way.Start(to, time.Now())
	if no, refused := next.(flow.Refuse); refused {
		answer(no.Code)
		return
	}
	r := &referral{by: l, to: Target{Kind: to.Kind, ID: to.ID, Name: to.ID}, id: fact.TransferID(fact.NewID(time.Now()))}
	c.recordReferral(r, fact.Started, "", 0, "")
	c.recordReferral(r, fact.Answered, "", 200, "")
	c.tellStory("story_hands_to", "{who} hands the caller to {to}", "who", c.partnerTo.Name, "to", r.to.Name)
	answer(200)
	c.standAside(l)
	c.queuedAt = time.Time{}
	c.follow(next)
}

// ringReferred rings whom the peer named, with the peer's own words for it; nil when it cannot.
func (c *Call) ringReferred(l *sipLeg, v trunk.Referred, to Target, answer func(int)) *referral {
	rules, via := c.deps.Rules, l.dialog.Info().Trunk
	r := &referral{by: l, request: v.RequestID, to: to, id: fact.TransferID(fact.NewID(time.Now())), stead: c.steadOf(l), who: c.partnerTo.Name}
	if l == c.phoneLeg() {
		r.agent, r.who = c.agent, c.deps.Rules.AgentName(c.agent.id)
	}
	if to.Kind == Help {
		via, _ = rules.Emergency(to.Number)
	}
	voice, err := c.deps.Media.NewVoice(rules.voice(string(c.id)+"/refer/"+string(r.id), via))
	if err != nil {
		c.log.Error("no voice for a transfer", "err", err)
		answer(503)
		return nil
	}
	sdp, err := voice.Offer()
	if err != nil {
		voice.Close()
		c.log.Error("no offer for a transfer", "err", err)
		answer(503)
		return nil
	}
	leg := &sipLeg{role: r.role(), voice: voice, began: time.Now()}
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	from, name := c.caller.Number, c.caller.shownName()
	if r.stead != nil { // whom we ring will talk with us, in the place of who refers
		from, name = c.called, ""
	}
	show, assert := rules.CallerID(from, c.called)
	headers := map[string]string{}
	if v.By != "" {
		headers["Referred-By"] = v.By
	}
	if v.Replaces != "" { // an attended transfer: the target's call with who refers is taken over
		headers["Replaces"] = v.Replaces
	}
	o := trunk.Outgoing{
		Trunk: via, Target: v.URI, From: string(show), Asserted: string(assert), FromName: name, SDP: sdp, RingFor: c.ringsFor(to) + time.Second, Headers: headers,
	}
	if to.Kind == Help {
		o.Trunk, show = rules.Emergency(to.Number)
		o.Target, o.To, o.From, o.Asserted = "", string(to.Number), string(show), string(show)
	}
	leg.dialog = c.deps.Dialer.Dial(o, func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	r.leg = leg
	c.refer = r
	r.timer = c.after(c.ringsFor(to), referralOut{r})
	c.recordReferral(r, fact.Started, "", 0, "")
	c.tellRefers(r, to.Name)
	return r
}

// referredTo takes news of the leg that was referred to; it reports whether the leg is that one.
func (c *Call) referredTo(l *sipLeg, e trunk.Event) bool {
	r := c.refer
	if r == nil || r.leg != l {
		return false
	}
	switch v := e.(type) {
	case trunk.Ringing:
		l.rang = l.rang || v.Code == 180
		r.by.refers(r, v.Code)
		if v.SDP != nil && !l.early {
			if l.early = l.voice.Accept(v.SDP) == nil; l.early && r.stead == nil {
				c.leg.voice.Hear(media.From(l.voice))
			}
		}
	case trunk.Answered:
		if err := l.voice.Accept(v.SDP); err != nil {
			c.log.Warn("the answer to a transfer could not be used", "err", err)
			c.hangup(l, trunk.Reason{Code: 488, Text: "not acceptable here"})
			c.referralFailed("unreachable", 488)
			return true
		}
		c.referralAnswered()
	case trunk.Rejected:
		l.gone = true
		c.referralFailed(l.refusedWhy(v.Code), v.Code)
	case trunk.Unreachable:
		l.gone = true
		c.referralFailed("unreachable", 0)
	case trunk.Ended:
		l.gone = true
		c.referralFailed("unreachable", v.Code)
	default:
		return false
	}
	return true
}

// refers tells the peer how it goes, as long as there is one.
func (l *sipLeg) refers(r *referral, code int) {
	if !l.gone {
		l.dialog.ReferProgress(r.request, code, "")
	}
}

func (c *Call) referralAnswered() {
	r := c.refer
	r.timer.Stop()
	c.refer = nil
	if r.stead != nil {
		c.inStead(r)
		return
	}
	media.Join(c.leg.voice, r.leg.voice)
	c.recordReferral(r, fact.Answered, "", 200, "")
	c.tellStory("story_has", "{who} has the caller", "who", r.to.Name)
	r.by.refers(r, 200)
	if a := r.agent; a != nil {
		a.leaves = true
		c.handOver(a, r.to.Name)
		c.agent = nil
	}
	c.standAside(r.by)
	c.partner, c.partnerTo = r.leg, r.to
}

// standAside takes the caller from a leg whose peer hangs up by itself now: a BYE of ours that is too early would end
// the new call at Direct Routing.
func (c *Call) standAside(l *sipLeg) {
	if c.partner == l {
		c.partner = nil
	}
	if l.gone {
		return
	}
	l.voice.Hear(nil)
	c.aside = append(c.aside, l)
	c.after(leaveAfter, overdueAside{l})
}

type overdueAside struct{ l *sipLeg }

func (e overdueAside) apply(c *Call) {
	c.hangup(e.l, trunk.Reason{Code: 200, Text: "the caller was handed on"})
}

type referralOut struct{ r *referral }

func (e referralOut) apply(c *Call) {
	if c.refer == e.r {
		c.referralFailed("no_answer", 480)
	}
}

// referralFailed leaves the caller with who referred; when that one has hung up already, at the head of the queue.
func (c *Call) referralFailed(why string, code int) {
	r := c.refer
	c.refer = nil
	r.timer.Stop()
	c.hangup(r.leg, trunk.Reason{Code: 480, Text: "no answer"})
	c.tellBack(r.to.Name, why)
	if r.stead != nil {
		c.keepsStead(r, why, code)
		return
	}
	if !r.by.gone {
		c.recordReferral(r, fact.Failed, why, code, "expert")
		if code < 300 {
			code = 480
		}
		r.by.refers(r, code)
		if r.agent != nil {
			c.backFrom(r, why, code)
			return
		}
		c.withPartner()
		return
	}
	c.recordReferral(r, fact.Failed, why, code, "queue")
	c.partner = nil
	if c.queue == "" {
		c.endBy(fact.Transferred, c.partnerTo.Kind, code, why)
		return
	}
	c.toHead(says("story_handed_nobody", "handed on by {who}, and nobody took it: {why}", "who", r.who, "why", why))
}

// dropReferral ends what is on its way when the call is over.
func (c *Call) dropReferral() {
	if r := c.refer; r != nil {
		c.refer = nil
		r.timer.Stop()
		c.hangup(r.leg, trunk.Reason{Text: "the caller hung up"})
		c.recordReferral(r, fact.TakenBack, "the caller hung up", 0, "")
	}
	for _, l := range c.aside {
		c.hangup(l, trunk.Reason{Code: 200, Text: "the call is over"})
	}
	c.aside = nil
}

func (c *Call) recordReferral(r *referral, s fact.Stage, why string, code int, back string) {
	if r.stead != nil {
		c.recordStead(r, s, why, code)
		return
	}
	m := fact.Moved{Transfer: r.id, ToKind: r.to.Kind, To: r.to.ID, Who: c.partnerTo.ID, Stage: s, Why: why, Code: code, Back: back}
	var p *fact.Personal
	switch r.to.Kind {
	case Help:
		m.To = string(r.to.Number)
	case "number":
		m.To = r.to.Number.String()
		p = &fact.Personal{Number: r.to.Number}
	}
	var by fact.AgentID
	if r.agent != nil {
		by, m.Who = r.agent.id, ""
	}
	c.recordOf(by, m, p)
}

// replaced: another dialog takes the place of a leg's (RFC 3891): a Teams user took the call over.
func (c *Call) replaced(l *sipLeg, by Dialog) {
	info := by.Info()
	r := c.rungOf(l)
	if c.over || r == nil && l != c.partner && l != c.leg && l != c.phoneLeg() && c.guestOf(l) == nil {
		by.Reject(481, "Call/Transaction Does Not Exist", 0)
		return
	}
	voice, err := c.deps.Media.NewVoice(c.deps.Rules.voice(string(c.id)+"/replaces/"+fact.NewID(time.Now()), info.Trunk))
	if err != nil {
		c.log.Error("no voice for who takes over", "err", err)
		by.Reject(503, "no media port", 0)
		return
	}
	late := info.SDP == nil
	var sdp []byte
	if late {
		sdp, err = voice.Offer()
	} else {
		sdp, err = voice.Answer(info.SDP)
	}
	if err != nil {
		voice.Close()
		by.Reject(mediaCode(err), "not acceptable here", 0)
		return
	}
	leg := &sipLeg{role: l.role, dialog: by, voice: voice, late: late, began: time.Now(), rang: true}
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	by.Sink(func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	c.tellStory("story_taken_over", "taken over by another telephone")
	c.takePlace(l, leg, r)
	l.voice.Hear(nil)
	c.aside = append(c.aside, l)
	gone := func() { c.Tell(placeTaken{l}) }
	if err := by.Answer(sdp, gone); err != nil {
		c.log.Info("who wanted to take over is gone", "err", err)
		gone()
	}
	c.after(leaveAfter, placeTaken{l}) // should that never come
	c.show()
}

// placeTaken: the 200 to who took a leg's place is on its way, and only now does the leg end (RFC 3891 §3).
type placeTaken struct{ l *sipLeg }

func (e placeTaken) apply(c *Call) {
	c.hangup(e.l, trunk.Reason{Code: 200, Text: "Call completed elsewhere"})
}

// takePlace lets a leg hear and be heard where another was.
func (c *Call) takePlace(old, leg *sipLeg, r *rung) {
	switch {
	case r != nil:
		r.leg = leg
		if t := c.transfer; t.leg == old {
			t.leg = leg
			c.rejoin(t, leg)
		} else {
			c.answered(r)
		}
	case old == c.partner:
		c.partner = leg
		media.Join(c.leg.voice, leg.voice)
	case old == c.phoneLeg():
		c.phoneMoves(leg)
	case old == c.leg:
		if c.group != nil {
			c.group.mix.Remove(old.voice)
		}
		c.leg = leg
		c.rehear()
	default:
		g := c.guestOf(old)
		g.leg = leg
		if c.group != nil && !c.isAdding(g) {
			c.group.mix.Remove(old.voice)
			c.enter(leg.voice)
		}
	}
}

// rejoin lets who is asked and the agent hear each other again, unless the agent is with the caller just now.
func (c *Call) rejoin(t *transfer, leg *sipLeg) {
	if t.withCaller || t.by == nil || t.by.lost {
		leg.voice.Hear(c.deps.Media.Music(c.queue))
		return
	}
	t.by.with(leg.voice)
}

// rehear gives a caller's new leg what the old one heard.
func (c *Call) rehear() {
	a := c.agent
	switch {
	case c.group != nil:
		c.enter(c.leg.voice)
	case c.partner != nil:
		c.withPartner()
	case c.transfer != nil && !c.transfer.consult:
		c.leg.voice.Hear(c.deps.Media.Ringback())
	case a != nil && !a.joined.IsZero() && !a.held && !a.lost && (c.transfer == nil || c.transfer.withCaller):
		a.with(c.leg.voice)
	default:
		c.leg.voice.Hear(c.deps.Media.Music(c.queue))
	}
}

// userOf gives the user part of a SIP or tel URI, empty when there is none.
func userOf(uri string) string {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, "?")
	user, _, found := strings.Cut(rest, "@")
	if strings.EqualFold(scheme, "tel") {
		user, found = rest, true
	}
	if !found {
		return ""
	}
	user, _, _ = strings.Cut(user, ";")
	if clear, err := url.PathUnescape(user); err == nil {
		user = clear
	}
	return user
}

// hostOf gives the host of a URI, for logs: its parameters name people.
func hostOf(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	if _, after, ok := strings.Cut(rest, "@"); ok {
		rest = after
	}
	if end := strings.IndexAny(rest, ";?>"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
