package call

import (
	"time"

	"cordboard/server/fact"
	"cordboard/server/flow"
	"cordboard/server/routing"
	"cordboard/server/trunk"
)

// Target is who a call is handed to. Whether that may be has been decided by the desk.
type Target struct {
	Kind   string // expert, number, agent, queue, team
	ID     string
	Name   string // to show
	Number fact.Number
	Team   []Target    // a team: who of it is rung
	ShowAs fact.Number // an agent's own call: the tenant's number that is shown; empty: by the tenant's policy
}

// transfer is one attempt to hand the caller on.
type transfer struct {
	id          fact.TransferID
	consult     bool      // ask first
	completes   bool      // consult: the caller is handed over as soon as who is asked answers
	withCaller  bool      // consult: the agent talks with the caller, who is asked hears music
	by          *agentLeg // nil when the agent's console was lost for good meanwhile
	to          Target
	rings       []*rung // the telephones that ring for it
	leg         *sipLeg // who answered, once that is certain
	who         Target
	state       string // starting, ringing, confirming, answered
	since       time.Time
	until       time.Time
	timer       *time.Timer
	reservation fact.ReservationID
	asking      bool   // the arbiter has not said yet whether the agent can be rung
	from        *place // to a queue: where the caller came from
	onward      bool   // nobody's: a queue sends its caller there
}

// Transfer hands the caller on without asking first. It can be taken back until it is answered.
type Transfer struct {
	Agent fact.AgentID
	To    Target
	Reply Reply
}

func (e Transfer) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	e.To = c.help(e.To)
	switch {
	case a == nil:
		return
	case a.joined.IsZero() || c.handsOn():
		e.Reply.no("not_now", "not_talking", "Wait until you talk.")
		return
	case c.left != nil:
		e.Reply.no("not_now", "caller_off", "The caller has hung up.")
		return
	case c.group != nil || len(c.adding) > 0 || c.transfer != nil && c.transfer.consult:
		e.Reply.no("not_now", "somebody_asked", "Somebody is being asked. Hand the call over, or let them go first.")
		return
	}
	if e.To.Kind == "queue" {
		c.toQueue(a, e)
		return
	}
	now := time.Now()
	t := &transfer{id: fact.TransferID(fact.NewID(now)), by: a, to: e.To, state: "starting", since: now, until: now.Add(c.ringsFor(e.To))}
	if e.To.Kind != "agent" && !c.ring(t, e.Reply) {
		return
	}
	if c.transfer != nil { // another expert instead
		c.dropTransfer(fact.TakenBack, "")
	}
	c.transfer, c.back = t, nil
	c.unhold(a)
	c.stopTalk(a)
	c.leg.voice.Hear(c.deps.Media.Ringback())
	a.line.Hear(nil)
	c.recordMove(t, fact.Started, "", 0, "")
	c.tellStory("story_transfer", "transfer to {who}", "who", e.To.Name)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Transfers, By: routing.ByAgent})
	if e.To.Kind == "agent" {
		c.reserve(t)
	}
	yes(e.Reply)
	c.show()
}

func (c *Call) reserve(t *transfer) {
	id := t.id
	t.asking = true
	what := routing.Reserve{Contact: c.id, Agent: fact.AgentID(t.to.ID), Kind: routing.FromTransfer, Queue: c.queue, Ring: c.deps.Rules.RingFor}
	if t.consult { // whose call it is until then
		what.Kind, what.Queue = routing.FromConsult, ""
	}
	c.deps.ACD.Ask(what,
		func(late *routing.TooLate) {
			if late != nil {
				c.Tell(notReserved{id, late.Why})
			}
		})
}

type notReserved struct {
	id  fact.TransferID
	why string
}

func (e notReserved) apply(c *Call) {
	t := c.transfer
	if t == nil || t.id != e.id {
		c.stale--
		return
	}
	t.asking = false
	c.transferFailed("busy", 0)
}

// toQueue hands the caller to another queue. The caller waits there at once; the agent keeps the right to take the
// caller back for a moment, unless somebody has answered by then.
func (c *Call) toQueue(a *agentLeg, e Transfer) {
	q := fact.QueueID(e.To.ID)
	if _, ok := c.deps.Rules.Queue(q); !ok {
		e.Reply.no("unknown", "no_queue", "There is no such queue.")
		return
	}
	if c.transfer != nil {
		c.dropTransfer(fact.TakenBack, "")
	}
	now := time.Now()
	t := &transfer{
		id: fact.TransferID(fact.NewID(now)), by: a, to: e.To, state: "starting", since: now, until: now.Add(routing.UndoFor),
		from: &place{c.queue, c.queuedAt},
	}
	c.transfer, c.back = t, nil
	c.unhold(a)
	c.stopTalk(a)
	a.line.Hear(nil)
	c.recordMove(t, fact.Started, "", 0, "")
	c.tellStory("story_moved", "moved to {who}", "who", e.To.Name)
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: routing.Transfers, By: routing.ByAgent})
	c.queuedAt = time.Time{}
	c.enqueue(q, flow.Queue{Path: c.path}, false, sentence{})
	t.timer = c.after(routing.UndoFor, movedForGood{t})
	yes(e.Reply)
	c.show()
}

