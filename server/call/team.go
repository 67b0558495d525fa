package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/media"
	"cordboard/server/trunk"
)

// rung is one telephone that rings for a transfer. A team has several; the first to answer takes the caller.
type rung struct {
	to   Target
	leg  *sipLeg
	why  string // it is out: declined, busy, no_answer, …
	code int
}

// elsewhere tells the telephones that lost that they did not miss a call (RFC 3326).
var elsewhere = trunk.Reason{Code: 200, Text: "Call completed elsewhere"}

// ring dials everybody of a target. It reports false, and has answered the agent, when nobody can be rung.
func (c *Call) ring(t *transfer, r Reply) bool {
	all := t.to.Team
	if t.to.Kind != "team" {
		all = []Target{t.to}
	}
	if len(all) == 0 {
		r.no("no_number", "team_empty", "{who} has nobody who can be rung.", "who", t.to.Name)
		return false
	}
	var last *No
	for _, to := range all {
		one, no := c.dial(string(t.id)+"/"+to.ID, to, c.caller)
		if no != nil {
			last = no
			continue
		}
		t.rings = append(t.rings, one)
	}
	if len(t.rings) == 0 {
		r.refuse(last)
		return false
	}
	if t.to.Kind != "team" {
		t.to = t.rings[0].to
	}
	t.timer = c.after(c.ringsFor(t.to), rangOut{t})
	return true
}

// dial rings one telephone, which sees from as far as the tenant shows it.
func (c *Call) dial(id string, to Target, from Caller) (*rung, *No) {
	rules := c.deps.Rules
	full, via, ok := c.wayTo(to)
	if !ok {
		return nil, Because("not_allowed", "number_forbidden", "This number may not be dialled.")
	}
	to.Number = full
	voice, err := c.deps.Media.NewVoice(rules.voice(string(c.id)+"/"+id, via))
	if err != nil {
		c.log.Error("no voice for a transfer", "err", err)
		return nil, Because("not_now", "no_channel", "No voice channel is free; try again.")
	}
	sdp, err := voice.Offer()
	if err != nil {
		voice.Close()
		c.log.Error("no offer for a transfer", "err", err)
		return nil, Because("not_now", "not_prepared", "The call could not be prepared; try again.")
	}
	leg := &sipLeg{role: "expert", voice: voice, began: time.Now()}
	voice.Sink(func(e media.Event) { c.Tell(fromVoice{leg, e}) })
	show, assert := rules.CallerID(from.Number, c.called)
	if to.ShowAs != "" {
		show, assert = to.ShowAs, to.ShowAs
	}
	if to.Kind == Help {
		_, show = rules.Emergency(to.Number)
		assert = show
	}
	leg.dialog = c.deps.Dialer.Dial(trunk.Outgoing{
		Trunk: via, To: string(to.Number), From: string(show), Asserted: string(assert), FromName: from.shownName(), SDP: sdp, RingFor: c.ringsFor(to) + time.Second,
	}, func(e trunk.Event) { c.Tell(fromDialog{leg, e}) })
	return &rung{to: to, leg: leg}, nil
}

// wayTo gives a target's number in full and the trunk it goes by; false when it may not be dialled.
func (c *Call) wayTo(to Target) (full fact.Number, via string, ok bool) {
	if to.Kind == Help {
		via, _ = c.deps.Rules.Emergency(to.Number)
		return to.Number, via, via != ""
	}
	return c.deps.Rules.TrunkFor(to.Number)
}

// rungOf gives who rings by a leg, nil when that leg is none of a transfer.
func (c *Call) rungOf(l *sipLeg) *rung {
	if t := c.transfer; t != nil {
		for _, r := range t.rings {
			if r.leg == l {
				return r
			}
		}
	}
	return nil
}

// rungOut: one telephone will not take the caller. With the last of them the transfer has failed.
func (c *Call) rungOut(r *rung, why string, code int, bye trunk.Reason) {
	t := c.transfer
	if r.why != "" {
		return
	}
	r.why, r.code = why, code
	c.hangup(r.leg, bye)
	if t.to.Kind == "team" {
		c.recordTry(t, r)
		c.tellStory("story_outcome", "{who}: {why}", "who", r.to.Name, "why", why)
	}
	for _, x := range t.rings {
		if x.why == "" {
			c.show()
			return
		}
	}
	if t.to.Kind == "team" {
		why, code = "nobody", 0
	}
	c.transferFailed(why, code)
}

// wins takes the first good answer: it is the transfer's leg now, and nobody else rings any more.
func (t *transfer) wins(c *Call, r *rung) {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.leg, t.who = r.leg, r.to
	for _, x := range t.rings {
		if x != r && x.why == "" {
			x.why = "elsewhere"
			c.hangup(x.leg, elsewhere)
		}
	}
}

// tries tells what became of each of a team.
func (t *transfer) tries() []Try {
	if t.to.Kind != "team" {
		return nil
	}
	var out []Try
	for _, r := range t.rings {
		out = append(out, Try{To: r.to.Name, ID: r.to.ID, Code: r.code, Why: r.why})
	}
	return out
}

// recordTry keeps what became of one of a team.
func (c *Call) recordTry(t *transfer, r *rung) {
	var by fact.AgentID
	if t.by != nil {
		by = t.by.id
	}
	c.recordOf(by, fact.Moved{
		Transfer: t.id, Consult: t.consult, ToKind: t.to.Kind, To: t.to.ID, Who: r.to.ID, Stage: fact.Tried, Why: r.why, Code: r.code,
	}, nil)
}
