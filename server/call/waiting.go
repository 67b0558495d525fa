package call

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/media"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// enqueue lets the contact wait. At the head it keeps the time it has waited, and the story says why.
func (c *Call) enqueue(q fact.QueueID, n flow.Queue, head bool, reason sentence) {
	now := time.Now()
	if c.queuedAt.IsZero() || !head && q != c.queue {
		c.queuedAt = now
	}
	c.queue = q
	c.record(fact.Queued{Queue: q, Priority: n.Priority, Path: n.Path, Since: c.queuedAt, Head: head, Reason: reason.words, Key: reason.key, Args: reason.args})
	c.leg.voice.Hear(c.deps.Media.Music(q))
	rule, _ := c.deps.Rules.Queue(q)
	if head {
		c.tell(reason)
		c.tellStory("story_first", "first in line in {queue}", "queue", c.queueName())
	} else {
		c.tellStory("story_queued", "queued: {queue}", "queue", c.queueName())
	}
	c.deps.ACD.Tell(routing.Enqueue{Contact: c.id, Queue: q, Since: c.queuedAt, Priority: max(n.Priority, rule.Priority), Needs: append(needsOf(n.Needs), rule.Needs...), Head: head})
}

// toHead puts a caller whom nobody has any more at the head of the queue.
func (c *Call) toHead(reason sentence) {
	c.agent = nil
	if c.left != nil { // there is no caller any more
		c.endBy(fact.Completed, "system", 0, reason.words)
		return
	}
	c.enqueue(c.queue, flow.Queue{Path: c.path}, true, reason)
}

// Offered: routing rings this contact at an agent.
type Offered struct{ routing.Offer }

func (e Offered) apply(c *Call) {
	if c.over {
		c.deps.ACD.Tell(routing.Gone{Contact: c.id, Outcome: fact.CallerOff})
		return
	}
	if ofTransfer(e.Kind) && c.stale > 0 { // taken back before it rang
		c.stale--
		return
	}
	o := Offer{
		Reservation: e.Reservation, Contact: c.id, Caller: c.caller, Called: c.called, Queue: c.queueName(), Path: c.path, Arrived: c.arrived,
		Offered: time.Now(), Deadline: e.Deadline, Endpoint: e.Endpoint, Story: append([]Line(nil), c.story...),
	}
	reasons := why(e.Why)
	if t := c.transfer; t != nil && t.by != nil && ofTransfer(e.Kind) {
		o.Kind, o.From = string(e.Kind), c.deps.Rules.AgentName(t.by.id)
		if reasons = []sentence{says("why_handed", "{who} hands the caller on to you", "who", o.From)}; t.consult {
			reasons = []sentence{says("why_asked", "{who} asks you first", "who", o.From)}
		}
	}
	o.reasons(reasons)
	c.offer, c.offerTo, c.because = &o, e.Agent, because{e.Agent, o.Because}
	c.tellStory("story_offered", "offered to {who}", "who", c.deps.Rules.AgentName(e.Agent))
	if t := c.transfer; t != nil && ofTransfer(e.Kind) {
		t.asking = false
		t.reservation, t.state, t.until = e.Reservation, "ringing", e.Deadline
		c.show()
	}
	c.deps.Consoles.Offer(e.Agent, c, o)
	if e.Endpoint != fact.AtConsole {
		c.ringDesk(e.Offer, o)
	}
}

// because is why a contact was offered to an agent.
type because struct {
	to    fact.AgentID
	lines []Line
}

// ofTransfer says whether an offer is one that an agent of this call has asked for.
func ofTransfer(k routing.Kind) bool { return k == routing.FromTransfer || k == routing.FromConsult }

// why puts the reasons of an offer into words.
func why(w routing.Why) []sentence {
	var parts []sentence
	for _, n := range w.Needs {
		parts = append(parts, says("why_skill", "{skill} {level} wanted", "skill", n.Skill, "level", strconv.Itoa(n.Level)))
	}
	idle := w.IdleFor.Round(time.Second)
	long := fmt.Sprintf("%d:%02d", int(idle.Minutes()), int(idle.Seconds())%60)
	if w.Of > 1 {
		return append(parts, says("why_longest", "idle longest of {n}: {time}", "n", strconv.Itoa(w.Of), "time", long))
	}
	return append(parts, says("why_only", "the only one free, idle {time}", "time", long))
}

func (o *Offer) reasons(all []sentence) {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = s.words
		o.Because = append(o.Because, Line{Key: s.key, Args: s.args, Words: s.words})
	}
	o.Why = strings.Join(words, ", ")
}

// OfferOver: an offer of this contact has ended.
type OfferOver struct{ routing.OfferOver }

func (e OfferOver) apply(c *Call) {
	c.deskOver(e.Reservation, e.Outcome)
	c.stopRinging(e.Reservation, e.Outcome, e.Reason)
	if e.Outcome == fact.Accepted {
		return
	}
	c.tellStory("story_outcome", "{who}: {why}", "who", c.deps.Rules.AgentName(e.Agent), "why", string(e.Outcome))
	if t := c.transfer; t != nil && t.reservation == e.Reservation {
		c.transferFailed(transferWhy(e.Outcome), 0)
	}
	if e.Kind == routing.FromDirect { // nobody else is rung
		c.nobodyTakes("agent " + string(e.Outcome))
	}
}