// place is where a caller was in line.
type place struct {
	queue fact.QueueID
	since time.Time
}

// movedForGood: the moment in which the caller could be taken back from another queue is over.
type movedForGood struct{ t *transfer }

func (e movedForGood) apply(c *Call) {
	if t := e.t; c.transfer == t && !c.over {
		c.moved(t)
	}
}

// moved lets the agent go who put the caller into another queue.
func (c *Call) moved(t *transfer) {
	t.timer.Stop()
	c.transfer = nil
	c.recordMove(t, fact.Answered, "", 0, "")
	if t.by == nil { // the agent is gone already
		return
	}
	now := c.queue
	c.queue = t.from.queue // the work after the call is that of the queue it came by
	c.release(t.by, "transferred", t.to.Name, "agent")
	c.queue = now
	c.agent = nil
}

type rangOut struct{ t *transfer }

func (e rangOut) apply(c *Call) {
	t := e.t
	if c.transfer != t || t.leg != nil {
		return // who was asked may have answered at the last moment
	}
	for _, r := range t.rings {
		if c.transfer != t {
			return
		}
		if r.leg.key == nil {
			c.rungOut(r, "no_answer", 0, trunk.Reason{Code: 480, Text: "no answer"})
		}
	}
}

// answeredBy: a telephone of a transfer was answered.
func (c *Call) answeredBy(r *rung, sdp []byte) {
	t := c.transfer
	if err := r.leg.voice.Accept(sdp); err != nil {
		c.log.Warn("the answer to a transfer could not be used", "err", err)
		c.rungOut(r, "unreachable", 488, trunk.Reason{Code: 488, Text: "not acceptable here"})
		return
	}
	alone := t.consult && len(t.rings) == 1 // the agent hears for himself who answers
	if alone || t.onward || !c.doubts(r.leg, r.to) {
		c.answered(r)
		return
	}
	t.state = "confirming"
	c.tellStory("story_key", "{who} answered; a key is asked for", "who", r.to.Name)
	c.recordMove(t, fact.Confirming, "", 0, "")
	c.ringer(t).Hear(c.deps.Media.Ringback())
	c.show()
	c.confirm(r.leg, func() { c.answered(r) }, func() { c.rungOut(r, "voicemail", 200, voicemailReason) })
}

// answered: it is certain who takes the caller.
func (c *Call) answered(r *rung) {
	t := c.transfer
	t.wins(c, r)
	if t.consult {
		c.consulted(t)
		return
	}
	c.handToPartner(t)
}

// handToPartner lets the caller talk with who answered; the agent is out.
func (c *Call) handToPartner(t *transfer) {
	if m := c.mateAt(t.leg); m != nil {
		c.mateTakes(m, t)
		return
	}
	c.partner, c.partnerTo, c.transfer = t.leg, t.who, nil
	c.recordMove(t, fact.Answered, "", 200, "")
	c.tellStory("story_has", "{who} has the caller", "who", t.who.Name)
	c.withPartner()
	if t.by != nil {
		c.handOver(t.by, t.who.Name)
	}
	c.agent = nil
}

// handOver releases an agent whose caller somebody else has now.
func (c *Call) handOver(a *agentLeg, to string) {
	a.leaves = c.tellPhone(a, 200) || a.leaves
	c.deps.Consoles.Say(a.id, Said{Kind: "state", Key: "transferred", Args: map[string]string{"who": to}, Words: "Transferred. " + to + " answered."})
	c.release(a, "transferred", to, "agent")
}

// transferFailed brings the caller back: to the agent if still there, else to the head of the queue.
func (c *Call) transferFailed(why string, code int) {
	t := c.transfer
	back := "agent"
	if t.by == nil || t.by.lost && c.agent == nil {
		back = "queue"
	}
	c.tellPhone(t.by, max(code, 480))
	c.dropSecond(t.by, code, why)
	c.endTransfer(t)
	c.transfer = nil
	c.recordMove(t, fact.Failed, why, code, back)
	who := t.to
	if t.leg != nil {
		who = t.who
	}
	c.tellBack(who.Name, why)
	if t.onward {
		c.onwardFailed(went(who.Name, why))
		return
	}
	if back == "queue" {
		c.toHead(says("story_transfer_failed", "transfer to {who} failed: {why}", "who", who.Name, "why", why))
		return
	}
	c.returnTo(t.by, t.consult)
	c.back = &Back{To: who.Name, ID: who.ID, Code: code, Why: why, At: time.Now(), Each: t.tries()}
	c.deps.Consoles.Say(t.by.id, Said{
		Kind: "state", Key: "back_" + why, Args: map[string]string{"who": who.Name}, Words: backWords(who.Name, why) + " The caller is back with you.", Bad: true,
	})
	c.show()
}

func backWords(who, why string) string {
	switch why {
	case "declined":
		return who + " declined."
	case "busy":
		return who + " is busy."
	case "no_answer":
		return who + " did not answer."
	case "left":
		return who + " hung up."
	case "no_number":
		return who + " has no number that exists."
	case "voicemail":
		return "The voicemail of " + who + " answered."
	case "nobody":
		return "Nobody of " + who + " took the call."
	}
	return who + " could not be reached."
}

// returnTo gives the caller back to the agent of a transfer.
func (c *Call) returnTo(a *agentLeg, consult bool) {
	c.stopTalk(a)
	if a.lost {
		c.pause(a)
	} else {
		c.talk(a)
	}
	cause := routing.TransferBack
	if consult {
		cause = routing.ConsultOver
	}
	c.deps.ACD.Tell(routing.InCall{Agent: a.id, Contact: c.id, Cause: cause, By: routing.ByServer})
	c.holdsAgain(a)
}

// Undo takes back what can be taken back: a transfer until it is answered.
type Undo struct {
	Agent fact.AgentID
	Reply Reply
}

func (e Undo) apply(c *Call) {
	a := c.mine(e.Agent, e.Reply)
	if a == nil {
		return
	}
	switch n := len(c.adding); {
	case c.handsOn():
		c.referralFailed("taken_back", 487)
	case c.transfer != nil:
		c.takeBack()
	case n > 0:
		c.notAdded(c.adding[n-1], "taken_back", 0)
	default:
		e.Reply.no("too_late", "nothing_to_undo", "There is nothing to take back.")
		return
	}
	yes(e.Reply)
}

func (c *Call) takeBack() {
	t := c.transfer
	c.dropTransfer(fact.TakenBack, "")
	c.tellStory("story_taken_back", "taken back from {who}", "who", t.to.Name)
	c.returnTo(t.by, t.consult)
	c.show()
}

// dropTransfer ends the attempt; who has the caller then is the business of whoever called this.
func (c *Call) dropTransfer(stage fact.Stage, why string) {
	t := c.transfer
	c.transfer = nil
	c.tellPhone(t.by, 487)
	c.endTransfer(t)
	c.recordMove(t, stage, why, 0, "")
}

func (c *Call) endTransfer(t *transfer) {
	if t.timer != nil {
		t.timer.Stop()
	}
	c.dropSecond(t.by, 487, "taken back")
	for _, r := range t.rings {
		c.hangup(r.leg, trunk.Reason{Text: "taken back"})
	}
	if t.asking { // the answer is still to come, and is for nobody then
		c.stale++
	}
	if t.from != nil {
		c.queue, c.queuedAt = t.from.queue, t.from.since
	}
	if t.asking || t.reservation != "" || t.from != nil {
		c.deps.ACD.Tell(routing.Gone{Contact: c.id, Outcome: fact.Withdrawn})
	}
}

func (c *Call) recordMove(t *transfer, s fact.Stage, why string, code int, back string) {
	var by fact.AgentID
	if t.by != nil {
		by = t.by.id
	}
	m := fact.Moved{Transfer: t.id, Consult: t.consult, ToKind: t.to.Kind, To: t.to.ID, Who: t.whoOfTeam(), Stage: s, Why: why, Code: code, Back: back}
	var p *fact.Personal
	switch t.to.Kind {
	case Help:
		m.To = string(t.to.Number)
	case "number":
		m.To = t.to.Number.String()
		p = &fact.Personal{Number: t.to.Number}
	}
	c.recordOf(by, m, p)
}

// whoOfTeam is who of a team answered.
func (t *transfer) whoOfTeam() string {
	if t.to.Kind == "team" && t.leg != nil {
		return t.who.ID
	}
	return ""
}