// stopRinging takes the ringing card away, once.
func (c *Call) stopRinging(r fact.ReservationID, o fact.Outcome, why string) {
	if c.offer == nil || c.offer.Reservation != r {
		return
	}
	c.deps.Consoles.OfferGone(c.offerTo, OfferGone{
		Reservation: r, Contact: c.id, Caller: c.caller, Queue: c.offer.Queue, Outcome: o, Endpoint: c.offer.Endpoint, Why: why, From: c.offer.Offered, To: time.Now(),
	})
	c.offer, c.offerTo = nil, ""
}

func transferWhy(o fact.Outcome) string {
	switch o {
	case fact.Missed:
		return "no_answer"
	case fact.Declined:
		return "declined"
	}
	return "unreachable"
}

// Connected: routing gives this contact to an agent.
type Connected struct{ routing.Connect }

func (e Connected) apply(c *Call) {
	if c.over {
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: "caller"})
		return
	}
	if e.Kind == routing.FromConsult {
		c.asksMate(e)
		return
	}
	if !c.takesOver(e) {
		c.dropDesk(trunk.Reason{Text: "taken back"})
		c.deps.ACD.Tell(routing.CallOver{Agent: e.Agent, Contact: c.id, By: routing.ByServer})
		return
	}
	a, up := c.legOf(e)
	c.agent, c.back = a, nil
	if a.phone != nil && a.phone.gone { // answered, and hung up at once: the caller has heard nobody
		c.hangPhone(a)
		c.deps.ACD.Tell(routing.CallOver{Agent: a.id, Contact: c.id, By: routing.ByAgent})
		c.toHead(says("story_hung_up_at_once", "{who} hung up at once", "who", c.deps.Rules.AgentName(a.id)))
		return
	}
	if up {
		c.join(a)
		return
	}
	a.waitsLine = c.after(c.deps.Rules.LineWait, lineWaited{a})
}

// takesOver releases the agent who handed the caller on. It reports false when the caller has been taken
// back in the meantime.
func (c *Call) takesOver(e Connected) bool {
	t := c.transfer
	if t != nil && t.from != nil {
		c.moved(t)
		return true
	}
	if t == nil || t.reservation != e.Reservation {
		return c.agent == nil && c.partner == nil && c.group == nil
	}
	c.transfer = nil
	c.recordMove(t, fact.Answered, "", 0, "")
	if t.by != nil {
		c.handOver(t.by, t.to.Name)
	}
	return true
}

// join lets caller and agent hear each other.
func (c *Call) join(a *agentLeg) {
	if a.waitsLine != nil {
		a.waitsLine.Stop()
	}
	a.with(c.leg.voice)
	now := time.Now()
	a.joined, a.talkingFrom = now, now
	c.insiderTalks()
	c.waited = now.Sub(c.queuedAt)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.MediaIsUp, By: routing.ByServer})
	c.recordOf(a.id, fact.Connected{Queue: c.queue, WaitedMS: c.waited.Milliseconds()}, nil)
	c.tellStory("story_talking", "talking to {who}", "who", c.deps.Rules.AgentName(a.id))
	c.show()
	c.after(qualityEvery, qualityDue{a})
}

// qualityEvery is how often the card's figures are renewed.
const qualityEvery = 5 * time.Second

type qualityDue struct{ a *agentLeg }

func (e qualityDue) apply(c *Call) {
	if c.agent != e.a || c.over {
		return
	}
	s := c.leg.voice.Stats()
	q := Quality{MOS: s.MOS, Worst: s.WorstMOS, Loss: s.LossPercent, Jitter: s.Jitter, Delay: s.RTT / 2}
	if q != c.quality {
		c.quality = q
		c.show()
	}
	c.after(qualityEvery, e)
}

type lineWaited struct{ a *agentLeg }

func (e lineWaited) apply(c *Call) {
	if c.agent != e.a || !e.a.joined.IsZero() || c.over {
		return
	}
	c.recordOf(e.a.id, fact.OfferEnded{Reservation: e.a.reservation, Queue: c.queue, Outcome: fact.LineDown}, nil)
	c.deps.ACD.Tell(routing.InCall{Agent: e.a.id, Contact: c.id, Cause: routing.MediaFails, By: routing.ByRule})
	c.deps.Consoles.CardGone(e.a.id, c.id)
	c.toHead(says("story_line_down", "the agent's voice line was down"))
}

// LineUp: an agent's voice line is there (again).
type LineUp struct{ Agent fact.AgentID }

func (e LineUp) apply(c *Call) {
	if m := c.mateOf(e.Agent); m != nil && m.joined.IsZero() && !c.over && c.transfer != nil {
		c.mateAnswers(m)
		return
	}
	if a := c.agent; a != nil && a.id == e.Agent && a.joined.IsZero() && !c.over {
		c.join(a)
	}
}

// ringDirect rings one agent whose own number was called.
func (c *Call) ringDirect(id fact.AgentID) {
	c.queuedAt = time.Now()
	c.leg.voice.Hear(c.deps.Media.Ringback())
	c.deps.ACD.Ask(routing.Reserve{Contact: c.id, Agent: id, Kind: routing.FromDirect, Ring: c.deps.Rules.RingFor}, func(late *routing.TooLate) {
		if late != nil {
			c.Tell(notTaken{"agent " + late.Why})
		}
	})
}

// notTaken: the agent whose own number was called cannot be rung.
type notTaken struct{ why string }

func (e notTaken) apply(c *Call) { c.nobodyTakes(e.why) }

func mediaCode(err error) int {
	var bad *media.SDPError
	if errors.As(err, &bad) {
		return 400
	}
	return 488
}
